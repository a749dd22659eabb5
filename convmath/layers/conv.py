"""Convolution, any number of spatial axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_number, maximum
from convmath.geometry.loopnest import Access, Block, Index, Statement, Then, gathered, joined, loop
from convmath.geometry.notation import OUTPUT_LOOPS, TAP_LOOPS
from convmath.geometry.window import Window, full_padding, same_padding
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
    show,
)
from convmath.layers.channels import Channels, check_groups, grouped_channels

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")
PADDING_WORDS = ("valid", "same", "full")


@dataclass(frozen=True, repr=False)
class Conv(Layer):
    """Cross-correlation of channels, as PyTorch's ``Conv1d``, ``Conv2d`` and ``Conv3d`` compute it.

    ``Y[o, i...] = B[o] + sum over c, a... of W[o, c, a...] * X[c, s*i + d*a - p...]``

    Every number may be a symbol, and any spatial argument one value or one per axis.  Beyond PyTorch:
    ``padding`` also takes a (begin, end) pair per axis and the words ``"full"`` and, at any stride,
    ``"same"`` (TensorFlow's SAME); ``connections`` lists for each output channel the input channels it
    reads (LeNet-5's C3); ``flip_kernel`` makes it a true convolution.
    """

    in_channels: Integer
    out_channels: Integer
    kernel_size: PerAxis
    stride: PerAxis = 1
    padding: Padding = 0
    dilation: PerAxis = 1
    groups: Integer = 1
    bias: bool = True
    padding_mode: str = "zeros"
    connections: tuple[tuple[int, ...], ...] | None = None
    flip_kernel: bool = False

    rank: ClassVar[int]

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, 1, "in_channels", "out_channels", "kernel_size", "stride", "dilation", "groups")
        check_groups(self.groups, in_channels=self.in_channels, out_channels=self.out_channels)
        check_padding(self)
        if self.padding_mode not in PADDING_MODES:
            raise ConvmathError(
                f"padding_mode={self.padding_mode!r} is not known; use one of {', '.join(PADDING_MODES)}"
            )
        if self.connections is not None:
            self._check_connections(self.connections)
        for name in ("kernel_size", "stride", "dilation"):
            per_axis(self, name, self.rank)

    def _check_connections(self, connections: tuple[tuple[int, ...], ...]) -> None:
        if self.groups != 1:
            raise ConvmathError(f"connections and groups={self.groups} exclude each other; use groups=1")
        if not isinstance(connections, tuple) or not is_number(self.in_channels):
            raise ConvmathError(
                f"connections={connections!r} must be one tuple of input channels for each output channel, "
                "and both channel counts numbers"
            )
        if len(connections) != self.out_channels:
            raise ConvmathError(
                f"connections lists {len(connections)} output channels, out_channels={self.out_channels}; "
                "give one tuple of input channels for each output channel"
            )
        known = set(range(self.in_channels))
        for read in connections:
            whole = isinstance(read, tuple) and read and all(map(is_whole, read))
            if not whole or not set(read) <= known or len(set(read)) < len(read):
                raise ConvmathError(
                    f"connections has {read}; each entry needs different input channels "
                    f"from 0 to {self.in_channels - 1}"
                )

    def windows(self, sizes: Shape) -> tuple[Window, ...]:
        """The window of each spatial axis, its padding worked out for inputs of these sizes."""
        axes = zip(
            per_axis(self, "kernel_size", self.rank),
            per_axis(self, "stride", self.rank),
            per_axis(self, "dilation", self.rank),
            padding_pairs(self, self.rank),
            sizes,
            strict=True,
        )
        return tuple(pad(Window(k, s, dilation=d), padding, n) for k, s, d, padding, n in axes)

    def axis_maps(self, *shapes: Shape) -> tuple[Window, ...]:
        return self.windows(shapes[0][1:])

    def smallest_input(self) -> Shape:
        sizes = (1,) * self.rank
        needed = ((w.size, w.begin, w.end) for w in self.windows(sizes))
        return (self.in_channels, *(maximum(size, maximum(begin, end) + 1) for size, begin, end in needed))

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, self.in_channels, self.rank)
        sizes = shape[1:]
        windows = self.windows(sizes)
        check_fits(self, windows, sizes)
        check_wrap(self, windows, sizes)
        outer, taps = OUTPUT_LOOPS[self.rank], TAP_LOOPS[self.rank]
        pads = self.padding_mode == "zeros"
        axes = zip(outer, taps, windows, sizes, strict=True)
        spatial = tuple(gathered((i, a), window, n, pads=pads) for i, a, window, n in axes)
        channels = self._channels()
        wrap = "" if pads else self.padding_mode
        read = (position(w, i, a, wrap) for w, i, a in zip(windows, outer, taps, strict=True))
        kernel = (self._tap(w, a) for w, a in zip(windows, taps, strict=True))
        weight = Access("W", (channels.output, channels.input_in_group, *kernel))
        bias = Access("B", (channels.output,))
        return (
            Statement(
                Access("Y", (channels.output, *map(loop, outer))),
                (self.out_channels, *(block.extents[0] for block in spatial)),
                (*channels.blocks, *spatial),
                (weight, Access("X", (channels.input, *read))),
                reduce="sum",
                then=(Then("additions", bias, "{} + {operand}"),) if self.bias else (),
                parameters={"W": "weight", "B": "bias"},
            ),
        )

    def _channels(self) -> Channels:
        if self.connections is None:
            return grouped_channels(self.out_channels, self.in_channels, self.groups)
        pairs = tuple((o, c) for o, read in enumerate(self.connections) for c in read)
        block: Block = joined(("o", "c"), pairs)
        return Channels((block,), loop("o"), loop("c"), loop("o"), loop("c"))

    def _tap(self, window: Window, tap: str) -> Index:
        return Index(((-1, tap),), window.kernel_size - 1) if self.flip_kernel else loop(tap)


class Conv1d(Conv):
    """``Conv`` over one spatial axis.

    >>> Conv1d(4, 8, 3, dilation=2).output_shape((4, 10))
    (8, 6)
    """

    rank = 1


class Conv2d(Conv):
    """``Conv`` over height and width.

    >>> layer = Conv2d(3, 128, 3, bias=False)
    >>> layer.output_shape((3, 7, 7)), layer.parameters(), layer.operations((3, 7, 7)).multiplications
    ((128, 5, 5), {'weight': 3456}, 86400)
    """

    rank = 2


class Conv3d(Conv):
    """``Conv`` over depth, height and width.

    >>> Conv3d(1, 2, (3, 5, 5)).output_shape((1, 8, 9, 9))
    (2, 6, 5, 5)
    """

    rank = 3


def position(window: Window, output: str, tap: str, wrap: str = "") -> Index:
    """The input position that window ``output`` reads with ``tap``: ``s*i + d*a - p``."""
    return Index(((window.stride, output), (window.dilation, tap)), -window.begin, wrap=wrap)


def check_padding(layer: Layer, words: tuple[str, ...] = PADDING_WORDS) -> None:
    """Refuse padding that is neither a word nor whole numbers, one or a pair per axis."""
    padding = layer.padding  # type: ignore[attr-defined]
    if isinstance(padding, str):
        if padding not in words:
            instead = f"a number or {', '.join(map(repr, words))}" if words else "a number"
            raise ConvmathError(f"padding={padding!r} is not known; use {instead}")
        return
    entries = padding if isinstance(padding, tuple) else (padding,)
    for entry in entries:
        pair = entry if isinstance(entry, tuple) else (entry, entry)
        if len(pair) != 2 or not all(map(is_whole, pair)):
            raise ConvmathError(
                f"padding={padding!r}: each axis takes a whole number or a (begin, end) pair of them"
            )
        if any(p < 0 if is_number(p) else bool(p.is_negative) for p in pair):
            raise ConvmathError(f"padding={padding} must not be negative; crop the input instead")
    per_axis(layer, "padding", layer.rank)  # type: ignore[attr-defined]


def padding_pairs(layer: Layer, rank: int) -> tuple[str | tuple[Integer, Integer], ...]:
    """The padding of each axis: a word, or what stands before and after."""
    entries = per_axis(layer, "padding", rank)
    return tuple(p if isinstance(p, (str, tuple)) else (p, p) for p in entries)


def pad(window: Window, padding: str | tuple[Integer, Integer], n: Integer) -> Window:
    """The window with its padding on an axis of ``n`` positions."""
    if padding == "same":
        return same_padding(n, window)
    if padding == "full":
        return full_padding(window)
    begin, end = (0, 0) if isinstance(padding, str) else padding
    return Window(window.kernel_size, window.stride, begin, end, window.dilation)


def check_wrap(layer: Conv, windows: tuple[Window, ...], sizes: Shape) -> None:
    """Refuse reflection or wrapping that would need more rows than the input has."""
    most = {"reflect": -1, "circular": 0}.get(layer.padding_mode)
    if most is None:
        return
    for window, n in zip(windows, sizes, strict=True):
        for padding in (window.begin, window.end):
            if is_number(padding) and is_number(n) and padding > n + most:
                raise ConvmathError(
                    f"padding_mode={layer.padding_mode!r} with padding {padding} needs at least "
                    f"{padding - most} positions, the input {show(sizes)} has {n}; pad less"
                )
