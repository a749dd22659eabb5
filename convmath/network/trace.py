"""A network on an input: what every node gives, takes and reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields as dataclass_fields
from functools import cached_property
from typing import Any

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_number, plain
from convmath.geometry.footprint import Footprint
from convmath.geometry.loopnest import Operations
from convmath.geometry.reach import ReceptiveField, receptive_field
from convmath.layers.base import AxisMap, Counts, Fields, Layer, Shape, show
from convmath.network.conditions import Condition, Equation, agreed, demanded
from convmath.network.network import INPUT, Network, Node

Key = tuple[Layer, tuple[Shape, ...]]


class Trace:
    """Shapes, counts and receptive fields of a network on an input shape, numbers or symbols.

    Equal layers on equal shapes are worked out once.  ``conditions`` hold what the symbols of the input
    must fulfil so that branches meet, ``equations`` what dense layers and channels ask of them; they are
    derived, see ``convmath.network.conditions``.
    """

    def __init__(self, network: Network, input_shape: Shape) -> None:
        self.network, self.input_shape = network, tuple(input_shape)
        self.shapes: dict[str, Shape] = {INPUT: self.input_shape}
        self.conditions: list[Condition] = []
        self.equations: list[Equation] = []
        self.keys: dict[str, Key] = {}
        self.known: dict[Key, Counts] = {}
        for node in network.nodes:
            self._visit(node)

    def _visit(self, node: Node) -> None:
        shapes = tuple(map(self.shapes.__getitem__, node.inputs))
        try:
            if len(shapes) > 1:
                shapes = agreed(node.layer, shapes, self.conditions)
            key = (node.layer, shapes)
            counts = self.known.get(key)
            if counts is None:
                counts = self.known[key] = node.layer.counts(*shapes)
                self._note(demanded(node.layer, shapes[0]) if shapes else None)
        except ConvmathError as error:
            raise ConvmathError(_located(self.network.name, node, shapes, error)) from None
        self.keys[node.name] = key
        self.shapes[node.name] = counts.output_shape

    def _note(self, equation: Equation | None) -> None:
        if equation is not None and equation not in self.equations:
            self.equations.append(equation)

    def counts(self, name: str) -> Counts:
        """Output shape, parameters and operations of a node."""
        return self.known[self.keys[name]]

    def total(self, count: Callable[[Layer, tuple[Shape, ...], Counts], Any]) -> Any:
        """A count summed over all nodes; equal ones are worked out once and multiplied."""
        return added(number * count(*key, self.known[key]) for key, number in self._times.items())

    @cached_property
    def _times(self) -> Mapping[Key, int]:
        return Counter(self.keys.values())

    def parameters(self) -> dict[str, Integer]:
        """How many numbers each parameter holds: ``conv1.weight``."""
        return {
            f"{node.name}.{name}": count
            for node in self.network.nodes
            for name, count in self.counts(node.name).parameters.items()
            if f"{node.name}.{name}" not in self.network.uncounted
        }

    def parameter_total(self) -> Integer:
        """How many trainable numbers all nodes hold, those that nodes share once."""
        total = self.total(lambda layer, shapes, counts: added(counts.parameters.values()))
        again = self.network.nodes if self.network.uncounted else ()
        return total - added(map(self.uncounted_parameters, again))

    def uncounted_parameters(self, node: Node) -> Integer:
        """How many of a node's numbers are no parameters of its own."""
        counts = self.counts(node.name).parameters.items()
        return added(count for name, count in counts if f"{node.name}.{name}" in self.network.uncounted)

    def operations(self) -> Operations:
        """Every operation that executing the network on one input takes (nominal)."""
        kinds = [field.name for field in dataclass_fields(Operations)]
        return Operations(*map(self._operations_of, kinds))

    def _operations_of(self, kind: str) -> Integer:
        return self.total(lambda layer, shapes, counts: getattr(counts.operations, kind))

    @cached_property
    def fields(self) -> dict[str, Fields]:
        """Per node and axis, what a position reads of the input; None where there are no positions."""
        fields: dict[str, Fields] = {INPUT: (None, *(Footprint(),) * (len(self.input_shape) - 1))}
        maps: dict[Key, tuple[AxisMap, ...]] = {}
        for node in self.network.nodes:
            key = layer, shapes = self.keys[node.name]
            if key not in maps:
                maps[key] = layer.axis_maps(*shapes) if shapes else ()
            fields[node.name] = layer.carried([fields[read] for read in node.inputs], maps[key], shapes)
        return fields

    def receptive_field(self, name: str | None = None) -> ReceptiveField | None:
        """What one position of a node reads of the input; None where the node has no positions.

        Without a name, the node is the last map before the first pooling or flattening of whole maps
        that every path to the output goes through.
        """
        if name is None and self.network.unknown:
            return None
        axes = self.fields[self.last_map if name is None else self.network[name].name]
        found = [axis for axis in axes if axis is not None]
        return receptive_field(found) if found else None

    @cached_property
    def last_map(self) -> str:
        """The node whose receptive field is the network's own."""
        for node in _passed_by_all(self.network):
            if node.layer.ends_maps:
                return node.inputs[0]
        maps = [node.name for node in self.network.nodes if any(self.fields[node.name])]
        return maps[-1] if maps else INPUT

    def memory(self, width: int) -> tuple[Integer, Integer]:
        """Bytes of all results together, and the most that are held at once when none is kept too long.

        The nodes run in their order; a result is freed after the last node that reads it, and no node
        works in place.
        """
        sizes = {name: elements(shape) * width for name, shape in self.shapes.items()}
        last = {read: place for place, node in enumerate(self.network.nodes) for read in node.inputs}
        held, levels = sizes[INPUT], [sizes[INPUT]]
        for place, node in enumerate(self.network.nodes):
            held = held + sizes[node.name]
            levels.append(held)
            held = held - added(sizes[read] for read in set(node.inputs) if last[read] == place)
        return added(sizes[node.name] for node in self.network.nodes), _largest(levels)


def elements(shape: Shape) -> Integer:
    """How many numbers an array of this shape holds."""
    count: Integer = 1
    for size in shape:
        count = count * size
    return count


def added(terms: Iterable[Any]) -> Any:
    """The sum of ints and expressions, added all at once."""
    listed = list(terms)
    symbols = [_factored(term) for term in listed if not is_number(term)]
    number: int = sum(term for term in listed if is_number(term))
    if not symbols:
        return number
    import sympy

    return plain(sympy.Add(number, *symbols))


def _factored(term: Any) -> Any:
    """Products with the numbers of their sums in front, so that equal ones are found: ``9408*(a + 1)``."""
    import sympy
    from sympy.core.mul import _keep_coeff  # or SymPy multiplies the number back in

    if (
        term.is_Add
        and term.has(sympy.Mul)
        and any(part.is_Mul and part.has(sympy.Add) for part in term.args)
    ):
        return sympy.Add(*map(_factored, term.args))
    factors = [factor.primitive() for factor in sympy.Mul.make_args(term)]
    coefficient = sympy.Mul(*(number for number, _ in factors))
    return _keep_coeff(coefficient, sympy.Mul(*(rest for _, rest in factors)))


def _largest(values: list[Integer]) -> Integer:
    """The largest; with symbols among them it is written down, not decided."""
    if all(map(is_number, values)):
        return max(values)
    import sympy

    return sympy.Max(*dict.fromkeys(values), evaluate=False)


def _passed_by_all(network: Network) -> Iterable[Node]:
    """The nodes that every path from the input to the output goes through.

    Paths from the input to a node, times paths from there to the output, are then all paths.
    """
    ahead: dict[str, int] = Counter({INPUT: 1})
    for node in network.nodes:
        ahead[node.name] = sum(ahead[read] for read in node.inputs)
    behind: dict[str, int] = Counter({network.output: 1})
    for node in reversed(network.nodes):
        for read in node.inputs:
            behind[read] += behind[node.name]
    paths = ahead[network.output]
    return [node for node in network.nodes if ahead[node.name] * behind[node.name] == paths]


def _located(network: str, node: Node, shapes: tuple[Shape, ...], error: ConvmathError) -> str:
    reads = zip(node.inputs, shapes, strict=True)
    given = " and ".join(f"{show(shape)} from {read}" for read, shape in reads)
    return f"{network}: node {node.name} ({given}): {error}"
