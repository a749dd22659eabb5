"""A network run by the NumPy reference, with given or seeded weights, and how far results can be off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from convmath.errors import ConvmathError
from convmath.layers.base import Layer
from convmath.layers.conv_transpose import ConvTranspose
from convmath.network.network import Network
from convmath.network.nodes import Node
from convmath.oracle.reference import reference_call, weight_shapes
from convmath.oracle.rounding import Result, propagated

Arrays = Mapping[str, Any]


def run_reference(network: Network, x: Any, weights: Arrays | None = None) -> Any:
    """What the reference makes of ``x`` (N, C, *spatial); weights by name, ``conv1.weight``.

    Without weights, those that the network brings along are used.

    >>> from convmath import Conv1d
    >>> network = Network.chain([Conv1d(1, 1, 3, bias=False)], (1, 4))
    >>> run_reference(network, np.array([[[1, 2, 3, 4]]]), {"0.weight": np.array([[[1, 0, -1]]])})
    array([[[-2, -2]]])
    """
    given = network.weights if weights is None else weights
    return network.run(
        np.asarray(x), lambda node, read: reference_call(node.layer, tuple(read), weights_of(node, given))
    )


def weights_of(node: Node, weights: Arrays) -> dict[str, Any]:
    """The arrays of one node, by its layer's names."""
    shapes = weight_shapes(node.layer)
    found = {name: weights.get(f"{node.name}.{name}") for name in shapes}
    for name, array in found.items():
        if array is None:
            raise ConvmathError(f"there is no weight {node.name}.{name} of shape {shapes[name]}; give it")
        if np.shape(array) != shapes[name]:
            raise ConvmathError(
                f"the weight {node.name}.{name} has shape {np.shape(array)}, "
                f"{node.layer!r} takes {shapes[name]}"
            )
    return found


def seeded_weights(network: Network, seed: int = 0, dtype: Any = np.float64) -> dict[str, Any]:
    """Weights drawn from a seed under which rounding stays small through any depth.

    The weights of an output channel have one sign, mostly plus, and sum up to about 1 in size: then
    nothing cancels, so that a bound on rounding says something even behind hundreds of layers, while
    ReLU still cuts off whole channels.
    """
    generator = np.random.default_rng(seed)
    return {
        f"{node.name}.{name}": _drawn(node.layer, name, shape, generator).astype(dtype)
        for node in network.nodes
        for name, shape in weight_shapes(node.layer).items()
    }


RANGES = {  # of weights that are one a channel
    "weight": (0.9, 1.1),
    "bias": (0.0, 0.05),
    "running_mean": (-0.02, 0.02),
    "running_var": (0.9, 1.1),
}


def _drawn(layer: Layer, name: str, shape: tuple[int, ...], generator: Any) -> Any:
    if len(shape) == 1:
        return generator.uniform(*RANGES[name], shape)
    outputs = 1 if isinstance(layer, ConvTranspose) else 0
    terms = np.prod(shape) / shape[outputs]
    signs = np.where(generator.random(shape[outputs]) < 0.75, 1, -1)
    signs = signs.reshape([-1 if axis == outputs else 1 for axis in range(len(shape))])
    return generator.uniform(0.5, 1.5, shape) / terms * signs


def seeded_integers(network: Network, seed: int = 0, largest: int = 2) -> dict[str, Any]:
    """Small whole numbers as weights, in which sums are exact; variances make batch normalisation exact."""
    generator = np.random.default_rng(seed)

    def drawn(node: Node, name: str, shape: tuple[int, ...]) -> Any:
        if name == "running_var":  # sqrt(var + eps) is 1
            return np.full(shape, 1 - node.layer.eps)  # type: ignore[attr-defined]
        return generator.integers(-largest, largest + 1, shape).astype(np.float64)

    return {
        f"{node.name}.{name}": drawn(node, name, shape)
        for node in network.nodes
        for name, shape in weight_shapes(node.layer).items()
    }


def run_bounded(network: Network, x: Any, weights: Arrays | None = None) -> Result:
    """The reference's float64 result, and a bound on the error of any implementation, element by element.

    Every node passes on its inputs' errors and adds its own rounding, see ``convmath.oracle.rounding``.
    """
    held = network.weights if weights is None else weights
    given = {name: np.asarray(array, np.float64) for name, array in held.items()}
    x = np.asarray(x, np.float64)

    def step(node: Node, inputs: list[Result]) -> Result:
        own = weights_of(node, given)
        value = reference_call(node.layer, tuple(result.value for result in inputs), own)
        return Result(value, propagated(node.layer, inputs, own, value))

    result: Result = network.run(Result(x, np.zeros_like(x)), step)
    return result
