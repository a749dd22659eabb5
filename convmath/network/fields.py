"""What positions read of the input, carried forwards through a network as footprints, axis by axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from convmath.exact.integers import Integer
from convmath.geometry.footprint import IDENTITY, Footprint, joined, side_by_side
from convmath.geometry.reading import Path
from convmath.layers.base import Layer, Shape

Fields: TypeAlias = "tuple[Footprint | None, ...] | None"  # None: what reads nothing of the input


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
        (footprint, piece[1])
        for (_, footprint), piece in zip(met, pieces, strict=True)
        if piece and piece[0] == axis
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
