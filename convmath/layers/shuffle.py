"""Channels dealt out anew, and channels exchanged for positions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from convmath.exact.demand import need_multiple
from convmath.exact.integers import exact_div
from convmath.geometry.loopnest import Access, Index, Statement, loop, single
from convmath.layers.arguments import Positive
from convmath.layers.base import Layer, Shape, check_input, show
from convmath.layers.channels import check_groups
from convmath.layers.elementwise import element_loops


@dataclass(frozen=True, repr=False)
class ChannelShuffle(Layer):
    """Channels dealt out anew: channel ``k`` of group ``g`` goes to place ``k*groups + g``.

    Zhang et al., "ShuffleNet" (2018), section 3.1.

    >>> ChannelShuffle(2).output_shape((6, 4, 4))
    (6, 4, 4)
    """

    groups: Positive

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_groups(self.groups, channels=shape[0])
        each = exact_div(shape[0], self.groups)
        _, *positions = element_loops(shape)
        behind = tuple(map(loop, positions))
        return (
            Statement(
                Access("Y", (Index(((self.groups, "k"), (1, "g"))), *behind)),
                shape,
                (single("g", self.groups), single("k", each), *map(single, positions, shape[1:])),
                Access("X", (Index(((each, "g"), (1, "k"))), *behind)),
            ),
        )


@dataclass(frozen=True, repr=False)
class PixelShuffle(Layer):
    """Each r*r channels as r x r positions: ``Y[c, r*i + a, r*j + b] = X[(c*r + a)*r + b, i, j]``.

    Shi et al., "Real-time single image and video super-resolution" (2016), equation 4.

    >>> PixelShuffle(2).output_shape((8, 5, 6))
    (2, 10, 12)
    """

    upscale_factor: Positive

    rank: ClassVar[int] = 2

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, None, self.rank)
        r = self.upscale_factor
        need_multiple(shape[0], r * r, partial(_not_shared_out, self, shape, 0, r * r))
        channels = exact_div(shape[0], r * r)
        wide, deep = _exchanged(r)
        return (
            Statement(
                Access("Y", (loop("c"), *wide)),
                (channels, *(n * r for n in shape[1:])),
                (*map(single, "cij", (channels, *shape[1:])), *map(single, "ab", (r, r))),
                Access("X", (deep, loop("i"), loop("j"))),
            ),
        )


@dataclass(frozen=True, repr=False)
class PixelUnshuffle(Layer):
    """Squares of r x r positions as r*r channels: ``Y[(c*r + a)*r + b, i, j] = X[c, r*i + a, r*j + b]``.

    >>> PixelUnshuffle(2).output_shape((2, 10, 12))
    (8, 5, 6)
    """

    downscale_factor: Positive

    rank: ClassVar[int] = 2

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, None, self.rank)
        r = self.downscale_factor
        for axis in (1, 2):
            need_multiple(shape[axis], r, partial(_not_shared_out, self, shape, axis, r))
        sizes = tuple(exact_div(n, r) for n in shape[1:])
        wide, deep = _exchanged(r)
        return (
            Statement(
                Access("Y", (deep, loop("i"), loop("j"))),
                (shape[0] * r * r, *sizes),
                (*map(single, "cij", (shape[0], *sizes)), *map(single, "ab", (r, r))),
                Access("X", (loop("c"), *wide)),
            ),
        )


def _exchanged(r: Positive) -> tuple[tuple[Index, ...], Index]:
    """The positions of the wide side, and the channel of the deep one."""
    wide = (Index(((r, "i"), (1, "a"))), Index(((r, "j"), (1, "b"))))
    return wide, Index(((r * r, "c"), (r, "a"), (1, "b")))


def _not_shared_out(layer: Layer, shape: Shape, axis: int, divisor: Positive) -> str:
    size = shape[axis]
    return f"{layer!r}: axis {axis + 1} of {show(shape)} is {size}, not divisible by {divisor}; change one"
