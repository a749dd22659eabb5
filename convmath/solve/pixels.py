"""The projective question: which positions of a node an input pixel reaches, axis by axis and exactly."""

from __future__ import annotations

from collections.abc import Sequence

from convmath.errors import ConvmathError
from convmath.exact.integers import is_number
from convmath.layers.base import Shape, show
from convmath.network.positions import check_numbers, readers
from convmath.network.trace import Trace
from convmath.read import ShapeLike, Subject, network_of


def reached(
    what: Subject, pixel: Sequence[int], node: str | None = None, input_shape: ShapeLike | None = None
) -> tuple[frozenset[int], ...]:
    """Per spatial axis, the positions of a node that read ``pixel``; without a name, of the last map.

    Every tap is followed, those of gates and statistics too; over several paths it is what any of them
    reaches, each axis by itself.

    >>> from convmath import Conv1d
    >>> chain = [Conv1d(1, 1, 3, padding=1), Conv1d(1, 1, 3, stride=2, padding=1)]
    >>> [sorted(axis) for axis in reached(chain, (4,), input_shape=(1, 9))]
    [[1, 2, 3]]
    >>> [sorted(axis) for axis in reached(chain, (3,), input_shape=(1, 9))]
    [[1, 2]]
    """
    network = network_of(what, input_shape)
    if node is None:
        network.check_whole("name a node before it")
    trace = network.trace()
    check_numbers(trace)
    wanted = trace.last_map if node is None else network[node].name
    _check(trace.input_shape, pixel)
    sizes = _positions(trace, wanted)
    found = readers(trace, pixel, wanted)
    if found is None:
        return tuple(frozenset[int]() for _ in sizes)
    return tuple(
        frozenset(range(n)) if axis is None else axis for axis, n in zip(found[1:], sizes, strict=True)
    )


def _check(shape: Shape, pixel: Sequence[int]) -> None:
    _, *sizes = shape
    inside = len(pixel) == len(sizes) and all(
        is_number(n) and is_number(place) and 0 <= place < n for place, n in zip(pixel, sizes, strict=True)
    )
    if not inside:
        raise ConvmathError(
            f"pixel {show(tuple(pixel))} is not on the input {show(shape)}; "
            "give one position an axis, counted from 0"
        )


def _positions(trace: Trace, wanted: str) -> tuple[int, ...]:
    """The sizes of the axes of a node that has positions."""
    shape = trace.shapes[wanted]
    if len(shape) < 2 or not any(trace.fields[wanted] or ()):
        raise ConvmathError(f"{wanted} gives {show(shape)}, which has no positions; name a map before it")
    return tuple(int(size) for size in shape[1:])
