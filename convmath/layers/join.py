"""Where branches meet: sums, products and concatenations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from convmath.errors import ConvmathError
from convmath.exact.demand import agreed
from convmath.exact.integers import Integer
from convmath.geometry.loopnest import ZERO, Access, Index, Statement, loop, single
from convmath.geometry.notation import input_letters
from convmath.geometry.operation import ADD, MULTIPLY, Operation
from convmath.layers.arguments import Positive
from convmath.layers.base import Layer, Shape, show
from convmath.layers.elementwise import axis_of, element, element_loops, elementwise


class Join(Layer):
    """Inputs joined element by element, axes of size 1 spread out."""

    arity: ClassVar[int | None] = None
    operation: ClassVar[Operation]

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        shape = broadcast(self, shapes)
        reads = _accesses(shape, shapes)
        return (elementwise(shape, self.operation(*reads) if len(reads) > 1 else reads[0]),)


@dataclass(frozen=True, repr=False)
class Add(Join):
    """The sum of its inputs, axes of size 1 spread out: a residual connection.

    >>> Add().output_shape((8, 4, 4), (8, 4, 4)), Add().output_shape((8, 4, 4), (8, 1, 1))
    ((8, 4, 4), (8, 4, 4))
    """

    operation: ClassVar[Operation] = ADD


@dataclass(frozen=True, repr=False)
class Multiply(Join):
    """The product of its inputs, axes of size 1 spread out: a gate, as in squeeze-and-excitation.

    Hu et al., "Squeeze-and-excitation networks" (2018), section 3.2.

    >>> Multiply().operations((8, 4, 4), (8, 1, 1)).multiplications
    128
    """

    operation: ClassVar[Operation] = MULTIPLY
    gates: ClassVar[bool] = True


def broadcast(layer: Layer, shapes: tuple[Shape, ...]) -> Shape:
    """The shape that all spread out to: aligned at the last axis, sizes equal or 1."""
    if len(set(shapes)) == 1:
        return shapes[0]
    rank = max(map(len, shapes))
    aligned = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    sentence = partial(_apart, layer, shapes, "sizes that are equal or 1")
    columns = ([size for size in sizes if size != 1] or [1] for sizes in zip(*aligned, strict=True))
    return tuple(agreed(sizes, sentence) for sizes in columns)


def _apart(layer: Layer, shapes: tuple[Shape, ...], needs: str) -> str:
    return f"{layer!r} needs {needs}, got {' and '.join(map(show, dict.fromkeys(shapes)))}"


def _accesses(shape: Shape, shapes: tuple[Shape, ...]) -> tuple[Access, ...]:
    """Each input at the output's element; what is spread out is read at 0."""
    letters = input_letters(len(shapes))
    return tuple([_access(letter, x, shape) for letter, x in zip(letters, shapes, strict=True)])


def _access(letter: str, x: Shape, shape: Shape) -> Access:
    if x == shape:
        return element(shape, letter)
    axes = zip(element_loops(shape)[-len(x) :], x, shape[-len(x) :], strict=True)
    return Access(letter, tuple([ZERO if n == 1 and whole != 1 else loop(name) for name, n, whole in axes]))


@dataclass(frozen=True, repr=False)
class Concat(Layer):
    """Inputs stacked along axis ``dim``, the channels unless given: an Inception block's joint.

    ``dim`` counts the batch as PyTorch does: 1 are the channels.

    >>> Concat().output_shape((64, 28, 28), (128, 28, 28))
    (192, 28, 28)
    """

    dim: Positive = 1

    arity: ClassVar[int | None] = None

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        axis = axis_of(self, int(self.dim), shapes[0])
        sentence = partial(_apart, self, shapes, "equal sizes on its other axes")
        if len(set(map(len, shapes))) > 1:
            raise ConvmathError(sentence())
        common = [
            shapes[0][place] if place == axis else agreed(sizes, sentence)
            for place, sizes in enumerate(zip(*shapes, strict=True))
        ]
        return tuple(self._copies(shapes, axis, common))

    def _copies(self, shapes: tuple[Shape, ...], axis: int, common: list[Integer]) -> list[Statement]:
        whole = (*common[:axis], sum(shape[axis] for shape in shapes), *common[axis + 1 :])
        statements: list[Statement] = []
        above: Integer = 0
        names = element_loops(whole)
        indices = tuple(map(loop, names))
        for letter, shape in zip(input_letters(len(shapes)), shapes, strict=True):
            target = (*indices[:axis], Index(((1, names[axis]),), above), *indices[axis + 1 :])
            sizes = (*common[:axis], shape[axis], *common[axis + 1 :])
            statements.append(
                Statement(
                    Access("Y", target), whole, tuple(map(single, names, sizes)), Access(letter, indices)
                )
            )
            above = above + shape[axis]
        return statements
