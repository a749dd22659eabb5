"""A derivation is data: steps, each a statement and the reason for it, that can be verified."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Expr, Symbol

from convmath.exact.floors import FloorDiv, Gcd
from convmath.exact.proof import Proof, evaluate, grid, prove_at_least, prove_equal


@dataclass(frozen=True)
class Step:
    """One line of a derivation: what holds, why, and by which rule it follows from the line before.

    ``rule`` is one of

    - ``"given"``: a starting point or definition, nothing to follow from;
    - ``"equal"``: the same expression, rewritten;
    - ``"equivalent"``: an inequality with the same solutions in the ``unknown``;
    - ``"count"``: how many integers ``unknown >= 0`` the inequality before allows;
    - ``"least"``: the least integer ``unknown >= 0`` that the inequality before allows;
    - ``"fewer"``: an expression that is nowhere larger: something was left out;
    - ``"euclid"``: a count of common multiples replaced by the greatest common divisor;
    - ``"substitute"``: the line before at the values in ``where``.

    ``equation`` is what to show where the statement only counts something.
    """

    statement: Any
    reason: str
    rule: str = "equal"
    unknown: Symbol | None = None
    where: Mapping[Symbol, Any] = field(default_factory=dict)
    equation: str = ""


@dataclass(frozen=True)
class Derivation:
    """Steps from a definition to a result.

    ``verify`` checks every step against the one before it; ``result`` is the last expression.
    """

    title: str
    steps: tuple[Step, ...]

    @property
    def result(self) -> Any:
        """What the derivation arrives at."""
        return self.steps[-1].statement

    def verify(self) -> tuple[Proof, ...]:
        """For each step, whether it follows from the step before."""
        previous = (None, *self.steps[:-1])
        return tuple(
            RULES[step.rule](before, step) for before, step in zip(previous, self.steps, strict=True)
        )

    def at(self, values: Mapping[Symbol, Any], reason: str) -> Derivation:
        """The derivation with one more step: its result at some values of the symbols."""
        result = self.result.subs(values, simultaneous=True)
        step = Step(result, reason, "substitute", where=dict(values))
        return Derivation(self.title, (*self.steps, step))


def _given(before: Step | None, step: Step) -> Proof:
    return Proof("proved", "definition")


def _equal(before: Step | None, step: Step) -> Proof:
    return prove_equal(_statement(before), step.statement)


def _substitute(before: Step | None, step: Step) -> Proof:
    return prove_equal(_statement(before).subs(step.where, simultaneous=True), step.statement)


def _count(before: Step | None, step: Step) -> Proof:
    """An upper bound ``i <= u`` allows ``u + 1`` integers from 0 on."""
    upper, _ = _bound(_statement(before), step.unknown)
    return prove_equal(upper + 1, step.statement)


def _least(before: Step | None, step: Step) -> Proof:
    """A lower bound ``l <= t`` on a ``t >= 0`` is met first by ``max(l, 0)``."""
    lower, _ = _bound(_statement(before), step.unknown)
    return prove_equal(sympy.Max(lower, 0), step.statement)


def _fewer(before: Step | None, step: Step) -> Proof:
    """Nowhere larger than the expression before, where the conditions hold."""
    return prove_at_least(_statement(before), step.statement, given=tuple(step.where.values()))


def _euclid(before: Step | None, step: Step) -> Proof:
    """A count that Euclid's algorithm works out: the greatest common divisor that stands in its place.

    The count is of the pairs (i, j) with ``o*j = i*n`` and i in ``1 .. o``.  It is the same for n + o; it
    is the same with n and o exchanged, for j runs through ``1 .. n`` meanwhile; and it is o where n is o.
    """
    left, right = _statement(before), step.statement
    proof = prove_equal(left, right)
    divisors = right.atoms(Gcd)
    if proof.verdict == "refuted" or len(divisors) != 1:
        return proof
    (divisor,) = divisors
    counted = right - left + divisor
    if not isinstance(counted, sympy.Sum):
        return proof
    n, o = divisor.args
    term, (i, first, last) = counted.args
    columns = FloorDiv(i * n, o) + FloorDiv(-i * n, o) + 1  # how many j have i*n <= o*j <= i*n
    facts = [(first, 1), (last, o), (term, columns), (FloorDiv(last * n, o), n)]
    facts += [(counted.subs(n, n + o), counted), (counted.subs(n, o), o)]
    return Proof("proved", "Euclid's algorithm") if all(prove_equal(*fact) for fact in facts) else proof


def _equivalent(before: Step | None, step: Step) -> Proof:
    """Both inequalities bound the unknown alike: tried on the grid, proved by their bounds."""
    earlier, later = _statement(before), step.statement
    for point in grid(_symbols(earlier, later)):
        left, right = (evaluate(i.lhs, point) <= evaluate(i.rhs, point) for i in (earlier, later))
        if left != right:
            return Proof("refuted", "counter-example", counterexample=_named(point))
    (bound, side), (other, other_side) = (_bound(i, step.unknown) for i in (earlier, later))
    return prove_equal(bound, other) if side == other_side else Proof("refuted", "direction")


def _statement(step: Step | None) -> Any:
    if step is None:
        raise ValueError("the first step of a derivation must be given")
    return step.statement


def _bound(inequality: Any, unknown: Symbol | None) -> tuple[Expr, str]:
    """The largest or the smallest integer ``unknown`` with ``lhs <= rhs``, linear in it."""
    difference = sympy.expand(inequality.lhs - inequality.rhs)
    slope = difference.coeff(unknown, 1)
    rest = sympy.expand(difference - slope * unknown)
    if slope.could_extract_minus_sign():
        return -FloorDiv(-rest, -slope), "least"
    return FloorDiv(-rest, slope), "largest"


def _symbols(*expressions: Any) -> list[Symbol]:
    return sorted(set().union(*(e.free_symbols for e in expressions)), key=lambda s: s.name)


def _named(point: Mapping[Symbol, int]) -> dict[str, int]:
    return {symbol.name: value for symbol, value in point.items()}


RULES: dict[str, Callable[[Step | None, Step], Proof]] = {
    "given": _given,
    "equal": _equal,
    "equivalent": _equivalent,
    "count": _count,
    "least": _least,
    "fewer": _fewer,
    "euclid": _euclid,
    "substitute": _substitute,
}
