"""Statements over every element of a shape."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from convmath.errors import ConvmathError
from convmath.geometry.loopnest import Access, Index, Statement, loop, single
from convmath.geometry.notation import OUTPUT_LOOPS
from convmath.geometry.operation import Expression
from convmath.layers.base import Layer, Shape, show


def element_loops(shape: Shape) -> tuple[str, ...]:
    """The loops over every element of a shape: the channel, then each spatial axis."""
    if len(shape) > 4:
        raise ConvmathError(f"the input {show(shape)} has {len(shape)} axes; give at most CxDxHxW")
    return _LOOPS[len(shape)]


def everywhere(shape: Shape) -> tuple[Index, ...]:
    """The indices of an element: its loops themselves."""
    return _of_loops(element_loops(shape))


def element(shape: Shape, array: str = "X") -> Access:
    """An array at the element itself."""
    return _at_loops(array, element_loops(shape))


_LOOPS = {axes: ("c", *OUTPUT_LOOPS.get(axes - 1, ())) for axes in range(1, 5)}


@cache
def _of_loops(names: tuple[str, ...]) -> tuple[Index, ...]:
    return tuple(map(loop, names))


@cache
def _at_loops(array: str, names: tuple[str, ...]) -> Access:
    return Access(array, _of_loops(names))


def axis_of(layer: Layer, dim: int, shape: Shape) -> int:
    """Which axis of a shape ``dim`` is: it counts the batch as PyTorch does, or from the end."""
    axis = dim - 1 if dim > 0 else len(shape) + dim
    if dim == 0 or not 0 <= axis < len(shape):
        raise ConvmathError(f"{layer!r} needs an axis {dim}, the input {show(shape)} has none")
    return axis


CHANNEL = loop("c")
WEIGHTS = {"W": "weight", "B": "bias"}


def elementwise(
    shape: Shape,
    value: Expression,
    arrays: Mapping[str, str] = MappingProxyType({}),
    target: str = "Y",
) -> Statement:
    """A statement over every element of ``shape``."""
    blocks = tuple(map(single, element_loops(shape), shape))
    return Statement(element(shape, target), shape, blocks, value, arrays)
