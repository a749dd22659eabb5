"""Which inputs fit a network: every window, every join, every dense layer; and which give an output size.

The network is traced on sizes that are functions of the input's (``convmath.exact.size``); what its
layers demand of them is solved (``convmath.exact.where``).  The answers are complete, and tried on the
network itself before they are given: at members and at their neighbours that are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import prod
from typing import NamedTuple

from convmath.errors import ConvmathError
from convmath.exact.demand import EQUAL, Demand
from convmath.exact.integers import is_number, is_open
from convmath.exact.sizes import EVERY, Sizes
from convmath.exact.where import axes_of, fixed, is_flat, narrowed, solved, square
from convmath.geometry.notation import AXES
from convmath.layers.base import Shape, show
from convmath.network.network import Network
from convmath.network.trace import Trace
from convmath.read import ShapeLike, Subject, network_of
from convmath.solve.boxes import Box, boxes
from convmath.solve.fits import in_general, takes

_TRIED = 6  # members tried at the start of a set
_TRIED_BOXES = 20  # boxes whose first members are tried


class Reason(NamedTuple):
    """A node that narrows the sizes, and what it leaves of those that all the nodes before it leave."""

    node: str
    left: Sizes


@dataclass(frozen=True)
class Inputs:
    """Which input sizes fit: the same on every axis (``square``), and axis by axis.

    ``axes`` holds for each axis the sizes that fit.  Where ``independent``, an input fits exactly if each
    of its axes does; else they hold with the other axes as in ``given``, and ``boxes`` lists all inputs
    that fit, as sizes of each axis that go with any of the others'; it is None where they are no such
    list. ``reasons`` says which nodes narrow the square sizes.  ``node`` is the one whose ``output`` size
    was asked for.
    """

    network: Network
    square: Sizes
    axes: Mapping[str, Sizes]
    independent: bool
    reasons: tuple[Reason, ...]
    boxes: tuple[Mapping[str, Sizes], ...] | None = None
    given: Mapping[str, int] | None = None
    node: str | None = None
    output: int | None = None

    @property
    def smallest(self) -> Shape:
        """The input of the fewest positions: on every axis where they are independent, else of all boxes.

        Of several it is the most even one; where boxes are not known, of the square ones.
        """
        spatial = list(self.axes)[-(len(self.network.input_shape or ()) - 1) :]
        square: Mapping[str, Sizes] = dict.fromkeys(spatial, self.square)
        boxes = (self.axes,) if self.independent else (square, *(self.boxes or ()))
        corners = [[box[name].smallest for name in spatial] for box in boxes]
        found = [tuple(size for size in corner if size is not None) for corner in corners]
        found = [sizes for sizes in found if len(sizes) == len(spatial)]
        if not found:
            raise ConvmathError(f"no input fits {self.network.title}{self.why()}; change a layer")
        return (self.channels, *min(found, key=lambda sizes: (prod(sizes), max(sizes), sizes)))

    @property
    def channels(self) -> int:
        """The input's channels; the fewest where the network leaves them open."""
        first = (self.network.input_shape or (1,))[0]
        return first if is_number(first) else self.axes["C"].smallest or 1

    def why(self) -> str:
        """Why no square size fits: the node that leaves none; empty where one fits."""
        if self.square or not self.reasons:
            return ""
        name = self.reasons[-1].node
        layer = next((f" = {node.layer!r}" for node in self.network.nodes if node.name == name), "")
        return f": {name}{layer} leaves none"


def inputs(
    what: Subject,
    output: int | None = None,
    node: str | None = None,
    input_shape: ShapeLike | None = None,
) -> Inputs:
    """All input sizes that fit, and give ``output`` on every axis of ``node`` if that is asked for.

    ``what`` is a layer, a chain, a name, a file, a text or a module, see ``convmath.read.network_of``.
    A module is read on ``input_shape``.
    ``node`` is the output, or where that has no positions the last map before whole maps are pooled or
    flattened.  Raises ConvmathError where nothing varies, or a size is not solved.

    >>> from convmath import Conv2d
    >>> str(inputs("unet").square)
    'n >= 16 divisible by 16'
    >>> str(inputs(Conv2d(3, 64, 7, stride=2, padding=3), output=112).square)
    '223 <= n <= 224'
    >>> str(inputs("resnet50", output=7).square)
    '193 <= n <= 224'
    """
    network = network_of(what, input_shape)
    if len(network.input_shape or ()) < 2:
        raise ConvmathError(
            f"{network} has no axis whose size could vary; give an input with more axes, channels first"
        )
    trace = in_general(network)
    node = _asked(trace, output, node)
    wanted = [
        (f"size {output} at {node}", Demand(size, EQUAL, output))
        for size in (trace.shapes[node][1:] if node else ())
    ]
    answer = _answer(trace, [*trace.demands, *wanted], node, output)
    _verify(answer, trace)
    return answer


def _answer(
    trace: Trace, listed: Sequence[tuple[str, Demand]], node: str | None, output: int | None
) -> Inputs:
    demands = [demand for _, demand in listed]
    rank = len(trace.input_shape) - 1
    named = ["C"] * is_open(trace.input_shape[0]) + [*AXES[rank]]
    places = dict(zip(range(rank + 1)[-len(named) :], named, strict=True))
    independent = not any(len(axes_of(demand)) > 1 for demand in demands)
    found, reasons = _square(listed)
    listing = None if independent else boxes(demands, list(places))
    given = None if independent else _given(trace.network, places, listing, found)
    return Inputs(
        trace.network,
        found,
        {name: solved(_along(demands, axis, given)) for axis, name in places.items()},
        independent,
        reasons,
        None if listing is None else tuple(_named(box, places) for box in listing),
        None if given is None else {places[axis]: n for axis, n in given.items() if axis in places},
        node,
        output,
    )


def _named(box: Box, places: Mapping[int, str]) -> Mapping[str, Sizes]:
    return {name: box[axis] for axis, name in places.items()}


def _given(
    network: Network, places: Mapping[int, str], listing: Sequence[Box] | None, square: Sizes
) -> Mapping[int, int]:
    """The size of every axis that the others are solved for: the network's own, or one that fits."""
    own = network.input_shape or ()
    box = listing[0] if listing else dict.fromkeys(places, square)
    return {axis: own[axis] if is_number(own[axis]) else box[axis].smallest or 1 for axis in places}  # type: ignore[misc]


def smallest_input(what: Subject) -> Shape:
    """The smallest input that a network takes.

    >>> smallest_input("unet"), smallest_input("alexnet@paper")
    ((1, 16, 16), (3, 227, 227))
    """
    return inputs(what).smallest


def _asked(trace: Trace, output: int | None, node: str | None) -> str | None:
    """The node whose size is asked for."""
    network = trace.network
    if output is None:
        if node is not None:
            raise ConvmathError(f"node={node!r} is asked for without a size; give its output too")
        return None
    if not is_number(output) or isinstance(output, bool) or output < 1:
        raise ConvmathError(f"output={output!r} is no size; give a whole number of at least 1")
    name = network[node].name if node is not None else network.output
    if node is None and not any(map(is_open, trace.shapes[name][1:])):
        name = _last_map(trace)
    if len(trace.shapes[name]) < 2:
        raise ConvmathError(f"{name} of {network.title} has no positions; name another node")
    return name


def _last_map(trace: Trace) -> str:
    """The last map before whole maps are pooled or flattened, of an input that fits."""
    network = trace.network
    shape = network.input_shape or ()
    if not all(map(is_number, shape)) or not takes(network, trace.shapes, shape):
        shape = _answer(trace, trace.demands, None, None).smallest
    return network.trace(shape).last_map


def _along(demands: Iterable[Demand], axis: int, given: Mapping[int, int] | None) -> Iterable[Demand]:
    """The demands on one axis: the others left out, or given where they are tied to it."""
    if given is None:
        return (demand for demand in demands if axes_of(demand) <= {axis})
    others = {place: n for place, n in given.items() if place != axis}
    return (fixed(demand, others) for demand in demands)


def _square(listed: Iterable[tuple[str, Demand]]) -> tuple[Sizes, tuple[Reason, ...]]:
    """The sizes that fulfil all demands on every axis, and the nodes that narrowed them."""
    left, reasons = EVERY, list[Reason]()
    spatial = [(node, demand) for node, demand in listed if axes_of(demand) != {0}]
    for node, demand in sorted(spatial, key=lambda each: is_flat(each[1])):
        before, left = left, narrowed(left, square(demand))
        if left != before:
            reasons.append(Reason(node, left))
        if not left:
            break
    return left, tuple(reasons)


def _verify(answer: Inputs, trace: Trace) -> None:
    """Try members and their neighbours on the network; a wrong answer is never given."""
    rank = len(trace.input_shape) - 1
    names = list(answer.axes)[-rank:]
    for n in _tried(answer.square):
        _check(answer, trace, dict.fromkeys(names, n), n in answer.square)
    if rank == 1 or not all(answer.axes.values()):
        return
    others = answer.given or {name: sizes.smallest or 1 for name, sizes in answer.axes.items()}
    for name in names:
        for n in _tried(answer.axes[name]):
            _check(answer, trace, {**others, name: n}, n in answer.axes[name])
    for box in islice(answer.boxes or (), _TRIED_BOXES):
        _check(answer, trace, {name: sizes.smallest or 1 for name, sizes in box.items()}, True)


def _tried(sizes: Sizes) -> list[int]:
    """Members at the ends of a set and their neighbours."""
    ends = [n for n in (*islice(sizes, _TRIED), sizes.largest) if n is not None]
    return sorted({n + step for n in ends for step in (-1, 0, 1) if n + step >= 1} or {1, 2, 224})


def _check(answer: Inputs, trace: Trace, sizes: Mapping[str, int], expected: bool) -> None:
    spatial = [sizes[name] for name in list(answer.axes)[-(len(trace.input_shape) - 1) :]]
    shape = (sizes.get("C", answer.channels), *spatial)
    if takes(answer.network, trace.shapes, shape, answer.node, answer.output) != expected:
        raise ConvmathError(
            f"{answer.network.title}: the sizes found are wrong at {show(shape)}, so none are given; "
            "please report it"
        )
