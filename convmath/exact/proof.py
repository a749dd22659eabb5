"""Is one integer expression equal to another?  Proved, refuted with a counter-example, or open.

Four steps, in this order: the canonical form; a search for a counter-example on an integer grid; where
every floor divides by a number, ``n = L*q + r`` with one proof for each residue ``r``; and there the
polyhedral library ISL, where it is installed.  The answer is never a guess.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.logic.boolalg import Boolean

from convmath.exact.canonical import canonical
from convmath.exact.floors import FloorDiv, Gcd
from convmath.exact.integers import greatest_common_divisor, maximum, minimum
from convmath.exact.polyhedra import InexpressibleError, zero_for_all

Point = Mapping[Symbol, Any]

_GRID = 2_000  # points at most in the search for a counter-example
_RESIDUES = 600  # proofs at most in the case distinction


@dataclass(frozen=True)
class Proof:
    """What is known about an equation.

    ``verdict`` is ``"proved"``, ``"refuted"`` or ``"agrees"``: equal on ``points`` points, not proved.
    """

    verdict: str
    method: str
    points: int = 0
    counterexample: dict[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.verdict == "proved"

    def __str__(self) -> str:
        if self.verdict == "proved":
            return f"proved ({self.method})"
        if self.verdict == "refuted":
            values = ", ".join(f"{name}={value}" for name, value in self.counterexample.items())
            return f"refuted: differs at {values}" if values else "refuted"
        return f"agrees on {self.points} points, not proved"


def prove_equal(left: Any, right: Any, *, given: tuple[Boolean, ...] = ()) -> Proof:
    """Compare two expressions in integer symbols, where the conditions ``given`` hold.

    >>> n, s = sympy.symbols("n s", integer=True, positive=True)
    >>> print(prove_equal(-FloorDiv(-n, s), FloorDiv(n + s - 1, s)))
    proved (canonical form)
    >>> print(prove_equal(n - FloorDiv(n, 2), FloorDiv(n + 1, 2)))
    proved (2 residues)
    >>> print(prove_equal(FloorDiv(n, 2), FloorDiv(n + 1, 2)))
    refuted: differs at n=1
    """
    left, right = sympy.sympify(left), sympy.sympify(right)
    if canonical(_without_parity(left - right)) == 0:
        return Proof("proved", "canonical form")
    conditions = (condition.free_symbols for condition in given)
    symbols = sorted(left.free_symbols.union(right.free_symbols, *conditions), key=lambda s: s.name)
    checked = 0
    for point in grid(symbols, given):
        try:
            equal = evaluate(left, point) == evaluate(right, point)
        except ZeroDivisionError:  # neither side is anything there
            continue
        if not equal:
            return Proof("refuted", "counter-example", checked, {s.name: v for s, v in point.items()})
        checked += 1
    cases = _residue_proof(_without_parity(left - right))
    if cases:
        return Proof("proved", f"{cases} residues")
    try:
        found = zero_for_all(left - right, given, lambda point: evaluate(left - right, point) != 0)
    except (ImportError, InexpressibleError):
        return Proof("agrees", "grid", checked)
    if found is True:
        return Proof("proved", "polyhedra")
    return Proof("refuted", "counter-example", checked, {s.name: value for s, value in found.items()})


def prove_at_least(left: Any, right: Any, *, given: tuple[Boolean, ...] = ()) -> Proof:
    """Whether ``left >= right`` wherever the conditions ``given``, each ``a < b`` with a symbol b, hold.

    Every symbol is written as its least value and what it is more, b as ``a + 1 + b'``; a polynomial of
    those that has no negative coefficient is never negative.

    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> print(prove_at_least(n**2 + 1, 2 * n)), print(prove_at_least(n, 2))
    proved (no negative coefficient)
    refuted: differs at n=1
    (None, None)
    """
    left, right = sympy.sympify(left), sympy.sympify(right)
    conditions = (condition.free_symbols for condition in given)
    symbols = sorted(left.free_symbols.union(right.free_symbols, *conditions), key=lambda s: s.name)
    checked = 0
    for point in grid(symbols, given):
        if evaluate(left, point) < evaluate(right, point):
            return Proof("refuted", "counter-example", checked, {s.name: v for s, v in point.items()})
        checked += 1
    if _never_negative(left - right, given):
        return Proof("proved", "no negative coefficient")
    return Proof("agrees", "grid", checked)


def _never_negative(expression: Expr, given: tuple[Boolean, ...]) -> bool:
    for condition in given:
        if isinstance(condition, sympy.StrictLessThan) and condition.rhs.is_Symbol:
            more = sympy.Dummy(integer=True, nonnegative=True)
            expression = expression.subs(condition.rhs, condition.lhs + 1 + more)
    expression = expression.subs(
        {
            s: 1 + sympy.Dummy(integer=True, nonnegative=True)
            for s in expression.free_symbols
            if s.is_positive
        }
    )
    symbols = sorted(expression.free_symbols, key=str)
    if not all(symbol.is_nonnegative for symbol in symbols) or not expression.is_polynomial(*symbols):
        return False
    return (
        all(number >= 0 for number in sympy.Poly(expression, *symbols).coeffs())
        if symbols
        else expression >= 0
    )


def grid(symbols: list[Symbol], given: tuple[Boolean, ...] = ()) -> Iterator[dict[Symbol, int]]:
    """Small values of the symbols that their assumptions and the conditions allow, small ones first."""
    side = max(3, int(_GRID ** (1 / max(len(symbols), 1))))
    for values in itertools.islice(itertools.product(*(_allowed(s, side) for s in symbols)), _GRID):
        point = dict(zip(symbols, values, strict=True))
        if all(bool(condition.xreplace(_sympified(point))) for condition in given):
            yield point


def _allowed(symbol: Symbol, side: int) -> list[int]:
    """The ``side`` whole numbers nearest to 0 that are what the symbol is assumed to be."""
    assumed = [(_FACTS[name], truth) for name, truth in symbol.assumptions0.items() if name in _FACTS]
    nearest = sorted(range(-4 * side, 4 * side + 1), key=lambda value: (abs(value), -value))
    found = (value for value in nearest if all(fact(value) == truth for fact, truth in assumed))
    return list(itertools.islice(found, side))


_FACTS: dict[str, Callable[[int], bool]] = {  # whatever else SymPy assumes of integers follows from these
    "integer": lambda value: True,
    "positive": lambda value: value > 0,
    "negative": lambda value: value < 0,
    "zero": lambda value: value == 0,
    "even": lambda value: value % 2 == 0,
    "odd": lambda value: value % 2 == 1,
    "prime": sympy.isprime,
    "composite": lambda value: value > 1 and not sympy.isprime(value),
}


def _without_parity(expression: Expr) -> Expr:
    """Every even symbol as ``2*m``, every odd one as ``2*m + 1``: SymPy does not divide by parity."""
    halves = {}
    for symbol in expression.free_symbols:
        if symbol.is_even or symbol.is_odd:
            sign = {"nonnegative": True} if symbol.is_nonnegative else {}
            half = sympy.Symbol(f"{symbol.name}_half", integer=True, **sign)
            positive = sympy.Symbol(half.name, integer=True, positive=True)
            halves[symbol] = (
                2 * half + 1 if symbol.is_odd else 2 * (positive if symbol.is_positive else half)
            )
    return expression.subs(halves, simultaneous=True) if halves else expression


def _sympified(point: Point) -> dict[Symbol, Expr]:
    return {symbol: sympy.Integer(value) for symbol, value in point.items()}


def evaluate(expression: Any, point: Point) -> Any:
    """The exact value of an expression at a point: an int or a Fraction.

    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> evaluate(FloorDiv(n - 1, 2) + 1, {n: 7})
    4
    """
    match expression:
        case Symbol():
            return point[expression]
        case sympy.Rational():
            value = Fraction(int(expression.p), int(expression.q))
            return value.numerator if value.denominator == 1 else value
        case sympy.Sum():
            return _evaluate_sum(expression, point)
    rule = _RULES.get(expression.func)
    if rule is None:
        raise TypeError(f"{expression.func.__name__} has no exact evaluation")
    return rule([evaluate(argument, point) for argument in expression.args])


def _evaluate_sum(expression: sympy.Sum, point: Point) -> Any:
    term, (index, first, last) = expression.args
    bounds = range(int(evaluate(first, point)), int(evaluate(last, point)) + 1)
    return sum(evaluate(term, {**point, index: value}) for value in bounds)


def _power(arguments: list[Any]) -> Any:
    base, exponent = arguments
    value = Fraction(base) ** exponent
    return value.numerator if value.denominator == 1 else value


_RULES: dict[Any, Any] = {
    sympy.Add: sum,
    sympy.Mul: math.prod,
    sympy.Pow: _power,
    sympy.Min: lambda arguments: functools.reduce(minimum, arguments),
    sympy.Max: lambda arguments: functools.reduce(maximum, arguments),
    sympy.Abs: lambda arguments: abs(arguments[0]),
    FloorDiv: lambda arguments: arguments[0] // arguments[1],
    Gcd: lambda arguments: greatest_common_divisor(*arguments),
}


def _residue_proof(difference: Expr) -> int:
    """How many residue cases prove that the difference is 0; none if that cannot be shown."""
    floors = difference.atoms(FloorDiv)
    if not floors or not all(floor.args[1].is_Integer for floor in floors):
        return 0
    symbols = sorted(set().union(*(f.args[0].free_symbols for f in floors)), key=lambda s: s.name)
    if not all(symbol.is_integer for symbol in symbols):
        return 0
    modulus = math.lcm(*(int(floor.args[1]) for floor in floors))
    cases: int = modulus ** len(symbols)
    if cases > _RESIDUES:
        return 0
    quotients = {symbol: sympy.Dummy(integer=True, nonnegative=symbol.is_nonnegative) for symbol in symbols}
    for residues in itertools.product(range(modulus), repeat=len(symbols)):
        case = {s: modulus * quotients[s] + r for s, r in zip(symbols, residues, strict=True)}
        if sympy.expand(difference.subs(case, simultaneous=True)) != 0:
            return 0
    return cases
