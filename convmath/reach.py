"""How far an output reaches back through layers: receptive field, effective stride, leftover input."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

from convmath.integers import Integer, floor_div, is_number, positive_part, product, ratio
from convmath.window import Scatter, Window

if TYPE_CHECKING:
    from fractions import Fraction


class ReceptiveField(NamedTuple):
    """What one output position reads, per spatial axis.

    ``size`` in input positions, first to last; ``stride`` from one output's field to the next one's (a
    fraction behind a transposed convolution); ``padding`` is how far the first field starts before the
    input.  Where ``varies`` is set, fields differ in size with the position, and ``size`` is the largest;
    with ``bound`` it is only known not to be larger (symbols, or too many cases to go through).

    Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional Neural Networks" (2019).
    """

    size: tuple[Integer, ...]
    stride: tuple[Integer | Fraction, ...]
    padding: tuple[Integer, ...]
    varies: bool = False
    bound: bool = False


class Field(NamedTuple):
    """``ReceptiveField`` along one axis."""

    size: Integer
    stride: Integer | Fraction
    padding: Integer
    varies: bool = False
    bound: bool = False


_MOST_CASES = 100_000  # paths gone through one by one


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
            rest = size - 1 - axis_map.reads(last, last)[1]
            last = size - 1 - positive_part(rest)
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
        return product(m.window.stride for m in self.maps if isinstance(m, Scatter))

    def field(self) -> Field:
        """Size, stride, padding, whether the size varies, and whether it is only a bound."""
        window = self.window()
        if window is not None:
            return Field(window.size, window.stride, window.begin)
        period = self.period()
        stride = ratio(product(m.stride for m in self.maps if isinstance(m, Window)), period)
        padding = -self.reads(0, 0)[0]
        if not is_number(self._cases(period)) or self._cases(period) > _MOST_CASES:
            return Field(self._widest(), stride, padding, varies=True, bound=True)
        padding = -min(self._sources(0), default=-padding)
        sizes = {_extent(self._sources(output)) for output in range(period)}
        return Field(max(sizes), stride, padding, varies=len(sizes) > 1)

    def _cases(self, period: Integer) -> Integer:
        """How many paths from an output to the input there are, over all outputs of a period."""
        windows = (m if isinstance(m, Window) else m.window for m in self.maps)
        return period * product(window.kernel_size for window in windows)

    def _sources(self, output: int) -> set[int]:
        """The input positions that one output reads, gaps between taps left out."""
        found = {output}
        for axis_map in reversed(self.maps):
            found = axis_map.sources(found)
        return found

    def _widest(self) -> Integer:
        """The largest field in symbols: an interval of w positions meets at most this many windows."""
        size: Integer = 1
        for axis_map in reversed(self.maps):
            if isinstance(axis_map, Window):
                size = axis_map.size + (size - 1) * axis_map.stride
            else:
                size = floor_div(size + axis_map.window.size - 2, axis_map.window.stride) + 1
        return size


def _extent(positions: set[int]) -> int:
    return max(positions) - min(positions) + 1 if positions else 0


def receptive_field(reaches: tuple[Reach, ...]) -> ReceptiveField:
    """The receptive field of all axes together."""
    fields = [reach.field() for reach in reaches]
    return ReceptiveField(
        tuple(field.size for field in fields),
        tuple(field.stride for field in fields),
        tuple(field.padding for field in fields),
        any(field.varies for field in fields),
        any(field.bound for field in fields),
    )
