"""Numbers that count: execute a definition with them, then read off what it did.

>>> import numpy as np
>>> from convmath_reference import conv_definition
>>> tally = Tally()
>>> x = counted(np.ones((1, 1, 4)), tally, taps=1)
>>> weight = counted(np.ones((1, 1, 3)), tally, taps=0)
>>> y = conv_definition(x, weight, padding=1)
>>> tally.multiplications, tally.additions, sum(v.taps for v in y.flat)
(12, 8, 10)
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from convmath_reference.arguments import Array
from convmath_reference.elements import larger, objects, power, tabulate

Operation: TypeAlias = Callable[[Any, Any], Any]


@dataclass
class Tally:
    """How many operations were executed."""

    multiplications: int = 0
    additions: int = 0
    comparisons: int = 0
    divisions: int = 0
    functions: int = 0

    def count(self, kind: str) -> None:
        """Count one operation of this kind (the name of a field)."""
        setattr(self, kind, getattr(self, kind) + 1)


def _value(number: Any) -> Any:
    return number.value if isinstance(number, Counted) else number


def _taps(number: Any) -> int:
    return number.taps if isinstance(number, Counted) else 0


def _sum_taps(a: Any, b: Any) -> int:
    return _taps(a) + _taps(b)


def _most_taps(a: Any, b: Any) -> int:
    return max(_taps(a), _taps(b))


def _product_taps(a: Any, b: Any) -> int:
    padding = any(not isinstance(factor, Counted) and factor == 0 for factor in (a, b))
    return 0 if padding else _most_taps(a, b)


def _counting(
    kind: str, operation: Operation, taps: Callable[[Any, Any], int]
) -> tuple[Callable[[Counted, Any], Counted], Callable[[Counted, Any], Counted]]:
    """An operator and its reflection, which count one operation of this kind."""

    def forward(a: Any, b: Any) -> Counted:
        tally: Tally = a.tally if isinstance(a, Counted) else b.tally
        tally.count(kind)
        return Counted(operation(_value(a), _value(b)), tally, taps(a, b))

    return forward, lambda self, other: forward(other, self)


def _comparing(operation: Operation) -> Callable[[Counted, Any], bool]:
    """A comparison operator that counts one comparison."""

    def compare(self: Counted, other: Any) -> bool:
        self.tally.count("comparisons")
        return bool(operation(self.value, _value(other)))

    return compare


def _function(of: Callable[[Any], Any]) -> Callable[[Counted], Counted]:
    """A function of one number that counts as one."""

    def evaluate(self: Counted) -> Counted:
        self.tally.count("functions")
        return Counted(of(self.value), self.tally, self.taps)

    return evaluate


@dataclass(frozen=True, eq=False)
class Counted:
    """A number that counts, in a shared tally, every operation it takes part in.

    ``taps`` is how many real input readings the value holds: 1 for an input, 0 for a weight, a bias
    or padding.  A sum adds the taps of its terms, a product keeps the larger.

    >>> tally = Tally()
    >>> (Counted(2, tally) * 3 + Counted(1, tally)).taps, tally.multiplications, tally.additions
    (2, 1, 1)
    """

    value: Any
    tally: Tally
    taps: int = 1

    __array_ufunc__ = None  # NumPy scalars leave the arithmetic to this class

    __add__, __radd__ = _counting("additions", operator.add, _sum_taps)
    __sub__, __rsub__ = _counting("additions", operator.sub, _sum_taps)
    __mul__, __rmul__ = _counting("multiplications", operator.mul, _product_taps)
    __truediv__, __rtruediv__ = _counting("divisions", operator.truediv, _most_taps)
    __pow__, __rpow__ = _counting("functions", power, _most_taps)

    __gt__ = _comparing(operator.gt)
    __ge__ = _comparing(operator.ge)
    __lt__ = _comparing(operator.lt)
    __le__ = _comparing(operator.le)

    larger, _ = _counting("comparisons", larger, _sum_taps)

    def __neg__(self) -> Counted:
        """A change of sign is not an operation."""
        return Counted(-self.value, self.tally, self.taps)

    exp = _function(math.exp)
    erf = _function(math.erf)
    log = _function(math.log)
    sqrt = _function(math.sqrt)
    tanh = _function(math.tanh)

    def constant(self, value: Any) -> Counted:
        """A constant, such as padding, that counts in the same tally and holds no reading."""
        return Counted(value, self.tally, taps=0)


def counted(array: Any, tally: Tally, taps: int) -> Array:
    """An object array of counting numbers with the shape and the values of ``array``."""
    plain = objects(array)
    return tabulate(plain.shape, lambda *index: Counted(plain[index], tally, taps))
