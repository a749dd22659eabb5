"""What positions read of the input, carried forwards through a network as footprints, axis by axis."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, reduce
from typing import Any, NamedTuple, TypeAlias

from convmath.exact.integers import Integer, is_number, maximum
from convmath.geometry.axis import IDENTITY, AxisMap
from convmath.geometry.footprint import Footprint
from convmath.geometry.meeting import joined, side_by_side
from convmath.geometry.reading import Path
from convmath.layers.base import Placed
from convmath.network.channels import ChannelUse

Axes: TypeAlias = "tuple[int | None, ...]"  # of the network's input, one each; None where it is none
Fields: TypeAlias = "tuple[Footprint | None, ...] | None"  # None: what reads nothing of the input


class Met(NamedTuple):
    """What a path brings to an axis: the field of its input, how positions move, and of how many inputs."""

    path: Path
    footprint: Footprint
    map: AxisMap
    inputs: Integer | None


class Seen(NamedTuple):
    """What a node sees of the network's input.

    ``axes`` tells which axis of the input each of its own goes along.  Its channels may see different
    positions, ``apart``; where some of those were ``picked``, its fields are bounds.
    """

    fields: Fields
    axes: Axes
    apart: bool = False
    picked: bool = False

    @classmethod
    def of(cls, input_shape: Sequence[Integer]) -> Seen:
        """The input itself; axes of one size share a footprint."""
        start = {n: Footprint(n=n, covers=True) for n in input_shape[1:]}
        return cls((None, *(start[n] for n in input_shape[1:])), (None, *range(1, len(input_shape))))


class Reach:
    """How a layer on its shapes carries fields: what its outputs read, given what its inputs do.

    A field of an axis is None where it has no positions: channels, features, or an axis put together.
    """

    def __init__(self, placed: Placed) -> None:
        self._placed = placed
        self._mixed = _mixed(placed)
        self._channels = ChannelUse(placed)
        self._known: dict[tuple[int, ...], Fields] = {}

    def seen(self, read: Sequence[Seen]) -> Seen:
        """What the outputs see, given what the inputs do."""
        if self._mixed == ():
            return read[0]  # each position what its own of the input does
        fields = self.behind([each.fields for each in read])
        apart = any(each.apart for each in read)
        picked = apart and self._mixed is None and self._channels.picked
        axes = self._turned([each.axes for each in read])
        if axes is None:
            fields = _of_any_axis(fields)
        elif picked:
            fields = fields and tuple([axis and axis._replace(bound=True, covers=False) for axis in fields])
        told = self._tells_apart([each.fields for each in read], apart)
        return Seen(fields, read[0].axes if axes is None else axes, told, picked)

    def _turned(self, axes: Sequence[Axes]) -> Axes | None:
        """Which axis of the network's input each axis goes along; None where paths differ in it."""
        if self._mixed is not None or (self._keeps_axes and all(each is axes[0] for each in axes)):
            return axes[0]
        found: dict[int, int] = {}
        for path in self._placed.paths:
            for (axis, _), origin in zip(path.links, axes[path.source], strict=False):
                if axis is None or origin is None:
                    continue
                if found.setdefault(axis, origin) != origin:
                    return None
        return tuple(map(found.get, range(len(self._placed.output_shape))))

    @cached_property
    def _keeps_axes(self) -> bool:
        """Whether each axis of an input goes along the same one of the output, if any."""
        rank = len(self._placed.output_shape)
        paths = [path.links for path in self._placed.paths]
        return bool(paths) and all(
            len(links) == rank and all(link.axis in (None, place) for place, link in enumerate(links))
            for links in paths
        )

    @cached_property
    def _stacks(self) -> bool:
        """Whether inputs stand one behind the other in the channels."""
        return any(path.piece and path.piece[0] == 0 for path in self._placed.paths)

    def _tells_apart(self, fields: Sequence[Fields], apart: bool) -> bool:
        """Whether channels of the output see different positions; ``apart`` says whether the inputs' do."""
        if self._mixed is not None:
            return apart and 0 not in self._mixed
        if self._stacks and len(set(fields)) > 1:
            return True
        return self._channels.dealt or (apart and not self._channels.mixed)

    def behind(self, fields: Sequence[Fields]) -> Fields:
        """Per axis of the output, what its positions read."""
        if self._mixed is not None:
            (axes,) = fields
            if axes is None or all(axes[axis] is None for axis in self._mixed):
                return axes
        read = tuple(map(id, fields))
        if read not in self._known:
            self._known[read] = self._carried(fields)
        return self._known[read]

    def _carried(self, fields: Sequence[Fields]) -> Fields:
        placed, shape = self._placed, self._placed.output_shape
        if all(each is None for each in fields):
            return None
        if not placed.layer.keeps_positions(*placed.shapes):
            return (None,) * len(shape)
        found: list[Footprint | None] = []
        reads: dict[int, list[Footprint]] = {}
        before: tuple[int, Any] = (0, None)  # axes that are alike are worked out once
        for axis, outputs in enumerate(shape):
            met, beside = self._met(axis, fields)
            if not met:
                found.append(None)
                continue
            apart = any(each.path.piece and _lies_apart(each.path, fields) for each in met)
            alike = outputs, beside, apart and axis, [each[1:] for each in met]
            if alike == before[1]:
                found.append(found[before[0]])
                reads[axis] = reads[before[0]]
                continue
            reads[axis] = _moved(met, outputs)
            found.append(self._hull(met, reads[axis], beside, fields, axis))
            before = axis, alike
        return tuple(found) if len(reads) < 2 else self._loosened(found, reads)

    def _loosened(self, found: list[Footprint | None], reads: dict[int, list[Footprint]]) -> Fields:
        """The fields; where a path that reads nothing along one axis reads more along another, bounds."""
        shape = self._placed.output_shape
        apart = {axis: each for axis, each in reads.items() if any(one is not each[0] for one in each)}
        lost = [axis for axis, each in apart.items() if any(one.misses(shape[axis]) for one in each)]
        for axis in apart if lost else ():
            hull = found[axis]
            if hull is not None and lost != [axis]:
                found[axis] = hull._replace(bound=True)
        return tuple(found)

    def _met(self, axis: int, fields: Sequence[Fields]) -> tuple[list[Met], bool]:
        """What the paths bring to one axis of the output, and whether some path sees more besides."""
        met: list[Met] = []
        beside, gates = False, self._placed.gate_paths
        for path in self._placed.paths:
            source, links, _ = path
            axes = fields[source]
            if axes is None:
                continue
            if gates and path in gates:
                beside = True
                continue
            for place, (along, axis_map) in enumerate(links):
                footprint = axes[place] if along == axis else None
                if footprint is not None:
                    met.append(Met(path, footprint, axis_map, self._placed.shapes[source][place]))
                    break
            else:
                whole = links[axis] if axis < len(links) and links[axis].axis is None else None
                footprint = axes[axis] if whole is not None else None
                if whole is None or footprint is None or self._placed.layer.gates:
                    beside = True
                else:
                    met.append(Met(path, footprint, whole.map, None))
        return met, beside

    def _hull(
        self,
        met: Sequence[Met],
        moved: Sequence[Footprint],
        beside: bool,
        fields: Sequence[Fields],
        axis: int,
    ) -> Footprint:
        """The hull over all paths, gates left out."""
        outputs = self._placed.output_shape[axis]
        paths = [each.path for each in met]
        hull = moved[0] if len(moved) == 1 else _hull(paths, moved, fields, axis, outputs)
        if not beside:
            return hull
        return hull._replace(gated=True) if self._placed.layer.gates else hull.everything()


def _of_any_axis(fields: Fields) -> Fields:
    """Bounds for all axes of the input alike: no farther than the longest."""
    known: list[Integer] = [axis.n for axis in fields or () if axis is not None and axis.n is not None]
    longest = reduce(maximum, known) if known else None
    return fields and tuple(
        [axis and axis._replace(n=longest, covers=False).everything() for axis in fields]
    )


def _moved(met: Sequence[Met], outputs: Integer) -> list[Footprint]:
    """What each path reads, behind the layer; symbols that meet in a join are demanded to be equal."""
    joins = len(met) > 1 and not is_number(outputs)
    return [
        footprint
        if axis_map is IDENTITY and (joins or inputs == outputs)
        else footprint.then(axis_map, outputs, inputs)
        for _, footprint, axis_map, inputs in met
    ]


def _mixed(placed: Placed) -> tuple[int, ...] | None:
    """The axes that are put together, where along all others each output reads just its own place.

    None where positions move, or paths meet.
    """
    if len(placed.paths) != 1 or len(placed.shapes[0]) != len(placed.output_shape):
        return None
    sizes = zip(placed.paths[0].links, placed.shapes[0], placed.output_shape, strict=True)
    mixed: list[int] = []
    for axis, (link, n, outputs) in enumerate(sizes):
        if link.axis is None:
            mixed.append(axis)
        elif link.axis != axis or link.map is not IDENTITY or n != outputs:
            return None
    return tuple(mixed)


def _hull(
    paths: Sequence[Path],
    moved: Sequence[Footprint],
    fields: Sequence[Fields],
    axis: int,
    outputs: Integer,
) -> Footprint:
    pieces = [path.piece if path.piece and _lies_apart(path, fields) else None for path in paths]
    if any(pieces):
        parts = [
            (footprint, piece[1])
            for footprint, piece in zip(moved, pieces, strict=True)
            if piece and piece[0] == axis
        ]
        if len(parts) == len(moved):
            return side_by_side(parts)
    hull = joined(moved, outputs)
    elsewhere = any(pieces)  # each position reads one of the paths only
    apart = elsewhere and any(footprint.spans != moved[0].spans for footprint in moved)
    return hull._replace(bound=True) if apart else hull


def _lies_apart(path: Path, fields: Sequence[Fields]) -> bool:
    """Whether the path gives only some positions of the output, not only some of its channels."""
    axes = fields[path.source]
    return path.piece is not None and axes is not None and axes[path.piece[0]] is not None


def ends_maps(placed: Placed, fields: Sequence[Fields]) -> bool:
    """Whether positions along an axis of an input end here: each output sees the whole of it."""
    if placed.layer.ends_maps:
        return any(axes is not None and any(axes) for axes in fields)
    for source, axes in enumerate(fields):
        links = [path.links for path in placed.paths if path.source == source]
        for place, footprint in enumerate(axes or ()):
            moves = footprint is not None and (footprint.ends or footprint.shift != 0)
            if moves and not any(each[place].axis is not None for each in links):
                return True
    return False
