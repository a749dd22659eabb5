"""Operations, each one thing: its name, what it counts as, how it is written, and what it computes.

Definitions are put together with Python's operators: ``B + summed(W * X)`` is a tree of operations over
what is read.  Counting, writing and executing all walk this one tree, so that a definition executes as it
prints.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any, NamedTuple, TypeAlias

from convmath.exact.integers import ratio

NEGATIVE, SUM, QUOTIENT, PRODUCT, POWER, ATOM = range(6)  # how tightly what is written binds


class Operation(NamedTuple):
    """One operation.

    ``kind`` is the field of ``Operations`` that it counts for; a change of sign counts for none.
    ``text`` and ``latex`` stand between the operands, or hold a place ``{}`` for each, or one for all.
    What is written ``binds`` so tightly, and an operand that binds less than its entry of ``wants`` gets
    parentheses; the last entry stands for all further ones.  Between all values of a loop it is written
    with its ``sign``, a word and LaTeX.  On n operands it is executed n - 1 times, but ``once`` where it
    is of so many.
    """

    name: str
    kind: str
    text: str
    latex: str
    function: Callable[..., Any]
    binds: int = ATOM
    wants: tuple[int, ...] = (NEGATIVE,)
    sign: tuple[str, str] = ("", "")
    once: bool = False

    def __call__(self, *operands: Expression) -> Apply:
        """The operation on some operands."""
        return Apply(self, operands)

    def times(self, operands: int) -> int:
        """How often it is executed on so many operands."""
        return 1 if self.once else max(operands - 1, 1)

    def wanted(self, place: int) -> int:
        """How tightly the operand at a place must bind to stand without parentheses."""
        return self.wants[min(place, len(self.wants) - 1)]


class Operators:
    """Python's operators on whatever can be an operand."""

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        return ADD(self, other)

    def __radd__(self, other: Any) -> Any:
        return ADD(other, self)

    def __sub__(self, other: Any) -> Any:
        return SUBTRACT(self, other)

    def __mul__(self, other: Any) -> Any:
        return MULTIPLY(self, other)

    def __rmul__(self, other: Any) -> Any:
        return MULTIPLY(other, self)

    def __truediv__(self, other: Any) -> Any:
        return DIVIDE(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return DIVIDE(other, self)

    def __pow__(self, other: Any) -> Any:
        return RAISE(self, other)

    def __neg__(self) -> Any:
        return NEGATE(self)


class Apply(Operators, NamedTuple("Apply", [("operation", Operation), ("operands", tuple[Any, ...])])):
    """An operation on operands."""

    __slots__ = ()


class Reduce(Operators, NamedTuple("Reduce", [("operation", Operation), ("body", Any)])):
    """The operation between all values that the body takes over the loops that the target does not have."""

    __slots__ = ()


class Constant(Operators, NamedTuple("Constant", [("name", str), ("value", Any)])):
    """A number that is written by its name."""

    __slots__ = ()


Expression: TypeAlias = Any  # Apply, Reduce, Constant, Access, Taps, or a number


def summed(body: Expression) -> Reduce:
    """The sum over the loops that the target does not have."""
    return Reduce(ADD, body)


def largest(body: Expression) -> Reduce:
    """The largest value over the loops that the target does not have."""
    return Reduce(MAXIMUM, body)


def walk(expression: Expression) -> Iterator[Expression]:
    """Every part of an expression, itself first, then its operands from left to right."""
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        yield part
        if type(part) is Apply:
            waiting += part.operands[::-1]
        elif type(part) is Reduce:
            waiting.append(part.body)


def evaluate(expression: Expression, value: Callable[[Expression], Any]) -> Any:
    """The number that an expression gives; ``value`` says what is read, and what a reduction comes to.

    >>> evaluate(MINIMUM(MAXIMUM(Constant("x", 9), 0), 6), lambda read: read)
    6
    """
    if isinstance(expression, Apply):
        return expression.operation.function(*(evaluate(part, value) for part in expression.operands))
    if isinstance(expression, Constant):
        return expression.value
    return expression if isinstance(expression, (int, float)) else value(expression)


def divided(number: Any, by: Any) -> Any:
    """The exact quotient of whole numbers and fractions; of others as IEEE 754 has it.

    >>> divided(6, 4), divided(6, 3), divided(1.0, 0)
    (Fraction(3, 2), 2, inf)
    """
    if by == 0:
        return math.nan if number == 0 or number != number else math.copysign(math.inf, number)
    return ratio(number, by) if _is_exact(number) and _is_exact(by) else number / by


def _is_exact(number: Any) -> bool:
    """Whether it is a whole number or a fraction."""
    return hasattr(number, "numerator")


def exponential(exponent: Any) -> Any:
    """E to a power, also where that is beyond any float.

    >>> exponential(0.0), divided(1, 1 + exponential(1000.0)) < 1e-300
    (1.0, True)
    """
    try:
        return math.exp(exponent)
    except OverflowError:
        import mpmath

        return mpmath.exp(exponent)


def logarithm(number: Any) -> Any:
    """The natural logarithm, of numbers beyond any float too."""
    if _is_exact(number) or isinstance(number, float):
        return math.log(number) if number else -math.inf
    import mpmath

    return float(mpmath.log(number))


def power(base: Any, exponent: Any) -> Any:
    """A power: exact for whole exponents, else a float; no number where the base is negative."""
    if isinstance(exponent, int) and exponent >= 0:
        return base**exponent
    try:
        return math.pow(base, exponent)
    except ValueError:
        return math.nan


def highest(*values: Any) -> Any:
    """The largest; what is no number wins."""
    return next((value for value in values if value != value), max(values))


def lowest(*values: Any) -> Any:
    """The smallest; what is no number wins."""
    return next((value for value in values if value != value), min(values))


ADD = Operation(
    *("add", "additions", " + ", " + ", lambda *terms: sum(terms), SUM, (NEGATIVE, SUM)),
    sign=("sum", r"\sum"),
)
SUBTRACT = Operation(
    "subtract", "additions", " - ", " - ", lambda x, y: x - y, SUM, (NEGATIVE, QUOTIENT)
)  # fmt: skip
MULTIPLY = Operation(
    *("multiply", "multiplications", "·", r" \cdot "),
    lambda *factors: reduce(lambda x, y: x * y, factors),
    PRODUCT,
    (PRODUCT,),
)
DIVIDE = Operation(
    *("divide", "divisions", " / ", r"\frac{{{}}}{{{}}}"), divided, QUOTIENT, (PRODUCT, POWER)
)
RAISE = Operation("raise", "functions", "^", "{{{}}}^{{{}}}", power, POWER, (ATOM, POWER))
SQUARE = Operation(
    "square", "multiplications", "{}^2", "{{{}}}^{{2}}", lambda x: x * x, POWER, (ATOM,)
)  # fmt: skip
NEGATE = Operation("negate", "", "-{}", "-{}", lambda x: -x, NEGATIVE, (QUOTIENT,))
MAXIMUM = Operation(
    *("maximum", "comparisons", "max({})", r"\max\left({}\right)", highest), sign=("max", r"\max")
)
MINIMUM = Operation("minimum", "comparisons", "min({})", r"\min\left({}\right)", lowest)
SELECT = Operation(  # the second where the first is positive, else the third
    "select",
    "comparisons",
    "({1} if {0} > 0 else {2})",
    r"\begin{{cases}} {1} & {0} > 0 \\ {2} & \text{{else}} \end{{cases}}",
    lambda condition, positive, other: positive if condition > 0 else other,
    once=True,
)
EXP = Operation("exp", "functions", "exp({})", r"\exp\left({}\right)", exponential)
LOG = Operation("log", "functions", "log({})", r"\ln\left({}\right)", logarithm)
TANH = Operation("tanh", "functions", "tanh({})", r"\tanh\left({}\right)", lambda x: math.tanh(x))
ERF = Operation(
    "erf", "functions", "erf({})", r"\operatorname{{erf}}\left({}\right)", lambda x: math.erf(x)
)
ROOT = Operation("sqrt", "functions", "sqrt({})", r"\sqrt{{{}}}", lambda x: math.sqrt(x))

FUNCTIONS = (EXP, LOG, TANH, ERF, ROOT, RAISE)
