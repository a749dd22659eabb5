"""Layers that treat every element by itself: activations, normalisation, dropout, joins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from convmath.errors import ConvmathError
from convmath.integers import Integer, floor_div, is_number
from convmath.layers.base import Layer, Shape, check_input, check_whole, show
from convmath.loopnest import Access, Index, Statement, Then, gathered, loop, single
from convmath.notation import OUTPUT_LOOPS
from convmath.window import Window


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


@dataclass(frozen=True, repr=False)
class ReLU(Layer):
    """``max(X, 0)``: one comparison an element."""

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        return (elementwise(shapes[0], (Then("comparisons", 0, "max({}, {operand})"),)),)


@dataclass(frozen=True, repr=False)
class ReLU6(Layer):
    """``min(max(X, 0), 6)``: two comparisons an element; MobileNet's activation."""

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        steps = (Then("comparisons", 0, "max({}, {operand})"), Then("comparisons", 6, "min({}, {operand})"))
        return (elementwise(shapes[0], steps),)


@dataclass(frozen=True, repr=False)
class Sigmoid(Layer):
    """``1 / (1 + exp(-X))``: an exponential, an addition and a division an element."""

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        steps = (
            Then("functions", None, "exp(-{})"),
            Then("additions", 1, "({operand} + {})"),
            Then("divisions", None, "1 / {}"),
        )
        return (elementwise(shapes[0], steps),)


@dataclass(frozen=True, repr=False)
class Tanh(Layer):
    """``tanh(X)``: one function an element."""

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        return (elementwise(shapes[0], (Then("functions", None, "tanh({})"),)),)


@dataclass(frozen=True, repr=False)
class Softmax(Layer):
    """``exp(X[c]) / sum over c of exp(X[c])``, over the channels.

    >>> Softmax().operations((10,))
    Operations(multiplications=0, additions=9, comparisons=0, divisions=10, functions=10)
    """

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        names = element_loops(shape)
        sums = Access("S", tuple(map(loop, names[1:])))
        exponentials = elementwise(shape, (Then("functions", None, "exp({})"),), target="E")
        summed = Statement(
            sums,
            shape[1:],
            tuple(map(single, names, shape)),
            (exponentials.target,),
            reduce="sum",
        )
        divided = elementwise(shape, (Then("divisions", sums, "{} / {operand}"),), source="E")
        return exponentials, summed, divided


@dataclass(frozen=True, repr=False)
class Dropout(Layer):
    """The identity: at inference nothing is dropped."""

    p: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.p <= 1:
            raise ConvmathError(f"p={self.p} must lie between 0 and 1")

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        return (elementwise(shapes[0], ()),)


@dataclass(frozen=True, repr=False)
class BatchNorm(Layer):
    """Per channel ``W[c]*X + B[c]``, mean and variance folded into scale and shift (inference).

    Trainable: a weight and a bias per channel.  The running mean and variance are not parameters.
    """

    num_features: Integer
    eps: float = 1e-5
    affine: bool = True

    rank: ClassVar[int | None] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, 1, "num_features")

    def smallest_input(self) -> Shape:
        return (self.num_features, *(1,) * (self.rank or 0))

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, self.num_features, self.rank)
        scale, shift = Access("W", (loop("c"),)), Access("B", (loop("c"),))
        named = {"W": "weight", "B": "bias"} if self.affine else {}
        return (elementwise(shape, (Then("additions", shift, "{} + {operand}"),), (scale,), named),)


class BatchNorm1d(BatchNorm):
    """``BatchNorm`` over features, or over channels and a length."""

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        if len(shapes[0]) > 2:
            raise ConvmathError(f"{self!r} takes C or CxL, got {show(shapes[0])}; use BatchNorm2d or 3d")
        return super().definition(*shapes)


class BatchNorm2d(BatchNorm):
    """``BatchNorm`` over channels, height and width.

    >>> BatchNorm2d(8).operations((8, 4, 4)).multiplications
    128
    """

    rank = 2


class BatchNorm3d(BatchNorm):
    """``BatchNorm`` over channels, depth, height and width."""

    rank = 3


@dataclass(frozen=True, repr=False)
class LocalResponseNorm(Layer):
    """AlexNet's normalisation across ``size`` neighbouring channels.

    ``Y[c] = X[c] / (k + alpha/size * sum over a of X[c + a - size//2]**2) ** beta``, as PyTorch has it.
    """

    size: Integer
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, 1, "size")

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        names = element_loops(shape)
        before = floor_div(self.size, 2)
        window = Window(self.size, begin=before, end=self.size - 1 - before)
        read = Access("X", (Index(((1, "c"), (1, "a")), -before), *map(loop, names[1:])))
        squares = Statement(
            Access("S", tuple(map(loop, names))),
            shape,
            (gathered(("c", "a"), window, shape[0]), *map(single, names[1:], shape[1:])),
            (read, read),
            reduce="sum",
            then=(
                Then("multiplications", Access("(alpha/size)"), "{operand} * ({})"),
                Then("additions", Access("k"), "{operand} + {}"),
                Then("functions", None, "({}) ** beta"),
            ),
        )
        return squares, elementwise(shape, (Then("divisions", squares.target, "{} / {operand}"),))


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
