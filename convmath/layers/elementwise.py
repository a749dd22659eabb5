"""Statements over every element of a shape."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from convmath.errors import ConvmathError
from convmath.geometry.loopnest import Access, Index, Statement, loop, single
from convmath.geometry.notation import OUTPUT_LOOPS
from convmath.geometry.operation import Expression
from convmath.layers.base import Shape, show


def element_loops(shape: Shape) -> tuple[str, ...]:
    """The loops over every element of a shape: the channel, then each spatial axis."""
    if len(shape) > 4:
        raise ConvmathError(f"the input {show(shape)} has {len(shape)} axes; give at most CxDxHxW")
    return ("c", *OUTPUT_LOOPS.get(len(shape) - 1, ()))


def everywhere(shape: Shape) -> tuple[Index, ...]:
    """The indices of an element: its loops themselves."""
    return tuple(map(loop, element_loops(shape)))


def element(shape: Shape, array: str = "X") -> Access:
    """An array at the element itself."""
    return Access(array, everywhere(shape))


def elementwise(
    shape: Shape,
    value: Expression,
    arrays: Mapping[str, str] = MappingProxyType({}),
    target: str = "Y",
) -> Statement:
    """A statement over every element of ``shape``."""
    names = element_loops(shape)
    return Statement(
        Access(target, tuple(map(loop, names))), shape, tuple(map(single, names, shape)), value, arrays
    )
