"""What is right given the answers before: an error that is carried forward is made only once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convmath.check.facts import Facts
from convmath.check.quantity import Quantity, Subject
from convmath.check.rule import value_of
from convmath.check.wrong_counts import MULTIPLICATIONS, PARAMETERS, counts_of
from convmath.errors import ConvmathError
from convmath.exact.integers import product
from convmath.layers.base import Shape
from convmath.network.network import Network
from convmath.network.trace import Trace

if TYPE_CHECKING:
    from convmath.check.judge import Asked, Verdict

Before = Sequence["tuple[Asked, Verdict]"]


def following(quantity: Quantity, subject: Subject, before: Before) -> Iterator[tuple[Any, str]]:
    """Answers that follow from wrong ones given before, each with what it follows from."""
    before = [each for each in before if each[0].subject.trace is subject.trace]
    wrong = [(asked, verdict) for asked, verdict in before if verdict.is_wrong]
    if not wrong:
        return
    yield from _behind(quantity, subject, wrong)
    yield from _own(quantity, subject, wrong)
    yield from _added(quantity, subject, before)


def _behind(quantity: Quantity, subject: Subject, wrong: Before) -> Iterator[tuple[Any, str]]:
    """The right answer on a network whose nodes give the shapes that were answered."""
    stated = [(asked.subject.node, _stated(asked, verdict)) for asked, verdict in wrong]
    given = {node.name: shape for node, shape in stated if node is not None and shape is not None}
    own = subject.node.name if subject.node else ""
    if not given or (own in given and len(given) == 1):
        return
    try:
        trace = Trace(_until(quantity, subject), subject.trace.input_shape, given)
        yield quantity.right(replace(subject, trace=trace)), f"right for your output of {', '.join(given)}"
    except ConvmathError:
        return


def _until(quantity: Quantity, subject: Subject) -> Network:
    """The network as far as it is asked about: what comes after may not fit any more."""
    network = subject.trace.network
    names = [node.name for node in network.nodes]
    if subject.node is not None:
        return replace(network, nodes=network.nodes[: names.index(subject.node.name) + 1])
    dense = [place for place, layer in enumerate(network.layers) if hasattr(layer, "in_features")]
    if quantity.name == "in_features" and dense and dense[0] > 0:
        return replace(network, nodes=network.nodes[: dense[0]])
    return network


def _own(quantity: Quantity, subject: Subject, wrong: Before) -> Iterator[tuple[Any, str]]:
    """What follows from the wrong output of the same layer."""
    for asked, verdict in wrong:
        shape = _stated(asked, verdict)
        if asked.quantity.name == "in_features" and asked.quantity.name != quantity.name:
            yield from _behind_features(quantity, subject, verdict)
        if shape is None or asked.node != subject.name:
            continue
        positions, elements = product(shape[1:]), product(shape)
        said = "right for your output"
        if quantity.name in ("neurons", "in_features"):
            yield elements, said
        if quantity.name == "memory":
            yield elements * subject.width * subject.batch, said
        described = counts_of(MULTIPLICATIONS, subject) if quantity.name == "multiplications" else None
        if described is not None:
            form, facts = described
            yield value_of(form, facts | Facts({"M": positions, "C_out": shape[0]})), said
            yield value_of(form, facts | Facts({"M": positions})), said


def _behind_features(quantity: Quantity, subject: Subject, verdict: Verdict) -> Iterator[tuple[Any, str]]:
    """What follows from a wrong number of features for the dense layer that reads them."""
    forms = {"parameters": PARAMETERS, "multiplications": MULTIPLICATIONS}
    described = counts_of(forms[quantity.name], subject) if quantity.name in forms else None
    if described is not None and "F_in" in described[1].values and type(verdict.value) is int:
        yield (
            value_of(described[0], described[1] | Facts({"F_in": verdict.value})),
            "right for your in_features",
        )


def _stated(asked: Asked, verdict: Verdict) -> Shape | None:
    """The output that an answer states, channels first, whole or by its sides; None where it has none."""
    output, value = asked.subject.output, verdict.value
    if asked.quantity.name == "output" and _is_shape(value) and len(value) == len(output):
        return (
            (*value[-1:], *value[:-1]) if value[0] != output[0] and value[-1] == output[0] else tuple(value)
        )
    if asked.quantity.name in ("size", "height", "width", "length") and type(value) is int and value > 0:
        return (output[0], *(value,) * (len(output) - 1))
    return None


def _added(quantity: Quantity, subject: Subject, before: Before) -> Iterator[tuple[Any, str]]:
    """A total of the rows that were answered."""
    if subject.node is not None:
        return
    rows = {
        asked.node: verdict.value
        for asked, verdict in before
        if asked.quantity.name == quantity.name and asked.node and type(verdict.value) is int
    }
    right = {each.node.name: quantity.right(each) for each in subject.each() if each.node}
    if rows:
        yield sum(rows.get(name, value) for name, value in right.items()), "the sum of your own rows"
        yield sum(rows.values()), "the sum of your own rows"


def _is_shape(value: Any) -> bool:
    return (
        isinstance(value, tuple) and bool(value) and all(type(size) is int and size > 0 for size in value)
    )
