"""Which input positions each output reads along one axis, through any number of layers and paths."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd, lcm
from typing import Any, NamedTuple, TypeAlias

from convmath.exact.integers import Integer, ceil_div, is_number, maximum, minimum, ratio
from convmath.geometry.window import Scatter, Window

Span: TypeAlias = "tuple[Integer, Integer] | None"

ALIGNED, MISALIGNED, POSITION_DEPENDENT = "aligned", "misaligned", "position-dependent"
_MOST_CASES = 100_000  # paths gone through one by one


class Footprint(NamedTuple):
    """The first and last input position that output ``i`` reads, for every ``i``.

    ``spans`` are those of the first outputs; after them the pattern repeats ``shift`` positions further
    on.  A span is None where an output reads nothing.  The default is the input itself.

    ``status`` says the worst that happened on the way: where paths met, their fields had one centre
    (aligned) or not (misaligned), or fields differed from position to position.  With ``bound`` a span is
    only known not to be larger; ``gated`` marks that a path left out of it sees the whole input
    (squeeze-and-excitation).

    >>> Footprint().then(Window(3, stride=2)).then(Window(3)).spans
    ((0, 6),)
    """

    spans: tuple[Span, ...] = ((0, 0),)
    shift: Integer = 1
    status: str = ALIGNED
    bound: bool = False
    gated: bool = False

    def span(self, output: int) -> Span:
        """The first and last input position that one output reads."""
        turns, place = divmod(output, len(self.spans))
        span = self.spans[place]
        return span and (span[0] + turns * self.shift, span[1] + turns * self.shift)

    @property
    def size(self) -> Integer:
        """Positions from the first to the last, both included; the largest where outputs differ."""
        sizes = self._sizes()
        return sizes[0] if len(sizes) == 1 else max(sizes)

    @property
    def varies(self) -> bool:
        """Whether outputs read fields of different sizes."""
        return self.bound or len(set(self._sizes())) > 1

    @property
    def stride(self) -> Integer | Fraction:
        """From one output's field to the next one's, on average."""
        return self.shift if len(self.spans) == 1 else ratio(self.shift, len(self.spans))

    @property
    def padding(self) -> Integer:
        """How far the first output's field starts before the input."""
        return -self.spans[0][0] if self.spans[0] else 0

    def then(self, axis_map: Window | Scatter) -> Footprint:
        """The same behind one more layer."""
        (only, *more), shift = self.spans, self.shift
        if isinstance(axis_map, Window) and only and not more and not self.bound:
            low, high = axis_map.reads(0, 0)
            span = (only[0] + low * shift, only[1] + high * shift)
            return Footprint((span,), shift * axis_map.stride, *self[2:])
        taps = axis_map.taps
        cases = len(self.spans) * axis_map.period * taps
        if self.bound or not is_number(axis_map.step) or not is_number(cases) or cases > _MOST_CASES:
            return self._widest(axis_map)
        return self._tap_by_tap(axis_map)

    def _sizes(self) -> list[Integer]:
        return [span[1] - span[0] + 1 if span else 0 for span in self.spans]

    def _tap_by_tap(self, axis_map: Window | Scatter) -> Footprint:
        """Every output of a period by itself; gaps between taps are left out of the hull."""
        common = gcd(axis_map.step, len(self.spans))
        outputs = range(axis_map.period * len(self.spans) // common)
        spans = tuple(_hull(map(self.span, axis_map.sources({output}))) for output in outputs)
        spans, shift = _shortest(spans, self.shift * axis_map.step // common)
        status = POSITION_DEPENDENT if len(spans) > 1 else self.status
        return Footprint(spans, shift, status, self.bound, self.gated)

    def _widest(self, axis_map: Window | Scatter) -> Footprint:
        """A bound, in symbols too: an interval of w positions meets at most this many windows."""
        first, width = self.spans[0][0] if self.spans[0] else 0, self.size
        last = 0 if isinstance(axis_map, Window) else axis_map.window.stride - 1
        low, high = axis_map.reads(0, last)
        first, width = first - _above(-low * self.stride), width + _above((high - low) * self.stride)
        stride = ratio(axis_map.step, axis_map.period) * self.stride
        return Footprint(((first, first + width - 1),), stride, POSITION_DEPENDENT, True, self.gated)


def _above(distance: Any) -> Integer:
    """A distance rounded up: fields a fraction of a position apart are at most this far apart."""
    if is_number(distance):
        return distance
    if isinstance(distance, Fraction):
        return ceil_div(distance.numerator, distance.denominator)
    import sympy

    return ceil_div(*sympy.fraction(sympy.together(distance)))


def joined(footprints: Iterable[Footprint | None], outputs: Integer | None = None) -> Footprint | None:
    """The hull over the paths that meet; a path that sees the whole input (None) is only noted.

    Paths whose strides differ drift apart: their hull is the widest over so many ``outputs``, and nothing
    (None) where their number is not known.
    """
    found = list(footprints)
    paths = [path for path in found if path is not None]
    if not paths:
        return None
    gated = len(paths) < len(found) or any(path.gated for path in paths)
    alike = all(path == paths[0] for path in paths)
    hull = paths[0] if alike else _joined(paths, outputs)
    return hull if hull is None or hull.gated == gated else hull._replace(gated=gated)


def _joined(paths: list[Footprint], outputs: Integer | None) -> Footprint | None:
    period = lcm(*(len(path.spans) for path in paths))
    shifts = [path.shift * (period // len(path.spans)) for path in paths]
    bound = any(path.bound for path in paths)
    spans = tuple(_hull(path.span(output) for path in paths) for output in range(period))
    if any(shift != shifts[0] for shift in shifts):
        return _drifting(paths, period, outputs)
    statuses = {path.status for path in paths}
    centres = {path.spans[0][0] + path.spans[0][1] for path in paths if path.spans[0]}
    if POSITION_DEPENDENT in statuses or period > 1:
        status = POSITION_DEPENDENT
    else:
        status = MISALIGNED if MISALIGNED in statuses or len(centres) > 1 else ALIGNED
    return Footprint(spans, shifts[0], status, bound)


def _drifting(paths: list[Footprint], period: int, outputs: Integer | None) -> Footprint | None:
    """Ends move evenly, each path's own way, so the widest hull is among the first or the last outputs."""
    if outputs is None or not is_number(outputs) or not all(is_number(path.shift) for path in paths):
        return None
    last = range(max(int(outputs) - period, 0), int(outputs))
    places = (*range(min(period, int(outputs))), *last)
    hulls = [hull for hull in (_hull(path.span(i) for path in paths) for i in places) if hull]
    if not hulls:
        return None
    width = max(high - low for low, high in hulls)
    return Footprint(((hulls[0][0], hulls[0][0] + width),), paths[0].stride, POSITION_DEPENDENT, True)


def _hull(spans: Iterable[Span]) -> Span:
    found = [span for span in spans if span]
    if not found:
        return None
    (low, high), *others = found
    for first, last in others:
        low, high = minimum(low, first), maximum(high, last)
    return low, high


def _shortest(spans: tuple[Span, ...], shift: int) -> tuple[tuple[Span, ...], int]:
    """The pattern by its shortest period."""
    for period in range(1, len(spans)):
        if len(spans) % period == 0 and shift * period % len(spans) == 0:
            short = Footprint(spans[:period], shift * period // len(spans))
            if all(short.span(output) == span for output, span in enumerate(spans)):
                return short.spans, int(short.shift)
    return spans, shift
