"""Exact integer arithmetic that reads the same on Python ints and on SymPy expressions.

Ints stay ints and never import SymPy; SymPy comes in when a symbol does.  NumPy arrays of ints pass
through the same code, elementwise, without being imported here.  No float touches a size:
the floor of a float quotient is off by one near 1e17.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias, TypeGuard

from convmath.errors import ConvmathError


class Symbolic(Protocol):
    """What stands for a whole number that is not known: a SymPy expression, whatever its type checks as."""

    @property
    def free_symbols(self) -> Any:
        """The symbols in it."""

    def __add__(self, other: Any, /) -> Any: ...
    def __radd__(self, other: Any, /) -> Any: ...
    def __sub__(self, other: Any, /) -> Any: ...
    def __rsub__(self, other: Any, /) -> Any: ...
    def __mul__(self, other: Any, /) -> Any: ...
    def __rmul__(self, other: Any, /) -> Any: ...
    def __neg__(self) -> Any: ...
    def __truediv__(self, other: Any, /) -> Any: ...
    def __rtruediv__(self, other: Any, /) -> Any: ...
    def __floordiv__(self, other: Any, /) -> Any: ...
    def __rfloordiv__(self, other: Any, /) -> Any: ...
    def __mod__(self, other: Any, /) -> Any: ...
    def __ge__(self, other: Any, /) -> Any: ...
    def __gt__(self, other: Any, /) -> Any: ...
    def __le__(self, other: Any, /) -> Any: ...
    def __lt__(self, other: Any, /) -> Any: ...
    def __int__(self) -> int: ...


Integer: TypeAlias = int | Symbolic


def least(holds: Callable[[int], object], first: int, most: int | None = None) -> int | None:
    """The least whole number from ``first`` on of which something holds, as of all after it; by bisection.

    None where it does not hold of any up to ``most``.

    >>> least(lambda n: n * n >= 50, 1), least(lambda n: n > 100, 1, most=64)
    (8, None)
    """
    low, high = first - 1, first
    while not holds(high):
        low, high = high, 2 * high
        if most is not None and high > most:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def is_number(value: Any) -> TypeGuard[int]:
    """Whether ``value`` is a plain Python int rather than an expression."""
    return isinstance(value, int)


def is_symbolic(value: Any) -> bool:
    """Whether ``value`` is a SymPy expression."""
    return hasattr(value, "free_symbols")


def is_function(value: Any) -> bool:
    """Whether ``value`` is a function of a size, see ``convmath.exact.size``."""
    return hasattr(value, "is_open")


def is_open(value: Any) -> bool:
    """Whether ``value`` is a whole number not known yet: an expression, or a function of another."""
    return is_symbolic(value) or is_function(value)


def is_nonnegative(value: Integer) -> bool:
    """Whether ``value`` is known to be at least 0, whatever its symbols stand for."""
    return value >= 0 if is_number(value) else bool(getattr(value, "is_nonnegative", False))


def plain(value: Any) -> Integer:
    """``value`` as a Python int where it is one, however SymPy wraps it."""
    found: Integer = int(value) if getattr(value, "is_Integer", False) else value
    return found


def floor_div(numerator: Integer, denominator: Integer) -> Integer:
    """``floor(numerator / denominator)`` for a positive denominator.

    >>> floor_div(-7, 2)
    -4
    >>> import sympy
    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> floor_div(floor_div(n - 1, 2) + 3, 5)
    floor((n - 5)/10) + 1
    """
    if type(numerator) is int and type(denominator) is int:
        return numerator // denominator
    if is_symbolic(numerator) or is_symbolic(denominator):
        from convmath.exact.floors import FloorDiv

        return plain(FloorDiv(numerator, denominator))
    quotient: Integer = numerator // denominator
    return quotient


def ceil_div(numerator: Integer, denominator: Integer) -> Integer:
    """``ceiling(numerator / denominator)`` for a positive denominator.

    >>> ceil_div(7, 2)
    4
    """
    return floor_div(numerator + denominator - 1, denominator)


def steps_within(limit: Integer, step: Integer) -> Integer:
    """How many ``i >= 0`` have ``step*i <= limit``: the lattice points of an interval.

    Every size in convmath is this one lemma.

    >>> steps_within(213, 4)
    54
    """
    return floor_div(limit, step) + 1


def exact_div(numerator: Integer, denominator: Integer) -> Integer:
    """``numerator / denominator`` where the division is known to leave nothing over.

    >>> exact_div(12, 4)
    3
    """
    if is_number(numerator) and is_number(denominator):
        if numerator % denominator:
            raise ConvmathError(f"{numerator} is not divisible by {denominator}")
        return numerator // denominator
    return plain(numerator // denominator if is_function(numerator) else numerator / denominator)


def ratio(numerator: Integer, denominator: Integer) -> Any:
    """``numerator / denominator`` exactly: an int where it is one, else a Fraction or an expression.

    >>> ratio(6, 3), ratio(7, 2)
    (2, Fraction(7, 2))
    """
    if is_symbolic(numerator) or is_symbolic(denominator):
        return plain(numerator / denominator)
    from fractions import Fraction

    quotient = Fraction(numerator) / denominator  # type: ignore[arg-type]
    return quotient.numerator if quotient.denominator == 1 else quotient


def maximum(first: Integer, second: Integer) -> Integer:
    """The larger of two ints, arrays of ints or expressions."""
    if is_number(first) and is_number(second):
        return max(first, second)
    if is_symbolic(first) or is_symbolic(second):
        import sympy

        return plain(sympy.Max(first, second))
    return _extreme("maximum", max, first, second)


def positive_part(value: Integer) -> Integer:
    """``max(value, 0)``; in symbols without a search for which of the two it is."""
    if not is_symbolic(value):
        return maximum(value, 0)
    import sympy

    if not sympy.sympify(value).has(sympy.Max):  # to ask it of nested ones takes SymPy seconds
        if is_nonnegative(value):
            return value
        if getattr(value, "is_nonpositive", False):
            return 0
    return plain(sympy.Max(0, value, evaluate=False))


def minimum(first: Integer, second: Integer) -> Integer:
    """The smaller of two ints, arrays of ints or expressions."""
    if is_number(first) and is_number(second):
        return min(first, second)
    if is_symbolic(first) or is_symbolic(second):
        import sympy

        return plain(sympy.Min(first, second))
    return _extreme("minimum", min, first, second)


def _extreme(name: str, extreme: Callable[..., Any], first: Any, second: Any) -> Integer:
    """The larger or smaller of two sizes, arrays or fractions; sizes bring their own way."""
    for value, other in ((first, second), (second, first)):
        if hasattr(value, name):
            return plain(getattr(value, name)(other))
        if hasattr(value, "dtype"):
            apart = abs(first - second)
            return plain((first + second + (apart if extreme is max else -apart)) // 2)
    return plain(extreme(first, second))


def least_of(value: Integer) -> Integer:
    """A lower bound without those floors that their divisor multiplies: ``s*floor(x/s) >= x - s + 1``.

    >>> import sympy
    >>> H, s = sympy.symbols("H s", integer=True, positive=True)
    >>> least_of(s * floor_div(H - 1, s) + s), least_of(7)
    (H, 7)
    """
    if not is_symbolic(value):
        return value
    from convmath.exact.floors import FloorDiv

    found: Any = value.expand()  # type: ignore[union-attr]
    for quotient in found.atoms(FloorDiv):
        numerator, divisor = quotient.args
        if (found.coeff(quotient) - divisor).expand() == 0:
            found = (found - divisor * quotient + numerator - divisor + 1).expand()
    return plain(found)


def greatest_common_divisor(first: Integer, second: Integer) -> Integer:
    """The greatest common divisor; left unevaluated on symbols.

    >>> greatest_common_divisor(12, 18)
    6
    """
    if is_number(first) and is_number(second):
        return math.gcd(first, second)
    if first == second:
        return first
    for value, other in ((first, second), (second, first)):
        if is_function(value):
            return plain(value.gcd(other))  # type: ignore[union-attr]
    from convmath.exact.floors import Gcd

    return plain(Gcd(first, second))


def product(values: Iterable[Integer]) -> Integer:
    """The product of ints and expressions.

    >>> product([128, 3, 3, 3])
    3456
    """
    factors = values if isinstance(values, (list, tuple)) else list(values)
    for value in factors:
        if type(value) is not int:
            return plain(_product(factors))
    found: int = math.prod(factors)  # type: ignore[arg-type]
    return found


def _product(factors: Sequence[Any]) -> Any:
    """Expressions with the numbers of their sums in front: ``100*(5*H - 20)`` is ``500*(H - 4)``."""
    if not any(map(is_symbolic, factors)):
        return math.prod(factors)
    import sympy
    from sympy.core.mul import _keep_coeff  # or SymPy multiplies the number back into a sum

    several = [factor for factor in factors if factor != 1]
    if len(several) == 1:
        return plain(several[0])
    parts = [sympy.sympify(factor).primitive() for factor in several]
    coefficient = sympy.Mul(*(number for number, _ in parts))
    return _keep_coeff(coefficient, sympy.Mul(*(rest for _, rest in parts)))


def total(term: Callable[[Integer], Integer], extent: Integer) -> Integer:
    """``term(0) + ... + term(extent - 1)``; a SymPy ``Sum`` when the extent is a symbol.

    >>> total(lambda a: 2 * a, 4)
    12
    """
    if is_number(extent):
        return sum(map(term, range(extent)))
    import sympy

    index = sympy.Dummy("tap", integer=True, nonnegative=True)
    inner = term(index)
    return inner * extent if is_number(inner) else sympy.Sum(inner, (index, 0, extent - 1))


def floor_sum(terms: int, step: int, offset: int, divisor: int) -> int:
    """``sum of floor((step*i + offset)/divisor)`` over ``0 <= i < terms``, in Euclid's few steps.

    >>> floor_sum(4, step=3, offset=1, divisor=2)
    10
    """
    result = 0
    while True:
        whole, step = divmod(step, divisor)
        result += whole * terms * (terms - 1) // 2
        whole, offset = divmod(offset, divisor)
        result += whole * terms
        highest = step * terms + offset
        if highest < divisor:
            return result
        terms, offset = divmod(highest, divisor)
        step, divisor = divisor, step


def points_below(limit: int, step: int, extent: int, gap: int, others: int) -> int:
    """How many ``0 <= i < extent``, ``0 <= a < others`` have ``step*i + gap*a < limit``.

    >>> points_below(3, step=1, extent=5, gap=2, others=5)
    4
    """
    some = min(max(-(-limit // gap), 0), others)  # these a leave room for i = 0
    every = min(max((limit - 1 - step * (extent - 1)) // gap + 1, 0), some)  # and these for all i
    if extent < 1 or some < 1:
        return 0
    cut = some - every
    highest = limit - gap * (some - 1) + step - 1  # counted from the last a down
    return every * extent + floor_sum(cut, gap, highest, step)
