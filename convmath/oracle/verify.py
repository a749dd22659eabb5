"""Formulas, reference and PyTorch side by side on a whole network."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from convmath import zoo
from convmath.errors import ConvmathError
from convmath.layers.base import Layer, show
from convmath.network.network import Network
from convmath.network.summary import summary_of
from convmath.oracle.execute import run_bounded, run_reference, seeded_weights
from convmath.read import ShapeLike, Subject, is_name, module_of, network_of

SMALLER = {"mlp@lecture": (1, 28, 28)}  # a billion weights of 8 bytes are too many to run
SHARP = 1e-8  # of the largest value: a bound beyond this explains too much to mean anything


class Verdict(NamedTuple):
    """What the three witnesses said of a network.

    ``ratio`` is the largest difference between reference and PyTorch in float64 over the bound that
    both keep: at most 1.  ``relative`` is the largest difference over the largest value, ``bound`` the
    largest bound over it, and ``single`` the largest difference of the reference in float32 to itself in
    float64.
    """

    network: str
    input_shape: str
    output_shape: str
    parameters: int
    multiplications: int
    shapes_agree: bool
    parameters_agree: bool
    multiplications_agree: bool | None  # None where PyTorch multiplies what the definition leaves out
    ratio: float
    relative: float
    bound: float
    single: float

    @property
    def holds(self) -> bool:
        """Whether all that was compared agrees."""
        agreed = self.shapes_agree and self.parameters_agree and self.multiplications_agree is not False
        return agreed and self.ratio <= 1 and self.bound <= SHARP


def verify(
    what: Subject, device: str = "cpu", seed: int = 0, input_shape: ShapeLike | None = None
) -> Verdict:
    """Run a network by formula, by reference and by PyTorch, and compare.

    ``what`` is a network, a layer, a chain, a name, a file, a text or a module, see
    ``convmath.read.network_of``.  A PyTorch module is run as it is, with its weights; of anything else
    PyTorch runs convmath's own translation on seeded weights.

    >>> verify("lenet").holds
    True
    """
    from convmath.torch import counted_flops, load, run, to_torch

    network, module = _meant(what, seed, input_shape)
    shape = _in_numbers(network)
    summary = summary_of(network)
    weights = seeded_weights(network, seed) if module is None else dict(network.weights)
    x = np.random.default_rng(seed).random((1, *shape))
    ours = run_bounded(network, x, weights)
    theirs_own = load(to_torch(network), weights)
    if module is not None:
        theirs_own = module.eval()
    theirs = run(theirs_own, x, device=device)
    flops, _ = counted_flops(lambda: run(theirs_own, x, device=device))  # other kernels may be counted
    apart = np.abs(ours.value - theirs)
    single = run_reference(
        network, x.astype(np.float32), {name: array.astype(np.float32) for name, array in weights.items()}
    )
    scale = np.abs(ours.value).max() or 1.0
    return Verdict(
        network.title,
        show(shape),
        show(summary.rows[-1].output_shape),
        int(summary.parameters),
        int(summary.multiplications),
        summary.rows[-1].output_shape == ours.value.shape[1:] == theirs.shape[1:],
        _parameters_of(theirs_own, network) == summary.parameters,
        flops == 2 * summary.multiplications if all(map(_all_connected, network.layers)) else None,
        float(np.max(apart / np.where(apart == 0, 1, 2 * ours.error))),
        float(apart.max() / scale),
        float(2 * ours.error.max() / scale),
        float(np.abs(single - ours.value).max() / scale),
    )


def _meant(what: Subject, seed: int, input_shape: ShapeLike | None) -> tuple[Network, Any]:
    """The network, and the module it was read from, if it was; one made here has seeded weights."""
    if isinstance(what, str) and is_name(what) and input_shape is None:
        return zoo.network(what, input_shape=SMALLER.get(zoo.full_name(what))), None
    from convmath.torch import seeded

    with seeded(seed):
        module = module_of(what)
    return network_of(what if module is None else module, input_shape), module


def _in_numbers(network: Network) -> tuple[int, ...]:
    """The input's shape; what cannot be run is refused."""
    network.check_whole("it cannot be run")
    shape = tuple(size for size in network.input_shape or () if isinstance(size, int))
    symbols = network.trace().symbols if shape == network.input_shape else ()
    if symbols:
        raise ConvmathError(f"{network} has the symbol {symbols[0]}; give a number to run it")
    if shape != network.input_shape:
        raise ConvmathError(f"{network} needs an input in numbers; give --input 3x224x224")
    return shape


def _parameters_of(module: Any, network: Network) -> int:
    """The numbers that PyTorch trains, those that nothing reads left out."""
    leaves = [_trained(part) for part in module.modules() if not list(part.children())]
    own = sum(p.numel() for p in module.parameters())
    is_ours = type(module).__name__ == "NetworkModule"
    return sum(leaves) if is_ours else own - sum(count for _, count in network.unused)


def _trained(module: Any) -> int:
    from convmath.torch import parameter_counts

    return sum(parameter_counts(module).values())


def _all_connected(layer: Layer) -> bool:
    return getattr(layer, "connections", None) is None
