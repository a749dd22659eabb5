"""What positions read, measured: inputs are poked one by one, and what changes is written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from convmath.layers.base import Shape
from convmath.layers.reshape import Permute
from convmath.network.leftover import leftover
from convmath.network.network import Network
from convmath.network.nodes import INPUT, Node
from convmath.network.positions import read_by
from convmath.network.trace import Trace
from convmath.oracle.reference import reference_call, weight_shapes

POKE = 2.0**30  # larger than any value here, so that no maximum hides it


def poked(network: Network) -> dict[str, Any]:
    """For every node, which positions change, the last axes, when an input position does, the first ones.

    All weights are 1, so that nothing cancels.  A factor that every position shares, a gate, is held as
    it was.

    >>> from convmath import Conv1d
    >>> poked(Network.chain([Conv1d(1, 1, 3, stride=2, padding=1)], (1, 5)))["0"].astype(int)
    array([[1, 0, 0],
           [1, 1, 0],
           [0, 1, 0],
           [0, 1, 1],
           [0, 0, 1]])
    """
    shape: Any = network.input_shape
    weights = {
        node.name: {name: np.ones(size) for name, size in weight_shapes(node.layer).items()}
        for node in network.nodes
    }
    before = _values(network, np.ones((1, *shape)), weights, {})
    sizes = shape[1:]
    changed = {node.name: np.zeros((*sizes, *before[node.name].shape[2:]), bool) for node in network.nodes}
    for place in np.ndindex(*sizes):
        x = np.ones((1, *shape))
        x[(0, slice(None), *place)] += POKE
        after = _values(network, x, weights, before)
        for name, found in changed.items():
            found[place] = np.any(after[name] != before[name], axis=(0, 1))
    return changed


def _values(
    network: Network, x: Any, weights: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Any]:
    """What every node gives, gates as they were before."""
    values = {INPUT: x}
    for node in network.nodes:
        read = [
            before[name] if before and _is_gate(node, name, values) else values[name]
            for name in node.inputs
        ]
        values[node.name] = reference_call(node.layer, tuple(read), weights[node.name])
    return values


def _is_gate(node: Node, read: str, values: Mapping[str, Any]) -> bool:
    if not node.layer.gates or len(node.inputs) < 2:
        return False
    largest = np.max([values[name].shape[2:] for name in node.inputs], axis=0)
    return any(n == 1 and whole != 1 for n, whole in zip(values[read].shape[2:], largest, strict=True))


def poked_read(changed: Any, rank: int) -> Iterator[list[set[int]]]:
    """For every position, what it reads along each of the input's ``rank`` axes."""
    for place in np.ndindex(*changed.shape[rank:]):
        seen = changed[(..., *place)]
        yield [set(map(int, np.flatnonzero(_any_other(seen, axis)))) for axis in range(rank)]


def poked_leftover(network: Network) -> tuple[int, ...]:
    """How many positions at the end of each spatial axis no position of the last map notices.

    >>> from convmath import MaxPool1d
    >>> poked_leftover(Network.chain([MaxPool1d(2)], (1, 7)))
    (1,)
    """
    trace = network.trace()
    return _left(poked(network)[trace.last_map], trace.input_shape[1:])


def _left(changed: Any, sizes: Shape) -> tuple[int, ...]:
    axes = [set[int]() for _ in sizes]
    for read in poked_read(changed, len(sizes)):
        axes = [before | now for before, now in zip(axes, read, strict=True)]
    return tuple(int(n) - 1 - max(axis, default=-1) for n, axis in zip(sizes, axes, strict=True))


def check_fields(network: Network) -> None:
    """Raise AssertionError unless every position of every node reads what the formulas say.

    The positions that ``read_by`` lists must be those whose poke changes it, axis by axis.  A receptive
    field must start and end with them; one that is only a bound must hold them, and is one in a chain only
    where some position reads less, or channels are told apart.  What is left over must be noticed by no
    position of the last map.
    """
    trace, turned = network.trace(), _turned(network)
    rank, noticed = len(trace.input_shape) - 1, poked(network)
    said, left = leftover(trace), _left(noticed[trace.last_map], trace.input_shape[1:])
    gated = any(node.layer.gates for node in network.nodes)  # what is held here is read nevertheless
    assert gated or said == left, f"{network!r} leaves {left} over when poked, {said} by formula"
    for name, changed in noticed.items():
        places, less = np.ndindex(*changed.shape[rank:]), set[int]()
        for place, axes in zip(places, poked_read(changed, rank), strict=True):
            _check_read(trace, name, place, axes)
            if turned[name] is not None:
                read = [axes[axis] for axis in turned[name]]
                less |= _check_field(trace, name, place, read, turned[name])
        if network.is_chain and turned[name] is not None and not trace.tells_apart:
            _check_bounds(trace, name, less)


def _turned(network: Network) -> dict[str, Any]:
    """For every node, which axis of the input each of its own is; None where paths differ in that."""
    found: dict[str, Any] = {INPUT: tuple(range(len(network.input_shape or ()) - 1))}
    for node in network.nodes:
        first, *others = (found[read] for read in node.inputs)
        order = node.layer.dims[2:] if isinstance(node.layer, Permute) else ()
        turned = tuple(first[dim - 2] for dim in order) if order and first else first
        found[node.name] = turned if all(other == first for other in others) else None
    return found


def _any_other(seen: Any, axis: int) -> Any:
    return np.any(seen, axis=tuple(other for other in range(seen.ndim) if other != axis))


def _check_read(trace: Trace, name: str, place: tuple[int, ...], axes: list[set[int]]) -> None:
    places = (None, *(frozenset({p}) for p in place))
    found = read_by(trace, name, places)[1:]
    sizes = trace.input_shape[1:]
    listed = [set(range(int(n))) if f is None else set(f) for f, n in zip(found, sizes, strict=True)]
    if any(not axis for axis in listed):
        listed = [set() for _ in listed]  # what reads nothing along one axis reads nothing
    assert listed == axes, (
        f"{trace.network!r}: {name} at {place} reads {axes} when poked, {listed} by formula"
    )


def _check_field(
    trace: Trace, name: str, place: tuple[int, ...], axes: list[set[int]], turned: tuple[int, ...]
) -> set[int]:
    """The field along every axis that still has positions; the axes along which less is read."""
    less: set[int] = set()
    for axis, (field, read) in enumerate(zip((trace.fields[name] or ())[1:], axes, strict=False)):
        if field is None or not read:
            continue
        span, n = field.span(place[axis]), trace.input_shape[turned[axis] + 1]
        hull, said = (min(read), max(read)), f"{trace.network!r}: {name} at {place} along axis {axis}"
        assert span is not None, f"{said} reads {hull} when poked, nothing by formula"
        assert max(span[0] - hull[0], hull[1] - span[1]) <= 0, f"{said}: {hull} outside {span}"
        ends = [(end, found) for end, found in zip(span, hull, strict=True) if 0 <= end < n]
        exact = all(end == found for end, found in ends)  # ends beside the input are padding
        assert field.bound or exact, f"{said} reads {hull} when poked, {span} by formula"
        if not exact:
            less.add(axis)
    return less


def _check_bounds(trace: Trace, name: str, less: set[int]) -> None:
    """Where a field is a bound, some position reads less; all of a map not known to be read is one too."""
    fields = (trace.fields[name] or ())[1:]
    for axis, (field, n) in enumerate(zip(fields, trace.shapes[name][1:], strict=False)):
        bound = field is not None and field.bound and n > 1 and (field.covers or field.shift != 0)
        assert not bound or axis in less, f"{trace.network!r}: {name} reads all along axis {axis}, not less"
