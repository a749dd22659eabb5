"""What positions read of the input, carried forwards through a network as footprints, axis by axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from convmath.exact.integers import Integer
from convmath.geometry.footprint import IDENTITY, AxisMap, Footprint, joined, side_by_side
from convmath.geometry.reading import Path
from convmath.layers.base import Layer, Shape

Fields: TypeAlias = "tuple[Footprint | None, ...] | None"  # None: what reads nothing of the input


class Way(NamedTuple):
    """How a path reaches one axis of the output: by these axes of its input, or by one that is read whole."""

    path: Path
    places: tuple[tuple[int, AxisMap], ...]
    whole: AxisMap | None


def ways(paths: Sequence[Path], rank: int) -> tuple[tuple[Way, ...], ...]:
    """For each axis of the output, how every path reaches it."""
    return tuple(tuple(_way(path, axis) for path in paths) for axis in range(rank))


def _way(path: Path, axis: int) -> Way:
    links = path.links
    places = tuple((place, link.map) for place, link in enumerate(links) if link.axis == axis)
    whole = links[axis].map if axis < len(links) and links[axis].axis is None else None
    return Way(path, places, whole)


def is_straight(paths: Sequence[Path]) -> bool:
    """Whether every output reads just the input's element at its own place."""
    return len(paths) == 1 and all(
        link.axis == axis and link.map is IDENTITY for axis, link in enumerate(paths[0].links)
    )


def carried(
    layer: Layer,
    axes: Sequence[Sequence[Way]],
    fields: Sequence[Fields],
    shapes: Sequence[Shape],
    shape: Shape,
) -> Fields:
    """Per axis of the output, what its positions read, given what the inputs' positions read.

    ``axes`` are the output's, see ``ways``; ``shapes`` are the inputs', ``shape`` is the output's.  None
    marks an axis without positions: channels, features, or an axis that was put together.
    """
    if all(each is None for each in fields):
        return None
    if not layer.keeps_positions:
        return (None,) * len(shape)
    found: list[Footprint | None] = []
    before: Any = None  # axes that are alike are worked out once
    for axis, (reached, outputs) in enumerate(zip(axes, shape, strict=True)):
        met, beside = _met(layer, reached, axis, fields, shapes)
        if not met:
            found.append(None)
            continue
        apart = any(_lies_apart(each.path, fields) for each in met)
        alike = outputs, beside, apart and axis, [each[1:] for each in met]
        found.append(found[-1] if alike == before else _behind(layer, met, beside, fields, axis, outputs))
        before = alike
    return tuple(found)


class Met(NamedTuple):
    """What a path brings to an axis: the field of its input, and how positions move, None where none do."""

    path: Path
    footprint: Footprint
    map: AxisMap | None
    inputs: Integer | None


def _met(
    layer: Layer, reached: Sequence[Way], axis: int, fields: Sequence[Fields], shapes: Sequence[Shape]
) -> tuple[list[Met], bool]:
    """What the paths bring to one axis of the output, and whether some path sees more besides."""
    met: list[Met] = []
    beside = False
    for path, places, whole in reached:
        axes = fields[path.source]
        if axes is None:
            continue
        for place, axis_map in places:
            footprint = axes[place]
            if footprint is not None:
                met.append(Met(path, footprint, axis_map, shapes[path.source][place]))
                break
        else:
            footprint = axes[axis] if whole is not None else None
            if footprint is None or layer.gates:
                beside = True
            else:
                met.append(Met(path, footprint, whole, None))
    return met, beside


def _behind(
    layer: Layer, met: Sequence[Met], beside: bool, fields: Sequence[Fields], axis: int, outputs: Integer
) -> Footprint:
    """The hull over all paths, gates left out."""
    moved = [
        footprint
        if axis_map is IDENTITY and inputs == outputs
        else footprint.then(axis_map, outputs, inputs)
        for _, footprint, axis_map, inputs in met
    ]
    hull = moved[0] if len(moved) == 1 else _hull([each.path for each in met], moved, fields, axis, outputs)
    if not beside:
        return hull
    return hull._replace(gated=True) if layer.gates else hull.everything()


def _hull(
    paths: Sequence[Path],
    moved: Sequence[Footprint],
    fields: Sequence[Fields],
    axis: int,
    outputs: Integer,
) -> Footprint:
    pieces = [path.piece if _lies_apart(path, fields) else None for path in paths]
    parts = [
        (footprint, piece[1])
        for footprint, piece in zip(moved, pieces, strict=True)
        if piece and piece[0] == axis
    ]
    if len(parts) == len(moved):
        return side_by_side(parts)
    hull = joined(moved, outputs)
    elsewhere = any(piece is not None for piece in pieces)  # each position reads one of the paths only
    apart = elsewhere and any(footprint.spans != moved[0].spans for footprint in moved)
    return hull._replace(bound=True) if apart else hull


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
