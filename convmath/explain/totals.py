"""The totals of a network, each as the sum over its layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convmath.explain.counts import REASONS, memory
from convmath.explain.positions import network_reach
from convmath.explain.quantities import of_network
from convmath.explain.quantity import Explanation, Quantity, sum_of
from convmath.layers.base import Placed, show
from convmath.network.conventions import convention
from convmath.network.network import Network
from convmath.network.trace import Trace
from convmath.render.text import value_text

_MOST_TERMS = 40  # of a sum that is still worth reading


def explain_totals(network: Network, trace: Trace, dtype: str) -> Explanation:
    """The totals of a network, each as the sum over its layers."""
    found = of_network(trace, dtype)
    quantities = [
        Quantity("output_size", found["output_size"], quiet=True),
        Quantity("output_shape", found["output_shape"]),
        Quantity(
            "parameters",
            found["parameters"],
            _summed(trace, lambda placed: placed.parameter_total),
            why="summed over the layers",
        ),
        Quantity("parameters_by_name", found["parameters_by_name"], quiet=True),
    ]
    for kind in REASONS:
        count, real = found[kind], found[f"effective_{kind}"]
        formula = _summed(trace, lambda placed, kind=kind: getattr(placed.operations, kind))  # type: ignore[misc]
        why = _of_these(trace, count) if kind == "multiplications" else ""
        quantities.append(Quantity(kind, count, formula, why=why, quiet=count == 0))
        quantities.append(Quantity(f"effective_{kind}", real, quiet=True))
    quantities += network_reach(trace)
    quantities += memory(trace.output_shape, found["parameters"], found["memory"])
    return Explanation(f"{network.title} on {show(trace.input_shape)}", (), tuple(quantities))


def _of_these(trace: Trace, count: Any) -> str:
    """How many of a network's multiplications a summary counts, where that is another number."""
    macs = convention("macs")
    counted = trace.total(macs.count)
    said = f"of these {value_text(counted)} are {macs.meaning}, as summary counts"
    return "" if counted == count else said


def _summed(trace: Trace, count: Callable[[Placed], Any]) -> Any:
    terms = [count(trace.placed[node.name]) for node in trace.network.nodes]
    several = [term for term in terms if term != 0]
    return sum_of(several) if len(several) <= _MOST_TERMS else None
