"""Floor division and greatest common divisors of SymPy expressions, in one canonical form.

SymPy's own ``floor`` splits ``floor((n - 1)/2)`` into ``floor(n/2 - 1/2)`` and cannot see that
``ceiling(n/s)`` is ``floor((n + s - 1)/s)``.  ``FloorDiv`` keeps numerator and denominator apart and
rewrites itself, on construction, by four lemmas that hold for integers x, y and positive integers
a, b, g::

    floor((x + b*y)/b)        = floor(x/b) + y                      multiples leave
    floor((g*x + y)/(g*b))    = floor((x + floor(y/g))/b)           common factors leave
    floor((floor(x/a) + y)/b) = floor((x + a*y)/(a*b))              nested floors merge
    floor(-x/b)               = -floor((x + b - 1)/b)               a ceiling is a floor

so a chain of any number of floors is one ``floor((n + A)/S) + q`` with ``-S < A <= 0``.
"""

from __future__ import annotations

import math
from typing import Any

import sympy
from sympy import Add, Expr, Function, Integer, Mul, S


class FloorDiv(Function):  # type: ignore[misc]
    """``floor(numerator / denominator)`` of integer expressions, denominator positive."""

    nargs = 2
    is_integer = True
    is_real = True

    @classmethod
    def eval(cls, numerator: Expr, denominator: Expr) -> Expr | None:
        if denominator == 1 or numerator == 0:
            return sympy.expand(numerator)
        if numerator.is_Integer and denominator.is_Integer:
            return Integer(int(numerator) // int(denominator))
        rewritten = _rewrite(sympy.expand(numerator), sympy.expand(denominator))
        return None if rewritten is None else rewritten

    def _eval_is_nonnegative(self) -> Any:
        return self.args[0].is_nonnegative

    def _sympystr(self, printer: Any) -> str:
        numerator, denominator = (_grouped(printer, arg) for arg in self.args)
        return f"floor({numerator}/{denominator})"

    def _latex(self, printer: Any) -> str:
        numerator, denominator = map(printer.doprint, self.args)
        return rf"\left\lfloor \frac{{{numerator}}}{{{denominator}}} \right\rfloor"

    def _eval_rewrite_as_floor(self, numerator: Expr, denominator: Expr, **_: Any) -> Expr:
        return sympy.floor(numerator / denominator)


class Gcd(Function):  # type: ignore[misc]
    """The greatest common divisor of two positive integer expressions."""

    nargs = 2
    is_integer = True
    is_positive = True

    @classmethod
    def eval(cls, first: Expr, second: Expr) -> Expr | None:
        if first.is_Integer and second.is_Integer:
            return Integer(math.gcd(int(first), int(second)))
        if S.One in (first, second):
            return S.One
        return first if first == second else None

    def _sympystr(self, printer: Any) -> str:
        return f"gcd({', '.join(map(printer.doprint, self.args))})"

    def _latex(self, printer: Any) -> str:
        return rf"\gcd\left({', '.join(map(printer.doprint, self.args))}\right)"


def _grouped(printer: Any, expression: Expr) -> str:
    text = printer.doprint(expression)
    return f"({text})" if expression.is_Add or expression.is_Mul else text


def _rewrite(numerator: Expr, denominator: Expr) -> Expr | None:
    """One step towards the canonical form, or None when it is reached."""
    whole = Add(*(_multiple(term, denominator) for term in Add.make_args(numerator)))
    rest = sympy.expand(numerator - whole * denominator)
    if whole != 0:
        return whole + FloorDiv(rest, denominator)
    if _all_negative(numerator):
        return -FloorDiv(denominator - 1 - numerator, denominator)
    return _merge_nested(numerator, denominator) or _cancel_common(numerator, denominator)


def _multiple(term: Expr, denominator: Expr) -> Expr:
    """The largest part of ``term`` that is a whole multiple of the denominator, over it.

    A constant leaves a rest in (-denominator, 0]: ``floor((H - 1)/32) + 1`` is how people write it.
    """
    quotient = term / denominator
    coefficient, varying = quotient.as_coeff_Mul()
    if varying is S.One:
        return sympy.ceiling(coefficient)
    if sympy.fraction(varying)[1] != 1:
        return S.Zero
    return Integer(math.trunc(coefficient)) * varying


def _all_negative(numerator: Expr) -> bool:
    terms = [term for term in Add.make_args(numerator) if not term.is_number]
    return bool(terms) and all(term.as_coeff_Mul()[0].is_negative for term in terms)


def _merge_nested(numerator: Expr, denominator: Expr) -> Expr | None:
    inner = [term for term in Add.make_args(numerator) if isinstance(term, FloorDiv)]
    if not inner:
        return None
    first = min(inner, key=sympy.default_sort_key)
    below, step = first.args
    return FloorDiv(below + step * (numerator - first), step * denominator)


def _cancel_common(numerator: Expr, denominator: Expr) -> Expr | None:
    if not denominator.is_Integer:
        return None
    constant, varying = numerator.as_independent(*numerator.free_symbols, as_Add=True)
    coefficients = [term.as_coeff_Mul()[0] for term in Add.make_args(varying)]
    if not all(coefficient.is_Integer for coefficient in coefficients):
        return None
    common = math.gcd(int(denominator), *map(int, coefficients))
    if common == 1:
        return None
    inner = sympy.expand(varying / common) + FloorDiv(constant, Integer(common))
    return FloorDiv(inner, denominator / common)


def canonical(expression: Expr) -> Expr:
    """``expression`` expanded, with every floor and minimum pointing the same way, for comparing."""
    if isinstance(expression, sympy.Sum):
        expression = expression.doit()
    if not expression.args or isinstance(expression, sympy.Sum):
        return expression
    expression = expression.func(*map(canonical, expression.args))
    if isinstance(expression, FloorDiv):
        expression = _one_way(*expression.args)
    elif isinstance(expression, (sympy.Min, sympy.Max)) and len(expression.args) == 2:
        expression = _from_zero(expression.func, *expression.args)
    return sympy.expand(expression)


def _one_way(numerator: Expr, denominator: Expr) -> Expr:
    """Of ``floor(x/b)`` and ``-floor((b - 1 - x)/b)``, the one whose numerator does not start with -."""
    if (numerator - numerator.as_coeff_Add()[0]).could_extract_minus_sign():
        return -Mul(FloorDiv(sympy.expand(denominator - 1 - numerator), denominator))
    return FloorDiv(numerator, denominator)


def _from_zero(extremum: Any, first: Expr, second: Expr) -> Expr:
    """``min(x, y) = y + min(x - y, 0)``, so that a shift of both shows."""
    difference = sympy.expand(first - second)
    if difference.could_extract_minus_sign():
        return first + extremum(0, -difference)
    return second + extremum(0, difference)
