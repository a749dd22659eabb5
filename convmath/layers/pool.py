"""Pooling: maximum, average, adaptive, global, and LeNet-5's trainable subsampling."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_number, product
from convmath.geometry.loopnest import (
    Access,
    Block,
    Index,
    Statement,
    Then,
    adaptive,
    gathered,
    loop,
    single,
)
from convmath.geometry.notation import OUTPUT_LOOPS, TAP_LOOPS
from convmath.geometry.window import AdaptiveWindow, Window
from convmath.layers.base import (
    Layer,
    Padding,
    PerAxis,
    Shape,
    check_fits,
    check_input,
    check_whole,
    is_whole,
    per_axis,
)
from convmath.layers.conv import check_padding, padding_pairs, position
from convmath.layers.conv import pad as padded


@dataclass(frozen=True, repr=False)
class Pool(Layer):
    """A window over each channel by itself; the subclasses say what becomes of its values."""

    kernel_size: PerAxis
    stride: PerAxis | None = None
    padding: Padding = 0

    rank: ClassVar[int]

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, 1, "kernel_size")
        if self.stride is not None:
            check_whole(self, 1, "stride")
            per_axis(self, "stride", self.rank)
        check_padding(self, words=())
        pairs = padding_pairs(self, self.rank)
        for k, pair in zip(per_axis(self, "kernel_size", self.rank), pairs, strict=True):
            for p in pair:
                if is_number(k) and is_number(p) and 2 * p > k:
                    raise ConvmathError(f"padding={p} must be at most half of kernel_size={k}")

    def windows(self) -> tuple[Window, ...]:
        """The window of each spatial axis."""
        kernels = per_axis(self, "kernel_size", self.rank)
        strides = kernels if self.stride is None else per_axis(self, "stride", self.rank)
        gaps = per_axis(self, "dilation", self.rank) if hasattr(self, "dilation") else (1,) * self.rank
        axes = zip(kernels, strides, gaps, padding_pairs(self, self.rank), strict=True)
        windows = (padded(Window(k, s, dilation=d), pair, 0) for k, s, d, pair in axes)
        if getattr(self, "ceil_mode", False):
            return tuple(window.with_ceil_mode() for window in windows)
        return tuple(windows)

    def axis_maps(self, *shapes: Shape) -> tuple[Window, ...]:
        return self.windows()

    def pooled(
        self, shape: Shape, reduce: str, then: tuple[Then, ...], parameters: dict[str, str] | None = None
    ) -> tuple[Statement, ...]:
        """The definition of a pool with this reduction and what follows it."""
        check_input(self, shape, None, self.rank)
        windows, sizes = self.windows(), shape[1:]
        check_fits(self, windows, sizes)
        outer, taps = OUTPUT_LOOPS[self.rank], TAP_LOOPS[self.rank]
        axes = list(zip(windows, outer, taps, strict=True))
        spatial = tuple(gathered((i, a), w, n) for (w, i, a), n in zip(axes, sizes, strict=True))
        read = tuple(position(w, i, a) for w, i, a in axes)
        return (_pool(shape[0], spatial, read, outer, reduce, then, parameters),)


def _pool(
    channels: Integer,
    spatial: tuple[Block, ...],
    read: tuple[Index, ...],
    outer: tuple[str, ...],
    reduce: str,
    then: tuple[Then, ...],
    parameters: dict[str, str] | None = None,
) -> Statement:
    return Statement(
        Access("Y", (loop("c"), *map(loop, outer))),
        (channels, *(block.extents[0] for block in spatial)),
        (single("c", channels), *spatial),
        (Access("X", (loop("c"), *read)),),
        reduce=reduce,
        then=then,
        parameters=parameters or {},
    )


@dataclass(frozen=True, repr=False)
class MaxPool(Pool):
    """The largest value of each window; padding never wins.

    ``Y[c, i...] = max over a... of X[c, s*i + d*a - p...]``; ``stride`` is ``kernel_size`` unless given.
    ``ceil_mode`` is PyTorch's, the clip of a last window outside the input included.
    """

    dilation: PerAxis = 1
    ceil_mode: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, 1, "dilation")

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        return self.pooled(shapes[0], "max", ())


@dataclass(frozen=True, repr=False)
class AvgPool(Pool):
    """The mean of each window.

    ``Y[c, i...] = (sum over a... of X[c, s*i + a - p...]) / count``, where the count is
    ``divisor_override``, or the taps inside the padded input, or with ``count_include_pad=False`` those
    inside the input.
    """

    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: Integer | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.divisor_override is not None:
            check_whole(self, 1, "divisor_override")

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        return self.pooled(
            shapes[0], "sum", (Then("divisions", self._divisor(shapes[0]), "({}) / {operand}"),)
        )

    def _divisor(self, shape: Shape) -> Integer | Access:
        """A number, or the count of taps: inside the input, or inside these bounds of the padded one."""
        if self.divisor_override is not None:
            return self.divisor_override
        if not self.count_include_pad:
            return Access("count")
        if not self.ceil_mode:
            return product(window.kernel_size for window in self.windows())
        padded_axes = (padded(Window(), pair, 0) for pair in padding_pairs(self, self.rank))
        bounds = (n + axis.end for n, axis in zip(shape[1:], padded_axes, strict=True))
        return Access("count", tuple(Index((), bound) for bound in bounds))


@dataclass(frozen=True, repr=False)
class Subsample(Pool):
    """LeNet-5's trainable subsampling: the window's sum, times a weight, plus a bias per channel.

    ``Y[c, i...] = W[c] * (sum over a... of X[c, s*i + a...]) + B[c]``

    LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition" (1998).
    """

    channels: Integer = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, 1, "channels")
        if any(is_number(p) and p for pair in padding_pairs(self, self.rank) for p in pair):
            raise ConvmathError(f"padding={self.padding}: subsampling has none; pad with a layer before it")

    def smallest_input(self) -> Shape:
        return (self.channels, *(window.size for window in self.windows()))

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        check_input(self, shapes[0], self.channels, self.rank)
        weight, bias = Access("W", (loop("c"),)), Access("B", (loop("c"),))
        scale = Then("multiplications", weight, "{operand} * ({})")
        shift = Then("additions", bias, "{} + {operand}")
        return self.pooled(shapes[0], "sum", (scale, shift), {"W": "weight", "B": "bias"})


@dataclass(frozen=True, repr=False)
class AdaptivePool(Layer):
    """Pooling to a given size: window i of o over n positions is [floor(i*n/o), ceil((i + 1)*n/o)).

    ``output_size`` is one size, one per axis, or None for an axis that keeps its size.
    """

    output_size: PerAxis | tuple[Integer | None, ...] | None

    rank: ClassVar[int]

    @property
    def ends_maps(self) -> bool:
        return True

    def __post_init__(self) -> None:
        super().__post_init__()
        for size in per_axis(self, "output_size", self.rank):
            if size is not None and (not is_whole(size) or (is_number(size) and size < 1)):
                raise ConvmathError(f"output_size={self.output_size} must be at least 1, or None")

    def windows(self, sizes: Shape) -> tuple[AdaptiveWindow, ...]:
        """The windows of each spatial axis."""
        wanted = per_axis(self, "output_size", self.rank)
        return tuple(
            AdaptiveWindow(n, n if size is None else size) for n, size in zip(sizes, wanted, strict=True)
        )

    def axis_maps(self, *shapes: Shape) -> tuple[Window, ...]:
        return tuple(window.window() for window in self.windows(shapes[0][1:]))

    def pooled(self, shape: Shape, reduce: str, then: tuple[Then, ...]) -> tuple[Statement, ...]:
        """The definition of an adaptive pool with this reduction and what follows it."""
        check_input(self, shape, None, self.rank)
        windows = self.windows(shape[1:])
        outer, taps = OUTPUT_LOOPS[self.rank], TAP_LOOPS[self.rank]
        spatial = tuple(adaptive((i, a), w) for i, a, w in zip(outer, taps, windows, strict=True))
        read = tuple(
            Index(((1, a),), scaled=(w.n, i, 0, w.windows))
            for i, a, w in zip(outer, taps, windows, strict=True)
        )
        return (_pool(shape[0], spatial, read, outer, reduce, then),)


class AdaptiveMaxPool(AdaptivePool):
    """The largest value of each adaptive window."""

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        return self.pooled(shapes[0], "max", ())


class AdaptiveAvgPool(AdaptivePool):
    """The mean of each adaptive window; global average pooling for ``output_size=1``."""

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        return self.pooled(shapes[0], "sum", (Then("divisions", Access("count"), "({}) / {operand}"),))


class MaxPool1d(MaxPool):
    """``MaxPool`` over one spatial axis.

    >>> MaxPool1d(2).output_shape((3, 9))
    (3, 4)
    """

    rank = 1


class MaxPool2d(MaxPool):
    """``MaxPool`` over height and width.

    >>> MaxPool2d(3, stride=2, ceil_mode=True).output_shape((1, 112, 112))
    (1, 56, 56)
    """

    rank = 2


class MaxPool3d(MaxPool):
    """``MaxPool`` over depth, height and width."""

    rank = 3


class AvgPool1d(AvgPool):
    """``AvgPool`` over one spatial axis."""

    rank = 1


class AvgPool2d(AvgPool):
    """``AvgPool`` over height and width.

    >>> AvgPool2d(4, stride=4, padding=2, ceil_mode=True).output_shape((1, 9, 9))
    (1, 3, 3)
    """

    rank = 2


class AvgPool3d(AvgPool):
    """``AvgPool`` over depth, height and width."""

    rank = 3


class Subsample2d(Subsample):
    """``Subsample`` over height and width.

    >>> Subsample2d(2, channels=6).parameters()
    {'weight': 6, 'bias': 6}
    """

    rank = 2


class AdaptiveMaxPool1d(AdaptiveMaxPool):
    """``AdaptiveMaxPool`` over one spatial axis."""

    rank = 1


class AdaptiveMaxPool2d(AdaptiveMaxPool):
    """``AdaptiveMaxPool`` over height and width."""

    rank = 2


class AdaptiveMaxPool3d(AdaptiveMaxPool):
    """``AdaptiveMaxPool`` over depth, height and width."""

    rank = 3


class AdaptiveAvgPool1d(AdaptiveAvgPool):
    """``AdaptiveAvgPool`` over one spatial axis."""

    rank = 1


class AdaptiveAvgPool2d(AdaptiveAvgPool):
    """``AdaptiveAvgPool`` over height and width.

    >>> AdaptiveAvgPool2d(6).output_shape((256, 13, 13))
    (256, 6, 6)
    """

    rank = 2


class AdaptiveAvgPool3d(AdaptiveAvgPool):
    """``AdaptiveAvgPool`` over depth, height and width."""

    rank = 3


@dataclass(frozen=True, repr=False)
class GlobalAvgPool2d(AdaptiveAvgPool2d):
    """The mean of each channel's whole map: ``AdaptiveAvgPool2d(1)``."""

    output_size: int = field(default=1, init=False)


@dataclass(frozen=True, repr=False)
class GlobalMaxPool2d(AdaptiveMaxPool2d):
    """The largest value of each channel's whole map: ``AdaptiveMaxPool2d(1)``."""

    output_size: int = field(default=1, init=False)
