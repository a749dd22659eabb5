"""Convolution, any number of spatial axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from convmath.errors import ConvmathError
from convmath.exact.integers import is_number, maximum
from convmath.geometry.loopnest import Access, Index, Statement, gathered, loop, tabled
from convmath.geometry.notation import OUTPUT_LOOPS, TAP_LOOPS
from convmath.geometry.operation import summed
from convmath.geometry.window import Window
from convmath.layers.arguments import (
    Padding,
    PerAxis,
    Positive,
    check_word,
    is_whole,
)
from convmath.layers.base import Layer, Shape, check_input
from convmath.layers.channels import IN, OUT, Channels, check_groups, grouped_channels
from convmath.layers.elementwise import WEIGHTS
from convmath.layers.ranks import ranked
from convmath.layers.sliding import (
    check_fits,
    check_padding,
    check_wrap,
    position,
    windows_of,
)

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


@dataclass(frozen=True, repr=False)
class Conv(Layer):
    """Cross-correlation of channels, as PyTorch's ``Conv1d``, ``Conv2d`` and ``Conv3d`` compute it.

    ``Y[o, i...] = B[o] + sum over c, a... of W[o, c, a...] * X[c, s*i + d*a - p...]``

    Every number may be a symbol, and any spatial argument one value or one per axis.  Beyond PyTorch:
    ``padding`` also takes a (begin, end) pair per axis and the words ``"full"`` and, at any stride,
    ``"same"`` (TensorFlow's SAME); ``connections`` lists for each output channel the input channels it
    reads (LeNet-5's C3); ``flip_kernel`` makes it a true convolution.

    >>> from convmath import Conv1d, Conv2d, Conv3d
    >>> dilated, deep = Conv1d(4, 8, 3, dilation=2), Conv3d(1, 2, (3, 5, 5))
    >>> dilated.output_shape((4, 10)), deep.output_shape((1, 8, 9, 9))
    ((8, 6), (2, 6, 5, 5))
    >>> layer = Conv2d(3, 128, 3, bias=False)
    >>> layer.output_shape((3, 7, 7)), layer.parameters(), layer.operations((3, 7, 7)).multiplications
    ((128, 5, 5), {'weight': 3456}, 86400)
    """

    in_channels: Positive
    out_channels: Positive
    kernel_size: PerAxis
    stride: PerAxis = 1
    padding: Padding = 0
    dilation: PerAxis = 1
    groups: Positive = 1
    bias: bool = True
    padding_mode: str = "zeros"
    connections: tuple[tuple[int, ...], ...] | None = None
    flip_kernel: bool = False

    rank: ClassVar[int]

    def __post_init__(self) -> None:
        super().__post_init__()
        check_groups(self.groups, in_channels=self.in_channels, out_channels=self.out_channels)
        check_padding(self)
        check_word(self, "padding_mode", PADDING_MODES)
        if self.connections is not None:
            _check_connections(self, self.connections)

    def windows(self, sizes: Shape) -> tuple[Window, ...]:
        """The window of each spatial axis, its padding worked out for inputs of these sizes."""
        return windows_of(self, self.rank, sizes)

    def example_shape(self) -> Shape:
        sizes = (1,) * self.rank
        needed = ((w.size, w.begin, w.end) for w in self.windows(sizes))
        return (self.in_channels, *(maximum(size, maximum(begin, end) + 1) for size, begin, end in needed))

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, self.in_channels, self.rank)
        sizes = shape[1:]
        windows = self.windows(sizes)
        check_fits(self, windows, sizes)
        check_wrap(self, self.padding_mode, windows, sizes)
        outer, taps = OUTPUT_LOOPS[self.rank], TAP_LOOPS[self.rank]
        pads = self.padding_mode == "zeros"
        axes = zip(outer, taps, windows, sizes, strict=True)
        spatial = tuple(gathered((i, a), window, n, pads=pads) for i, a, window, n in axes)
        channels = self._channels()
        wrap = "" if pads else self.padding_mode
        read = (position(w, i, a, wrap) for w, i, a in zip(windows, outer, taps, strict=True))
        kernel = (self._tap(w, a) for w, a in zip(windows, taps, strict=True))
        weight = Access("W", (channels.output, channels.input_in_group, *kernel))
        products = summed(weight * Access("X", (channels.input, *read)))
        return (
            Statement(
                Access("Y", (channels.output, *map(loop, outer))),
                (self.out_channels, *(block.extents[0] for block in spatial)),
                (*channels.blocks, *spatial),
                Access("B", (channels.output,)) + products if self.bias else products,
                WEIGHTS,
            ),
        )

    def _channels(self) -> Channels:
        if self.connections is None:
            return grouped_channels(self.out_channels, self.in_channels, self.groups)
        pairs = tuple((o, c) for o, read in enumerate(self.connections) for c in read)
        block = tabled(("o", "c"), pairs, (self.out_channels, self.in_channels))
        return Channels((block,), OUT, IN, OUT, IN)

    def _tap(self, window: Window, tap: str) -> Index:
        return Index(((-1, tap),), window.kernel_size - 1) if self.flip_kernel else loop(tap)


def _check_connections(layer: Conv, connections: tuple[tuple[int, ...], ...]) -> None:
    if layer.groups != 1:
        raise ConvmathError(f"connections and groups={layer.groups} exclude each other; use groups=1")
    if not isinstance(connections, tuple) or not isinstance(layer.in_channels, int):
        raise ConvmathError(
            f"connections={connections!r} must be one tuple of input channels for each output channel, "
            "and both channel counts numbers"
        )
    if len(connections) != layer.out_channels:
        raise ConvmathError(
            f"connections lists {len(connections)} output channels, out_channels={layer.out_channels}; "
            "give one tuple of input channels for each output channel"
        )
    known = set(range(layer.in_channels))
    for read in connections:
        whole = isinstance(read, tuple) and read and all(map(is_whole, read)) and all(map(is_number, read))
        if not whole or not set(read) <= known or len(set(read)) < len(read):
            raise ConvmathError(
                f"connections has {read}; each entry needs different input channels "
                f"from 0 to {layer.in_channels - 1}"
            )


Conv1d, Conv2d, Conv3d = ranked(Conv)
