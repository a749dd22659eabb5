"""Single positions followed through a network, tap by tap: back to what they read, on to who reads them.

Positions are sets along each axis, and every one along one axis goes with every one along the others: a
box, not always a connected one.  Where paths of different kinds meet there are several.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer
from convmath.geometry.axis import IDENTITY, AxisMap, Listed, Whole
from convmath.geometry.reading import Link, Path
from convmath.geometry.window import Scatter, Window
from convmath.layers.base import Placed, Shape, show
from convmath.network.nodes import INPUT
from convmath.network.trace import Trace

Axis: TypeAlias = "frozenset[int] | None"  # None where it has no positions, or where they are all of them
Box: TypeAlias = tuple[Axis, ...]

_MOST_BOXES = 100  # beyond which they are put into one that holds them all


def read_by(trace: Trace, name: str, places: Box, with_gates: bool = False) -> Box:
    """The input positions that some positions of a node read, axis by axis, gates left out or not.

    Every tap is followed, and padding reads nothing; over several paths it is what any of them reads.
    """
    wanted: dict[str, list[Box]] = {name: [places]}
    for node in reversed(trace.network.nodes):
        placed = trace.placed[node.name]
        for box in gathered(wanted.pop(node.name, ())):
            for source, read in _sources_of(placed, box, with_gates):
                wanted.setdefault(node.inputs[source], []).append(read)
    nothing: Box = (None, *(frozenset[int]() for _ in trace.input_shape[1:]))
    return along_axes(wanted.get(INPUT, [nothing]))


def readers(trace: Trace, pixel: Sequence[int], name: str) -> Box | None:
    """The positions of a node that read a position of the input, axis by axis; None where none does."""
    found: dict[str, list[Box]] = {INPUT: [(None, *(frozenset({place}) for place in pixel))]}
    for node in trace.network.nodes:
        inputs = {k: found[read] for k, read in enumerate(node.inputs)}
        found[node.name] = gathered(_readers_of(trace.placed[node.name], inputs))
        if node.name == name:
            break
    return along_axes(found[name]) if found.get(name) else None


def check_numbers(trace: Trace) -> None:
    """Raise ConvmathError where the input or a layer has a symbol."""
    if trace.symbols:
        raise ConvmathError(
            f"{trace.network.title} on {show(trace.input_shape)} has the symbol {trace.symbols[0]}; give a "
            "number, for positions are followed one by one"
        )


def _sources_of(placed: Placed, wanted: Box, with_gates: bool) -> list[tuple[int, Box]]:
    """The positions of each input that outputs at these positions read, padding left out.

    A factor that all positions share is left out where the layer gates.
    """
    found: list[tuple[int, Box]] = []
    shape, gates = placed.output_shape, frozenset() if with_gates else placed.gate_paths
    for path in placed.paths_apart:
        sizes = placed.shapes[path.source]
        if gates and path in gates:
            continue
        box = tuple([_sources(link, wanted, shape, n) for link, n in zip(path.links, sizes, strict=True)])
        if all(axis is None or axis for axis in box):
            found.append((path.source, box))
    return found


def _sources(link: Link, wanted: Box, shape: Shape, size: Integer) -> Axis:
    """Which of ``size`` positions these outputs read."""
    if isinstance(link.map, Whole):
        return frozenset(range(int(link.map.n))) if link.map.n != size else None
    if link.axis is None:
        return None
    outputs = wanted[link.axis]
    if outputs is None and link.map is IDENTITY and shape[link.axis] == size:
        return None
    places = range(int(shape[link.axis])) if outputs is None else outputs
    found = frozenset(q for q in link.map.sources(set(places)) if 0 <= q < int(size))
    return None if len(found) == size else found


def _readers_of(placed: Placed, inputs: Mapping[int, Sequence[Box]]) -> list[Box]:
    """The positions of the output that read these positions of the inputs."""
    boxes = (
        _outputs_of(path, box, placed) for path in placed.paths_apart for box in inputs.get(path.source, ())
    )
    return [box for box in boxes if box is not None]


def _outputs_of(path: Path, inputs: Box, placed: Placed) -> Box | None:
    """Along each axis of the output, what reads these; None where some axis has nothing that does."""
    shape = placed.output_shape
    axes: list[Axis] = [None] * len(shape)
    for link, among, n in zip(path.links, inputs, placed.shapes[path.source], strict=True):
        if link.axis is None:
            if among is not None and isinstance(link.map, Whole) and min(among) >= int(link.map.n):
                return None
            continue
        if among is None and link.map == IDENTITY and n == shape[link.axis]:
            continue
        places = frozenset(range(int(n))) if among is None else among
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


def gathered(boxes: Iterable[Box]) -> list[Box]:
    """The same positions in few boxes: two are one where one holds the other, or but one axis differs.

    >>> gathered([(None, frozenset({1}), frozenset({2})), (None, frozenset({3}), frozenset({2}))])
    [(None, frozenset({1, 3}), frozenset({2}))]
    """
    kept: list[Box] = []
    for box in boxes:
        waiting = box
        while (other := next((each for each in kept if _joins(each, waiting)), None)) is not None:
            kept.remove(other)
            waiting = united(other, waiting)
        kept.append(waiting)
    return kept if len(kept) <= _MOST_BOXES else [along_axes(kept)]


def _joins(first: Box, second: Box) -> bool:
    """Whether the two together are one box."""
    apart = sum(a != b for a, b in zip(first, second, strict=True))
    return apart < 2 or _holds(first, second) or _holds(second, first)


def _holds(larger: Box, smaller: Box) -> bool:
    pairs = zip(larger, smaller, strict=True)
    return all(a is None or (b is not None and b <= a) for a, b in pairs)


def united(first: Box, second: Box) -> Box:
    """Axis by axis what is in either."""
    return tuple(None if a is None or b is None else a | b for a, b in zip(first, second, strict=True))


def along_axes(boxes: Sequence[Box]) -> Box:
    """Axis by axis what is in any of them."""
    whole = boxes[0]
    for box in boxes[1:]:
        whole = united(whole, box)
    return whole
