"""Where branches meet: sums, products and concatenations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_number
from convmath.geometry.loopnest import Access, Index, Statement, Then, loop, single
from convmath.layers.base import Layer, Shape, check_whole, show
from convmath.layers.elementwise import element_loops


@dataclass(frozen=True, repr=False)
class Add(Layer):
    """The sum of its inputs, axes of size 1 spread out: a residual connection.

    >>> Add().output_shape((8, 4, 4), (8, 4, 4)), Add().output_shape((8, 4, 4), (8, 1, 1))
    ((8, 4, 4), (8, 4, 4))
    """

    inputs: ClassVar[int | None] = None

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        shape = broadcast(self, shapes)
        first, *others = _accesses(shape, shapes)
        return (_over(shape, (first,), tuple(Then("additions", x, "{} + {operand}") for x in others)),)


@dataclass(frozen=True, repr=False)
class Multiply(Layer):
    """The product of its inputs, axes of size 1 spread out: a gate, as in squeeze-and-excitation.

    Hu et al., "Squeeze-and-excitation networks" (2018), section 3.2.

    >>> Multiply().operations((8, 4, 4), (8, 1, 1)).multiplications
    128
    """

    inputs: ClassVar[int | None] = None

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        shape = broadcast(self, shapes)
        return (_over(shape, _accesses(shape, shapes)),)


def broadcast(layer: Layer, shapes: tuple[Shape, ...]) -> Shape:
    """The shape that all spread out to: aligned at the last axis, sizes equal or 1."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple(_common(layer, shapes, sizes) for sizes in zip(*padded, strict=True))


def _common(layer: Layer, shapes: tuple[Shape, ...], sizes: tuple[Integer, ...]) -> Integer:
    wide = [size for size in sizes if size != 1] or [1]
    if len({size for size in wide if is_number(size)}) > 1:
        given = " and ".join(map(show, dict.fromkeys(shapes)))
        raise ConvmathError(f"{layer!r} needs sizes that are equal or 1, got {given}")
    return wide[0]


def _accesses(shape: Shape, shapes: tuple[Shape, ...]) -> tuple[Access, ...]:
    """Each input at the output's element; what is spread out is read at 0."""
    names = element_loops(shape)
    return tuple(
        Access(
            f"X{number}",
            tuple(
                Index(()) if size == 1 and whole != 1 else loop(name)
                for name, size, whole in zip(names[-len(x) :], x, shape[-len(x) :], strict=True)
            ),
        )
        for number, x in enumerate(shapes, start=1)
    )


def _over(shape: Shape, factors: tuple[Access, ...], then: tuple[Then, ...] = ()) -> Statement:
    names = element_loops(shape)
    return Statement(
        Access("Y", tuple(map(loop, names))), shape, tuple(map(single, names, shape)), factors, then=then
    )


@dataclass(frozen=True, repr=False)
class Concat(Layer):
    """Inputs stacked along axis ``dim``, the channels unless given: an Inception block's joint.

    ``dim`` counts the batch as PyTorch does: 1 are the channels.

    >>> Concat().output_shape((64, 28, 28), (128, 28, 28))
    (192, 28, 28)
    """

    dim: int = 1

    inputs: ClassVar[int | None] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, 1, "dim")

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        axis, first = self.dim - 1, shapes[0]
        if axis >= len(first):
            raise ConvmathError(f"{self!r} needs an axis {self.dim}, the input {show(first)} has none")
        for shape in shapes[1:]:
            apart = len(shape) != len(first) or any(
                is_number(a) and is_number(b) and a != b and place != axis
                for place, (a, b) in enumerate(zip(first, shape, strict=True))
            )
            if apart:
                raise ConvmathError(
                    f"{self!r} needs equal sizes on its other axes, got {show(first)} and {show(shape)}"
                )
        return tuple(self._copies(shapes, axis))

    def _copies(self, shapes: tuple[Shape, ...], axis: int) -> list[Statement]:
        total = sum(shape[axis] for shape in shapes)
        whole = (*shapes[0][:axis], total, *shapes[0][axis + 1 :])
        statements: list[Statement] = []
        above: Integer = 0
        for number, shape in enumerate(shapes, start=1):
            names = element_loops(shape)
            indices = [loop(name) for name in names]
            target = [*indices[:axis], Index(((1, names[axis]),), above), *indices[axis + 1 :]]
            source = (Access(f"X{number}", tuple(indices)),)
            blocks = tuple(map(single, names, shape))
            statements.append(Statement(Access("Y", tuple(target)), whole, blocks, source))
            above = above + shape[axis]
        return statements
