"""One form for expressions that are equal: floors and minima point the same way, sums are split."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Add, Expr, Sum, Symbol

from convmath.exact.floors import FloorDiv

_MOST_TERMS = 100  # that are written out


def canonical(expression: Expr) -> Expr:
    """``expression`` expanded, with every floor and minimum pointing the same way, for comparing."""
    if isinstance(expression, Sum):
        return _canonical_sum(expression)
    if not expression.args:
        return expression
    expression = expression.func(*map(canonical, expression.args))
    if isinstance(expression, FloorDiv):
        expression = _one_way(*expression.args)
    elif isinstance(expression, (sympy.Min, sympy.Max)) and len(expression.args) == 2:
        expression = _from_zero(expression.func, *expression.args)
    return sympy.expand(expression)


def _one_way(numerator: Expr, denominator: Expr) -> Expr:
    """Of ``floor(x/b)`` and ``-floor((b - 1 - x)/b)``, the one whose numerator does not start with -."""
    floor = FloorDiv(numerator, denominator)
    if not (numerator.is_integer and denominator.is_positive and denominator.is_integer):
        return floor
    turned = -FloorDiv(sympy.expand(denominator - 1 - numerator), denominator)
    return min(floor, turned, key=_leading)


def _leading(floor: Expr) -> tuple[bool, Any]:
    """Orders a floor before its reflection: by the sign of what varies above, then by SymPy's order."""
    inner = max(floor.atoms(FloorDiv), key=sympy.count_ops, default=None)
    if inner is None:
        return False, sympy.default_sort_key(floor)
    numerator, denominator = inner.args
    varying = Add(*(term for term in Add.make_args(numerator) if not (term / denominator).is_number))
    return (varying - varying.as_coeff_Add()[0]).could_extract_minus_sign(), sympy.default_sort_key(floor)


def _from_zero(extremum: Any, first: Expr, second: Expr) -> Expr:
    """``min(x, y) = y + min(x - y, 0)``, so that a shift of both shows."""
    difference = sympy.expand(first - second)
    if difference.could_extract_minus_sign():
        return first + extremum(0, -difference)
    return second + extremum(0, difference)


def _canonical_sum(whole: Sum) -> Expr:
    """A sum over one index, split into its terms.

    Whole ranges are shifted until their floors start alike, and first and last terms are taken out until
    the bounds have no number in them, so that sums over almost the same range show what they differ by.

    >>> n, o = sympy.symbols("n o", integer=True, positive=True)
    >>> i = sympy.Symbol("i", integer=True, nonnegative=True)
    >>> ahead, plain = Sum(FloorDiv(i*n + n, o), (i, 0, o - 1)), Sum(FloorDiv(i*n, o), (i, 1, o))
    >>> canonical(ahead) - canonical(plain)
    0
    """
    term, (index, first, last) = whole.args
    if not (last - first + 1).is_nonnegative:
        return whole
    if (last - first).is_Integer and last - first < _MOST_TERMS:
        return canonical(whole.doit())
    parts = Add.make_args(sympy.expand(canonical(term)))
    return sympy.expand(Add(*(_part(part, index, first, last) for part in parts)))


def _part(part: Expr, index: Symbol, first: Expr, last: Expr) -> Expr:
    outside, inside = part.as_independent(index)
    if inside == 1:
        return outside * (last - first + 1)
    shift = _shift(inside, index)
    return outside * _between(inside.subs(index, index - shift), index, first + shift, last + shift)


def _shift(term: Expr, index: Symbol) -> Expr:
    """How many steps of the index the first floor is ahead: 1 in ``floor((i*n + n)/o)``."""
    for floor in sorted(term.atoms(FloorDiv), key=sympy.default_sort_key):
        above = sympy.expand(floor.args[0])
        slope = above.coeff(index, 1)
        if slope.is_Symbol:
            return (above - slope * index).coeff(slope, 1)
    return sympy.Integer(0)


def _between(term: Expr, index: Symbol, first: Expr, last: Expr) -> Expr:
    """The sum with the numbers taken out of its bounds."""
    ahead, behind = (int(bound.as_coeff_Add()[0]) for bound in (first, last))
    taken = sympy.Integer(0)
    for place in range(min(ahead, 0), max(ahead, 0)):
        at = first - ahead + place
        taken += (-1 if ahead > 0 else 1) * term.subs(index, at)
    for place in range(min(behind, 0), max(behind, 0)):
        at = last - behind + place + 1
        taken += (1 if behind > 0 else -1) * term.subs(index, at)
    return Sum(term, (index, first - ahead, last - behind)) + canonical(taken)
