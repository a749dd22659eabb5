"""Which input positions each output reads along one axis, through any number of layers and paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from math import gcd
from typing import Any, NamedTuple

from convmath.exact.integers import Integer, is_number, maximum, minimum, ratio
from convmath.geometry.axis import (
    MOST_CASES,
    AxisMap,
    Listed,
    Whole,
    countable,
    cuts,
    hollowed,
    is_covered,
    leaves_holes,
    next_end,
    pace,
    reach,
)
from convmath.geometry.span import (
    Span,
    are_even,
    extent_of,
    has_gaps,
    hull_of,
    is_at_most,
    rounded_down,
)
from convmath.geometry.window import Scatter, Window

ALIGNED, MISALIGNED, POSITION_DEPENDENT = "aligned", "misaligned", "position-dependent"


class Footprint(NamedTuple):
    """The first and last input position that output ``i`` reads, for every ``i``.

    ``spans`` are those of the first outputs; after them the pattern repeats ``shift`` positions further
    on, or would if it did not ``end`` there.  A span is None where an output reads nothing.  The default
    is the input itself, of ``n`` positions where that is known.

    ``status`` says the worst that happened on the way: where paths met, their fields had one centre
    (aligned) or not (misaligned), or fields differed from position to position.  With ``bound`` output i
    is only known to read within ``span + shift*i``, whose ends may be fractions.  ``gated`` marks that a
    path left out of it sees more of the input (squeeze-and-excitation, statistics of the whole map),
    ``gaps`` that not every position from the first to the last need be read.  So many outputs as ``hollow``
    says, at the start and at the end, read nothing but padding.  Where it ``covers`` the input, every
    position of that is read by some output.

    >>> Footprint().then(Window(3, stride=2)).then(Window(3)).spans
    ((0, 6),)
    """

    spans: tuple[Span, ...] = ((0, 0),)
    shift: Any = 1
    status: str = ALIGNED
    bound: bool = False
    gated: bool = False
    ends: bool = False
    n: Integer | None = None
    gaps: bool = False
    hollow: tuple[int, int] = (0, 0)
    covers: bool = False

    def span(self, output: int) -> Span:
        """The first and last input position that one output reads."""
        turns, place = divmod(output, len(self.spans))
        if self.ends and turns != 0:
            return None
        span = self.spans[place]
        return (
            span
            if span is None or turns == 0
            else (span[0] + turns * self.shift, span[1] + turns * self.shift)
        )

    @property
    def extent(self) -> tuple[Integer, bool]:
        """Positions from the first to the last, both included, and whether outputs differ in it."""
        if len(self.spans) == 1:
            return extent_of(self.spans[0], self.bound), self.bound
        sizes = [extent_of(span, self.bound) for span in self.spans]
        return reduce(maximum, sizes), self.bound or len(set(sizes)) > 1

    @property
    def size(self) -> Integer:
        """Positions from the first to the last, both included; the largest where outputs differ."""
        return self.extent[0]

    @property
    def varies(self) -> bool:
        """Whether outputs read fields of different sizes."""
        return self.extent[1]

    @property
    def stride(self) -> Any:
        """From one output's field to the next one's, on average: a whole number, a fraction or symbols."""
        return self.shift if len(self.spans) == 1 else ratio(self.shift, len(self.spans))

    @property
    def padding(self) -> Integer:
        """How far the first output's field starts before the input."""
        return -rounded_down(self.spans[0][0]) if self.spans[0] else 0

    @property
    def is_whole(self) -> bool:
        """Whether every output is known to read from the first to the last position of the axis."""
        return (
            self.n is not None and self.shift == 0 and not self.bound and self.spans == ((0, self.n - 1),)
        )

    def misses(self, outputs: Integer) -> bool:
        """Whether it is known that one of so many outputs reads nothing of the input."""
        if self.hollow != (0, 0):
            return True
        if not is_number(outputs) or self.n is None or not is_number(self.n) or not in_numbers(self):
            return False
        last = outputs - 1
        even = len(self.spans) == 1 and not self.ends
        spans = map(self.span, (0, last) if even else range(min(outputs, MOST_CASES)))
        return any(span is None or span[1] < 0 or span[0] >= self.n for span in spans)

    def then(
        self, axis_map: AxisMap, outputs: Integer | None = None, inputs: Integer | None = None
    ) -> Footprint:
        """The same behind one more layer, which makes ``outputs`` of the ``inputs`` along the axis."""
        if isinstance(axis_map, Whole):
            return self._all_of(axis_map.n)
        if inputs is None or outputs is None:
            return self._moved(axis_map, outputs, False)
        end = next_end(axis_map, outputs, inputs)
        if end is not None and isinstance(axis_map, Window) and self._goes_on(end):
            found = self._behind_window(axis_map)
            return found if axis_map.stride <= axis_map.kernel_size else found._replace(covers=False)
        cut, torn = cuts(axis_map, outputs, inputs)
        before = self if self.gaps or not torn else self._replace(gaps=True)
        hollow = hollowed(axis_map, outputs, inputs, self.hollow)
        found = before._moved(axis_map, outputs, cut or self._is_cut(axis_map, outputs))
        if self.shift == 0 and leaves_holes(axis_map, outputs, inputs):
            hollow = max(hollow[0], 1), max(hollow[1], 1)
        covers = self.covers and is_covered(axis_map, outputs, inputs)
        return found._replace(hollow=hollow, covers=covers)

    def _goes_on(self, end: int) -> bool:
        """Whether the one span, moved on, reads farther than the input at either end."""
        span, shift, n = self.spans[0], self.shift, self.n
        if span is None or len(self.spans) > 1 or self.ends or self.hollow != (0, 0):
            return False
        numbers = type(n) is type(shift) is type(span[0]) is type(span[1]) is int
        return numbers and span[0] <= 0 and span[1] + shift * end >= n

    def _is_cut(self, axis_map: AxisMap, outputs: Integer) -> bool:
        """Whether an output that is not there would read none of the padding around the input.

        The next ones at either end read farther than the input: if not, padding in their place has another
        field than theirs.
        """
        numbers = is_number(outputs) and is_number(self.n) and in_numbers(self) and countable(axis_map)
        if not numbers or self.ends or self.bound or isinstance(axis_map, (Listed, Whole)):
            return False
        first, last = (_next_spans(self, axis_map, place) for place in (-1, int(outputs)))
        return any(low >= 0 for low, _ in first) or any(high < self.n for _, high in last)

    def _moved(self, axis_map: Window | Scatter | Listed, outputs: Integer | None, cut: bool) -> Footprint:
        listed = self.ends or cut
        if isinstance(axis_map, Window) and not listed and len(self.spans) == 1 and self.spans[0]:
            return self._behind_window(axis_map)
        if self.bound or not countable(axis_map):
            return self._widest(axis_map)
        if isinstance(axis_map, Listed) or listed:
            return self._listed(axis_map, outputs)
        return self._by_period(axis_map, outputs)

    def _behind_window(self, window: Window) -> Footprint:
        """Windows of one span each, moved evenly: that of the first says all."""
        spans, shift, status, bound, gated, ends, n, gaps, _, covers = self
        ((first, last),) = spans  # type: ignore[misc]
        low, high = window.reads(0, 0)
        span = (first + low * shift, last + high * shift)
        torn = window.kernel_size != 1 and not is_at_most(window.dilation * shift, last - first + 1)
        gaps = gaps or torn
        return Footprint((span,), shift * window.stride, status, bound, gated, ends, n, gaps, covers=covers)

    def _by_period(self, axis_map: Window | Scatter, outputs: Integer | None) -> Footprint:
        """Every output of a period by itself; gaps between taps are left out of the hull."""
        common = gcd(axis_map.step, len(self.spans))  # type: ignore[arg-type]
        turns = range(axis_map.period * len(self.spans) // common)
        if outputs is not None and is_number(outputs) and outputs < len(turns):
            return self._listed(axis_map, outputs)
        if len(turns) * axis_map.taps > MOST_CASES:
            return self._widest(axis_map)
        read = [list(map(self.span, axis_map.sources({output}))) for output in turns]
        spans, shift = _shortest(tuple(map(hull_of, read)), self.shift * axis_map.step // common)
        status = POSITION_DEPENDENT if len(spans) > 1 else self.status
        gaps = self.gaps or any(map(has_gaps, read))
        return self._replace(spans=spans, shift=shift, status=status, gaps=gaps)

    def _listed(self, axis_map: Window | Scatter | Listed, outputs: Integer | None) -> Footprint:
        """Every output by itself, as many as there are."""
        if outputs is None or not is_number(outputs) or outputs > MOST_CASES:
            return self._widest(axis_map)
        read = [list(map(self.span, axis_map.sources({output}))) for output in range(int(outputs))]
        return self._of_outputs(read, self.stride * pace(axis_map))

    def _of_outputs(self, read: Sequence[Sequence[Span]], pace: Any) -> Footprint:
        """Outputs that read these spans each, and no further ones."""
        spans = tuple(map(hull_of, read))
        status = self.status if are_even(spans) else POSITION_DEPENDENT
        gaps = self.gaps or any(map(has_gaps, read))
        shift = ratio(pace * len(spans), 1)
        return self._replace(spans=spans, shift=shift, status=status, bound=False, ends=True, gaps=gaps)

    def _all_of(self, outputs: Integer) -> Footprint:
        """Every output reads what so many positions read together, as far as there is input."""
        if self.covers and is_number(outputs) and is_number(self.n):
            whole = (0, self.n - 1)
            return self._replace(spans=(whole,), shift=0, bound=False, ends=False, hollow=(0, 0))
        hull, sure = self._hull_of(outputs)
        bound = self.bound or not sure
        if self.n is not None and hull is not None:
            inside = maximum(hull[0], 0), minimum(hull[1], self.n - 1)
            bound, hull = bound or inside != hull or self.hollow != (0, 0), inside
        return self._replace(spans=(hull,), shift=0, bound=bound, ends=False, hollow=(0, 0))

    def _hull_of(self, outputs: Integer) -> tuple[Span, bool]:
        """From the first to the last position that so many outputs read, and whether it is sure."""
        numbers = is_number(outputs) and is_number(self.n) and in_numbers(self) and outputs <= MOST_CASES
        if numbers and not self.bound:
            spans = map(self.span, self._ends_of(int(outputs)))
            return hull_of(span for span in spans if span and span[1] >= 0 and span[0] < self.n), True  # type: ignore[operator]
        if self.n is not None and (self.bound or len(self.spans) > 1 or self.ends):
            return (0, self.n - 1), False
        (span, *_), last = self.spans, (outputs - 1) * self.shift
        return span and (span[0], span[1] + last), is_number(outputs)

    def _ends_of(self, outputs: int) -> Iterable[int]:
        """Outputs whose spans start and end as all do: of even ones the first and last on the input."""
        span = self.spans[0]
        if len(self.spans) > 1 or self.ends or span is None or self.shift < 1:
            return range(outputs)
        first = max(-(span[1] // self.shift), 0)
        last = min((self.n - 1 - span[0]) // self.shift, outputs - 1)  # type: ignore[operator]
        return {first, last} if first <= last else ()

    def _widest(self, axis_map: Window | Scatter | Listed) -> Footprint:
        """Bounds that hold for every output, in symbols too: an interval that moves evenly."""
        if self.ends or not any(self.spans):
            return self.everything()
        low, high = band(self)
        stride, first, last = reach(axis_map)
        pace = self.stride
        span = low + pace * first, high + pace * last
        return self._replace(
            spans=(span,), shift=pace * stride, status=POSITION_DEPENDENT, bound=True, ends=False
        )

    def everything(self) -> Footprint:
        """Nothing is known but that no output reads more than the input."""
        last = 0 if self.n is None else self.n - 1
        return self._replace(spans=((0, last),), shift=0, status=POSITION_DEPENDENT, bound=True, ends=False)


def _next_spans(footprint: Footprint, axis_map: Window | Scatter, place: int) -> Iterator[tuple[Any, Any]]:
    """What the outputs next to a place would read, away from the map, as many as the pattern has."""
    step = -1 if place < 0 else 1
    for output in range(place, place + step * min(axis_map.period, MOST_CASES), step):
        if isinstance(axis_map, Window) and len(footprint.spans) == 1:
            ends = [footprint.span(int(end)) for end in axis_map.reads(output, output)]
        else:
            ends = list(map(footprint.span, axis_map.sources({output})))
        span = hull_of(ends)
        if span is not None:
            yield span


def band(footprint: Footprint) -> tuple[Any, Any]:
    """``low`` and ``high`` such that output i reads within ``low + stride*i .. high + stride*i``."""
    pace, spans = footprint.stride, footprint.spans
    lows = [span[0] - pace * place for place, span in enumerate(spans) if span]
    highs = [span[1] - pace * place for place, span in enumerate(spans) if span]
    return (lows[0], highs[0]) if len(spans) == 1 else (min(lows), max(highs))


def in_numbers(path: Footprint) -> bool:
    """Whether all of its spans are numbers."""
    evenly = path.ends or is_number(path.shift)
    return evenly and all(is_number(end) for span in path.spans if span for end in span)


def _shortest(spans: tuple[Span, ...], shift: int) -> tuple[tuple[Span, ...], int]:
    """The pattern by its shortest period."""
    for period in range(1, len(spans)):
        if len(spans) % period == 0 and shift * period % len(spans) == 0:
            short = Footprint(spans[:period], shift * period // len(spans))
            if all(short.span(output) == span for output, span in enumerate(spans)):
                return short.spans, int(short.shift)
    return spans, shift
