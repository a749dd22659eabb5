"""The way forwards, which every answer is tried on: whether a network takes an input."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from convmath.errors import ConvmathError
from convmath.layers.base import Layer, Shape
from convmath.layers.join import Add, Multiply
from convmath.network.chain import Chain
from convmath.network.network import Network, Node
from convmath.solve.flow import Entries, flow


def as_network(network: Network | Chain | Layer) -> Network:
    """A layer or chain as a network, on the smallest input that its first layer takes."""
    if isinstance(network, Network):
        return network
    layers = network.layers if isinstance(network, Chain) else (network,)
    shape = first_input(layers[0])
    return Network.chain(layers, shape, "chain" if len(layers) > 1 else repr(layers[0]))


def first_input(layer: Layer) -> Shape:
    """An input of the right channels and number of axes for a layer."""
    smallest = layer.smallest_input()
    rank: int | None = getattr(layer, "rank", None)
    if smallest is not None and (rank or len(smallest) > 1):
        return smallest
    if rank is None:
        raise ConvmathError(f"{layer!r} takes any number of axes; give an input, like 3x224x224")
    return (1,) * (rank + 1)


def fits(network: Network, shape: Shape, node: str | None = None, output: int | None = None) -> bool:
    """Whether the network takes an input and gives this size, found out by running its shapes forwards.

    >>> from convmath import zoo
    >>> fits(zoo.network("unet"), (1, 32, 48)), fits(zoo.network("unet"), (1, 33, 48))
    (True, False)
    """
    try:
        shapes = network.trace(shape).shapes
    except ConvmathError:
        return False
    if any(_spread_by_chance(network, read.inputs, shapes) for read in network.nodes if _spreads(read)):
        return False
    return output is None or all(size == output for size in shapes[node or network.output][1:])


def _spreads(node: Node) -> bool:
    return isinstance(node.layer, (Add, Multiply))


def _spread_by_chance(network: Network, inputs: tuple[str, ...], shapes: Mapping[str, Shape]) -> bool:
    """Whether maps of different size meet, one of which is of size 1 on this input, not on every one.

    PyTorch spreads both out; but only what is of size 1 whatever the input is, a gate, is meant to be.
    """
    general = _sizes_in_general(network)
    columns = zip(*(zip(shapes[read], general[read], strict=True) for read in inputs), strict=True)
    return any(len({n for n, size in column if size != 1}) > 1 for column in columns)


@lru_cache(maxsize=16)
def _sizes_in_general(network: Network) -> Mapping[str, Entries]:
    return flow(network).shapes
