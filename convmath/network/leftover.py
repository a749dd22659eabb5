"""The input positions that lie past the last one that is read."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from convmath.exact.integers import (
    Integer,
    floor_div,
    is_nonnegative,
    is_number,
    maximum,
    minimum,
    positive_part,
)
from convmath.geometry.axis import Listed, Whole
from convmath.geometry.reading import Link, Path
from convmath.geometry.window import Scatter, Window
from convmath.layers.base import Shape
from convmath.network.nodes import INPUT
from convmath.network.trace import Trace


class Read(NamedTuple):
    """The ``last`` position of an axis that is read; ``even`` where all before it are read too.

    Without ``some`` there may be none that is read.
    """

    last: Integer
    even: bool = True
    some: bool = True


Reads: TypeAlias = tuple[Read, ...]  # one an axis, the channels among them
NOTHING = Read(-1)


class GapsError(Exception):
    """Some positions, or channels, are left out: the last ones need not be read by the last outputs."""


def leftover(trace: Trace) -> tuple[Integer | None, ...]:
    """Per spatial axis, how many positions at its end no output of the last map reads.

    Padding between layers reads nothing; gaps between windows are not counted.  None where the sizes are
    symbols and windows leave gaps, so that no formula is known, and where a network is partial.

    >>> from convmath import Chain, Conv1d
    >>> leftover(Chain((Conv1d(1, 1, 2, 3), Conv1d(1, 1, 3, padding=1))).trace((1, 4)))
    (2,)
    """
    sizes, end = trace.input_shape[1:], trace.last_map
    if end == INPUT:
        return (0,) * len(sizes)
    if trace.network.unknown:
        return (None,) * len(sizes)
    try:
        read = _last_read(trace, end)[1:]
    except GapsError:
        return (None,) * len(sizes) if trace.symbols else _by_positions(trace, end)
    return tuple(n - 1 - axis.last for n, axis in zip(sizes, read, strict=True))


def _by_positions(trace: Trace, end: str) -> tuple[Integer, ...]:
    """Every position that is read, for numbers."""
    from convmath.network.positions import read_by

    read = read_by(trace, end, (None,) * len(trace.shapes[end]), with_gates=True)
    sizes: Any = trace.input_shape[1:]
    if any(axis is not None and not axis for axis in read):
        return tuple(sizes)
    return tuple(0 if axis is None else n - 1 - max(axis) for n, axis in zip(sizes, read[1:], strict=True))


def _last_read(trace: Trace, end: str) -> Reads:
    """The last position of each axis of the input that is read, node by node from the last map."""
    if trace.tells_apart:
        raise GapsError
    read: dict[str, Reads] = {end: tuple(Read(size - 1) for size in trace.shapes[end])}
    for node in reversed(trace.network.nodes):
        if node.name not in read:
            continue
        placed, seen = trace.placed[node.name], read[node.name]
        for path in placed.paths:
            source, shape = node.inputs[path.source], placed.shapes[path.source]
            here = (NOTHING,) * len(shape) if NOTHING in seen else _through(path, seen, shape)
            read[source] = _either(read[source], here) if source in read else here
    return read.get(INPUT, (NOTHING,) * len(trace.input_shape))


def _through(path: Path, read: Reads, shape: Shape) -> Reads:
    """What a path reads of its source; where that is nothing along one axis, it is nothing at all."""
    found = tuple([_along(*each, read) for each in zip(range(len(shape)), path.links, shape, strict=True)])
    lasts = [axis.last for axis in found if not is_nonnegative(axis.last)]
    if any(map(is_number, lasts)):
        return (NOTHING,) * len(found)
    if lasts and len(shape) > 2:
        raise GapsError
    return found


def _along(axis: int, link: Link, n: Integer, read: Reads) -> Read:
    """Which of ``n`` positions of an axis are read: all that an output reads whole, and all channels."""
    if link.axis is None or isinstance(link.map, Whole):
        if not all(each.some or is_nonnegative(each.last) for each in read):
            raise GapsError
        return Read((link.map.n if isinstance(link.map, Whole) else n) - 1)
    if (axis == 0) != (link.axis == 0):  # channels become positions, or positions channels
        raise GapsError
    return Read(n - 1) if axis == 0 else _behind(link.map, read[link.axis], n)


def _behind(axis_map: Window | Scatter | Listed, read: Read, n: Integer) -> Read:
    """Which of ``n`` positions are read by those outputs."""
    if is_number(read.last) and read.last < 0:
        return NOTHING
    if axis_map == _IDENTITY and is_nonnegative(n - 1 - read.last):
        return read
    if not read.even:
        raise GapsError
    if isinstance(axis_map, Listed):
        return _of_list(axis_map, read.last)
    found = (
        _of_window(axis_map, read.last, n)
        if isinstance(axis_map, Window)
        else _of_scatter(axis_map, read.last, n)
    )
    on_map = isinstance(axis_map, Scatter) or is_nonnegative(axis_map.size - 1 - axis_map.begin)
    found = found._replace(some=read.some and on_map)
    return found if is_nonnegative(found.last + 1) else found._replace(last=maximum(found.last, -1))


_IDENTITY = Window()


def _of_list(axis_map: Listed, last: Integer) -> Read:
    """What listed outputs up to the last one read, one by one."""
    if not (is_number(last) and is_number(axis_map.cases)):
        raise GapsError
    places = axis_map.sources(range(last + 1))
    return Read(max(places, default=-1), len(places) == max(places, default=-1) + 1)


def _of_window(window: Window, last: Integer, n: Integer) -> Read:
    """What outputs up to the last one read: all up to its window's end where that lies on the input."""
    if window.begin != 0 and not is_nonnegative(window.begin):  # cropped
        raise GapsError
    apart = window.dilation != 1 and window.kernel_size != 1
    even = _is_even_apart(window, last) if apart else is_nonnegative(window.kernel_size - window.stride)
    end = window.reads(last, last)[1]
    if apart and is_number(n) and not is_nonnegative(n - 1 - end):
        raise GapsError
    if is_nonnegative(n - 1 - end) or (_is_last(window, last, n) and is_nonnegative(-window.end)):
        return Read(end, even)
    return Read(_farthest_tap(window, last, n) if apart else _farthest_window(window, last, n), even)


def _is_last(window: Window, last: Integer, n: Integer) -> bool:
    """Whether it is the last window that fits on ``n`` positions and their padding."""
    return bool(window.fits is None and last == window.count(n) - 1)


def _farthest_window(window: Window, last: Integer, n: Integer) -> Integer:
    """The last position read by windows without gaps: the last one that starts on the input has it."""
    output, on_input = last, n - 1 + window.begin
    fits = _is_last(window, last, n) and is_nonnegative(window.size - 1 - window.end)
    if not fits and not is_nonnegative(on_input - window.stride * last):
        output = minimum(last, floor_div(on_input, window.stride))
    return n - 1 - positive_part(n - 1 - window.reads(output, output)[1])


def _farthest_tap(window: Window, last: Integer, n: Integer) -> Integer:
    """The last position that one of the taps reads, each on its own."""
    if not is_number(window.kernel_size):
        raise GapsError
    places = [window.dilation * tap - window.begin for tap in range(window.kernel_size)]
    known = [place for place in places if is_nonnegative(n - 1 - place)]
    found: Integer = -1
    for place in known:
        output = minimum(last, floor_div(n - 1 - place, window.stride))
        found = maximum(found, window.stride * output + place)
    if len(known) < len(places) and found != n - 1 and not (is_number(n) and all(map(is_number, places))):
        raise GapsError
    return found


def _is_even_apart(window: Window, last: Integer) -> bool:
    """Whether dilated windows read all up to the last: what each tap reads meets the next one's."""
    ends = (last + 1 - window.dilation, window.dilation * (window.kernel_size - 1) - window.begin)
    return window.stride == 1 and all(map(is_nonnegative, ends))


def _of_scatter(scatter: Scatter, last: Integer, n: Integer) -> Read:
    """Which windows write outputs up to the last one."""
    window = scatter.window
    if window.dilation != 1 or not is_nonnegative(window.kernel_size - 1 - window.begin):
        raise GapsError
    return Read(minimum(n - 1, scatter.reads(last, last)[1]))


def _either(first: Reads, second: Reads) -> Reads:
    return tuple(_farther(a, b) for a, b in zip(first, second, strict=True))


def _farther(first: Read, second: Read) -> Read:
    for one, other in ((first, second), (second, first)):
        if is_nonnegative(one.last - other.last):
            return one._replace(even=one.even or (one.last == other.last and other.even))
    return Read(maximum(first.last, second.last), first.even and second.even, first.some or second.some)
