"""Counts that wrong rules give: of a layer, and totals in which one layer or all of them go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from convmath.check.facts import Facts
from convmath.check.families import form_of
from convmath.check.quantity import Subject, replaced
from convmath.check.rule import Form, Wrong, at_work, value_of
from convmath.check.rules import operations, parameters
from convmath.exact.integers import Integer, is_number, product, ratio
from convmath.layers.base import Shape
from convmath.network.trace import Trace

PARAMETERS = {
    "Conv": parameters.CONVOLUTION,
    "ConvTranspose": parameters.CONVOLUTION,
    "Linear": parameters.DENSE,
    "BatchNorm": parameters.BATCH_NORM,
    "Pool": parameters.POOL,
}
MULTIPLICATIONS = {
    "Conv": operations.CONVOLUTION,
    "ConvTranspose": operations.TRANSPOSED,
    "Linear": operations.DENSE,
}
_MOST_NODES = 60  # of a network in which a single wrong row is looked for


def counts_of(forms: dict[str, Form], subject: Subject) -> tuple[Form, Facts] | None:
    """The form of a layer's count and its numbers; None where none describes it."""
    form: Form | None = form_of(forms, subject.placed)
    if form is None or subject.placed is None or len(subject.placed.shapes) != 1:
        return None
    facts = _flattened(subject)
    return (form, facts) if form.tree_names <= facts.values.keys() else None


def _flattened(subject: Subject) -> Facts:
    """The numbers of a layer; of a dense one those of the map that was flattened for it too."""
    facts = subject.facts
    if "F_in" not in facts.values:
        return facts
    trace, place = subject.trace, subject.node.inputs[0] if subject.node else ""
    shape = map_before(trace, place)
    if shape is None or product(shape) != facts.values["F_in"]:
        return facts
    sizes = "*".join(map(str, shape[1:]))
    return facts | Facts({"A": product(shape[1:]), "C_map": shape[0]}, {"A": sizes})


def map_before(trace: Trace, name: str) -> Shape | None:
    """The last map before a node on a chain of layers that only reshape it."""
    while len(trace.shapes[name]) < 2:
        if name not in trace.placed or len(trace.network[name].inputs) != 1:
            return None
        name = trace.network[name].inputs[0]
    return trace.shapes[name]


def counts(forms: dict[str, Form], right: Callable[[Subject], Any]) -> Callable[[Subject], Iterator[Wrong]]:
    """Wrong counts of one layer, or totals of a network."""

    def found(subject: Subject) -> Iterator[Wrong]:
        if subject.placed is not None:
            described = counts_of(forms, subject)
            if described is not None and value_of(*described) == right(subject):
                yield from at_work(*described)
            return
        yield from _totals(forms, right, subject)

    return found


def _totals(forms: dict[str, Form], right: Callable[[Subject], Any], subject: Subject) -> Iterator[Wrong]:
    """Totals in which every layer goes wrong the same way, then those in which one layer does."""
    rows = subject.each()
    if not all(map(is_number, subject.trace.input_shape)):
        return
    known = [(right(row), list(counts(forms, right)(row))) for row in rows]
    whole = sum(value for value, _ in known)
    if whole != right(subject):
        return
    for example, places in _shared(known):
        if len(places) > 1:
            total = whole + sum(places.values())
            yield Wrong(
                example.code, "", total, f"{example.said}, in every layer", example.right, example.topic
            )
    if len(rows) > _MOST_NODES:
        return
    for row, (value, wrongs) in zip(rows, known, strict=True):
        name = row.node.name if row.node else ""
        for wrong in wrongs:
            said = f"{wrong.said}, in {name} ({wrong.worked})"
            yield wrong._replace(value=whole - value + wrong.value, formula="", said=said)
        if value:
            yield Wrong("F13", "", whole - value, f"{name} is left out of the total", "every layer counts")


def _shared(known: list[tuple[Any, list[Wrong]]]) -> Iterator[tuple[Wrong, dict[int, Any]]]:
    """Every rule of some row, with how far each row is off that uses it, or one like it."""
    found: dict[str, dict[int, Wrong]] = {}
    for place, (_, wrongs) in enumerate(known):
        for wrong in wrongs:
            found.setdefault(wrong.like or wrong.code, {}).setdefault(place, wrong)
    for by_row in found.values():
        off = {place: wrong.value - known[place][0] for place, wrong in by_row.items()}
        for example in {wrong.code: wrong for wrong in by_row.values()}.values():
            yield example, off


def wrong_parameters(subject: Subject) -> Iterator[Wrong]:
    """Wrong parameters of a layer, or of all layers together."""
    if subject.node is None:
        yield from _separable(subject, _parameter_total)
        yield from _mixed_biases(subject)
    yield from counts(PARAMETERS, _parameter_total)(subject)


def _parameter_total(subject: Subject) -> Integer:
    return subject.placed.parameter_total if subject.placed else subject.trace.parameter_total()


def wrong_multiplications(subject: Subject) -> Iterator[Wrong]:
    """Wrong multiplications of a layer, or of all layers together."""
    if subject.node is None:
        yield from _separable(subject, _multiplications)
    yield from counts(MULTIPLICATIONS, _multiplications)(subject)


def wrong_operations(subject: Subject) -> Iterator[Wrong]:
    """Wrong numbers of operations: two for each multiplication of a wrong rule, with biases or not."""
    biases = product(subject.output) if subject.placed and subject.facts.values["bias"] else 0
    for wrong in wrong_multiplications(subject):
        if wrong.code not in ("M01", "M02", "M10"):
            for value in dict.fromkeys((2 * wrong.value, 2 * wrong.value + biases)):
                yield wrong._replace(
                    value=value, formula=f"2*({wrong.formula})" * (value == 2 * wrong.value), gives=value
                )


def _multiplications(subject: Subject) -> Integer:
    found = subject.placed.operations if subject.placed else subject.trace.operations()
    return found.multiplications


def _separable(subject: Subject, count: Callable[[Subject], Any]) -> Iterator[Wrong]:
    """What becomes of a depthwise separable convolution when its two parts are taken wrongly together."""
    parts = replaced(subject)
    if parts is None:
        return
    both = "a depthwise separable convolution has both parts, added"
    one, two = map(count, parts)
    yield Wrong("D01", "", one, "only the depthwise part is counted", both)
    yield Wrong("D02", "", two, "only the 1x1 part is counted", both)
    yield Wrong("D03", f"{one}*{two}", one * two, "the two parts are multiplied", both)


def _mixed_biases(subject: Subject) -> Iterator[Wrong]:
    parts = replaced(subject)
    for part in parts or ():
        plain = [
            each.facts.values["K"] * each.facts.values["c"] * each.facts.values["C_out"]
            for each in parts or ()
        ]
        total = sum(plain) + part.facts.values["C_out"]
        yield Wrong("D05", "", total, "one part is counted with biases and the other without", (
            "count the biases of both parts, or of none"))  # fmt: skip


def wrong_weights(subject: Subject) -> Iterator[Wrong]:
    """Wrong weights of a layer: the rules about biases do not apply."""
    if subject.placed is None:
        return
    described = counts_of(PARAMETERS, subject)
    if described is not None:
        form, facts = described
        yield from at_work(form, facts | Facts({"bias": 0}))


def wrong_totals_of_all(subject: Subject) -> Iterator[Wrong]:
    """Wrong numbers of all parameters, moving statistics included."""
    if subject.placed is not None and form_of(PARAMETERS, subject.placed) is parameters.BATCH_NORM:
        yield from at_work(parameters.BATCH_NORM_TOTAL, subject.facts)
    else:
        yield from wrong_parameters(subject)


def wrong_kept(subject: Subject) -> Iterator[Wrong]:
    """Wrong shares of what a pool keeps."""
    if subject.axes:
        yield from at_work(operations.KEPT, subject.facts)


def wrong_ratios(subject: Subject) -> Iterator[Wrong]:
    """Wrong costs of a depthwise separable convolution, as a share."""
    parts = replaced(subject)
    if parts is not None:
        taps, outputs = parts[0].facts.values["K"], parts[1].facts.values["C_out"]
        right = "both parts cost: 1/C_out + 1/k^2"
        yield Wrong("D04", f"1/{taps}", ratio(1, taps), "only 1/k^2 is counted", right)
        yield Wrong("D04", f"1/{outputs}", ratio(1, outputs), "only 1/C_out is counted", right)


def wrong_savings(subject: Subject) -> Iterator[Wrong]:
    """Wrong savings by one."""
    return (wrong._replace(value=1 - wrong.value) for wrong in wrong_ratios(subject))
