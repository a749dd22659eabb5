"""The input positions that lie past the last one that is read."""

from __future__ import annotations

from typing import TypeAlias

from convmath.exact.integers import Integer, is_nonnegative, is_number, maximum, minimum, positive_part
from convmath.geometry.footprint import AxisMap, Listed, Whole
from convmath.geometry.reading import Path
from convmath.geometry.window import Scatter, Window
from convmath.layers.base import Shape
from convmath.network.nodes import INPUT
from convmath.network.trace import Trace

Last: TypeAlias = (
    "tuple[Integer | None, ...]"  # the last position of each axis that is read; None where all of it is
)


def leftover(trace: Trace) -> tuple[Integer, ...]:
    """Per spatial axis, how many positions at its end no output of the last map reads.

    Padding between layers reads nothing; gaps between windows are not counted.

    >>> from convmath import Chain, Conv1d
    >>> leftover(Chain((Conv1d(1, 1, 2, 3), Conv1d(1, 1, 3, padding=1))).trace((1, 4)))
    (2,)
    """
    end = trace.last_map
    if end == INPUT:
        return (0,) * (len(trace.input_shape) - 1)
    last: dict[str, Last] = {end: tuple(size - 1 for size in trace.shapes[end])}
    for node in reversed(trace.network.nodes):
        if node.name not in last:
            continue
        placed = trace.placed[node.name]
        for path in placed.paths:
            read, shape = node.inputs[path.source], placed.shapes[path.source]
            reached = _back(path, last[node.name], shape)
            last[read] = _farther(last[read], reached) if read in last else reached
    found = last.get(INPUT, (-1,) * len(trace.input_shape))
    return tuple(_rest(n, place) for n, place in zip(trace.input_shape[1:], found[1:], strict=True))


def _back(path: Path, last: Last, shape: Shape) -> Last:
    return tuple(
        None
        if link.axis is None or last[link.axis] is None
        else _last_read(link.map, last[link.axis], size)
        for link, size in zip(path.links, shape, strict=True)
    )


def _last_read(axis_map: AxisMap, output: Integer | None, size: Integer) -> Integer | None:
    """The last of ``size`` positions that outputs up to this one read."""
    if output is None or isinstance(axis_map, Whole):
        return None
    if is_number(output) and output < 0:
        return -1
    if isinstance(axis_map, Listed):
        return max(axis_map.sources({0, int(output)})) if is_number(output) and is_number(size) else None
    assert isinstance(axis_map, (Window, Scatter))
    rest = size - 1 - axis_map.reads(output, output)[1]
    return size - 1 - positive_part(rest)


def _farther(first: Last, second: Last) -> Last:
    return tuple(
        None if a is None or b is None else maximum(a, b) for a, b in zip(first, second, strict=True)
    )


def _rest(n: Integer, last: Integer | None) -> Integer:
    if last is None:
        return 0
    rest = n - 1 - last
    if is_number(rest) and is_number(n):
        return min(rest, n)
    return rest if is_nonnegative(last) else minimum(rest, n)
