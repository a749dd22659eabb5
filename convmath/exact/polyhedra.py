"""Expressions whose divisors are numbers, decided for all sizes by the polyhedral library ISL.

Such an expression is, on each of finitely many polyhedra, a polynomial in the sizes and in floors of
sums of them; ISL brings both sides of an equation into one form.  It comes with the extra ``proof``, for
Linux and macOS, and is asked only where it is installed.

Verdoolaege, "isl: An Integer Set Library for the Polyhedral Model" (2010).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any, Literal, TypeAlias

import sympy
from sympy import Expr, Symbol
from sympy.logic.boolalg import Boolean

from convmath.exact.floors import FloorDiv, Gcd

_MOST_OPERATIONS = 20_000_000  # of ISL, some seconds
_MOST_CLASSES = 200  # of remainders
_MOST_POINTS = 20  # looked at in each polyhedron where two sides seem to differ
_MOST_DIVISORS = 32  # of a number in a common divisor


Point: TypeAlias = Mapping[Symbol, int]

_ASSUMED = {  # what is assumed of a symbol, and what that is for ISL
    "positive": (True, "{0} >= 1"),
    "nonnegative": (True, "{0} >= 0"),
    "negative": (True, "{0} <= -1"),
    "nonpositive": (True, "{0} <= 0"),
    "zero": (False, "{0} != 0"),
    "even": (True, "{0} mod 2 = 0"),
    "odd": (True, "{0} mod 2 = 1"),
}


class InexpressibleError(Exception):
    """The expression is no polynomial in floors with numbers below."""


def zero_for_all(
    difference: Expr, given: Sequence[Boolean], differs: Callable[[Point], bool]
) -> Literal[True] | dict[Symbol, int]:
    """Whether an expression is 0 wherever the conditions hold, or values at which it ``differs``.

    Raises InexpressibleError where ISL cannot say, and ImportError where it is not installed.
    """
    symbols = sorted(set().union(*(part.free_symbols for part in (difference, *given))), key=str)
    view = Polyhedra(symbols)
    context = view.isl.DEFAULT_CONTEXT
    context.set_max_operations(_MOST_OPERATIONS)
    try:
        values = view.values(given)
        found = view.polynomial(difference).intersect_params(values)
        if found.gist_params(values).is_zero():
            return True
        return _decided(view, apart(found, by_remainders(view, difference, values)), differs)
    except view.isl.Error as error:
        raise InexpressibleError(str(error)) from None
    finally:
        context.reset_operations()
        context.set_max_operations(0)


def by_remainders(view: Polyhedra, difference: Expr, values: Any) -> list[Any]:
    """The values, those apart that leave other remainders by what floors and common divisors divide by."""
    moduli: dict[Symbol, int] = {}
    for divided in difference.atoms(FloorDiv, Gcd):
        numbers = [int(part) for part in divided.args if part.is_Integer and part > 0]
        for symbol in divided.free_symbols & view.names.keys():
            moduli[symbol] = math.lcm(moduli.get(symbol, 1), *numbers)
    if math.prod(moduli.values()) > _MOST_CLASSES:
        return [values]
    classes = itertools.product(*map(range, moduli.values()))
    parts = [values.intersect(view.remainders(moduli, each)) for each in classes]
    return [part for part in parts if not part.is_empty()]


def apart(difference: Any, parts: Iterable[Any]) -> Iterator[Any]:
    """The polyhedra within these values on which a difference is not seen to be 0."""
    for known in parts:
        for values, rest in difference.intersect_params(known).gist_params(known).get_pieces():
            for inside in values.params().intersect(known).get_basic_sets():
                if not rest.gist(inside).is_zero():
                    yield inside.to_set()


def _decided(
    view: Polyhedra, polyhedra: Iterable[Any], differs: Callable[[Point], bool]
) -> Literal[True] | dict[Symbol, int]:
    for values in polyhedra:
        points = list(view.points(values))
        for point in points:
            if differs(point):
                return point
        if len(points) == _MOST_POINTS:
            raise InexpressibleError("0 as far as it was tried")
    return True


class Polyhedra:
    """ISL's view of some symbols: expressions as quasi-polynomials, conditions as sets of their values.

    Raises ImportError where ISL is not installed.
    """

    def __init__(self, symbols: Sequence[Symbol]) -> None:
        import islpy

        self.isl: Any = islpy
        self.names = {symbol: f"p{place}" for place, symbol in enumerate(symbols)}

    def polynomial(self, expression: Expr) -> Any:
        """Sums and products of affine functions as ISL's piecewise quasi-polynomial."""
        try:
            return self.isl.PwQPolynomial.from_pw_aff(self.affine(expression))
        except InexpressibleError:
            pass
        match expression:
            case sympy.Add():
                return reduce(_add, map(self.polynomial, expression.args))
            case sympy.Mul():
                return reduce(_multiply, map(self.polynomial, expression.args))
            case sympy.Pow() if expression.args[1].is_Integer and expression.args[1] > 0:
                return self.polynomial(expression.args[0]).pow(int(expression.args[1]))
            case sympy.Sum():
                return self._sum(*expression.args)
        raise InexpressibleError(str(expression))

    def affine(self, expression: Expr) -> Any:
        """Sums of symbols, floors and extrema as ISL's piecewise affine function."""
        match expression:
            case sympy.Rational():
                return self._parsed(str(expression.p)).scale_down_val(int(expression.q))
            case Symbol() if expression in self.names and expression.is_integer:
                return self._parsed(self.names[expression])
            case sympy.Add():
                return reduce(_add, map(self.affine, expression.args))
            case sympy.Mul() if len(expression.args) == 2 and expression.args[0].is_Rational:
                number, rest = expression.args
                return self.affine(rest).scale_val(int(number.p)).scale_down_val(int(number.q))
            case sympy.Max():
                return reduce(_larger, map(self.affine, expression.args))
            case sympy.Min():
                return reduce(_smaller, map(self.affine, expression.args))
            case FloorDiv() if expression.args[1].is_Integer and expression.args[1] > 0:
                return self.affine(expression.args[0]).scale_down_val(int(expression.args[1])).floor()
            case Gcd() if any(part.is_Integer and part > 0 for part in expression.args):
                return self._common_divisor(*sorted(expression.args, key=lambda part: not part.is_Integer))
        raise InexpressibleError(str(expression))

    def _sum(self, term: Expr, limits: Expr) -> Any:
        """A sum over an index: the term on all values that the index takes."""
        index, first, last = limits
        inside = Polyhedra([*self.names, index])
        low, here, high = map(inside.affine, (first, index, last))
        taken = low.le_set(here).intersect(here.le_set(high)).params()
        kinds = self.isl.dim_type
        terms = inside.polynomial(term).intersect_params(taken)
        return terms.move_dims(kinds.in_, 0, kinds.param, len(self.names), 1).sum()

    def values(self, given: Iterable[Boolean] = ()) -> Any:
        """The values that the symbols may have: what they are assumed to be, and these conditions."""
        parts = [*map(self._assumed, self.names), *map(self._condition, given)]
        return reduce(_both, parts, self._where("0 = 0"))

    def remainders(self, moduli: Mapping[Symbol, int], rests: Iterable[int]) -> Any:
        """The values that leave these remainders."""
        each = zip(moduli.items(), rests, strict=True)
        rules = [f"{self.names[symbol]} mod {modulus} = {rest}" for (symbol, modulus), rest in each]
        return self._where(" and ".join(["0 = 0", *rules]))

    def points(self, values: Any) -> Iterator[dict[Symbol, int]]:
        """A few of the values, each another one."""
        for _ in range(_MOST_POINTS):
            if values.is_empty():
                return
            point = values.sample_point()
            places = range(len(self.names))
            found = [point.get_coordinate_val(self.isl.dim_type.param, k).to_python() for k in places]
            yield dict(zip(self.names, found, strict=True))
            values = values.subtract(self.isl.Set.from_point(point).params())

    def _common_divisor(self, number: Expr, other: Expr) -> Any:
        """As the sum of Euler's phi over the common divisors."""
        divisors = sympy.divisors(number)
        if len(divisors) > _MOST_DIVISORS:
            raise InexpressibleError(str(number))
        parts = (sympy.totient(d) * (FloorDiv(other, d) - FloorDiv(other - 1, d)) for d in divisors)
        return self.affine(sympy.Add(*parts))

    def _assumed(self, symbol: Symbol) -> Any:
        assumed = symbol.assumptions0
        if assumed.get("prime") or assumed.get("composite"):
            raise InexpressibleError(f"{symbol} is assumed to be prime or composite")
        rules = [rule for name, (truth, rule) in _ASSUMED.items() if assumed.get(name) is truth]
        return self._where(" and ".join(["0 = 0", *rules]).format(self.names[symbol]))

    def _condition(self, condition: Boolean) -> Any:
        if condition.func not in _RELATIONS:
            raise InexpressibleError(str(condition))
        first, second = map(self.affine, condition.args)
        return getattr(first, _RELATIONS[condition.func])(second).params()

    def _parsed(self, text: str) -> Any:
        return self.isl.PwAff(f"{self._declared} -> {{ [({text})] }}")

    def _where(self, condition: str) -> Any:
        return self.isl.Set(f"{self._declared} -> {{ : {condition} }}").params()

    @property
    def _declared(self) -> str:
        return f"[{', '.join(self.names.values())}]"


def _add(first: Any, second: Any) -> Any:
    return first.add(second)


def _multiply(first: Any, second: Any) -> Any:
    return first.mul(second)


def _larger(first: Any, second: Any) -> Any:
    return first.max(second)


def _smaller(first: Any, second: Any) -> Any:
    return first.min(second)


def _both(first: Any, second: Any) -> Any:
    return first.intersect(second)


_RELATIONS = {
    sympy.StrictLessThan: "lt_set",
    sympy.LessThan: "le_set",
    sympy.StrictGreaterThan: "gt_set",
    sympy.GreaterThan: "ge_set",
    sympy.Equality: "eq_set",
    sympy.Unequality: "ne_set",
}
