"""The way forwards, which every answer is tried on: whether a network takes an input."""

from __future__ import annotations

from collections.abc import Mapping

from convmath.errors import ConvmathError
from convmath.exact.size import any_sizes
from convmath.layers.arguments import symbols_of
from convmath.layers.base import Shape
from convmath.layers.join import Join
from convmath.network.network import Network
from convmath.network.trace import Trace
from convmath.parse.shape import parse_shape
from convmath.read import ShapeLike, Subject, module_of, network_of


def fits(what: Subject, shape: ShapeLike, node: str | None = None, output: int | None = None) -> bool:
    """Whether a network takes an input and gives this size, found out by running its shapes forwards.

    Maps that meet must have sizes of their own: one of size 1 by chance on this input is not spread out.

    >>> fits("unet", (1, 32, 48)), fits("unet", (1, 33, 48))
    (True, False)
    """
    asked = parse_shape(shape) if isinstance(shape, str) else tuple(shape)
    network = network_of(what, None if module_of(what) is None else asked)
    if node is not None:
        network[node]  # that it is there
    return takes(network, in_general(network).shapes, asked, node, output)


def takes(
    network: Network,
    general: Mapping[str, Shape],
    shape: Shape,
    node: str | None = None,
    output: int | None = None,
) -> bool:
    """The same, with the shapes of all nodes on any input at hand."""
    try:
        shapes = network.trace(shape).shapes
    except ConvmathError:
        return False
    joins = (each.inputs for each in network.nodes if isinstance(each.layer, Join))
    if any(_spread_by_chance(read, shapes, general) for read in joins):
        return False
    return output is None or all(size == output for size in shapes[node or network.output][1:])


def _spread_by_chance(
    inputs: tuple[str, ...], shapes: Mapping[str, Shape], general: Mapping[str, Shape]
) -> bool:
    """Whether maps of different size meet, one of which is of size 1 on this input, not on every one."""
    columns = zip(*(zip(shapes[read], general[read], strict=True) for read in inputs), strict=False)
    return any(len({n for n, size in column if size != 1}) > 1 for column in columns)


def in_general(network: Network) -> Trace:
    """The network traced on any input: every size a function of the input's.

    >>> from convmath import zoo
    >>> trace = in_general(zoo.network("unet"))
    >>> trace.shapes["pool2"][1].at(15), len(trace.demands) > 4
    (3, True)
    """
    shape = network.input_shape or ()
    _refuse_symbols(network)
    try:
        return network.trace(any_sizes(shape))
    except ConvmathError:
        network.trace()  # what is wrong is said of the network's own input where that shows it
        raise


def _refuse_symbols(network: Network) -> None:
    network.check_whole("it is not solved")
    for node in network.nodes:
        if found := symbols_of(node.layer):
            raise ConvmathError(f"{node.name} = {node.layer!r} has the symbol {found[0]}; give a number")
