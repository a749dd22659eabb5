"""Floor division and greatest common divisors of SymPy expressions, that rewrite themselves.

SymPy's own ``floor`` splits ``floor((n - 1)/2)`` into ``floor(n/2 - 1/2)`` and cannot see that
``ceiling(n/s)`` is ``floor((n + s - 1)/s)``.  ``FloorDiv`` keeps numerator and denominator apart and
rewrites itself, on construction, by lemmas that hold for integers x, y and positive integers a, b, g::

    floor((x/g)/b)            = floor(x/(g*b))                      fractions leave
    floor((x + b*y)/b)        = floor(x/b) + y                      multiples leave
    floor((g*x + y)/(g*b))    = floor((x + floor(y/g))/b)           common factors leave
    floor((floor(x/a) + y)/b) = floor((x + a*y)/(a*b))              nested floors merge
    floor(-x/b)               = -floor((x + b - 1)/b)               a ceiling is a floor

so a chain of any number of floors is one ``floor((n + A)/S) + q``.  What they assume is asked of the
expression first: where it is not known to be whole, or its denominator not known to be positive, the
floor stays as it was written.
"""

from __future__ import annotations

import math
from typing import Any

import sympy
from sympy import Add, Expr, Function, Integer, Mul, S
from sympy.core import exprtools

from convmath.errors import ConvmathError


class FloorDiv(Function):  # type: ignore[misc]
    """``floor(numerator / denominator)`` of expressions.

    >>> n, s = sympy.symbols("n s", integer=True, positive=True)
    >>> FloorDiv(3*n + 2*s - 1, 2*s), FloorDiv(s, 2*s), FloorDiv(-n, 2)
    (floor((3*n - 1)/(2*s)) + 1, 0, -floor((n - 1)/2) - 1)
    """

    nargs = 2
    is_integer = True
    is_real = True

    @classmethod
    def eval(cls, numerator: Expr, denominator: Expr) -> Expr | None:
        if denominator == 0:
            raise ConvmathError(f"{numerator} is divided by 0; floors divide by a positive whole number")
        if numerator.is_Integer and denominator.is_Integer:
            return Integer(int(numerator) // int(denominator))
        return _rewrite(sympy.expand(numerator), sympy.expand(denominator))

    def _eval_is_nonnegative(self) -> Any:
        numerator, denominator = self.args
        return True if numerator.is_nonnegative and denominator.is_positive else None

    def _sympystr(self, printer: Any) -> str:
        numerator, denominator = (_grouped(printer, arg) for arg in self.args)
        return f"floor({numerator}/{denominator})"

    def _latex(self, printer: Any) -> str:
        numerator, denominator = map(printer.doprint, self.args)
        return rf"\left\lfloor \frac{{{numerator}}}{{{denominator}}} \right\rfloor"

    def _eval_rewrite_as_floor(self, numerator: Expr, denominator: Expr, **_: Any) -> Expr:
        return sympy.floor(numerator / denominator)


class Gcd(Function):  # type: ignore[misc]
    """The greatest common divisor of two integer expressions; of 0 and 0 it is 0."""

    nargs = 2
    is_integer = True
    is_nonnegative = True

    @classmethod
    def eval(cls, first: Expr, second: Expr) -> Expr | None:
        if first.is_Integer and second.is_Integer:
            return Integer(math.gcd(int(first), int(second)))
        if S.One in (first, second):
            return S.One
        return first if first == second and first.is_nonnegative else None

    def _eval_is_positive(self) -> Any:
        return True if any(argument.is_positive for argument in self.args) else None

    def _sympystr(self, printer: Any) -> str:
        return f"gcd({', '.join(map(printer.doprint, self.args))})"

    def _latex(self, printer: Any) -> str:
        return rf"\gcd\left({', '.join(map(printer.doprint, self.args))}\right)"


_sign_of_monomial = exprtools._monotonic_sign


def _monotonic_sign(expression: Expr) -> Any:
    """SymPy's sign of a sum, which it reads off the least values of several symbols.

    That holds for monomials, not with floors and divisors in them: ``m*(floor(n/s) + 1) - 2`` is 0 where
    all are 1, and -1 where s is 2.
    """
    several = len(expression.free_symbols) > 1
    return None if several and expression.has(FloorDiv, Gcd) else _sign_of_monomial(expression)


exprtools._monotonic_sign = _monotonic_sign


def _grouped(printer: Any, expression: Expr) -> str:
    text = printer.doprint(expression)
    return f"({text})" if expression.is_Add or expression.is_Mul else text


def _rewrite(numerator: Expr, denominator: Expr) -> Expr | None:
    """One step towards the canonical form; None where it is reached, or a lemma does not hold."""
    above, below = (
        sympy.fraction(sympy.together(numerator)) if _has_fractions(numerator) else (numerator, S.One)
    )
    if not (above.is_integer and below.is_positive and denominator.is_integer and denominator.is_positive):
        return None
    if below != 1:
        return FloorDiv(sympy.expand(above), below * denominator)
    if denominator == 1:
        return numerator
    whole = Add(*(_multiple(term, denominator) for term in Add.make_args(numerator)))
    if whole != 0:
        return whole + FloorDiv(sympy.expand(numerator - whole * denominator), denominator)
    if numerator == 0:
        return S.Zero
    if _all_negative(numerator):
        return -FloorDiv(denominator - 1 - numerator, denominator)
    return _merge_nested(numerator, denominator) or _cancel_common(numerator, denominator)


def _has_fractions(numerator: Expr) -> bool:
    return any(sympy.fraction(term)[1] != 1 for term in Add.make_args(numerator))


def _multiple(term: Expr, denominator: Expr) -> Expr:
    """The part of ``term`` that is a whole multiple of the denominator, over it.

    A number over a number leaves a rest in (-denominator, 0]: ``floor((H - 1)/32) + 1`` is how people
    write it.  What is a fraction of a symbol, s of 2*s, leaves one in [0, denominator).
    """
    coefficient, varying = (term / denominator).as_coeff_Mul()
    if varying is S.One:
        return sympy.ceiling(coefficient) if term.is_number else sympy.floor(coefficient)
    if sympy.fraction(varying)[1] != 1:
        return S.Zero
    return Integer(math.trunc(coefficient)) * varying


def _all_negative(numerator: Expr) -> bool:
    terms = Add.make_args(numerator)
    varying = [term for term in terms if not term.is_number]
    return all(term.as_coeff_Mul()[0].is_negative for term in varying or terms)


def _merge_nested(numerator: Expr, denominator: Expr) -> Expr | None:
    """A floor taken away is a floor added: ``-floor(x/a) = floor((a - 1 - x)/a)``."""
    terms = [term for term in Add.make_args(numerator) if isinstance(_unsigned(term), FloorDiv)]
    inner = [term for term in terms if _unsigned(term).args[1].is_positive]
    if not inner:
        return None
    first = min(inner, key=sympy.default_sort_key)
    below, step = _unsigned(first).args
    above = below if first.is_Function else step - 1 - below
    return FloorDiv(sympy.expand(above + step * (numerator - first)), sympy.expand(step * denominator))


def _unsigned(term: Expr) -> Expr:
    return -term if term.could_extract_minus_sign() else term


def _cancel_common(numerator: Expr, denominator: Expr) -> Expr | None:
    """A number leaves all but the constant, which rounds down; a symbol leaves where it is everywhere."""
    if not denominator.is_Integer:
        shared = sympy.gcd_terms(numerator + sympy.Dummy(positive=True) * denominator).as_ordered_factors()
        common = Mul(*(factor for factor in shared if factor.is_Symbol or factor.is_Integer))
        if common == 1 or not common.is_positive:
            return None
        return FloorDiv(sympy.expand(numerator / common), sympy.expand(denominator / common))
    constant, varying = numerator.as_coeff_Add()
    coefficients = [int(term.as_coeff_Mul()[0]) for term in Add.make_args(varying)]
    common = math.gcd(int(denominator), *coefficients)
    if common == 1:
        return None
    inner = sympy.expand(varying / common) + FloorDiv(constant, Integer(common))
    return FloorDiv(inner, denominator / common)
