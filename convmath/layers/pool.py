"""Pooling with windows of one size: maximum, average, power average, and LeNet-5's subsampling."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_number, product
from convmath.geometry.loopnest import Access, Block, Statement, Taps, gathered, loop, single
from convmath.geometry.notation import OUTPUT_LOOPS, TAP_LOOPS
from convmath.geometry.operation import Constant, Expression, largest, summed
from convmath.geometry.window import Window
from convmath.layers.arguments import Padding, PerAxis, Positive, per_axis
from convmath.layers.base import Layer, Shape, check_input
from convmath.layers.elementwise import CHANNEL, WEIGHTS
from convmath.layers.ranks import ranked
from convmath.layers.sliding import check_fits, check_padding, padded, padding_pairs, position, windows_of

NO_VALUE = float("-inf")  # beside the input, what never is the largest


class Pool(Layer):
    """A window over each channel by itself; the subclasses say what becomes of its values."""

    kernel_size: PerAxis
    stride: PerAxis | None
    padding: Padding

    rank: ClassVar[int]
    outside: ClassVar[float] = 0  # what padding reads as

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.stride == self.kernel_size:
            object.__setattr__(self, "stride", None)  # what it is unless given
        check_padding(self, words=())
        pairs = padding_pairs(self, self.rank)
        for k, pair in zip(per_axis(self, "kernel_size", self.rank), pairs, strict=True):
            for p in pair:
                if is_number(k) and is_number(p) and 2 * p > k:
                    raise ConvmathError(f"padding={p} must be at most half of kernel_size={k}")

    def windows(self) -> tuple[Window, ...]:
        """The window of each spatial axis."""
        windows = windows_of(self, self.rank)
        if getattr(self, "ceil_mode", False):
            return tuple(window.with_ceil_mode() for window in windows)
        return windows

    def element(self, read: Access, shape: Shape) -> Expression:
        """What an output element is, made from what its window reads."""
        raise NotImplementedError

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, getattr(self, "channels", None), self.rank)
        windows, sizes = self.windows(), shape[1:]
        check_fits(self, windows, sizes)
        outer, taps = OUTPUT_LOOPS[self.rank], TAP_LOOPS[self.rank]
        axes = list(zip(windows, outer, taps, strict=True))
        spatial = tuple(gathered((i, a), w, n) for (w, i, a), n in zip(axes, sizes, strict=True))
        read = Access("X", (CHANNEL, *(position(w, i, a) for w, i, a in axes)), self.outside)
        return (pooled(shape[0], spatial, self.element(read, shape)),)


def pooled(channels: Integer, spatial: tuple[Block, ...], element: Expression) -> Statement:
    """The statement of a pool: every channel by itself, a window an output."""
    outer = OUTPUT_LOOPS[len(spatial)]
    return Statement(
        Access("Y", (CHANNEL, *map(loop, outer))),
        (channels, *(block.extents[0] for block in spatial)),
        (single("c", channels), *spatial),
        element,
        WEIGHTS,
    )


@dataclass(frozen=True, repr=False)
class MaxPool(Pool):
    """The largest value of each window; padding never wins.

    ``Y[c, i...] = max over a... of X[c, s*i + d*a - p...]``; ``stride`` is ``kernel_size`` unless given.
    ``ceil_mode`` is PyTorch's, the clip of a last window outside the input included.

    >>> from convmath import MaxPool1d, MaxPool2d
    >>> MaxPool1d(2).output_shape((3, 9)), MaxPool2d(3, 2, ceil_mode=True).output_shape((1, 112, 112))
    ((3, 4), (1, 56, 56))
    """

    kernel_size: PerAxis
    stride: PerAxis | None = None
    padding: Padding = 0
    dilation: PerAxis = 1
    ceil_mode: bool = field(default=False, kw_only=True)

    outside: ClassVar[float] = NO_VALUE

    def element(self, read: Access, shape: Shape) -> Expression:
        return largest(read)


@dataclass(frozen=True, repr=False)
class AvgPool(Pool):
    """The mean of each window.

    ``Y[c, i...] = (sum over a... of X[c, s*i + a - p...]) / count``, where the count is
    ``divisor_override``, or the taps inside the padded input, or with ``count_include_pad=False`` those
    inside the input.

    >>> from convmath import AvgPool2d
    >>> AvgPool2d(4, stride=4, padding=2, ceil_mode=True).output_shape((1, 9, 9))
    (1, 3, 3)
    """

    kernel_size: PerAxis
    stride: PerAxis | None = None
    padding: Padding = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: Positive | None = None

    def element(self, read: Access, shape: Shape) -> Expression:
        return summed(read) / self._divisor(shape)

    def _divisor(self, shape: Shape) -> Expression:
        """A number, or the count of taps: inside the input, or inside these bounds of the padded one."""
        if self.divisor_override is not None:
            return self.divisor_override
        if not self.count_include_pad:
            return Taps()
        if not self.ceil_mode:
            return product([window.kernel_size for window in self.windows()])
        axes = (padded(Window(), pair, 0) for pair in padding_pairs(self, self.rank))
        return Taps(tuple(n + axis.end for n, axis in zip(shape[1:], axes, strict=True)))


@dataclass(frozen=True, repr=False)
class LPPool(Pool):
    """The power average of each window: ``(sum over a... of X[c, s*i + a...]^p)^(1/p)``, p = ``norm_type``.

    With ``ceil_mode``, a last window that overhangs counts as if it were full of its own mean.

    >>> from convmath import LPPool1d
    >>> LPPool1d(2, 3, stride=2).output_shape((4, 9))
    (4, 4)
    """

    norm_type: float
    kernel_size: PerAxis
    stride: PerAxis | None = None
    ceil_mode: bool = False

    padding: ClassVar[Padding] = 0  # type: ignore[misc]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.norm_type <= 0:
            raise ConvmathError(f"norm_type={self.norm_type} must be larger than 0")

    def element(self, read: Access, shape: Shape) -> Expression:
        powers = summed(read**self.norm_type)
        if self.ceil_mode:
            full = product([window.kernel_size for window in self.windows()])
            powers = powers / Taps(shape[1:]) * full
        return powers ** Constant(f"(1/{self.norm_type:g})", 1 / self.norm_type)


@dataclass(frozen=True, repr=False)
class Subsample(Pool):
    """LeNet-5's trainable subsampling: the window's sum, times a weight, plus a bias per channel.

    ``Y[c, i...] = W[c] * (sum over a... of X[c, s*i + a...]) + B[c]``

    LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition" (1998).

    >>> from convmath import Subsample2d
    >>> Subsample2d(2, channels=6).parameters()
    {'weight': 6, 'bias': 6}
    """

    kernel_size: PerAxis
    stride: PerAxis | None = None
    channels: Positive = field(kw_only=True)

    padding: ClassVar[Padding] = 0  # type: ignore[misc]

    def example_shape(self) -> Shape:
        return (self.channels, *(window.size for window in self.windows()))

    def element(self, read: Access, shape: Shape) -> Expression:
        return Access("W", (CHANNEL,)) * summed(read) + Access("B", (CHANNEL,))


MaxPool1d, MaxPool2d, MaxPool3d = ranked(MaxPool)
AvgPool1d, AvgPool2d, AvgPool3d = ranked(AvgPool)
LPPool1d, LPPool2d, LPPool3d = ranked(LPPool)
_, Subsample2d, _ = ranked(Subsample)
