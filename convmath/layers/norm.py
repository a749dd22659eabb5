"""Normalisation, as it runs at inference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, exact_div, floor_div, is_number
from convmath.geometry.loopnest import Access, Index, Statement, Then, gathered, loop, single
from convmath.geometry.window import Window
from convmath.layers.base import (
    AxisMap,
    Fields,
    Layer,
    Shape,
    check_input,
    check_whole,
    is_whole,
    show,
)
from convmath.layers.channels import check_groups
from convmath.layers.elementwise import element_loops, elementwise


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
class GroupNorm(Layer):
    """Normalise each sample over the positions and channels of each group, then scale and shift.

    ``Y = W[c] * (X - mean)/sqrt(variance + eps) + B[c]``; the variance divides by the number of elements.
    Wu and He, "Group normalization" (2018), equations 1 to 4.

    >>> GroupNorm(2, 4).parameters(), GroupNorm(2, 4).operations((4, 1, 1)).multiplications
    ({'weight': 4, 'bias': 4}, 8)
    """

    num_groups: Integer
    num_channels: Integer
    eps: float = 1e-5
    affine: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, 1, "num_groups", "num_channels")
        check_groups(self.num_groups, num_channels=self.num_channels)

    def smallest_input(self) -> Shape:
        return (self.num_channels,)

    def carried(self, fields: Sequence[Fields], maps: Sequence[AxisMap], shapes: Sequence[Shape]) -> Fields:
        return gated(fields[0])

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, self.num_channels, None)
        each = exact_div(self.num_channels, self.num_groups)
        _, *positions = element_loops(shape)
        channel = loop("c") if self.num_groups == 1 else Index(((each, "g"), (1, "c")))
        sizes = {"g": self.num_groups, "c": each, **dict(zip(positions, shape[1:], strict=True))}
        place = (channel, *map(loop, positions))
        return normalised(shape, sizes, ("g",), place, (channel,), self.affine, self.affine)


@dataclass(frozen=True, repr=False)
class LayerNorm(Layer):
    """Normalise over the last axes, those of ``normalized_shape``, then scale and shift.

    ``Y = W * (X - mean)/sqrt(variance + eps) + B``, a weight and a bias for each element normalised over.
    Ba et al., "Layer normalization" (2016), equation 3.

    >>> LayerNorm(6).parameters()
    {'weight': 6, 'bias': 6}
    """

    normalized_shape: Integer | tuple[Integer, ...]
    eps: float = 1e-5
    elementwise_affine: bool = True
    bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        for size in self.normalised():
            if not is_whole(size) or (is_number(size) and size < 1):
                raise ConvmathError(
                    f"normalized_shape={self.normalized_shape} must hold sizes of at least 1"
                )

    def normalised(self) -> Shape:
        """The sizes of the axes normalised over."""
        given = self.normalized_shape
        return given if isinstance(given, tuple) else (given,)

    def smallest_input(self) -> Shape:
        return self.normalised()

    def carried(self, fields: Sequence[Fields], maps: Sequence[AxisMap], shapes: Sequence[Shape]) -> Fields:
        (axes,) = fields
        kept = len(axes) - len(self.normalised())
        return axes if not any(axes[kept:]) else gated(axes)

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        over = self.normalised()
        kept = len(shape) - len(over)
        if kept < 0 or any(
            is_number(a) and is_number(b) and a != b for a, b in zip(shape[kept:], over, strict=True)
        ):
            raise ConvmathError(f"{self!r} takes an input that ends in {show(over)}, got {show(shape)}")
        rows = tuple(f"r{axis}" for axis in range(kept))
        features = ("c",) if len(over) == 1 else tuple(f"c{axis}" for axis in range(len(over)))
        sizes = dict(zip((*rows, *features), shape, strict=True))
        place, weighed = tuple(map(loop, (*rows, *features))), tuple(map(loop, features))
        bias = self.elementwise_affine and self.bias
        return normalised(shape, sizes, rows, place, weighed, self.elementwise_affine, bias)


def gated(axes: Fields) -> Fields:
    """The same positions, each of which the whole map takes part in by way of its statistics."""
    return tuple(axis and axis._replace(gated=True) for axis in axes)


def normalised(
    shape: Shape,
    sizes: dict[str, Integer],
    kept: tuple[str, ...],
    place: tuple[Index, ...],
    weighed: tuple[Index, ...],
    weight: bool,
    bias: bool,
) -> tuple[Statement, ...]:
    """Mean, deviations, standard deviation and their quotient, over all loops but those ``kept``."""
    blocks = tuple(single(name, size) for name, size in sizes.items())
    fewer = tuple(sizes[name] for name in kept)
    mean, spread = (Access(name, tuple(map(loop, kept))) for name in ("M", "S"))
    x, apart, y = (Access(name, place) for name in ("X", "D", "Y"))
    share = Then("divisions", Access("count"), "({}) / {operand}")
    root = (Then("additions", Access("eps"), "{} + {operand}"), Then("functions", None, "sqrt({})"))
    scale, shift = Access("W", weighed), Access("B", weighed)
    factors = (scale, apart) if weight else (apart,)
    last = (Then("additions", shift, "{} + {operand}"),) if bias else ()
    named = ({"W": "weight"} if weight else {}) | ({"B": "bias"} if bias else {})
    return (
        Statement(mean, fewer, blocks, (x,), "sum", (share,)),
        Statement(apart, shape, blocks, (x,), "", (Then("additions", mean, "{} - {operand}"),)),
        Statement(spread, fewer, blocks, (apart, apart), "sum", (share, *root)),
        Statement(
            y, shape, blocks, factors, "", (Then("divisions", spread, "{} / {operand}"), *last), named
        ),
    )


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
