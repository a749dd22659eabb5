"""Normalisation, as it runs at inference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from convmath.errors import ConvmathError
from convmath.integers import Integer, floor_div
from convmath.layers.base import Layer, Shape, check_input, check_whole, show
from convmath.layers.elementwise import element_loops, elementwise
from convmath.loopnest import Access, Index, Statement, Then, gathered, loop, single
from convmath.window import Window


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
