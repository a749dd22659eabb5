"""Normalisation, as it runs at inference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from convmath.errors import ConvmathError
from convmath.exact.demand import need_equal
from convmath.exact.integers import Integer, exact_div, floor_div, is_number
from convmath.geometry.loopnest import Access, Index, Statement, Taps, gathered, loop, single
from convmath.geometry.operation import ROOT, SQUARE, Constant, Expression, summed
from convmath.geometry.window import Window
from convmath.layers.arguments import Positive, is_whole
from convmath.layers.base import Layer, Shape, check_input, show
from convmath.layers.channels import check_groups
from convmath.layers.elementwise import CHANNEL, WEIGHTS, element, element_loops, elementwise, everywhere
from convmath.layers.ranks import ranked


@dataclass(frozen=True, repr=False)
class BatchNorm(Layer):
    """Per channel ``W[c]*X + B[c]``, mean and variance folded into scale and shift (inference).

    Trainable: a weight and a bias per channel.  The running mean and variance are not parameters.
    ``BatchNorm1d`` takes features, or channels and a length.

    >>> from convmath import BatchNorm2d
    >>> BatchNorm2d(8).operations((8, 4, 4)).multiplications
    128
    """

    num_features: Positive
    eps: float = 1e-5
    affine: bool = True

    rank: ClassVar[int]
    remark: ClassVar[str] = "at inference: the running mean and variance are folded into W and B"

    def example_shape(self) -> Shape:
        return (self.num_features, *(1,) * self.rank)

    def buffers(self) -> dict[str, Shape]:
        return dict.fromkeys(("running_mean", "running_var"), (self.num_features,))

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        if self.rank == 1 and len(shape) > 2:
            raise ConvmathError(f"{self!r} takes C or CxL, got {show(shape)}; use BatchNorm2d or 3d")
        check_input(self, shape, self.num_features, None if self.rank == 1 else self.rank)
        scale, shift = Access("W", (CHANNEL,)), Access("B", (CHANNEL,))
        return (elementwise(shape, scale * element(shape) + shift, WEIGHTS if self.affine else {}),)


BatchNorm1d, BatchNorm2d, BatchNorm3d = ranked(BatchNorm)


class Standardised(Layer):
    """Normalised by its own mean and variance; the variance divides by the number of elements."""

    gates: ClassVar[bool] = True


@dataclass(frozen=True, repr=False)
class GroupNorm(Standardised):
    """Normalise each sample over the positions and channels of each group, then scale and shift.

    ``Y = W[c] * (X - mean)/sqrt(variance + eps) + B[c]``; the variance divides by the number of elements.
    Wu and He, "Group normalization" (2018), equations 1 to 4.

    >>> GroupNorm(2, 4).parameters(), GroupNorm(2, 4).operations((4, 1, 1)).multiplications
    ({'weight': 4, 'bias': 4}, 8)
    """

    num_groups: Positive
    num_channels: Positive
    eps: float = 1e-5
    affine: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_groups(self.num_groups, num_channels=self.num_channels)

    def example_shape(self) -> Shape:
        return (self.num_channels,)

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, self.num_channels, None)
        each = exact_div(self.num_channels, self.num_groups)
        channel = CHANNEL if self.num_groups == 1 else Index(((each, "g"), (1, "c")))
        place = (channel, *everywhere(shape)[1:])
        sizes = {
            "g": self.num_groups,
            "c": each,
            **dict(zip(element_loops(shape)[1:], shape[1:], strict=True)),
        }
        weight, bias = (Access(name, (channel,)) if self.affine else None for name in WEIGHTS)
        return standardised(shape, sizes, ("g",), place, weight, bias, self.eps)


@dataclass(frozen=True, repr=False)
class InstanceNorm(Standardised):
    """Normalise each channel of each sample over its positions; scale and shift only with ``affine``.

    ``Y = (X - mean)/sqrt(variance + eps)``, statistics of the sample at hand, also at inference.
    Ulyanov, Vedaldi, Lempitsky, "Instance normalization" (2016), equation 3.

    >>> from convmath import InstanceNorm2d
    >>> InstanceNorm2d(8).parameters((8, 4, 4)), InstanceNorm2d(8, affine=True).parameters()
    ({}, {'weight': 8, 'bias': 8})
    """

    num_features: Positive
    eps: float = 1e-5
    affine: bool = False

    rank: ClassVar[int]

    def example_shape(self) -> Shape:
        return (self.num_features, *(2,) * self.rank)

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, self.num_features, self.rank)
        sizes = dict(zip(element_loops(shape), shape, strict=True))
        weight, bias = (Access(name, (CHANNEL,)) if self.affine else None for name in WEIGHTS)
        return standardised(shape, sizes, ("c",), everywhere(shape), weight, bias, self.eps)


InstanceNorm1d, InstanceNorm2d, InstanceNorm3d = ranked(InstanceNorm)


class OverLastAxes(Layer):
    """Normalised over the last axes, those of ``normalized_shape``."""

    normalized_shape: Integer | tuple[Integer, ...] | list[Integer]

    gates: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.normalized_shape, tuple) and len(self.normalized_shape) == 1:
            object.__setattr__(self, "normalized_shape", self.normalized_shape[0])
        for size in self.normalised():
            if not is_whole(size) or (is_number(size) and size < 1):
                raise ConvmathError(
                    f"normalized_shape={self.normalized_shape} must hold sizes of at least 1"
                )

    def normalised(self) -> Shape:
        """The sizes of the axes normalised over."""
        given = self.normalized_shape
        return tuple(given) if isinstance(given, (tuple, list)) else (given,)

    def example_shape(self) -> Shape:
        return self.normalised()

    def loops(self, shape: Shape) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The loops over what is kept and over what is normalised; refuses an input that does not fit."""
        over = self.normalised()
        kept = len(shape) - len(over)
        sentence = partial(_ends_otherwise, self, over, shape)
        if kept < 0:
            raise ConvmathError(sentence())
        for size, wanted in zip(shape[kept:], over, strict=True):
            need_equal(size, wanted, sentence)
        rows = tuple(f"r{axis}" for axis in range(kept))
        return rows, ("c",) if len(over) == 1 else tuple(f"c{axis}" for axis in range(len(over)))


def _ends_otherwise(layer: Layer, over: Shape, shape: Shape) -> str:
    return f"{layer!r} takes an input that ends in {show(over)}, got {show(shape)}"


@dataclass(frozen=True, repr=False)
class LayerNorm(OverLastAxes):
    """Normalise over the last axes, those of ``normalized_shape``, then scale and shift.

    ``Y = W * (X - mean)/sqrt(variance + eps) + B``, a weight and a bias for each element normalised over.
    Ba et al., "Layer normalization" (2016), equation 3.

    >>> LayerNorm(6).parameters()
    {'weight': 6, 'bias': 6}
    """

    normalized_shape: Integer | tuple[Integer, ...] | list[Integer]
    eps: float = 1e-5
    elementwise_affine: bool = True
    bias: bool = True

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        rows, features = self.loops(shape)
        sizes = dict(zip((*rows, *features), shape, strict=True))
        place = tuple(map(loop, (*rows, *features)))
        weighed = {"W": self.elementwise_affine, "B": self.elementwise_affine and self.bias}
        feature = tuple(map(loop, features))
        weight, bias = (Access(name, feature) if there else None for name, there in weighed.items())
        return standardised(shape, sizes, rows, place, weight, bias, self.eps)


@dataclass(frozen=True, repr=False)
class RMSNorm(OverLastAxes):
    """Divide by the root of the mean square over the last axes, then scale.

    ``Y = W * X/sqrt(mean of X^2 + eps)``; without ``eps`` it is the machine's epsilon.
    Zhang and Sennrich, "Root mean square layer normalization" (2019), equation 4.

    >>> RMSNorm(6).parameters(), RMSNorm(6).operations((6,)).multiplications
    ({'weight': 6}, 12)
    """

    normalized_shape: Integer | tuple[Integer, ...] | list[Integer]
    eps: float | None = None
    elementwise_affine: bool = True

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        rows, features = self.loops(shape)
        sizes = dict(zip((*rows, *features), shape, strict=True))
        blocks = tuple(single(name, size) for name, size in sizes.items())
        place = tuple(map(loop, (*rows, *features)))
        x, root = Access("X", place), Access("S", tuple(map(loop, rows)))
        eps = Constant("eps", 2.0**-52 if self.eps is None else self.eps)
        scaled = Access("W", tuple(map(loop, features))) * x if self.elementwise_affine else x
        return (
            Statement(root, shape[: len(rows)], blocks, ROOT(summed(SQUARE(x)) / Taps() + eps)),
            Statement(Access("Y", place), shape, blocks, scaled / root, WEIGHTS),
        )


def standardised(
    shape: Shape,
    sizes: dict[str, Integer],
    kept: Sequence[str],
    place: tuple[Index, ...],
    weight: Access | None,
    bias: Access | None,
    eps: float,
) -> tuple[Statement, ...]:
    """Mean, deviations, standard deviation and weighed quotient, over all loops but those ``kept``."""
    blocks = tuple(single(name, size) for name, size in sizes.items())
    fewer = tuple(sizes[name] for name in kept)
    mean, spread = (Access(name, tuple(map(loop, kept))) for name in ("M", "S"))
    x, apart, y = (Access(name, place) for name in ("X", "D", "Y"))
    quotient: Expression = (apart if weight is None else weight * apart) / spread
    result = quotient if bias is None else quotient + bias
    variance = summed(SQUARE(apart)) / Taps()
    return (
        Statement(mean, fewer, blocks, summed(x) / Taps()),
        Statement(apart, shape, blocks, x - mean),
        Statement(spread, fewer, blocks, ROOT(variance + Constant("eps", eps))),
        Statement(y, shape, blocks, result, WEIGHTS),
    )


@dataclass(frozen=True, repr=False)
class LocalResponseNorm(Layer):
    """AlexNet's normalisation across ``size`` neighbouring channels.

    ``Y[c] = X[c] / (k + alpha/size * sum over a of X[c + a - size//2]**2) ** beta``, as PyTorch has it.
    """

    size: Positive
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        names, indices = element_loops(shape), everywhere(shape)
        before = floor_div(self.size, 2)
        window = Window(self.size, begin=before, end=self.size - 1 - before)
        read = Access("X", (Index(((1, "c"), (1, "a")), -before), *indices[1:]))
        share = Constant("(alpha/size)", self.alpha / self.size if is_number(self.size) else self.alpha)
        energy = Constant("k", self.k) + share * summed(SQUARE(read))
        near = Statement(
            Access("S", indices),
            shape,
            (gathered(("c", "a"), window, shape[0]), *map(single, names[1:], shape[1:])),
            energy ** Constant("beta", self.beta),
        )
        return near, elementwise(shape, element(shape) / Access("S", indices))
