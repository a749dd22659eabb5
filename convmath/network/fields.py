"""What positions read and reach, carried through a network: footprints forwards, single positions both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from convmath.exact.integers import Integer
from convmath.geometry.footprint import IDENTITY, AxisMap, Footprint, Listed, Whole, joined, side_by_side
from convmath.geometry.reading import Link, Path
from convmath.geometry.window import Scatter, Window
from convmath.layers.base import Layer, Shape

Fields: TypeAlias = "tuple[Footprint | None, ...] | None"  # None: what reads nothing of the input
Positions: TypeAlias = "tuple[frozenset[int] | None, ...]"  # along an axis; None where it has no positions


def is_straight(paths: Sequence[Path]) -> bool:
    """Whether every output reads just the input's element at its own place."""
    return len(paths) == 1 and all(
        link.axis == axis and link.map is IDENTITY for axis, link in enumerate(paths[0].links)
    )


def carried(
    layer: Layer, paths: Sequence[Path], fields: Sequence[Fields], shapes: Sequence[Shape], shape: Shape
) -> Fields:
    """Per axis of the output, what its positions read, given what the inputs' positions read.

    ``shapes`` are the inputs', ``shape`` is the output's.  None marks an axis without positions: channels,
    features, or an axis that was put together.
    """
    if all(axes is None for axes in fields):
        return None
    if not layer.keeps_positions:
        return (None,) * len(shape)
    return tuple(
        _carried(layer, paths, fields, shapes, axis, outputs) for axis, outputs in enumerate(shape)
    )


def _carried(
    layer: Layer,
    paths: Sequence[Path],
    fields: Sequence[Fields],
    shapes: Sequence[Shape],
    axis: int,
    outputs: Integer,
) -> Footprint | None:
    """One axis of the output: the hull over all paths, gates left out."""
    met: list[tuple[Path, Footprint]] = []
    beside = False  # whether some path sees more than what is met here
    for path in paths:
        axes = fields[path.source]
        if axes is None:
            continue
        footprint, gates = _along(path, axes, shapes[path.source], axis, outputs)
        if footprint is None or (gates and layer.gates):
            beside = True
        else:
            met.append((path, footprint))
    if not met:
        return None
    hull = _hull(met, fields, axis, outputs)
    if not beside:
        return hull
    return hull._replace(gated=True) if layer.gates else hull.everything()


def _along(
    path: Path, axes: tuple[Footprint | None, ...], shape: Shape, axis: int, outputs: Integer
) -> tuple[Footprint | None, bool]:
    """What a path reads along an axis of the output, and whether that is the same for every position."""
    for place, link in enumerate(path.links):
        footprint = axes[place]
        if link.axis == axis and footprint is not None:
            if link.map is IDENTITY and shape[place] == outputs:
                return footprint, False
            return footprint.then(link.map, outputs, shape[place]), False
    if axis < len(path.links) and path.links[axis].axis is None and axes[axis] is not None:
        footprint = axes[axis]
        assert footprint is not None
        return footprint.then(path.links[axis].map, outputs), True
    return None, True


def _hull(
    met: list[tuple[Path, Footprint]], fields: Sequence[Fields], axis: int, outputs: Integer
) -> Footprint:
    if len(met) == 1:
        return met[0][1]
    pieces = [path.piece if _lies_apart(path, fields) else None for path, _ in met]
    parts = [
        (footprint, piece[1]) for (_, footprint), piece in zip(met, pieces, strict=True) if piece and piece[0] == axis
    ]
    if len(parts) == len(met):
        return side_by_side(parts)
    hull = joined([footprint for _, footprint in met], outputs)
    elsewhere = any(piece is not None for piece in pieces)  # each position reads one of the paths only
    apart = any(footprint.spans != met[0][1].spans for _, footprint in met)
    return hull._replace(bound=True) if elsewhere and apart else hull


def _lies_apart(path: Path, fields: Sequence[Fields]) -> bool:
    """Whether the path gives only some positions of the output, not only some of its channels."""
    axes = fields[path.source]
    return path.piece is not None and axes is not None and axes[path.piece[0]] is not None


def ends_maps(layer: Layer, paths: Sequence[Path], fields: Sequence[Fields]) -> bool:
    """Whether positions along an axis of an input end here: each output sees the whole of it."""
    if layer.ends_maps:
        return any(axes is not None and any(axes) for axes in fields)
    for source, axes in enumerate(fields):
        ways = [path for path in paths if path.source == source]
        for place, footprint in enumerate(axes or ()):
            moves = footprint is not None and (footprint.ends or footprint.shift != 0)
            if moves and not (
                layer.keeps_positions and any(way.links[place].axis is not None for way in ways)
            ):
                return True
    return False


def read_by(
    paths: Sequence[Path], wanted: Positions, shapes: Sequence[Shape], shape: Shape, gates: bool
) -> dict[int, Positions]:
    """The positions of each input that outputs at these positions read, tap by tap, padding left out.

    ``shapes`` are the inputs', ``shape`` is the output's.
    """
    found: dict[int, Positions] = {}
    for path in paths:
        sizes = shapes[path.source]
        if gates and len(paths) > 1 and _is_gate(path, sizes):
            continue
        axes = (None, *(_sources(link, wanted, shape, n) for link, n in zip(path.links[1:], sizes[1:], strict=True)))
        if all(axis is None or axis for axis in axes):
            found[path.source] = united(found[path.source], axes) if path.source in found else axes
    return found


def _is_gate(path: Path, shape: Shape) -> bool:
    return any(link.axis is None for link in path.links[1:]) and len(shape) > 1


def united(first: Positions, second: Positions) -> Positions:
    """Axis by axis what is in either; an axis without positions is all of it."""
    return tuple(None if a is None or b is None else a | b for a, b in zip(first, second, strict=True))


def _sources(link: Link, wanted: Positions, shape: Shape, size: Integer) -> frozenset[int] | None:
    """Which of ``size`` positions these outputs read; None is all outputs, or all positions."""
    if isinstance(link.map, Whole):
        return frozenset(range(int(link.map.n))) if link.map.n != size else None
    if link.axis is None:
        return None
    outputs = wanted[link.axis]
    places = range(int(shape[link.axis])) if outputs is None else outputs
    found = frozenset(q for q in link.map.sources(set(places)) if 0 <= q < int(size))
    return None if len(found) == size else found


def reached(
    paths: Sequence[Path], inputs: Mapping[int, Positions], shape: Shape
) -> Positions | None:
    """The positions of the output that read these positions of the inputs; None where none does."""
    found: list[Positions] = []
    for path in paths:
        if path.source in inputs:
            axes = _outputs_of(path, inputs[path.source], shape)
            if axes is not None:
                found.append(axes)
    if not found:
        return None
    result = found[0]
    for axes in found[1:]:
        result = united(result, axes)
    return result


def _outputs_of(path: Path, inputs: Positions, shape: Shape) -> Positions | None:
    """Along each axis of the output, what reads these; None where some axis has nothing that does."""
    axes: list[frozenset[int] | None] = [None] * len(shape)
    for link, places in zip(path.links, inputs, strict=True):
        if places is None:
            continue
        if link.axis is None:
            if isinstance(link.map, Whole) and not any(q < int(link.map.n) for q in places):
                return None
            continue
        here = _readers(link.map, places, int(shape[link.axis]))
        before = axes[link.axis]
        axes[link.axis] = here if before is None else before & here
        if not here:
            return None
    return tuple(axes)


def _readers(axis_map: AxisMap, places: Iterable[int], outputs: int) -> frozenset[int]:
    """The outputs that read one of these positions: the map run the other way."""
    wanted = set(places)
    if isinstance(axis_map, Window):
        back: Iterable[int] = Scatter(axis_map).sources(wanted)
    elif isinstance(axis_map, Scatter):
        back = axis_map.window.sources(wanted)
    elif isinstance(axis_map, Listed):
        back = [y for y in range(outputs) if not wanted.isdisjoint(axis_map.sources_of(y))]
    else:
        back = range(outputs)
    return frozenset(y for y in back if 0 <= y < outputs)
