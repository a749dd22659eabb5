"""Explanations for a terminal: formula, numbers put in, value, one line of why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from convmath.exact.integers import is_number, is_symbolic
from convmath.render.definition import ranges_text, statement_text
from convmath.render.expression import write, write_factor

if TYPE_CHECKING:
    from convmath.explain.quantity import Explanation, Quantity


def value_text(value: Any) -> str:
    """A value for people: thousands separated, symbols spelled out."""
    if is_number(value):
        return f"{value:,}"
    if value is None:
        return "none"
    if isinstance(value, dict):
        return ", ".join(f"{name} {value_text(each)}" for name, each in value.items()) or "none"
    if isinstance(value, tuple):
        joint = " x " if any(map(is_symbolic, value)) else "x"
        return joint.join(write_factor(part) for part in value)
    return write(value) if is_symbolic(value) else str(value)


def lines_of(quantity: Quantity) -> list[str]:
    """Formula, numbers put in and value: what is equal, one below the other."""
    lines = []
    if quantity.formula is not None:
        lines = [write(quantity.formula), write(quantity.formula, values=quantity.values)]
    lines.append(" ".join(filter(None, (value_text(quantity.value), quantity.unit))))
    return [line for place, line in enumerate(lines) if line not in lines[:place]]


def explanation_text(explanation: Explanation, only: frozenset[str] | None = None) -> str:
    """One explanation as plain text."""
    return "\n".join(_lines(explanation, only))


def _lines(explanation: Explanation, only: frozenset[str] | None) -> Iterator[str]:
    yield explanation.title
    yield "=" * len(explanation.title)
    for statement in explanation.statements:
        yield "  " + statement_text(statement)
        yield "  for " + ranges_text(statement)
    if explanation.remark:
        yield f"  ({explanation.remark})"
    for quantity in explanation.shown(only):
        yield ""
        yield from _quantity_lines(quantity)


def _quantity_lines(quantity: Quantity) -> Iterator[str]:
    first, *rest = lines_of(quantity)
    label = f"{quantity.title:<26}"
    yield f"{label}  {first}"
    yield from (f"{'':<26}= {line}" for line in rest)
    if quantity.why:
        yield f"{'':<26}  ({quantity.why})"
