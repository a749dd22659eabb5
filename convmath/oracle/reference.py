"""Each layer's face to the NumPy reference, by rule: the operator of its family's name and arguments.

An operator takes the inputs, weights under PyTorch's names, and arguments under the layer's.  Only what
cannot be said so is written down here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from inspect import Parameter as Argument
from inspect import signature
from typing import Any, TypeAlias

import numpy as np

import convmath_reference
from convmath.errors import ConvmathError
from convmath.layers.arguments import per_axis
from convmath.layers.base import Layer, show
from convmath.layers.pad import Pad
from convmath.layers.reduce import Sum
from convmath.layers.reshape import Slice
from convmath.layers.resize import Upsample

Weights: TypeAlias = Mapping[str, Any]

NAMES: dict[type[Layer], str] = {Slice: "cut", Sum: "sum_over"}  # operators that are called otherwise


def _padding(layer: Any, x: Any) -> dict[str, Any]:
    return {"padding": layer.pairs(), "mode": layer.mode, "value": getattr(layer, "value", 0)}


def _resizing(layer: Any, x: Any) -> dict[str, Any]:
    shape = x.shape[1:]
    given = per_axis(layer, "scale_factor", len(shape) - 1) if layer.size is None else ()
    factors = [factor if isinstance(factor, float) else None for factor in given]
    return {"size": layer.outputs(shape), "factors": factors if any(factors) else None}


ARGUMENTS: dict[type[Layer], Callable[[Any, Any], dict[str, Any]]] = {Pad: _padding, Upsample: _resizing}


def reference_call(
    layer: Layer, arrays: tuple[Any, ...], weights: Weights, *, definition: bool = False
) -> Any:
    """What the reference makes of arrays (N, C, *spatial) with weights under PyTorch's names.

    ``definition`` runs the loops that read like the formula, on elements of any type, instead of the
    fast kernel.  Raises ConvmathError where weights are missing, or are not the layer's.

    >>> import numpy as np
    >>> from convmath import Conv1d
    >>> x, weight = np.array([[[1, 2, 3, 4]]]), np.array([[[1, 0, -1]]])
    >>> reference_call(Conv1d(1, 1, 3, bias=False), (x,), {"weight": weight})
    array([[[-2, -2]]])
    """
    _check_weights(layer, weights)
    name = operator_name(type(layer))  # type: ignore[arg-type]
    function: Callable[..., Any] = getattr(convmath_reference, f"{name}_definition" if definition else name)
    taken = arguments_of(name)
    special = next((ARGUMENTS[kind] for kind in type(layer).__mro__ if kind in ARGUMENTS), None)
    given = special(layer, arrays[0]) if special else {}
    options = {
        each: given[each]
        if each in given
        else weights.get(each)
        if each in WEIGHTS
        else getattr(layer, each)
        for each in taken
    }
    return function(*arrays, **options)


WEIGHTS = ("weight", "bias", "running_mean", "running_var")


@cache
def operator_name(kind: type[Layer]) -> str:
    """The operator of a layer's family: ``LeakyReLU`` is ``leaky_relu``, ``Conv2d`` is ``conv``."""
    known = {name.replace("_", ""): name for name in convmath_reference.__all__}
    for family in kind.__mro__:
        name = NAMES.get(family) or known.get(family.__name__.lower())
        if name is not None and f"{name}_definition" in convmath_reference.__all__:
            return name
    raise ConvmathError(f"{kind.__name__} has no reference; write it in convmath_reference")


@cache
def arguments_of(name: str) -> tuple[str, ...]:
    """What an operator takes beside its inputs, ``x`` or any number of them."""
    taken = signature(getattr(convmath_reference, name)).parameters.values()
    return tuple(
        each.name for each in taken if each.kind is not Argument.VAR_POSITIONAL and each.name != "x"
    )


def _check_weights(layer: Layer, weights: Weights) -> None:
    wanted = _shapes(layer)
    for name in wanted:
        if weights.get(name) is None:
            raise ConvmathError(f"{layer!r} has no array {name}; give one of shape {show(wanted[name])}")
        if np.shape(weights[name]) != tuple(wanted[name]):
            raise ConvmathError(
                f"{name} of {layer!r} has shape {show(wanted[name])}, not {show(np.shape(weights[name]))}"
            )
    for name in weights:
        if name not in wanted:
            takes = ", ".join(wanted) or "no weights"
            raise ConvmathError(f"{layer!r} takes no array {name!r}; it takes {takes}")


@lru_cache(maxsize=4096)
def _shapes(layer: Layer) -> Mapping[str, tuple[Any, ...]]:
    return layer.weight_shapes()


def weight_shapes(layer: Layer) -> dict[str, tuple[int, ...]]:
    """The shape of each weight array, statistics included, as PyTorch lays them out.

    >>> from convmath import BatchNorm1d, Conv2d
    >>> weight_shapes(Conv2d(4, 6, 3, groups=2)), len(weight_shapes(BatchNorm1d(5)))
    ({'weight': (6, 2, 3, 3), 'bias': (6,)}, 4)
    """
    return {name: tuple(map(int, shape)) for name, shape in _shapes(layer).items()}
