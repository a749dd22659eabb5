"""Axes cut, joined, merged, exchanged and summed over."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from convmath import layers
from convmath.torch.aten.calls import Arguments, Entry, Graph, Shape, Value, axis, tensor_rank


def concatenation(graph: Graph, given: Arguments) -> Value | None:
    """Tensors joined along an axis other than the samples'."""
    beside = next((x for x in given["tensors"] if isinstance(x, Value) and x.batch == 0), None)
    values = [graph.value(x, beside) for x in given["tensors"]]
    found = [value for value in values if value is not None]
    if len(found) < len(values) or len({value.batch for value in found}) > 1:
        return None
    place = axis(found[0], given["dim"])
    return graph.put(layers.Concat(place), *found) if place else None


def over_axes(kind: Any) -> Entry:
    """The mean, sum, largest or deviation over some axes."""

    def entry(graph: Graph, given: Arguments) -> Value | None:
        x = given["x"]
        dims = given.get("dim")
        listed = [dims] if isinstance(dims, int) else list(dims or range(tensor_rank(x)))
        places = tuple(sorted({axis(x, dim) for dim in listed}))
        keepdim = bool(given.get("keepdim", False))
        if 0 in places or (len(places) == len(x.shape) and not keepdim):
            return None
        correction = 0 if given.get("unbiased") is False else given.get("correction", 1)
        more = {} if correction in (None, 1) else {"correction": correction}
        return graph.put(kind(places, keepdim=keepdim, **more), x)

    return entry


def chunks(graph: Graph, given: Arguments) -> list[Value] | None:
    """Equal parts along an axis, the last one perhaps smaller."""
    x, place = given["x"], axis(given["x"], given["dim"])
    n = x.shape[place - 1]
    return cut(graph, x, place, range(0, n, -(-n // given["chunks"]))) if place else None


def splits(graph: Graph, given: Arguments) -> list[Value] | None:
    """Parts of one size along an axis, or of the sizes listed."""
    x, place = given["x"], axis(given["x"], given["dim"])
    sizes = given.get("split_sizes", given.get("split_size"))
    if not place:
        return None
    n = x.shape[place - 1]
    starts = range(0, n, sizes) if isinstance(sizes, int) else [sum(sizes[:k]) for k in range(len(sizes))]
    return cut(graph, x, place, starts)


def cut(graph: Graph, x: Value, place: int, starts: Sequence[int]) -> list[Value]:
    """The parts that begin at ``starts``."""
    stops = [*starts[1:], x.shape[place - 1]]
    return [graph.put(layers.Slice(place, a, b), x) for a, b in zip(starts, stops, strict=True)]


def sliced(graph: Graph, given: Arguments) -> Value | None:
    """A range of places along an axis; one that keeps all of them is nothing."""
    x, place = given["x"], axis(given["x"], given["dim"])
    if place == 0:
        whole = given["start"] in (None, 0) and given["end"] in (None, 2**63 - 1) and given["step"] == 1
        return x if whole else None
    start, stop, step = slice(given["start"], given["end"], given["step"]).indices(x.shape[place - 1])
    whole = (start, stop, step) == (0, x.shape[place - 1], 1)
    return x if whole else graph.put(layers.Slice(place, start, stop, step), x)


def narrow(graph: Graph, given: Arguments) -> Value | None:
    """A range of places along an axis, by its length."""
    x, place = given["x"], axis(given["x"], given["dim"])
    start = given["start"] % x.shape[place - 1] if place else 0
    return graph.put(layers.Slice(place, start, start + given["length"]), x) if place else None


def selected(graph: Graph, given: Arguments) -> Value | None:
    """One place of an axis, which is left out."""
    x, place = given["x"], axis(given["x"], given["dim"])
    if place == 0 or len(x.shape) < 2:
        return None
    index = given["index"] % x.shape[place - 1]
    kept = graph.put(layers.Slice(place, index, index + 1), x)
    return graph.put(layers.Reshape((*x.shape[: place - 1], *x.shape[place:])), kept)


def expanded(graph: Graph, given: Arguments) -> Value | None:
    """One sample for all: a class token."""
    value, sizes = graph.value(given["x"]), given["size"]
    if value is None or value.batch is not None or value.shape[:1] != (1,) or len(value.shape) < 2:
        return None
    kept = all(size in (-1, n) for size, n in zip(sizes[1:], value.shape[1:], strict=False))
    if len(sizes) != len(value.shape) or not kept:
        return None
    return reshaped(graph, value, value.shape[1:])._replace(batch=0)


def flatten(graph: Graph, given: Arguments) -> Value | None:
    """Axes merged."""
    x = given["x"]
    first, last = (axis(x, given[name]) for name in ("start_dim", "end_dim"))
    if first == 0:
        return None
    return x if first == last else reshaped(graph, x, _merged(x.shape, first, last))


def _merged(shape: Shape, first: int, last: int) -> Shape:
    return (*shape[: first - 1], prod(shape[first - 1 : last]), *shape[last:])


def reshaped(graph: Graph, x: Value, shape: Shape) -> Value:
    """The same numbers under another shape: flattened or shuffled where it is that."""
    if shape == x.shape:
        return x
    last = len(x.shape)
    for first in range(1, last + 1):
        for end in range(first + 1, last + 1):
            if _merged(x.shape, first, end) == shape:
                shuffled = _shuffled(graph, x, shape)
                return shuffled or graph.put(layers.Flatten(first, -1 if end == last else end), x)
    return graph.put(layers.Reshape(shape), x)


def _shuffled(graph: Graph, x: Value, shape: Shape) -> Value | None:
    """Groups split, exchanged with their members and merged again: a channel shuffle."""
    exchange = graph.made_by(x)
    split = exchange and graph.made_by(exchange[1])
    if not exchange or not split or not isinstance(split[0], layers.Reshape):
        return None
    order = (0, 2, 1, *range(3, len(x.shape) + 1))
    groups, *rest = split[0].shape
    whole = len(rest) > 0 and (groups * rest[0], *rest[1:]) == shape == split[1].shape
    if exchange[0] != layers.Permute(order) or not whole:
        return None
    return graph.put(layers.ChannelShuffle(groups), split[1])


def permute(graph: Graph, given: Arguments) -> Value | None:
    """Axes in another order."""
    x = given["x"]
    rank = tensor_rank(x)
    if "dims" in given:
        order = [axis(x, dim) for dim in given["dims"]]
    else:
        order = [axis(x, dim) for dim in range(rank)]
        a, b = (given[name] % rank for name in ("dim0", "dim1"))
        order[a], order[b] = order[b], order[a]
    if x.batch is None:
        order = [0, *order]
    return graph.put(layers.Permute(tuple(order)), x) if order[0] == 0 else None


ENTRIES: dict[str, Entry] = {
    **dict.fromkeys(("cat", "concat"), concatenation),
    "mean": over_axes(layers.Mean),
    "sum": over_axes(layers.Sum),
    "amax": over_axes(layers.Amax),
    "std": over_axes(layers.Std),
    "chunk": chunks,
    **dict.fromkeys(("split", "split_with_sizes"), splits),
    "slice": sliced,
    "narrow": narrow,
    "select": selected,
    "expand": expanded,
    "flatten": flatten,
    **dict.fromkeys(("permute", "transpose"), permute),
    "channel_shuffle": lambda graph, given: graph.put(layers.ChannelShuffle(given["groups"]), given["x"]),
    "pixel_shuffle": lambda graph, given: graph.put(
        layers.PixelShuffle(given["upscale_factor"]), given["x"]
    ),
    "pixel_unshuffle": lambda graph, given: graph.put(
        layers.PixelUnshuffle(given["downscale_factor"]), given["x"]
    ),
}
SHAPED = ("view", "reshape", "_unsafe_view", "squeeze", "unsqueeze", "unflatten")  # same numbers, new shape
