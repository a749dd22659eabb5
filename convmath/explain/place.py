"""What a position of a map, or a region, reads of the input: its field, its pixels, its centre."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from convmath.errors import ConvmathError
from convmath.exact.integers import ratio
from convmath.geometry.footprint import Footprint
from convmath.geometry.notation import AXES, AXIS_NAMES
from convmath.layers.base import show
from convmath.network.positions import check_numbers, read_by
from convmath.network.trace import Trace
from convmath.read import ShapeLike, Subject, network_of
from convmath.render.place import span

Region = Sequence["int | tuple[int, int]"]  # along each axis one position, or the first and the last


class Seen(NamedTuple):
    """Along one axis: the ``positions`` asked for, first and last, and what they read.

    ``field`` is the hull of their receptive fields, which may start before the input or end after it;
    ``pixels`` are the input positions that some tap reads, ``box`` the first and the last of them, and
    ``centre`` is the middle of the field.  A field that is only bounded is not told.
    """

    axis: str
    positions: tuple[int, int]
    field: tuple[int, int] | None
    box: tuple[int, int] | None
    centre: int | Fraction | None
    pixels: tuple[int, ...]


def seen(
    what: Subject, position: Region, node: str | None = None, input_shape: ShapeLike | None = None
) -> tuple[Seen, ...]:
    """What a position, or a region of positions, of a node reads of the input, axis by axis.

    ``what`` is a layer, a chain, a name, a file or a module; without a node its last map is meant.  Every
    tap is followed, gates and statistics left out, and padding reads nothing.

    Raises ConvmathError for a position that is not on the map, and where the input or a layer has a symbol.

    >>> seen("lenet", (0, (3, 4)), node="S4")[1][1:5]
    ((3, 4), (10, 29), (10, 27), Fraction(39, 2))
    """
    network = network_of(what, input_shape)
    if node is None:
        network.check_whole("name a node before it")
    trace = network.trace()
    check_numbers(trace)
    name = trace.last_map if node is None else trace.network[node].name
    axes = trace.fields[name] or ()
    regions = _checked(trace, name, axes, position)
    places = iter(regions)
    wanted = tuple(None if axis is None else frozenset(range(*_ends(next(places)))) for axis in axes)
    read = read_by(trace, name, wanted)[1:]
    names = [AXIS_NAMES[letter] for letter in AXES[len(read)]]
    along = [origin for origin, axis in zip(trace.axes(name), axes, strict=True) if axis is not None]
    fields = [axis for axis in axes if axis is not None]
    found = [
        _seen(names[k - 1], region, field, read[k - 1], trace.input_shape[k])
        for k, region, field in zip(_each_once(along), regions, fields, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: names.index(one.axis)))


def _ends(region: tuple[int, int]) -> tuple[int, int]:
    return region[0], region[1] + 1


def _checked(
    trace: Trace, name: str, axes: Sequence[Footprint | None], position: Region
) -> list[tuple[int, int]]:
    """The region as pairs, on the map."""
    shape = trace.shapes[name]
    sizes = [size for size, axis in zip(shape, axes, strict=False) if axis is not None]
    if len(sizes) != len(trace.input_shape) - 1:
        raise ConvmathError(
            f"{name} gives {show(shape)}, which has no position along every axis; name a map"
        )
    pairs = [(place, place) if isinstance(place, int) else (place[0], place[1]) for place in position]
    inside = len(pairs) == len(sizes) and all(
        0 <= first <= last < size for (first, last), size in zip(pairs, sizes, strict=True)
    )
    if not inside:
        raise ConvmathError(
            f"position {','.join(map(span, pairs))} is not on {name}, a map of {show(tuple(sizes))}; "
            "give one an axis, counted from 0"
        )
    return pairs


def _each_once(along: Sequence[int | None]) -> Sequence[int]:
    """The axes of the input as a node has them; in their order where one is none of them."""
    known = [axis for axis in along if axis is not None]
    return known if sorted(known) == list(range(1, len(along) + 1)) else range(1, len(along) + 1)


def _seen(
    axis: str, region: tuple[int, int], field: Footprint, pixels: frozenset[int] | None, n: Any
) -> Seen:
    spans = [each for each in map(field.span, range(*_ends(region))) if each is not None]
    whole: Any = None
    if spans and not field.bound:
        whole = min(low for low, _ in spans), max(high for _, high in spans)
    read = sorted(range(n) if pixels is None else pixels)
    return Seen(
        axis,
        region,
        whole,
        (read[0], read[-1]) if read else None,
        None if whole is None else ratio(sum(whole), 2),
        tuple(read),
    )
