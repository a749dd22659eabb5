"""What convmath says of a layer or network, each quantity once, under one name in every format.

This is the fast path, numbers without reasons: with ints it imports neither SymPy nor NumPy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from convmath.errors import ConvmathError, near
from convmath.exact.integers import Integer, is_number, product
from convmath.geometry.loopnest import Operations
from convmath.geometry.reading import field_plain
from convmath.geometry.window import Window
from convmath.layers.base import Shape
from convmath.network.dtypes import width_of
from convmath.network.leftover import leftover
from convmath.network.network import Network
from convmath.network.nodes import INPUT, Node
from convmath.network.trace import Trace

ALIASES = {  # what people type, and what it is called here
    "output_height": "output_size",
    "output_width": "output_size",
    "output_length": "output_size",
    "output_depth": "output_size",
    "output_height_and_width": "output_size",
    "out_size": "output_size",
    "shape": "output_shape",
    "output": "output_shape",
    "weights": "weight",
    "biases": "bias",
    "params": "parameters",
    "num_params": "parameters",
    "macs": "multiplications",
    "mac": "multiplications",
    "mults": "multiplications",
    "madds": "multiplications",
    "multiply_accumulates": "multiplications",
    "adds": "additions",
    "rf": "receptive_field",
    "field": "receptive_field",
    "effective_stride": "receptive_field",
    "jump": "receptive_field",
    "effective_padding": "receptive_field",
    "output_memory": "memory",
    "weight_memory": "memory",
    "parameter_memory": "memory",
}


def chosen(only: str, known: Iterable[str]) -> list[str]:
    """The quantities that names separated by commas mean; spaces, dashes and aliases are understood.

    >>> chosen("macs, output height", ["multiplications", "output_size"])
    ['multiplications', 'output_size']
    """
    names = list(dict.fromkeys(known))
    found = [_meant(name, names) for name in only.split(",")]
    return list(dict.fromkeys(found))


def _meant(text: str, known: list[str]) -> str:
    name = text.strip().lower().replace(" ", "_").replace("-", "_")
    for candidate in (name, ALIASES.get(name, name)):
        if candidate in known:
            return candidate
    alike = [*known, *(alias for alias, meant in ALIASES.items() if meant in known)]
    raise ConvmathError(f"{text.strip()!r} is no quantity here{near(name, alike)}")


def plainly(
    network: Network, dtype: str = "float32", node: str | None = None, only: str | None = None
) -> dict[str, Any]:
    """Everything of a network, or of one ``node``, for a program; each of several layers under ``layers``.

    ``only`` keeps the quantities that it names, see ``chosen``.

    >>> from convmath.read import network_of
    >>> plainly(network_of("Conv2d(3, 8, 3)", "3x9x9"), only="macs,params")
    {'multiplications': 10584, 'parameters': 224}
    """
    trace = network.trace()
    if node is not None:
        return _kept(_node_plain(trace, network[node], dtype), only)
    found = {"network": network.name, "input_shape": trace.input_shape, **of_network(trace, dtype)}
    if len(network.nodes) == 1:
        return _kept(found, only)
    return _kept({**found, "layers": [_node_plain(trace, each, dtype) for each in network.nodes]}, only)


def _node_plain(trace: Trace, node: Node, dtype: str) -> dict[str, Any]:
    shapes = trace.placed[node.name].shapes
    named = {"name": node.name, "layer": repr(node.layer), "inputs": node.inputs, "input_shapes": shapes}
    return {**named, **of_node(trace, node, dtype)}


def _kept(found: dict[str, Any], only: str | None) -> dict[str, Any]:
    """The quantities asked for; layers keep their names, and those are left out that have none of them."""
    if only is None:
        return found
    layers = found.get("layers", ())
    names = chosen(only, [name for part in (found, *layers) for name in part if name not in _PLACES])
    kept = {name: found[name] for name in names if name in found}
    parts = [
        {name: part[name] for name in (*_NAMED, *names) if name in part}
        for part in layers
        if not part.keys().isdisjoint(names)
    ]
    return {**kept, "layers": parts} if parts else kept


_NAMED = ("name", "layer")
_PLACES = (*_NAMED, "network", "input_shape", "inputs", "input_shapes", "layers")


def of_network(trace: Trace, dtype: str = "float32") -> dict[str, Any]:
    """Every quantity of a network on its input: of its one layer, or the totals of several."""
    network = trace.network
    if len(network.nodes) == 1:
        return of_node(trace, network.nodes[0], dtype)
    output = trace.output_shape
    parameters = trace.parameter_total()
    return {
        "output_size": output[1:],
        "output_shape": output,
        "parameters": parameters,
        "parameters_by_name": network.parameters(),
        **_kinds(trace.operations(), trace.effective_operations()),
        "receptive_field": field_plain(trace.receptive_field()),
        "leftover": leftover(trace),
        "memory": _memory(output, parameters, dtype),
    }


def of_node(trace: Trace, node: Node, dtype: str = "float32") -> dict[str, Any]:
    """Every quantity of one node, its own receptive field and leftover on what it reads.

    ``multiplications`` and ``additions`` are what the definition executes; ``leftover`` counts the
    positions past the last window, ``unread`` those that no tap reads.  Sizes in positions, memory in
    bytes.
    """
    placed = trace.placed[node.name]
    parameters = placed.parameter_total - trace.uncounted_parameters(node)
    alone = alone_of(trace, node)
    return {
        "output_size": placed.output_shape[1:],
        "output_shape": placed.output_shape,
        **placed.parameters,
        "parameters": parameters,
        "parameters_by_name": placed.parameters,
        **_kinds(placed.operations, placed.effective_operations),
        "receptive_field": field_plain(alone.receptive_field() if alone else None),
        "leftover": leftover(alone) if alone else (),
        "unread": unread(alone) if alone else (),
        "memory": _memory(placed.output_shape, parameters, dtype),
    }


def alone_of(trace: Trace, node: Node) -> Trace | None:
    """The node as a network of its own on what it reads; None where it joins several inputs."""
    shapes = trace.placed[node.name].shapes
    if len(shapes) != 1 or (node.inputs == (INPUT,) and len(trace.network.nodes) == 1):
        return trace if len(shapes) == 1 else None
    return Network("layer", (Node(node.name, node.layer, (INPUT,)),), shapes[0]).trace()


def _kinds(nominal: Operations, effective: Operations) -> dict[str, Any]:
    """Every kind of operation, then each without the taps that fall on padding."""
    return asdict(nominal) | {f"effective_{kind}": count for kind, count in asdict(effective).items()}


def unread(trace: Trace) -> tuple[Integer | None, ...]:
    """Per spatial axis, how many positions no tap of a single layer reads; None where it is not counted."""
    (node,) = trace.network.nodes
    paths = trace.placed[node.name].paths
    links = paths[0].links[1:] if len(paths) == 1 else ()
    found: list[Integer | None] = []
    for link, n in zip(links, trace.input_shape[1:], strict=False):
        window = link.map
        counted = isinstance(window, Window) and link.axis is not None
        counted = counted and is_number(n) and is_number(window.stride)  # type: ignore[union-attr]
        outputs = trace.output_shape[link.axis] if counted and link.axis is not None else 0
        found.append(n - window.landing_touched(outputs, n) if counted else None)  # type: ignore[union-attr]
    nothing = any(left == n for left, n in zip(found, trace.input_shape[1:], strict=False))
    return trace.input_shape[1:] if nothing else tuple(found)


def _memory(output: Shape, parameters: Integer, dtype: str) -> dict[str, Any]:
    width = width_of(dtype)
    return {
        "dtype": dtype,
        "output_bytes": product([*output, width]),
        "parameter_bytes": product([parameters, width]),
    }
