"""Whether an import stands for other sizes: it is held against imports on two of them before it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice, takewhile
from typing import Any

from convmath.errors import ConvmathError
from convmath.exact.integers import is_number
from convmath.exact.size import any_sizes
from convmath.exact.sizes import Sizes
from convmath.exact.where import axes_of, solved, square
from convmath.layers.base import Layer, Shape, show
from convmath.layers.conv import Conv
from convmath.layers.pad import ConstantPad, ZeroPad
from convmath.network.network import Network
from convmath.network.nodes import Node
from convmath.network.trace import Trace

Read = Callable[[Shape], Network]

_FARTHER = (1, 2, 8)  # times its own size, beyond which it is read on another
_MOST_TRIED = 12


def generally(read: Read, shape: Shape) -> Network:
    """A module read on an input, ready to be asked about others.

    TensorFlow's SAME padding grows with the input's size; written out in ``forward``, it is read as a
    constant. Where other inputs show that, the convolution is a SAME one.
    """
    network = read(shape)
    same: frozenset[str] = frozenset()
    if any(pad is not None for _, pad in _padded(network).values()):
        same = _grown(network, elsewhere(network, read))
    return replace(_merged(network, same), confirm=Confirmation(read, shape, same))


class Confirmation:
    """Reads a module again on other inputs that fit, and refuses what has other layers there.

    What the module works out from its input's size would pass as a constant else.  Once it is confirmed for
    symbols, numbers are not read again.
    """

    def __init__(self, read: Read, shape: Shape, same: frozenset[str]) -> None:
        self.read, self.shape, self.same = read, shape, same
        self.said: dict[Shape | None, str] = {shape: ""}  # of an input, or of all (None)

    def __call__(self, network: Network, asked: Shape) -> None:
        shape = asked if all(map(is_number, asked)) else None
        if shape not in self.said and self.said.get(None) != "":
            own = replace(network, input_shape=self.shape)
            others = elsewhere(own, self.read) if shape is None else [self.read(shape)]
            remedy = "give the input in numbers" if shape is None else f"read it on {show(shape)}"
            self.said[shape] = _objection(own, [_merged(other, self.same) for other in others], remedy)
        if self.said.get(shape):
            raise ConvmathError(self.said[shape])


def elsewhere(network: Network, read: Read) -> list[Network]:
    """The module read on other inputs on which the layers fit; none where no other input fits.

    Where none does as the layers were read, some are tried all the same: what was worked out from the size
    may keep others from fitting.
    """
    found: list[Network] = []
    tried: list[Shape] = []
    for shape in _other_inputs(network):
        tried.append(shape)
        with suppress(ConvmathError):
            found.append(read(shape))
        if len(found) == len(_FARTHER):
            break
    if not tried:
        for shape in _doubled(network):
            with suppress(ConvmathError):
                found.append(read(shape))
        return found
    if not found:
        raise ConvmathError(
            f"{network.name} cannot be read on {show(tried[0])} or another size near its own, so nothing "
            "is known of other sizes; give the input in numbers"
        )
    return found


def _other_inputs(network: Network) -> Iterator[Shape]:
    """Inputs on which the layers as they were read fit, the nearest to its own first."""
    shape: tuple[int, ...] = network.input_shape or ()  # type: ignore[assignment]
    channels, *own = shape
    trace = Trace(network, any_sizes(shape))
    demands = [demand for _, demand in trace.demands]
    if any(len(axes_of(demand)) > 1 for demand in demands):
        near = _near(solved(map(square, demands)), max(own))
        yield from ((channels, *(n,) * len(own)) for n in near)
        return
    axes = [
        _near(solved(demand for demand in demands if axes_of(demand) <= {axis}), n)
        for axis, n in enumerate(own, start=1)
    ]
    steps = range(max(map(len, axes), default=0))
    kept = [near or [n] for near, n in zip(axes, own, strict=True)]  # an axis that fits but one size
    for apart in (1, 0):  # axes of different sizes first, then of the same
        for step in steps:
            yield (channels, *(near[(step + apart * k) % len(near)] for k, near in enumerate(kept)))


def _doubled(network: Network) -> Iterator[Shape]:
    """Inputs of twice the size, along all axes and along each."""
    shape = network.input_shape or ()
    axes = range(1, len(shape))
    for doubled in ([*axes], *([axis] for axis in axes)):
        yield tuple(2 * n if axis in doubled else n for axis, n in enumerate(shape))


def _near(sizes: Sizes, n: int) -> list[int]:
    """Other members: the next one, the next beyond twice and eight times the size, then those between."""
    if not _reaches(sizes, n):
        return list(takewhile(lambda each: each < n, sizes))[-_MOST_TRIED:][::-1]
    above = list(islice((each for each in sizes if each > n), _MOST_TRIED))
    far = (next((each for each in sizes if each > times * n), None) for times in _FARTHER)
    return list(dict.fromkeys([*(each for each in far if each is not None), *above]))[:_MOST_TRIED]


def _reaches(sizes: Sizes, n: int) -> bool:
    return not sizes.is_finite or (sizes.largest or 0) > n


def _objection(network: Network, others: Sequence[Network], remedy: str) -> str:
    """What differs between the imports, as a sentence; empty where nothing does."""
    for other in others:
        for here, there in zip(network.nodes, other.nodes, strict=False):
            if here != there:
                return f"{_differs(network, here, there, other)}; {remedy}"
        if len(network.nodes) != len(other.nodes):
            return (
                f"{network.name} has {len(network.nodes)} layers on {show(network.input_shape or ())} and "
                f"{len(other.nodes)} on {show(other.input_shape or ())}; {remedy}"
            )
    return ""


def _differs(network: Network, here: Node, there: Node, other: Network) -> str:
    return (
        f"{network.name}: {here.name} is {here.layer!r} on {show(network.input_shape or ())} and "
        f"{there.layer!r} on {show(other.input_shape or ())}: the module works it out from the size"
    )


def _grown(network: Network, others: Sequence[Network]) -> frozenset[str]:
    """The convolutions that pad by what SAME needs, here and on the others, and not by the same amount."""
    every = [_padded(each) for each in (network, *others)]
    return frozenset(
        name
        for name in every[0]
        if all(name in found for found in every) and len({found[name] for found in every}) > 1
    )


def _padded(network: Network) -> Mapping[str, tuple[Layer, Node | None]]:
    """Every convolution that pads as SAME does here: as a SAME one, and the node that pads before it."""
    shapes = network.trace().shapes
    readers = Counter(read for node in network.nodes for read in node.inputs)
    pads = {
        node.name: node
        for node in network.nodes
        if isinstance(node.layer, (ConstantPad, ZeroPad))
        and getattr(node.layer, "value", 0) == 0
        and readers[node.name] == 1
    }
    found: dict[str, tuple[Layer, Node | None]] = {}
    for node in network.nodes:
        layer, pad = node.layer, pads.get(node.inputs[0]) if node.inputs else None
        if isinstance(layer, Conv) and layer.padding == 0 and layer.padding_mode == "zeros":
            sizes = shapes[pad.inputs[0] if pad else node.inputs[0]][1:]
            same = replace(layer, padding="same")
            if _pads(pad, layer.rank) == [(window.begin, window.end) for window in same.windows(sizes)]:
                found[node.name] = same, pad
    return found


def _pads(pad: Node | None, rank: int) -> list[Any]:
    return [(0, 0)] * rank if pad is None else list(pad.layer.pairs())  # type: ignore[attr-defined]


def _merged(network: Network, same: frozenset[str]) -> Network:
    """SAME convolutions in place of those that were padded before."""
    known = {name: each for name, each in _padded(network).items() if name in same} if same else {}
    gone = {pad.name: pad.inputs[0] for _, pad in known.values() if pad is not None}
    if not known:
        return network
    nodes = (
        Node(
            node.name,
            known[node.name][0] if node.name in known else node.layer,
            tuple(gone.get(read, read) for read in node.inputs),
        )
        for node in network.nodes
        if node.name not in gone
    )
    return replace(network, nodes=tuple(nodes))
