"""How far an output reaches back through layers: receptive field, effective stride, leftover input."""

from __future__ import annotations

import math
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

from convmath.integers import Integer, floor_div, is_number, maximum, ratio
from convmath.window import Scatter, Window

if TYPE_CHECKING:
    from fractions import Fraction


class ReceptiveField(NamedTuple):
    """What one output position reads, per spatial axis.

    ``size`` in input positions; ``stride`` from one output's field to the next one's (a fraction behind
    a transposed convolution); ``padding`` is how far the first field starts before the input.  Where
    ``varies`` is set, fields differ in size with the position, and ``size`` is the largest.

    Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional Neural Networks" (2019).
    """

    size: tuple[Integer, ...]
    stride: tuple[Integer | Fraction, ...]
    padding: tuple[Integer, ...]
    varies: bool = False


class Reach(NamedTuple):
    """One axis through a chain: the maps from the input on, and the sizes before, between and behind."""

    maps: tuple[Window | Scatter, ...]
    sizes: tuple[Integer, ...]

    @property
    def n(self) -> Integer:
        """The input's size."""
        return self.sizes[0]

    def reads(self, first: Integer, last: Integer) -> tuple[Integer, Integer]:
        """The first and last input position that outputs ``first .. last`` read, padding included."""
        interval = first, last
        for axis_map in reversed(self.maps):
            interval = axis_map.reads(*interval)
        return interval

    def leftover(self) -> Integer:
        """How many input positions lie past the last one read; padding between layers reads nothing."""
        last = self.sizes[-1] - 1
        for axis_map, size in zip(reversed(self.maps), reversed(self.sizes[:-1]), strict=True):
            past = maximum(size - 1 - axis_map.reads(last, last)[1], 0)
            last = size - 1 - past
            if is_number(last) and last < 0:
                return self.n
        return self.n - 1 - last

    def window(self) -> Window | None:
        """The one window that the maps compose to, unless one of them scatters."""
        gathers = [axis_map for axis_map in self.maps if isinstance(axis_map, Window)]
        if len(gathers) < len(self.maps):
            return None
        return reduce(Window.then, gathers, Window())

    def period(self) -> Integer:
        """After how many outputs the fields repeat, shifted by a whole number of positions."""
        return math.prod(m.window.stride for m in self.maps if isinstance(m, Scatter))

    def field(self) -> tuple[Integer, Integer | Fraction, Integer, bool]:
        """Size, stride, padding, and whether the size varies."""
        window = self.window()
        if window is not None:
            return window.size, window.stride, window.begin, False
        period, (low, _) = self.period(), self.reads(0, 0)
        stride = ratio(self.reads(period, period)[0] - low, period)
        if not (is_number(period) and is_number(low)):
            return self._widest(), stride, -low, True
        bounds = (self.reads(i, i) for i in range(int(period)))
        sizes = {high - low + 1 for low, high in bounds}
        return max(sizes), stride, -low, len(sizes) > 1

    def _widest(self) -> Integer:
        """The largest field in symbols: an interval of w positions meets at most this many windows."""
        size: Integer = 1
        for axis_map in reversed(self.maps):
            if isinstance(axis_map, Window):
                size = axis_map.size + (size - 1) * axis_map.stride
            else:
                size = floor_div(size + axis_map.window.size - 2, axis_map.window.stride) + 1
        return size


def receptive_field(reaches: tuple[Reach, ...]) -> ReceptiveField:
    """The receptive field of all axes together."""
    fields = [reach.field() for reach in reaches]
    size, stride, padding = (tuple(field[part] for field in fields) for part in range(3))
    return ReceptiveField(size, stride, padding, any(field[3] for field in fields))
