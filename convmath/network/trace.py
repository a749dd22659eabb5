"""A network on an input: what every node gives, takes and reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from convmath.errors import ConvmathError
from convmath.exact.demand import Demand, noting
from convmath.exact.integers import Integer, is_function, is_number, plain, product
from convmath.geometry.loopnest import KINDS, Operations
from convmath.geometry.reading import ReceptiveField, receptive_field
from convmath.layers.arguments import symbols_in, symbols_of
from convmath.layers.base import Layer, Placed, Shape, show
from convmath.network.fields import Axes, Fields, Reach, Seen, ends_maps
from convmath.network.nodes import INPUT, Node, last_readers, passed_by_all

if TYPE_CHECKING:
    from convmath.network.network import Network


class Trace:
    """Shapes, counts and receptive fields of a network on an input shape, numbers or symbols.

    Equal layers on equal shapes are worked out once.  ``demands`` hold what layers ask of sizes that the
    input leaves open, each with the node that was the first to ask.  ``given`` are shapes that some
    nodes are said to have, whatever they have: those behind them go on from there.
    """

    def __init__(
        self, network: Network, input_shape: Shape, given: Mapping[str, Shape] | None = None
    ) -> None:
        self.network: Network = network
        self.input_shape: Shape = tuple(input_shape)
        self.shapes: dict[str, Shape] = {INPUT: self.input_shape}
        self.placed: dict[str, Placed] = {}
        self.demands: list[tuple[str, Demand]] = []
        self._times: Counter[Placed] = Counter()
        known: dict[tuple[Layer, tuple[Shape, ...]], Placed] = {}
        with noting(solving=any(map(is_function, self.input_shape))) as noted:
            for node in network.nodes:
                placed = self.placed[node.name] = self._place(node, known)
                self.shapes[node.name] = (given or {}).get(node.name, placed.output_shape)
                self._times[placed] += 1
                while len(self.demands) < len(noted):
                    self.demands.append((node.name, noted[len(self.demands)]))

    def _place(self, node: Node, known: dict[tuple[Layer, tuple[Shape, ...]], Placed]) -> Placed:
        shapes = tuple([self.shapes[read] for read in node.inputs])
        key = (node.layer, shapes)
        placed = known.get(key)
        if placed is None:
            if symbols_of(node.layer):
                node.layer.__post_init__()  # once more, to note what its arguments ask of each other
            try:
                placed = known[key] = Placed(node.layer, shapes, node.layer.definition(*shapes))
            except ConvmathError as error:
                raise ConvmathError(_located(self.network.name, node, shapes, error)) from None
        return placed

    @cached_property
    def symbols(self) -> list[Any]:
        """The symbols in the input's sizes and the layers' arguments, by name."""
        return symbols_in(self.input_shape, *(tuple(symbols_of(placed.layer)) for placed in self._times))

    @property
    def output_shape(self) -> Shape:
        """The shape that the last node gives."""
        return self.shapes[self.network.output]

    def total(self, count: Callable[[Placed], Any]) -> Any:
        """A count summed over all nodes; equal ones are worked out once and multiplied."""
        return added([number * count(placed) for placed, number in self._times.items()])

    def parameter_total(self) -> Integer:
        """How many trainable numbers all nodes hold, those that nodes share once, unused ones not."""
        total: Integer = self.total(lambda placed: placed.parameter_total)
        again = self.network.nodes if self.network.uncounted else ()
        return total - added([self.uncounted_parameters(node) for node in again])

    def uncounted_parameters(self, node: Node) -> Integer:
        """How many of a node's numbers are no parameters of its own."""
        counts = self.placed[node.name].parameters.items()
        return added([count for name, count in counts if f"{node.name}.{name}" in self.network.uncounted])

    def operations(self) -> Operations:
        """Every operation that executing the network on one input takes (nominal)."""
        return self._summed(lambda placed: placed.operations)

    def effective_operations(self) -> Operations:
        """The same without the taps that fall on zero padding or are cropped away."""
        return self._summed(lambda placed: placed.effective_operations)

    def _summed(self, of: Callable[[Placed], Operations]) -> Operations:
        found = [(number, of(placed)) for placed, number in self._times.items()]
        return Operations(
            *(added([number * getattr(taken, kind) for number, taken in found]) for kind in KINDS)
        )

    @cached_property
    def fields(self) -> dict[str, Fields]:
        """Per node and axis, what a position reads of the input; None where there are no positions."""
        return {name: seen.fields for name, seen in self._seen.items()}

    def axes(self, name: str) -> Axes:
        """Which axis of the input each axis of a node goes along; None where it is none of them."""
        return self._seen[name].axes

    @property
    def tells_apart(self) -> bool:
        """Whether channels that see different positions are told apart: fields are bounds from there on."""
        return any(seen.picked for seen in self._seen.values())

    @cached_property
    def _seen(self) -> dict[str, Seen]:
        """What is seen of the input, node by node."""
        found = {INPUT: Seen.of(self.input_shape)}
        reaches = {placed: Reach(placed) for placed in self._times}
        for node in self.network.nodes:
            reach = reaches[self.placed[node.name]]
            found[node.name] = reach.seen([found[name] for name in node.inputs])
        return found

    def receptive_field(self, name: str | None = None) -> ReceptiveField | None:
        """What one position of a node reads of the input; None where the node has no positions.

        Without a name, the node is the last map before positions end on every path to the output.
        """
        if name is None and self.network.unknown:
            return None
        return field_of(self.fields[self.last_map if name is None else self.network[name].name])

    @cached_property
    def last_map(self) -> str:
        """The node whose receptive field is the network's: the last map before whole maps are put together.

        A network that starts by putting its input together has the field of its last map.
        """
        for node in passed_by_all(self.network.nodes):
            read = [self.fields[name] for name in node.inputs]
            if node.inputs != (INPUT,) and ends_maps(self.placed[node.name], read):
                return node.inputs[0]
        maps = [node.name for node in self.network.nodes if any(self.fields[node.name] or ())]
        return maps[-1] if maps else INPUT

    def memory(self, width: int) -> tuple[Integer, Integer]:
        """Bytes of all results together, and the most that are held at once when none is kept too long.

        The nodes run in their order; a result is freed after the last node that reads it, and no node
        works in place.  What a network brings along is a result too.
        """
        sizes = {name: product(shape) * width for name, shape in self.shapes.items()}
        last = last_readers(self.network.nodes)
        held, levels = sizes[INPUT], [sizes[INPUT]]
        for node in self.network.nodes:
            held = held + sizes[node.name]
            levels.append(held)
            held = held - added([sizes[read] for read in set(node.inputs) if last[read] == node.name])
        return added([sizes[node.name] for node in self.network.nodes]), _largest(levels)


def field_of(axes: Fields) -> ReceptiveField | None:
    """The receptive field of a node's axes; None where it has no positions."""
    found = [axis for axis in axes or () if axis is not None]
    return receptive_field(found) if found else None


def added(terms: Sequence[Any]) -> Integer:
    """The sum of ints and expressions, added all at once."""
    for term in terms:
        if not is_number(term):
            return plain(_added(terms))
    total: int = sum(terms)
    return total


def _added(terms: Sequence[Any]) -> Any:
    import sympy

    return sympy.Add(*map(_factored, terms))


def _factored(term: Any) -> Any:
    """Products with the numbers of their sums in front, so that equal ones are found: ``9408*(a + 1)``."""
    import sympy

    if is_number(term):
        return sympy.Integer(term)
    if (
        term.is_Add
        and term.has(sympy.Mul)
        and any(part.is_Mul and part.has(sympy.Add) for part in term.args)
    ):
        return sympy.Add(*map(_factored, term.args))
    return product(sympy.Mul.make_args(term))


def _largest(values: list[Integer]) -> Integer:
    """The largest; with symbols among them it is written down, not decided."""
    if all(map(is_number, values)):
        return max(values)
    import sympy

    return plain(sympy.Max(*dict.fromkeys(values), evaluate=False))


def _located(network: str, node: Node, shapes: tuple[Shape, ...], error: ConvmathError) -> str:
    reads = zip(node.inputs, shapes, strict=True)
    given = " and ".join(f"{show(shape)} from {read}" for read, shape in reads)
    known = f"; convmath solve inputs {network} tells the sizes that fit" if "@" in network else ""
    return f"{network}: node {node.name} ({given}): {error}{known}"
