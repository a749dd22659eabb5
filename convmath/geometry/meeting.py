"""Where paths meet, or maps stand behind each other: what their outputs read together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from math import lcm
from typing import Any

from convmath.exact.integers import Integer, is_number, maximum, minimum
from convmath.geometry.axis import MOST_CASES
from convmath.geometry.footprint import (
    ALIGNED,
    MISALIGNED,
    POSITION_DEPENDENT,
    Footprint,
    band,
    in_numbers,
)
from convmath.geometry.span import has_gaps, hull_of, rounded_down


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
    if hull.covers != (covers := any(path.covers for path in paths)):
        hull = hull._replace(covers=covers)
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
        reading = [path for path in paths if any(path.spans)]
        if not reading:
            return paths[0]
        low, high = (list(ends) for ends in zip(*map(band, reading), strict=True))
        span = _least(low, minimum), _least(high, maximum)
        return paths[0]._replace(spans=(span,), shift=pace, status=POSITION_DEPENDENT, bound=True)
    period = lcm(*(len(path.spans) for path in paths))
    read = [[path.span(output) for path in paths] for output in range(period)]
    shift = paths[0].shift * (period // len(paths[0].spans))
    gaps = any(path.gaps for path in paths) or any(map(has_gaps, read))
    return paths[0]._replace(
        spans=tuple(map(hull_of, read)), shift=shift, status=_met(paths, period), gaps=gaps
    )


def _met(paths: list[Footprint], period: int) -> str:
    statuses = {path.status for path in paths}
    centres = {path.spans[0][0] + path.spans[0][1] for path in paths if path.spans[0]}
    if POSITION_DEPENDENT in statuses or period > 1:
        return POSITION_DEPENDENT
    return MISALIGNED if MISALIGNED in statuses or len(centres) > 1 else ALIGNED


def _drifting(paths: list[Footprint], outputs: Integer | None) -> Footprint:
    """Each output by itself where they can be gone through."""
    unknown = outputs is None or not is_number(outputs) or outputs > MOST_CASES
    exact = not any(path.bound for path in paths) and all(map(in_numbers, paths))
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
            first, last = band(part)
            low = minimum(low, rounded_down(first + part.stride * start))
            high = maximum(high, -rounded_down(-(last + part.stride * (start + outputs - 1))))
    return whole._replace(spans=((low, high),))


def side_by_side(parts: Sequence[tuple[Footprint, Integer]]) -> Footprint:
    """Maps one behind the other along the axis, each with its number of positions."""
    first = parts[0][0]
    sizes = [size for _, size in parts if is_number(size)]
    if len(sizes) < len(parts) or not all(in_numbers(part) and not part.bound for part, _ in parts):
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


def _least(values: list[Any], smaller: Callable[[Any, Any], Any]) -> Any:
    least, *others = values
    for other in others:
        least = smaller(least, other)
    return least
