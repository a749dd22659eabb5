"""Which input positions each output reads along one axis, through any number of layers and paths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from itertools import accumulate, chain, pairwise, takewhile
from math import gcd, lcm
from typing import Any, NamedTuple, TypeAlias

from convmath.exact.integers import (
    Integer,
    floor_div,
    is_nonnegative,
    is_number,
    is_symbolic,
    least_of,
    maximum,
    minimum,
    plain,
    ratio,
)
from convmath.geometry.window import Scatter, Window

Span: TypeAlias = "tuple[Integer, Integer] | None"

ALIGNED, MISALIGNED, POSITION_DEPENDENT = "aligned", "misaligned", "position-dependent"
_MOST_CASES = 100_000  # outputs and taps gone through one by one


class Whole(NamedTuple):
    """Every output reads all ``n`` positions: pooled whole, or mixed by a dense layer."""

    n: Integer


class Listed(NamedTuple):
    """Outputs of which each reads positions of its own: resized, pooled to a size, wrapped at the borders.

    ``sources_of`` lists what one output reads, in numbers; ``cases`` is how many there are.  In symbols
    it is only known that output i reads within ``stride*i + low .. stride*i + high``.  ``pace`` is how far
    outputs are apart on the input but for its borders.
    """

    sources_of: Callable[[int], frozenset[int]]
    cases: Integer
    stride: Any
    low: Any
    high: Any
    pace: Any

    def sources(self, outputs: Iterable[int]) -> set[int]:
        """The positions that these outputs read; numbers only."""
        return {position for output in outputs for position in self.sources_of(output)}


AxisMap: TypeAlias = "Window | Scatter | Listed | Whole"
IDENTITY = Window()


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
    says, at the start and at the end, read nothing but padding.

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
            return _extent(self.spans[0], self.bound), self.bound
        sizes = [_extent(span, self.bound) for span in self.spans]
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
        return -_rounded_down(self.spans[0][0]) if self.spans[0] else 0

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
        if not is_number(outputs) or self.n is None or not is_number(self.n) or not _in_numbers(self):
            return False
        last = outputs - 1
        even = len(self.spans) == 1 and not self.ends
        spans = map(self.span, (0, last) if even else range(min(outputs, _MOST_CASES)))
        return any(span is None or span[1] < 0 or span[0] >= self.n for span in spans)

    def then(
        self, axis_map: AxisMap, outputs: Integer | None = None, inputs: Integer | None = None
    ) -> Footprint:
        """The same behind one more layer, which makes ``outputs`` of the ``inputs`` along the axis."""
        if isinstance(axis_map, Whole):
            return self._all_of(axis_map.n)
        if inputs is None or outputs is None:
            return self._moved(axis_map, outputs, False)
        cut, torn = cuts(axis_map, outputs, inputs)
        before = self if self.gaps or not torn else self._replace(gaps=True)
        hollow = hollowed(axis_map, outputs, inputs, self.hollow)
        found = before._moved(axis_map, outputs, cut or self._is_cut(axis_map, outputs))
        return found if found.hollow == hollow else found._replace(hollow=hollow)

    def _is_cut(self, axis_map: AxisMap, outputs: Integer) -> bool:
        """Whether an output that is not there would read none of the padding around the input.

        The next ones at either end read farther than the input: if not, padding in their place has another
        field than theirs.
        """
        numbers = is_number(outputs) and is_number(self.n) and _in_numbers(self) and _countable(axis_map)
        if not numbers or self.ends or self.bound or isinstance(axis_map, (Listed, Whole)):
            return False
        first, last = (_next_spans(self, axis_map, place) for place in (-1, int(outputs)))
        return any(low >= 0 for low, _ in first) or any(high < self.n for _, high in last)

    def _moved(self, axis_map: Window | Scatter | Listed, outputs: Integer | None, cut: bool) -> Footprint:
        listed = self.ends or cut
        if isinstance(axis_map, Window) and not listed and len(self.spans) == 1 and self.spans[0]:
            return self._behind_window(axis_map)
        if self.bound or not _countable(axis_map):
            return self._widest(axis_map)
        if isinstance(axis_map, Listed) or listed:
            return self._listed(axis_map, outputs)
        return self._by_period(axis_map, outputs)

    def _behind_window(self, window: Window) -> Footprint:
        """Windows of one span each, moved evenly: that of the first says all."""
        spans, shift, status, bound, gated, ends, n, gaps, _ = self
        ((first, last),) = spans  # type: ignore[misc]
        low, high = window.reads(0, 0)
        span = (first + low * shift, last + high * shift)
        torn = window.kernel_size != 1 and not _is_at_most(window.dilation * shift, last - first + 1)
        return Footprint((span,), shift * window.stride, status, bound, gated, ends, n, gaps or torn)

    def _by_period(self, axis_map: Window | Scatter, outputs: Integer | None) -> Footprint:
        """Every output of a period by itself; gaps between taps are left out of the hull."""
        common = gcd(axis_map.step, len(self.spans))  # type: ignore[arg-type]
        turns = range(axis_map.period * len(self.spans) // common)
        if outputs is not None and is_number(outputs) and outputs < len(turns):
            return self._listed(axis_map, outputs)
        if len(turns) * axis_map.taps > _MOST_CASES:
            return self._widest(axis_map)
        read = [list(map(self.span, axis_map.sources({output}))) for output in turns]
        spans, shift = _shortest(tuple(map(_hull, read)), self.shift * axis_map.step // common)
        status = POSITION_DEPENDENT if len(spans) > 1 else self.status
        gaps = self.gaps or any(map(_has_gaps, read))
        return self._replace(spans=spans, shift=shift, status=status, gaps=gaps)

    def _listed(self, axis_map: Window | Scatter | Listed, outputs: Integer | None) -> Footprint:
        """Every output by itself, as many as there are."""
        if outputs is None or not is_number(outputs) or outputs > _MOST_CASES:
            return self._widest(axis_map)
        read = [list(map(self.span, axis_map.sources({output}))) for output in range(int(outputs))]
        return self._of_outputs(read, self.stride * _pace(axis_map))

    def _of_outputs(self, read: Sequence[Sequence[Span]], pace: Any) -> Footprint:
        """Outputs that read these spans each, and no further ones."""
        spans = tuple(map(_hull, read))
        status = self.status if _evenly(spans) else POSITION_DEPENDENT
        gaps = self.gaps or any(map(_has_gaps, read))
        shift = ratio(pace * len(spans), 1)
        return self._replace(spans=spans, shift=shift, status=status, bound=False, ends=True, gaps=gaps)

    def _all_of(self, outputs: Integer) -> Footprint:
        """Every output reads what so many positions read together, as far as there is input."""
        hull, sure = self._hull_of(outputs)
        bound = self.bound or not sure
        if self.n is not None and hull is not None:
            inside = maximum(hull[0], 0), minimum(hull[1], self.n - 1)
            bound, hull = bound or (self.gaps and inside != hull), inside
        return self._replace(spans=(hull,), shift=0, bound=bound, ends=False, hollow=(0, 0))

    def _hull_of(self, outputs: Integer) -> tuple[Span, bool]:
        """From the first to the last position that so many outputs read, and whether it is sure."""
        numbers = is_number(outputs) and is_number(self.n) and _in_numbers(self) and outputs <= _MOST_CASES
        if numbers and not self.bound:
            spans = map(self.span, self._ends_of(int(outputs)))
            return _hull(span for span in spans if span and span[1] >= 0 and span[0] < self.n), True  # type: ignore[operator]
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
        low, high = _band(self)
        stride, first, last = _reach(axis_map)
        pace = self.stride
        span = low + pace * first, high + pace * last
        return self._replace(
            spans=(span,), shift=pace * stride, status=POSITION_DEPENDENT, bound=True, ends=False
        )

    def everything(self) -> Footprint:
        """Nothing is known but that no output reads more than the input."""
        last = 0 if self.n is None else self.n - 1
        return self._replace(spans=((0, last),), shift=0, status=POSITION_DEPENDENT, bound=True, ends=False)


def cuts(axis_map: Window | Scatter | Listed, outputs: Integer, inputs: Integer) -> tuple[bool, bool]:
    """Whether positions are cut off, and whether some are left over that the next output would read.

    Cut off they are where outputs next to the first and the last one would read nothing but the input:
    padding that is put there again reads nothing then, and is no position of the input's.
    """
    if isinstance(axis_map, Listed):
        return False, False
    if not (is_number(outputs) and is_number(inputs) and _countable(axis_map)):
        if not isinstance(axis_map, Window):
            return False, False
        _, behind = axis_map.reads(outputs, outputs)
        ends = (
            axis_map.begin,
            behind - inputs if axis_map.kernel_size == 1 else 0,
        )  # slices are such windows
        return not all(map(is_nonnegative, map(least_of, ends))), False
    beside = min(axis_map.period, _MOST_CASES)  # what lies farther off reads less of the input
    next_ones = chain(range(-beside, 0), range(int(outputs), int(outputs) + beside))
    cut = any(_reads_within(axis_map, output, inputs) for output in next_ones)
    (_, read), (behind, _) = axis_map.reads(outputs - 1, outputs - 1), axis_map.reads(outputs, outputs)
    return cut, read + 1 < inputs and behind < inputs


def _reads_within(axis_map: Window | Scatter, output: int, inputs: Integer) -> bool:
    """Whether an output reads something, and no padding."""
    found = axis_map.reads(output, output) if isinstance(axis_map, Window) else axis_map.sources({output})
    return bool(found) and min(found) >= 0 and max(found) < inputs


def _next_spans(footprint: Footprint, axis_map: Window | Scatter, place: int) -> Iterator[tuple[Any, Any]]:
    """What the outputs next to a place would read, away from the map, as many as the pattern has."""
    step = -1 if place < 0 else 1
    for output in range(place, place + step * min(axis_map.period, _MOST_CASES), step):
        if isinstance(axis_map, Window) and len(footprint.spans) == 1:
            ends = [footprint.span(int(end)) for end in axis_map.reads(output, output)]
        else:
            ends = list(map(footprint.span, axis_map.sources({output})))
        span = _hull(ends)
        if span is not None:
            yield span


def hollowed(
    axis_map: AxisMap, outputs: Integer, inputs: Integer, hollow: tuple[int, int]
) -> tuple[int, int]:
    """How many outputs at the start and at the end read padding alone; ``hollow`` says it of inputs."""
    if axis_map is IDENTITY and outputs == inputs:
        return hollow
    if not (is_number(outputs) and is_number(inputs) and _countable(axis_map)):
        return 0, 0
    first, last, size = hollow[0], inputs - 1 - hollow[1], int(outputs)

    def is_hollow(output: int) -> bool:
        if isinstance(axis_map, Window) and axis_map.dilation == 1:
            low, high = axis_map.reads(output, output)
            return bool(high < first or low > last)
        return not any(first <= source <= last for source in axis_map.sources({output}))  # type: ignore[union-attr]

    before = sum(1 for _ in takewhile(is_hollow, range(size)))
    behind = sum(1 for _ in takewhile(is_hollow, range(size - 1, before - 1, -1)))
    return before, behind


def _countable(axis_map: AxisMap) -> bool:
    """Whether what single outputs read can be listed: all in numbers."""
    if isinstance(axis_map, Whole):
        return False
    if isinstance(axis_map, Listed):
        return is_number(axis_map.cases) and axis_map.cases <= _MOST_CASES
    window = axis_map.window if isinstance(axis_map, Scatter) else axis_map
    assert isinstance(window, Window)
    kernel_size, stride, begin, _, dilation, _ = window
    return type(kernel_size) is type(stride) is type(begin) is type(dilation) is int


def _band(footprint: Footprint) -> tuple[Any, Any]:
    """``low`` and ``high`` such that output i reads within ``low + stride*i .. high + stride*i``."""
    pace, spans = footprint.stride, footprint.spans
    lows = [span[0] - pace * place for place, span in enumerate(spans) if span]
    highs = [span[1] - pace * place for place, span in enumerate(spans) if span]
    return (lows[0], highs[0]) if len(spans) == 1 else (min(lows), max(highs))


def _reach(axis_map: Window | Scatter | Listed) -> tuple[Any, Any, Any]:
    """``stride``, ``first`` and ``last``: output i reads within ``stride*i + first .. stride*i + last``."""
    if isinstance(axis_map, Window):
        first, last = axis_map.reads(0, 0)
        return axis_map.stride, first, last
    if isinstance(axis_map, Listed):
        return axis_map.stride, axis_map.low, axis_map.high
    window = axis_map.window
    first = ratio(window.begin - window.size + 1, window.stride)
    return ratio(1, window.stride), first, ratio(window.begin, window.stride)


def _pace(axis_map: Window | Scatter | Listed) -> Any:
    """How far outputs are apart on the input, a fraction where there are more of them."""
    return axis_map.pace if isinstance(axis_map, Listed) else _reach(axis_map)[0]


def _extent(span: Span, bound: bool) -> Integer:
    if span is None:
        return 0
    apart = span[1] - span[0]
    size = (_rounded_down(apart) if bound else apart) + 1
    return _shorter(size) if is_symbolic(size) else size


def _shorter(size: Any) -> Integer:
    """A size as it is, or expanded where that is shorter: ``p*s + s*(1 - p) + k`` is ``k + s``."""
    return plain(min(size, size.expand(), key=lambda form: form.count_ops()))


def _rounded_down(distance: Any) -> Integer:
    """The largest whole number up to a fraction, in symbols too."""
    if type(distance) is int:
        return distance
    if not is_symbolic(distance):  # a fraction
        return int(distance.numerator // distance.denominator)
    import sympy

    return floor_div(*sympy.fraction(sympy.together(distance)))


def joined(footprints: Iterable[Footprint], outputs: Integer | None = None) -> Footprint:
    """The hull over the paths that meet, for so many ``outputs``.

    Paths whose strides differ drift apart: their hull is another one at every output.  A path that reads
    the whole axis reads all that others do; what they read beside it is padding.
    """
    paths = list(dict.fromkeys(footprints))
    whole = next((path for path in paths if path.is_whole), None)
    hull = whole or (paths[0] if len(paths) == 1 else _joined(paths, outputs))
    gated = any(path.gated for path in paths)
    hull = hull if hull.gated == gated else hull._replace(gated=gated)
    sides = {path.hollow for path in paths}
    if sides == {(0, 0)}:
        return hull
    hollow = min(before for before, _ in sides), min(behind for _, behind in sides)
    return hull._replace(hollow=hollow, bound=hull.bound or len(sides) > 1)


def _joined(paths: list[Footprint], outputs: Integer | None) -> Footprint:
    pace = paths[0].stride
    if any(path.ends or path.stride != pace for path in paths):
        return _drifting(paths, outputs)
    if any(path.bound for path in paths):
        low, high = (list(ends) for ends in zip(*map(_band, paths), strict=True))
        span = _least(low, minimum), _least(high, maximum)
        return paths[0]._replace(spans=(span,), shift=pace, status=POSITION_DEPENDENT, bound=True)
    period = lcm(*(len(path.spans) for path in paths))
    read = [[path.span(output) for path in paths] for output in range(period)]
    shift = paths[0].shift * (period // len(paths[0].spans))
    gaps = any(path.gaps for path in paths) or any(map(_has_gaps, read))
    return paths[0]._replace(
        spans=tuple(map(_hull, read)), shift=shift, status=_met(paths, period), gaps=gaps
    )


def _met(paths: list[Footprint], period: int) -> str:
    statuses = {path.status for path in paths}
    centres = {path.spans[0][0] + path.spans[0][1] for path in paths if path.spans[0]}
    if POSITION_DEPENDENT in statuses or period > 1:
        return POSITION_DEPENDENT
    return MISALIGNED if MISALIGNED in statuses or len(centres) > 1 else ALIGNED


def _drifting(paths: list[Footprint], outputs: Integer | None) -> Footprint:
    """Each output by itself where they can be gone through."""
    unknown = outputs is None or not is_number(outputs) or outputs > _MOST_CASES
    exact = not any(path.bound for path in paths) and all(map(_in_numbers, paths))
    if unknown or not exact:
        return _anything([(path, 0, outputs) for path in paths])
    read = [[path.span(output) for path in paths] for output in range(int(outputs))]  # type: ignore[arg-type]
    gaps = any(path.gaps for path in paths)
    drift = paths[0]._replace(gaps=gaps)._of_outputs(read, paths[0].stride)
    return drift._replace(status=POSITION_DEPENDENT)


def _anything(parts: Sequence[tuple[Footprint, Integer, Integer | None]]) -> Footprint:
    """Nothing is known but how far each footprint, of so many outputs from one on, reaches at most."""
    whole = parts[0][0].everything()
    ((low, high),) = whole.spans  # type: ignore[misc]
    for part, start, outputs in parts:
        if outputs is not None and not part.ends and any(part.spans):
            first, last = _band(part)
            low = minimum(low, _rounded_down(first + part.stride * start))
            high = maximum(high, -_rounded_down(-(last + part.stride * (start + outputs - 1))))
    return whole._replace(spans=((low, high),))


def _in_numbers(path: Footprint) -> bool:
    evenly = path.ends or is_number(path.shift)
    return evenly and all(is_number(end) for span in path.spans if span for end in span)


def side_by_side(parts: Sequence[tuple[Footprint, Integer]]) -> Footprint:
    """Maps one behind the other along the axis, each with its number of positions."""
    first = parts[0][0]
    sizes = [size for _, size in parts if is_number(size)]
    if len(sizes) < len(parts) or not all(_in_numbers(part) and not part.bound for part, _ in parts):
        starts = accumulate([size for _, size in parts], initial=0)
        placed = [(part, start, size) for (part, size), start in zip(parts, starts, strict=False)]
        return _anything(placed)._replace(gated=any(part.gated for part, _ in parts))
    ends = list(accumulate(sizes))
    read = [
        [part.span(place)]
        for (part, _), size, end in zip(parts, sizes, ends, strict=True)
        for place in range(end - size, end)
    ]
    gated, gaps = any(part.gated for part, _ in parts), any(part.gaps for part, _ in parts)
    return first._replace(gaps=gaps)._of_outputs(read, first.stride)._replace(gated=gated)


def _hull(spans: Iterable[Span]) -> Span:
    found = [span for span in spans if span]
    if not found:
        return None
    (low, high), *others = found
    for first, last in others:
        low, high = minimum(low, first), maximum(high, last)
    return low, high


def _has_gaps(spans: Iterable[Span]) -> bool:
    """Whether some position between these spans is in none of them."""
    found = [span for span in spans if span]
    if len(found) < 2:
        return False
    if not all(is_number(end) for span in found for end in span):
        return any(span != found[0] for span in found)
    found.sort()
    last = found[0][1]
    for first, end in found:
        if first > last + 1:
            return True
        last = max(last, end)
    return False


def _is_at_most(first: Any, second: Any) -> bool:
    """Whether it is known that one is no larger than the other."""
    return bool(first <= second) if is_number(first) and is_number(second) else first == second


def _least(values: list[Any], smaller: Callable[[Any, Any], Any]) -> Any:
    least, *others = values
    for other in others:
        least = smaller(least, other)
    return least


def _evenly(spans: Sequence[Span]) -> bool:
    """Whether all spans have one size and are one distance apart."""
    found = [span for span in spans if span]
    if len(found) < len(spans) or not found:
        return False
    sizes = {high - low for low, high in found}
    gaps = {after[0] - before[0] for before, after in pairwise(found)}
    return len(sizes) == 1 and len(gaps) <= 1


def _shortest(spans: tuple[Span, ...], shift: int) -> tuple[tuple[Span, ...], int]:
    """The pattern by its shortest period."""
    for period in range(1, len(spans)):
        if len(spans) % period == 0 and shift * period % len(spans) == 0:
            short = Footprint(spans[:period], shift * period // len(spans))
            if all(short.span(output) == span for output, span in enumerate(spans)):
                return short.spans, int(short.shift)
    return spans, shift
