"""The size of every node of a network as a function of the input's, and what the layers demand of them.

No layer's size formula is written here: a layer says by its axis maps how it moves along an axis, and is
asked, at numbers, which sizes it accepts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import singledispatch
from math import prod
from typing import NamedTuple, TypeAlias

from convmath.errors import ConvmathError
from convmath.exact.integers import is_symbolic
from convmath.layers.base import Layer, per_axis
from convmath.layers.join import Add, Concat, Multiply
from convmath.layers.linear import Linear
from convmath.layers.norm import LayerNorm
from convmath.layers.parameter import Parameter
from convmath.layers.pool import AdaptivePool
from convmath.layers.reduce import Mean
from convmath.layers.reshape import Flatten, Permute, Reshape, Slice
from convmath.layers.resize import Upsample
from convmath.network.network import INPUT, Network, Node
from convmath.solve.probe import accepted, probe, step, whole
from convmath.solve.size import Entry, Flat, Size, Step, flat

Entries: TypeAlias = tuple[Entry, ...]


class AtLeast(NamedTuple):
    """A node needs a size of at least ``value``, and none of ``holes``."""

    node: str
    size: int | Size
    value: int
    holes: tuple[int, ...] = ()


class Equal(NamedTuple):
    """A node needs two sizes to be equal."""

    node: str
    left: Entry
    right: Entry


@dataclass
class Flow:
    """Every node's shape as functions of the input's sizes, and all demands, in the network's order."""

    shapes: dict[str, Entries]
    demands: list[AtLeast | Equal] = field(default_factory=list)
    node: str = INPUT

    def at_least(self, size: Entry, value: int, holes: tuple[int, ...] = ()) -> None:
        """The node at hand needs this size."""
        if value > 1 or holes:
            assert not isinstance(size, Flat)
            self.demands.append(AtLeast(self.node, size, value, holes))

    def equal(self, left: Entry, right: Entry) -> None:
        """The node at hand needs these two sizes to be equal."""
        if left != right:
            self.demands.append(Equal(self.node, left, right))


def flow(network: Network) -> Flow:
    """Follow the sizes of the input's axes, whatever they are, through the network.

    >>> from convmath import zoo
    >>> found = flow(zoo.network("unet"))
    >>> found.shapes["pool2"][1], len(found.demands)
    (Size(axis=1, steps=(Step(factor=1, offset=0, divisor=4),)), 16)
    """
    channels, *sizes = network.input_shape
    start: Entries = (channels, *map(Size, range(1, len(sizes) + 1)))
    found = Flow({INPUT: start})
    for node in network.nodes:
        _visit(node, found)
    return found


def _visit(node: Node, found: Flow) -> None:
    _refuse_symbols(node)
    found.node = node.name
    found.shapes[node.name] = through(node.layer, [found.shapes[read] for read in node.inputs], found)


def _refuse_symbols(node: Node) -> None:
    for argument in fields(node.layer):  # type: ignore[arg-type]
        value = getattr(node.layer, argument.name)
        for entry in value if isinstance(value, tuple) else (value,):
            if is_symbolic(entry):
                raise ConvmathError(f"{node.name} = {node.layer!r} has the symbol {entry}; give a number")


@singledispatch
def through(layer: Layer, shapes: list[Entries], found: Flow) -> Entries:
    """The shape that the layer makes of these shapes, for a layer that moves windows along its axes."""
    if len(shapes) != 1:
        raise ConvmathError(f"{layer!r} joins its inputs in a way that is not solved; leave it out")
    channels, *axes = shapes[0]
    tried = probe(layer, _channels(layer, channels, found), len(axes))
    after = layer.output_shape(tried)
    maps = layer.axis_maps(tried)
    out: list[Entry] = []
    for place, (size, axis_map) in enumerate(zip(axes, maps, strict=True), start=1):
        found.at_least(size, *accepted(layer, tried, place, axis_map))
        out.append(_moved(size, step(layer, axis_map, tried[place], whole(after[place]))))
    keeps = isinstance(channels, Flat) and layer.smallest_input() is None
    return (channels if keeps else whole(after[0]), *out)


@through.register
def _(layer: AdaptivePool, shapes: list[Entries], found: Flow) -> Entries:
    channels, *axes = shapes[0]
    layer.output_shape((channels, *(1,) * len(axes)))
    wanted = per_axis(layer, "output_size", layer.rank)
    return (channels, *(n if size is None else size for n, size in zip(axes, wanted, strict=True)))


@through.register
def _(layer: Upsample, shapes: list[Entries], found: Flow) -> Entries:
    channels, *axes = shapes[0]
    if layer.size is not None:
        return (channels, *map(whole, per_axis(layer, "size", len(axes))))
    factors = map(whole, per_axis(layer, "scale_factor", len(axes)))
    return (channels, *(_moved(n, Step(factor, 0)) for n, factor in zip(axes, factors, strict=True)))


@through.register
def _(layer: Mean, shapes: list[Entries], found: Flow) -> Entries:
    axes = [(axis, 1 if axis in layer.dim else size) for axis, size in enumerate(shapes[0], start=1)]
    return tuple(size for axis, size in axes if layer.keepdim or axis not in layer.dim)


@through.register
def _(layer: Parameter, shapes: list[Entries], found: Flow) -> Entries:
    return tuple(map(whole, layer.shape))


@through.register(LayerNorm)
@through.register(Permute)
@through.register(Slice)
def _(layer: Layer, shapes: list[Entries], found: Flow) -> Entries:
    if isinstance(layer, Slice) and layer.dim == 1 and isinstance(shapes[0][0], int):
        return (*map(whole, layer.output_shape(shapes[0][:1])), *shapes[0][1:])
    raise ConvmathError(f"{layer!r} is not solved; leave it out")


@through.register
def _(layer: Flatten, shapes: list[Entries], found: Flow) -> Entries:
    if layer.start_dim != 1 or layer.end_dim not in (-1, len(shapes[0])):
        raise ConvmathError(f"{layer!r} is not solved; flatten all axes")
    return (_product(shapes[0]),)


@through.register
def _(layer: Reshape, shapes: list[Entries], found: Flow) -> Entries:
    found.equal(_product(shapes[0]), prod(map(whole, layer.shape)))
    return tuple(map(whole, layer.shape))


@through.register
def _(layer: Linear, shapes: list[Entries], found: Flow) -> Entries:
    *leading, features = shapes[0]
    found.equal(features, whole(layer.in_features))
    return (*leading, whole(layer.out_features))


@through.register(Add)
@through.register(Multiply)
def _(layer: Add | Multiply, shapes: list[Entries], found: Flow) -> Entries:
    _same_rank(layer, shapes)
    columns = ([n for n in column if n != 1] or [1] for column in zip(*shapes, strict=True))
    return tuple(_agreed(tuple(column), found) for column in columns)


@through.register
def _(layer: Concat, shapes: list[Entries], found: Flow) -> Entries:
    _same_rank(layer, shapes)
    if layer.dim != 1:
        raise ConvmathError(f"{layer!r} is not solved; join along the channels")
    stacked, *columns = zip(*shapes, strict=True)
    terms = (part.terms if isinstance(part, Flat) else ((whole(part), ()),) for part in stacked)
    channels = flat(*(term for part in terms for term in part))
    return (channels, *(_agreed(column, found) for column in columns))


def _same_rank(layer: Layer, shapes: list[Entries]) -> None:
    ranks = sorted({len(shape) for shape in shapes})
    if len(ranks) > 1:
        raise ConvmathError(f"{layer!r} joins shapes of {ranks[0]} and {ranks[-1]} axes; flatten all")


def _agreed(column: tuple[Entry, ...], found: Flow) -> Entry:
    """The simplest of the sizes; all others must equal it."""
    simplest = min(column, key=_complexity)
    for other in dict.fromkeys(column):
        found.equal(simplest, other)
    return simplest


def _complexity(entry: Entry) -> int:
    if isinstance(entry, int):
        return 0
    return 1 + len(entry.steps) if isinstance(entry, Size) else 1000


def _product(shape: Entries) -> Entry:
    if isinstance(shape[0], Flat):
        return shape[0]
    number = prod(size for size in shape if isinstance(size, int))
    return flat((number, tuple(size for size in shape if isinstance(size, Size))))


def _channels(layer: Layer, channels: Entry, found: Flow) -> int:
    """The channels as a number: those of a flattened map are what the layer asks for."""
    if isinstance(channels, int):
        return channels
    smallest = layer.smallest_input()
    if smallest is None:
        return 1
    found.equal(channels, whole(smallest[0]))
    return whole(smallest[0])


def _moved(size: Entry, step: Step) -> Entry:
    assert not isinstance(size, Flat)
    return step.at(size) if isinstance(size, int) else size.then(step)
