"""A layer, or the nodes of a network, explained: formula, numbers put in, value, and why.

The formula comes from the layer's symbolic twin, run through the same code as the numbers.
"""

from __future__ import annotations

from convmath.explain.counts import memory, operations, parameters
from convmath.explain.pair import Pair
from convmath.explain.positions import reach_of, sizes
from convmath.explain.quantities import of_node
from convmath.explain.quantity import Explanation, Quantity
from convmath.explain.totals import explain_totals
from convmath.layers.base import show
from convmath.network.network import Network
from convmath.network.nodes import Node
from convmath.network.trace import Trace

MOST_PARTS = 20  # layers of a chain that are each explained where the whole is asked for


def explained(network: Network, dtype: str, node: str | None = None) -> tuple[Explanation, ...]:
    """One node, or each layer of a chain and its totals, or the totals of a network."""
    trace = network.trace()
    if node is not None:
        return (explain_node(trace, network[node], dtype, named=True),)
    if len(network.nodes) == 1:
        return (explain_node(trace, network.nodes[0], dtype),)
    parts = network.nodes if network.is_chain and len(network.nodes) <= MOST_PARTS else ()
    return (
        *(explain_node(trace, part, dtype) for part in parts),
        explain_totals(network, trace, dtype),
    )


def explain_node(trace: Trace, node: Node, dtype: str, named: bool = False) -> Explanation:
    """One layer on what it reads; ``named`` puts its name in front and adds its field on the input."""
    placed = trace.placed[node.name]
    pair = Pair(placed)
    found = of_node(trace, node, dtype)
    quantities = (
        *sizes(pair),
        *parameters(pair, placed, trace.uncounted_parameters(node)),
        *operations(pair, placed, found),
        *memory(placed.output_shape, found["parameters"], found["memory"]),
        *reach_of(pair, trace, node),
        *(_on_input(trace, node) if named else ()),
    )
    given = " and ".join(map(show, placed.shapes)) or "no input"
    lead = f"{node.name}: " if named or not node.name.isdigit() else ""
    title = f"{lead}{placed.layer!r} on {given}"
    return Explanation(title, pair.actual, quantities, placed.layer.remark)


def _on_input(trace: Trace, node: Node) -> tuple[Quantity, ...]:
    """What a position of the node reads of the network's input."""
    field = trace.receptive_field(node.name)
    if field is None:
        return ()
    why = f"of {trace.network.name}'s input, {show(trace.input_shape)}"
    return (
        Quantity("receptive_field", field.size, why=why, label="field on the input"),
        Quantity("receptive_field", field.stride, label="stride on the input"),
    )
