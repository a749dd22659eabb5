"""Statements over every element of a shape."""

from __future__ import annotations

from convmath.errors import ConvmathError
from convmath.geometry.loopnest import Access, Statement, Then, loop, single
from convmath.geometry.notation import OUTPUT_LOOPS
from convmath.layers.base import Shape, show


def elementwise(
    shape: Shape,
    then: tuple[Then, ...],
    factors: tuple[Access, ...] = (),
    parameters: dict[str, str] | None = None,
    source: str = "X",
    target: str = "Y",
) -> Statement:
    """A statement over every element of ``shape``: the factors' product times X, then ``then``."""
    names = element_loops(shape)
    everywhere = tuple(map(loop, names))
    return Statement(
        Access(target, everywhere),
        shape,
        tuple(map(single, names, shape)),
        (*factors, Access(source, everywhere)),
        then=then,
        parameters=parameters or {},
    )


def element_loops(shape: Shape) -> tuple[str, ...]:
    """The loops over every element of a shape: the channel, then each spatial axis."""
    if len(shape) > 4:
        raise ConvmathError(f"the input {show(shape)} has {len(shape)} axes; give at most CxDxHxW")
    return ("c", *OUTPUT_LOOPS.get(len(shape) - 1, ()))
