"""Where branches meet: sums and concatenations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from convmath.errors import ConvmathError
from convmath.integers import is_number
from convmath.layers.base import Layer, Shape, show
from convmath.layers.elementwise import element_loops, elementwise
from convmath.loopnest import Access, Index, Statement, Then, loop, single


@dataclass(frozen=True, repr=False)
class Add(Layer):
    """The sum of inputs of one shape: a residual connection."""

    inputs: ClassVar[int | None] = None

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        first, *others = shapes
        for shape in others:
            if len(shape) != len(first) or any(
                is_number(a) and is_number(b) and a != b for a, b in zip(first, shape, strict=True)
            ):
                raise ConvmathError(f"Add() needs equal shapes, got {show(first)} and {show(shape)}")
        everywhere = tuple(map(loop, element_loops(first)))
        terms = (Access(f"X{number}", everywhere) for number in range(2, len(shapes) + 1))
        then = tuple(Then("additions", term, "{} + {operand}") for term in terms)
        return (elementwise(first, then, source="X1"),)


@dataclass(frozen=True, repr=False)
class Concat(Layer):
    """Inputs stacked along the channels: an Inception block's or DenseNet's joint."""

    inputs: ClassVar[int | None] = None

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        first, *others = shapes
        for shape in others:
            if len(shape) != len(first) or any(
                is_number(a) and is_number(b) and a != b for a, b in zip(first[1:], shape[1:], strict=True)
            ):
                raise ConvmathError(
                    f"Concat() needs equal sizes behind the channels, got {show(first)} and {show(shape)}"
                )
        return tuple(self._copies(shapes))

    def _copies(self, shapes: tuple[Shape, ...]) -> list[Statement]:
        channels = sum(shape[0] for shape in shapes)
        statements, above = [], 0
        for number, shape in enumerate(shapes, start=1):
            names = element_loops(shape)
            target = Access("Y", (Index(((1, "c"),), above), *map(loop, names[1:])))
            statements.append(
                Statement(
                    target,
                    (channels, *shape[1:]),
                    tuple(map(single, names, shape)),
                    (Access(f"X{number}", tuple(map(loop, names))),),
                )
            )
            above = above + shape[0]
        return statements
