"""The walk: where windows start along an axis, and what their taps read.

Every operator slides windows over padded axes.  Here the starts are enumerated and their number
is taken; no output size is ever calculated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, product
from typing import Any

import numpy as np

from convmath_reference.arguments import Array, Index, Padding, Pair, PerAxis, pairs, per_axis


@dataclass(frozen=True)
class Axis:
    """The windows along one axis of ``n`` elements, padded by ``begin`` and ``end``.

    ``starts`` and ``taps`` are offsets: tap a of window i stands on row ``starts[i] + taps[a]``
    of the padded axis.
    """

    n: int
    begin: int
    end: int
    taps: range
    starts: range

    @property
    def extent(self) -> int:
        """The length of the padded axis."""
        return self.begin + self.n + self.end

    @property
    def reach(self) -> int:
        """One more than the last row that a tap stands on."""
        return self.starts[-1] + self.taps[-1] + 1

    @property
    def overhang(self) -> int:
        """How many rows the last window reads past the padded axis (ceil_mode only)."""
        return len(range(self.extent, self.reach))

    def at(self, i: int, a: int) -> int:
        """The input index that tap ``a`` of window ``i`` stands on: s*i + d*a - p."""
        return self.starts[i] + self.taps[a] - self.begin

    def rows(self, a: int) -> slice:
        """The rows of the padded axis that tap ``a`` stands on, one per window."""
        offset = self.taps[a]
        return slice(self.starts.start + offset, self.starts.stop + offset, self.starts.step)

    def count(self, rows: range) -> list[int]:
        """For every window, how many of its taps stand on these rows of the padded axis."""
        return [sum(start + tap in rows for tap in self.taps) for start in self.starts]


def starts(extent: int, taps: range, stride: int) -> range:
    """Every start whose last tap is still on the axis.

    >>> starts(7, taps(size=3), stride=2)
    range(0, 5, 2)
    """
    return range(0, extent - taps[-1], stride)


def ceil_starts(n: int, begin: int, end: int, taps: range, stride: int) -> range:
    """PyTorch's ceil_mode: one more window, if rows are left over and it starts before the end pad.

    >>> len(ceil_starts(9, 2, 2, taps(size=4), stride=4))
    3
    """
    extent = begin + n + end
    regular = starts(extent, taps, stride)
    extra = regular[-1] + stride if regular else 0
    leftover = extra - stride + taps[-1] + 1 < extent
    return range(0, extra + 1, stride) if leftover and extra < begin + n else regular


def taps(size: int, dilation: int = 1) -> range:
    """The offsets of a window's taps.

    >>> list(taps(size=3, dilation=2))
    [0, 2, 4]
    """
    return range(0, size * dilation, dilation)


def walk(
    shape: Index,
    kernel_size: PerAxis,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
) -> tuple[Axis, ...]:
    """Walk the windows over the spatial ``shape``: one ``Axis`` per spatial axis.

    Raises ValueError for an argument out of range and for an axis on which no window fits.

    >>> [len(axis.starts) for axis in walk((5, 8), kernel_size=3, stride=(1, 2), padding="same")]
    [5, 4]
    """
    offsets = [
        taps(size, step)
        for size, step in zip(
            per_axis("kernel_size", kernel_size, len(shape)),
            per_axis("dilation", dilation, len(shape)),
            strict=True,
        )
    ]
    strides = per_axis("stride", stride, len(shape))
    sides = _sides(padding, shape, offsets, strides)
    return tuple(
        _axis(n, begin, end, offset, step, ceil_mode)
        for n, (begin, end), offset, step in zip(shape, sides, offsets, strides, strict=True)
    )


def _axis(n: int, begin: int, end: int, taps: range, stride: int, ceil_mode: bool) -> Axis:
    found = ceil_starts(n, begin, end, taps, stride) if ceil_mode else starts(begin + n + end, taps, stride)
    if not found:
        raise ValueError(
            f"a window spanning {taps[-1] + 1} rows does not fit on an axis of {n} rows padded by "
            f"({begin}, {end}): pad more, or take a smaller kernel_size or dilation"
        )
    return Axis(n, begin, end, taps, found)


def _sides(padding: Padding, shape: Index, offsets: Sequence[range], strides: Index) -> tuple[Pair, ...]:
    if isinstance(padding, str):
        if padding not in WORDS:
            raise ValueError(f"padding={padding!r} is not a known word: use one of {[*WORDS]}")
        return tuple(map(WORDS[padding], shape, offsets, strides))
    sides = pairs(padding, len(shape))
    if any(side < 0 for pair in sides for side in pair):
        raise ValueError(f"padding={padding!r} must not be negative: crop the input with pad")
    return sides


def _valid(n: int, taps: range, stride: int) -> Pair:
    return 0, 0


def _full(n: int, taps: range, stride: int) -> Pair:
    return taps[-1], taps[-1]


def _same(n: int, taps: range, stride: int) -> Pair:
    """Add rows one at a time, at the end first, until every stride-th row starts a window."""
    begin, end = 0, 0
    for at_end in cycle((True, False)):
        if len(starts(begin + n + end, taps, stride)) >= len(range(0, n, stride)):
            break
        begin, end = (begin, end + 1) if at_end else (begin + 1, end)
    return begin, end


WORDS = {"valid": _valid, "full": _full, "same": _same}


def tap_indices(axes: Sequence[Axis]) -> Iterator[tuple[int, ...]]:
    """The index (a, b, ...) of every tap of a window, in row-major order."""
    return product(*(range(len(axis.taps)) for axis in axes))


def cut(x: Array, rows: Iterable[slice]) -> Array:
    """The view of ``x`` with its last axes cut to these rows."""
    index: tuple[Any, ...] = (..., *rows)
    view: Array = x[index]
    return view


def tap_view(padded: Array, axes: Sequence[Axis], tap: Index) -> Array:
    """What one tap reads in all windows: a strided view of the padded input."""
    return cut(padded, map(Axis.rows, axes, tap))


def fold(combine: np.ufunc, padded: Array, axes: Sequence[Axis]) -> Array:
    """Combine what the taps of every window read, one spatial axis after the other.

    ``padded`` is (N, C, *spatial); ``combine`` is associative and commutative.
    """
    for number, axis in enumerate(axes):
        others = [slice(None)] * len(axes[number + 1 :])
        first, *rest = [cut(padded, (axis.rows(a), *others)) for a in range(len(axis.taps))]
        padded = first.copy()
        for view in rest:
            combine(padded, view, out=padded)
    return padded
