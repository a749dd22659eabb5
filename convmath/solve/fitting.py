"""Which inputs fit a network: every window, every join, every dense layer; and which give an output size.

The answers are complete, see ``convmath.solve.size``, and tried on the network itself before they are
given: at members and at their neighbours that are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from convmath.errors import ConvmathError
from convmath.exact.integers import is_number
from convmath.geometry.notation import AXES
from convmath.layers.base import Layer, Shape, show
from convmath.network.chain import Chain
from convmath.network.network import Network
from convmath.solve.flow import AtLeast, Equal, Flow, flow
from convmath.solve.forwards import as_network, fits
from convmath.solve.size import Flat, Size, axes_of, fixed, where_at_least, where_equal
from convmath.solve.sizes import EVERY, Sizes

_TRIED = 6  # members tried at the start of a set


class Reason(NamedTuple):
    """A node that narrows the sizes, and what it leaves of those that all the nodes before it leave."""

    node: str
    left: Sizes


@dataclass(frozen=True)
class Inputs:
    """Which input sizes fit: the same on every axis (``square``), and axis by axis.

    ``axes`` holds for each axis the sizes that fit.  Where ``independent``, an input fits exactly if each
    of its axes does; else they hold with the other axes as in ``input_shape``.  ``reasons`` says which
    nodes narrow the square sizes.  ``node`` is the one whose ``output`` size was asked for.
    """

    network: Network
    square: Sizes
    axes: Mapping[str, Sizes]
    independent: bool
    reasons: tuple[Reason, ...]
    node: str | None = None
    output: int | None = None

    @property
    def smallest(self) -> Shape:
        """The smallest input: on every axis where they are independent, else of the square ones."""
        best = [sizes.smallest for sizes in self.axes.values()]
        found = best if self.independent else [self.square.smallest] * len(best)
        sizes = tuple(size for size in found if size is not None)
        if len(sizes) < len(found):
            raise ConvmathError(f"no input fits {self.network.name}{self.why()}; change a layer")
        return (self.network.input_shape[0], *sizes)

    def why(self) -> str:
        """Why no square size fits: the node that leaves none; empty where one fits."""
        if self.square or not self.reasons:
            return ""
        name = self.reasons[-1].node
        layer = next((f" = {node.layer!r}" for node in self.network.nodes if node.name == name), "")
        return f": {name}{layer} leaves none"


def inputs(network: Network | Chain | Layer, output: int | None = None, node: str | None = None) -> Inputs:
    """All input sizes that fit, and give ``output`` on every axis of ``node`` if that is asked for.

    ``node`` is the output, or where that has no positions the last map before whole maps are pooled or
    flattened.

    >>> from convmath import Conv2d, zoo
    >>> str(inputs(zoo.network("unet")).square)
    'n >= 16 divisible by 16'
    >>> str(inputs(Conv2d(3, 64, 7, stride=2, padding=3), output=112).square)
    '223 <= n <= 224'
    >>> str(inputs(zoo.network("resnet50"), output=7).square)
    '193 <= n <= 224'
    """
    found = as_network(network)
    if len(found.input_shape) < 2:
        raise ConvmathError(f"{found.name} on {show(found.input_shape)} has no axis whose size could vary")
    sizes = _followed(found)
    if not all(map(is_number, found.input_shape)):
        raise ConvmathError(f"{found.name} on {show(found.input_shape)} has symbols; give numbers")
    node = _asked(found, sizes, output, node)
    asked = sizes.shapes[node][1:] if node else ()
    wanted = [Equal(f"size {output} at {node}", size, output) for size in asked if output]
    demands = _ordered([*sizes.demands, *wanted])
    independent = not any(len(_axes(demand)) > 1 for demand in demands)
    square, reasons = _solved(demands)
    names = AXES[len(found.input_shape) - 1]
    axes = {
        name: _solved(_along(demands, axis, found, independent))[0] for axis, name in enumerate(names, 1)
    }
    answer = Inputs(found, square, axes, independent, reasons, node, output)
    _verify(answer)
    return answer


def smallest_input(network: Network | Chain | Layer) -> Shape:
    """The smallest input that a network takes.

    >>> from convmath import zoo
    >>> smallest_input(zoo.network("unet")), smallest_input(zoo.network("alexnet@paper"))
    ((1, 16, 16), (3, 227, 227))
    """
    return inputs(network).smallest


def _followed(network: Network) -> Flow:
    """The sizes followed through; what is wrong is said of the network's own input where that shows it."""
    try:
        return flow(network)
    except ConvmathError:
        network.trace()
        raise


def _asked(network: Network, sizes: Flow, output: int | None, node: str | None) -> str | None:
    """The node whose size is asked for."""
    if output is None:
        return None
    if isinstance(output, bool) or output < 1:
        raise ConvmathError(f"output={output} is no size; give a whole number of at least 1")
    name = network[node].name if node is not None else network.output
    if node is None and not any(isinstance(size, Size) for size in sizes.shapes[name][1:]):
        name = _last_map(network)
    if len(sizes.shapes[name]) < 2:
        raise ConvmathError(f"{name} of {network.name} has no positions; name another node")
    return name


def _last_map(network: Network) -> str:
    """The last map before whole maps are pooled or flattened, of an input that fits."""
    shape = network.input_shape
    if not fits(network, shape):
        shape = inputs(network).smallest
    return str(network.trace(shape).last_map)


def _ordered(demands: Iterable[AtLeast | Equal]) -> list[AtLeast | Equal]:
    """Those on flattened maps last: they are solved from where no map is empty."""

    def late(demand: AtLeast | Equal) -> bool:
        return isinstance(demand, Equal) and any(isinstance(e, Flat) for e in (demand.left, demand.right))

    return sorted(demands, key=late)


def _axes(demand: AtLeast | Equal) -> frozenset[int]:
    if isinstance(demand, AtLeast):
        return axes_of(demand.size)
    return axes_of(demand.left) | axes_of(demand.right)


def _along(
    demands: list[AtLeast | Equal], axis: int, network: Network, independent: bool
) -> Iterator[AtLeast | Equal]:
    """The demands on one axis: the others left out, or given where they are tied to it."""
    given = {place: n for place, n in enumerate(network.input_shape) if place not in (0, axis)}
    for demand in demands:
        if not independent:
            yield _with(demand, given)
        elif _axes(demand) <= {axis}:
            yield demand


def _with(demand: AtLeast | Equal, given: Mapping[int, int]) -> AtLeast | Equal:
    if isinstance(demand, Equal):
        return Equal(demand.node, fixed(demand.left, given), fixed(demand.right, given))
    size = fixed(demand.size, given)
    assert not isinstance(size, Flat)
    return demand._replace(size=size)


def _solved(demands: Iterable[AtLeast | Equal]) -> tuple[Sizes, tuple[Reason, ...]]:
    """What fulfils all demands, and the nodes that narrowed it."""
    left, reasons = EVERY, list[Reason]()
    for demand in demands:
        narrowed = _narrowed(left, demand)
        if narrowed != left:
            reasons.append(Reason(demand.node, narrowed))
        left = narrowed
        if not left:
            break
    return left, tuple(reasons)


def _narrowed(left: Sizes, demand: AtLeast | Equal) -> Sizes:
    if isinstance(demand, Equal):
        return left & where_equal(demand.left, demand.right, left.smallest or 1)
    left = left & where_at_least(demand.size, demand.value)
    for hole in demand.holes:
        refused = where_equal(demand.size, hole)
        left = left.without(refused.first, refused.last or refused.first) if refused.residues else left
    return left


def _verify(answer: Inputs) -> None:
    """Try members and their neighbours on the network; a wrong answer is never given."""
    channels, *own = answer.network.input_shape
    rank = len(own)
    for n in _tried(answer.square):
        _check(answer, (channels, *(n,) * rank), n in answer.square)
    if rank == 1 or not all(answer.axes.values()):
        return
    others = [s.smallest for s in answer.axes.values()] if answer.independent else own
    for place, sizes in enumerate(answer.axes.values()):
        for n in _tried(sizes):
            shape = (channels, *others[:place], n, *others[place + 1 :])
            _check(answer, shape, n in sizes)


def _tried(sizes: Sizes) -> list[int]:
    """Members at the ends of a set and their neighbours."""
    ends = [n for n in (*islice(sizes, _TRIED), sizes.largest) if n is not None]
    return sorted({n + step for n in ends for step in (-1, 0, 1) if n + step >= 1} or {1, 2, 224})


def _check(answer: Inputs, shape: Shape, expected: bool) -> None:
    if fits(answer.network, shape, answer.node, answer.output) != expected:
        raise AssertionError(
            f"{answer.network.name}: the sizes found are wrong at {show(shape)}; please report it"
        )
