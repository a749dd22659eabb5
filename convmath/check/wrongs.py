"""What the known wrong rules give as an answer to a question, the likeliest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from convmath.check.facts import Facts, pads_same, windows_of
from convmath.check.quantity import Quantity, Subject
from convmath.check.rule import Wrong, at_work, shown, value_of
from convmath.check.rules import fields, memory, padding
from convmath.check.wrong_counts import (
    MULTIPLICATIONS,
    PARAMETERS,
    counts_of,
    map_before,
    wrong_kept,
    wrong_multiplications,
    wrong_operations,
    wrong_parameters,
    wrong_ratios,
    wrong_savings,
    wrong_totals_of_all,
    wrong_weights,
)
from convmath.check.wrong_sizes import (
    PLACES,
    size_form,
    wrong_axis,
    wrong_channels,
    wrong_shapes,
    wrong_sides,
    wrong_sizes,
)
from convmath.exact.integers import product
from convmath.layers.base import show

_POOLED, _ALONE = "the last pool comes before flattening", "a sample is flattened by itself"
_BATCHES = (2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 10, 20, 50, 100)


def wrong_answers(quantity: Quantity, subject: Subject) -> Iterator[Wrong]:
    """Every answer that a known wrong rule gives, of the right one nothing is said."""
    found = _FINDERS.get(quantity.name)
    if found is not None:
        yield from found(subject)
    elif quantity.memory:
        yield from _memory(quantity, subject)


def worked(quantity: Quantity, subject: Subject) -> str:
    """The right formula of a layer's quantity with the numbers put in; nothing where none is known."""
    if quantity.name in ("output", "size", "height", "width", "length", "depth"):
        form = size_form(subject)
        formulas = [shown(form, axis) for axis in subject.axes] if form else []
        return " by ".join(dict.fromkeys(formulas)) if quantity.name in ("output", "size") else (
            "".join(formulas[PLACES[quantity.name]:][:1]))  # fmt: skip
    forms = {"parameters": PARAMETERS, "trainable": PARAMETERS, "multiplications": MULTIPLICATIONS}
    described = counts_of(forms[quantity.name], subject) if quantity.name in forms else None
    right = described and value_of(*described) == quantity.right(subject)
    return shown(*described) if described and right else ""


def _features(subject: Subject) -> Iterator[Wrong]:
    trace = subject.trace
    found = next(
        (each for each in subject.each() if hasattr(each.placed and each.placed.layer, "in_features")), None
    )
    name = (subject.node or (found.node if found else None) or trace.network.nodes[-1]).name
    flat = map_before(trace, trace.network[name].inputs[0] if found else name)
    if flat is None:
        return
    right = product(flat)
    sizes = "*".join(map(str, flat[1:]))
    keeps = "flattening keeps every channel"
    yield Wrong("F08", sizes, product(flat[1:]), "the channels are left out", keeps)
    maps = [node for node in trace.network.nodes if len(trace.shapes[node.name]) > 1]
    for node in reversed(maps):
        pooled = "Pool" in type(node.layer).__name__
        if pooled and product(trace.shapes[node.inputs[0]]) != right:
            before = trace.shapes[node.inputs[0]]
            said = f"it is flattened before {node.name}"
            yield Wrong("F07", "*".join(map(str, before)), product(before), said, _POOLED)
            break
    for name, shape in [("the input", trace.input_shape), *((n.name, trace.shapes[n.name]) for n in maps)]:
        if shape != flat:
            formula = "*".join(map(str, shape))
            yield Wrong(
                "F06", formula, product(shape), f"{name} is flattened", f"the last map is, {show(flat)}"
            )
    if maps and trace.network.is_chain:
        last = Subject(trace, maps[-1])
        for wrong in wrong_sizes(last):
            yield wrong._replace(value=product((flat[0], *wrong.value)), formula="")
    for batch in dict.fromkeys((subject.batch, *_BATCHES)):
        yield Wrong("F09", f"{batch}*{right}", batch * right, "the batch is counted", _ALONE)


def _receptive(subject: Subject) -> Iterator[Wrong]:
    trace = subject.trace
    name = subject.node.name if subject.node else trace.last_map
    names = [node.name for node in trace.network.nodes]
    if not trace.network.is_chain or name not in names:
        return
    windows = []
    for node in trace.network.nodes[: names.index(name) + 1]:
        placed = trace.placed[node.name]
        found = windows_of(placed)
        if "ConvTranspose" in type(node.layer).__name__:
            return
        if found:
            windows.append((found[0], "Pool" in type(node.layer).__name__))
    if windows:
        yield from fields.wrong_fields(windows)


def _memory(quantity: Quantity, subject: Subject) -> Iterator[Wrong]:
    values: dict[str, Any] = {
        "bytes": quantity.right(subject),
        "width": subject.width,
        "batch": subject.batch,
    }
    if quantity.name == "activation_memory":
        values["input"] = product(subject.trace.input_shape) * subject.width * subject.batch
    if quantity.name == "weight_memory":
        biases = subject.trace.network.parameters()
        values["biases"] = (
            sum(count for name, count in biases.items() if name.endswith("bias")) * subject.width
        )
    yield from at_work(memory.MEMORY, Facts(values))


def _padding(subject: Subject) -> Iterator[Wrong]:
    if subject.axes:
        same = pads_same(subject.placed)
        yield from at_work(padding.SAME if same else padding.KEEPING, subject.axes[0])


_FINDERS: dict[str, Callable[[Subject], Iterator[Wrong]]] = {
    "output": wrong_shapes,
    "size": wrong_sides,
    "height": wrong_axis(PLACES["height"]),
    "width": wrong_axis(PLACES["width"]),
    "length": wrong_axis(PLACES["length"]),
    "depth": wrong_axis(PLACES["depth"]),
    "channels": wrong_channels,
    "parameters": wrong_parameters,
    "trainable": wrong_parameters,
    "all_parameters": wrong_totals_of_all,
    "weights": wrong_weights,
    "multiplications": wrong_multiplications,
    "flops": wrong_operations,
    "in_features": _features,
    "receptive_field": _receptive,
    "padding": _padding,
    "kept": wrong_kept,
    "ratio": wrong_ratios,
    "saving": wrong_savings,
}  # fmt: skip
