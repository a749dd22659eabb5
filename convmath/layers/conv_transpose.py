"""Transposed convolution, any number of spatial axes: the convolution's index map run backwards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from convmath.errors import ConvmathError
from convmath.exact.demand import need_at_least
from convmath.exact.integers import Integer, is_number
from convmath.geometry.loopnest import Access, Statement, loop, scattered
from convmath.geometry.notation import OUTPUT_LOOPS, TAP_LOOPS
from convmath.geometry.operation import summed
from convmath.geometry.window import Window
from convmath.layers.arguments import NaturalPerAxis, Padding, PerAxis, Positive, per_axis
from convmath.layers.base import Layer, Shape, check_input
from convmath.layers.channels import check_groups, grouped_channels
from convmath.layers.elementwise import WEIGHTS
from convmath.layers.ranks import ranked
from convmath.layers.sliding import check_padding, position, windows_of


@dataclass(frozen=True, repr=False)
class ConvTranspose(Layer):
    """Transposed convolution, as PyTorch's ``ConvTranspose1d``, ``2d`` and ``3d`` compute it.

    ``Y[o, s*i + d*a - p...] += W[c, o, a...] * X[c, i...]``, then ``B[o]`` on every output.

    ``padding`` crops the result and may be a (begin, end) pair per axis; ``output_padding`` adds rows at
    its end.  Multiplications go with the input's positions: every tap, also those cropped away.

    >>> from convmath import ConvTranspose1d, ConvTranspose2d
    >>> ConvTranspose1d(1, 1, 4, stride=2, padding=1, output_padding=1).output_shape((1, 7))
    (1, 15)
    >>> layer = ConvTranspose2d(4, 6, 3, stride=2, bias=False)
    >>> layer.output_shape((4, 5, 5)), layer.operations((4, 5, 5)).multiplications
    ((6, 11, 11), 5400)
    """

    in_channels: Positive
    out_channels: Positive
    kernel_size: PerAxis
    stride: PerAxis = 1
    padding: Padding = 0
    output_padding: NaturalPerAxis = 0
    groups: Positive = 1
    bias: bool = True
    dilation: PerAxis = 1

    rank: ClassVar[int]

    def __post_init__(self) -> None:
        super().__post_init__()
        check_groups(self.groups, in_channels=self.in_channels, out_channels=self.out_channels)
        check_padding(self, words=())
        names = ("output_padding", "stride", "dilation")
        for extra, s, d in zip(*(per_axis(self, name, self.rank) for name in names), strict=True):
            if all(map(is_number, (extra, s, d))) and extra >= max(s, d):
                raise ConvmathError(
                    f"output_padding={extra} must be smaller than the stride {s} or the dilation {d}"
                )

    def windows(self) -> tuple[Window, ...]:
        """The window of each spatial axis; its padding crops the output."""
        return windows_of(self, self.rank)

    def example_shape(self) -> Shape:
        crops = max((w.begin + w.end for w in self.windows() if is_number(w.begin + w.end)), default=0)
        return (self.in_channels, *(1 + crops,) * self.rank)

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, self.in_channels, self.rank)
        windows, sizes = self.windows(), shape[1:]
        extras = per_axis(self, "output_padding", self.rank)
        result = tuple(w.span(n) + extra for w, n, extra in zip(windows, sizes, extras, strict=True))
        for size in result:
            need_at_least(size, 1, partial(_cropped, self, size))
        outer, taps = OUTPUT_LOOPS[self.rank], TAP_LOOPS[self.rank]
        axes = zip(outer, taps, windows, sizes, result, strict=True)
        spatial = tuple(scattered((i, a), w, n, size) for i, a, w, n, size in axes)
        channels = grouped_channels(self.out_channels, self.in_channels, self.groups)
        written = (position(w, i, a) for w, i, a in zip(windows, outer, taps, strict=True))
        weight = Access("W", (channels.input, channels.output_in_group, *map(loop, taps)))
        products = summed(weight * Access("X", (channels.input, *map(loop, outer))))
        return (
            Statement(
                Access("Y", (channels.output, *written)),
                (self.out_channels, *result),
                (*channels.blocks, *spatial),
                Access("B", (channels.output,)) + products if self.bias else products,
                WEIGHTS,
            ),
        )


def _cropped(layer: Layer, size: Integer) -> str:
    return f"{layer!r}: the padding crops everything, {size} rows are left; crop less"


ConvTranspose1d, ConvTranspose2d, ConvTranspose3d = ranked(ConvTranspose)
