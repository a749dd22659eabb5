"""How far an output reaches back through layers: receptive field, effective stride, leftover input."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

from convmath.exact.integers import Integer, is_number, positive_part
from convmath.geometry.footprint import ALIGNED, MISALIGNED, POSITION_DEPENDENT, Footprint
from convmath.geometry.window import Scatter, Window

if TYPE_CHECKING:
    from fractions import Fraction


class ReceptiveField(NamedTuple):
    """What one output position reads, per spatial axis.

    ``size`` in input positions, first to last; ``stride`` from one output's field to the next one's (a
    fraction behind a transposed convolution); ``padding`` is how far the first field starts before the
    input.  Where ``varies`` is set, fields differ in size with the position, and ``size`` is the largest;
    with ``bound`` it is only known not to be larger (symbols, or too many cases to go through).  ``status``
    and ``gated`` say how paths met, see ``Footprint``.

    Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional Neural Networks" (2019).
    """

    size: tuple[Integer, ...]
    stride: tuple[Integer | Fraction, ...]
    padding: tuple[Integer, ...]
    varies: bool = False
    bound: bool = False
    status: str = ALIGNED
    gated: bool = False


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
        return None if len(gathers) < len(self.maps) else reduce(Window.then, gathers, Window())

    def footprint(self) -> Footprint:
        """What every output reads of the input."""
        return reduce(Footprint.then, self.maps, Footprint())


def receptive_field(footprints: Sequence[Footprint]) -> ReceptiveField:
    """The receptive field of all axes together."""
    statuses = {footprint.status for footprint in footprints}
    return ReceptiveField(
        tuple(footprint.size for footprint in footprints),
        tuple(footprint.stride for footprint in footprints),
        tuple(footprint.padding for footprint in footprints),
        any(footprint.varies for footprint in footprints),
        any(footprint.bound for footprint in footprints),
        next((s for s in (POSITION_DEPENDENT, MISALIGNED) if s in statuses), ALIGNED),
        any(footprint.gated for footprint in footprints),
    )
