"""What layers demand of sizes.  Numbers that fall short are refused; sizes still open note the demand.

This is the one place where a size is held against what it must be: with numbers a demand raises, with
symbols it becomes a condition, and with sizes that are functions of the input's it is solved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple, TypeAlias

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_symbolic

Message: TypeAlias = Callable[[], str]
EQUAL, AT_LEAST, MULTIPLE = "=", ">=", "divisible by"


class Demand(NamedTuple):
    """``left relation right``, where not both are numbers.

    >>> from sympy import Symbol
    >>> str(Demand(16 * Symbol("H"), EQUAL, 400))
    '16*H = 400'
    """

    left: Any
    relation: str
    right: Any

    def __str__(self) -> str:
        return f"{self.left} {self.relation} {self.right}"


_noted: ContextVar[list[Demand] | None] = ContextVar("noted", default=None)
_solving: ContextVar[bool] = ContextVar("solving", default=False)


@contextmanager
def noting(solving: bool = False) -> Iterator[list[Demand]]:
    """Collect the demands on open sizes made inside; when ``solving``, those that never hold as well."""
    found: list[Demand] = []
    tokens = _noted.set(found), _solving.set(solving)
    try:
        yield found
    finally:
        _noted.reset(tokens[0])
        _solving.reset(tokens[1])


def need_equal(left: Integer, right: Integer, message: Message) -> None:
    """Two sizes must be the same number."""
    if type(left) is int and type(right) is int:
        if left != right:
            _refuse(Demand(left, EQUAL, right), message)
    elif left != right and not _settled(left, right, message):
        _note(Demand(left, EQUAL, right))


def need_at_least(value: Integer, least: int, message: Message) -> None:
    """A size must not be smaller."""
    if type(value) is not int:
        _note(Demand(value, AT_LEAST, least))
    elif value < least:
        _refuse(Demand(value, AT_LEAST, least), message)


def need_multiple(value: Integer, divisor: Integer, message: Message) -> None:
    """A size must divide evenly."""
    if type(value) is int and type(divisor) is int:
        if value % divisor:
            raise ConvmathError(message())
    elif divisor != 1 and not _divides(value, divisor):
        _note(Demand(value, MULTIPLE, divisor))


def agreed(sizes: Sequence[Integer], message: Message) -> Integer:
    """The size that all of these must be: the simplest way it is written."""
    distinct = list(dict.fromkeys(sizes))
    simplest = min(distinct, key=_complexity) if len(distinct) > 1 else distinct[0]
    for other in distinct:
        need_equal(simplest, other, message)
    return simplest


def _refuse(demand: Demand, message: Message) -> None:
    if not _solving.get():
        raise ConvmathError(message())
    _note(demand)


def _note(demand: Demand) -> None:
    found = _noted.get()
    if found is not None and demand not in found:
        found.append(demand)


def _settled(left: Any, right: Any, message: Message) -> bool:
    """Whether two expressions are always equal; they are refused if they never are."""
    if not is_symbolic(left) and not is_symbolic(right):
        return False
    import sympy

    from convmath.exact.canonical import canonical

    difference = canonical(sympy.sympify(left) - right)
    if difference.is_Integer and difference != 0:
        raise ConvmathError(message())
    return bool(difference == 0)


def _divides(value: Any, divisor: Any) -> bool:
    if not is_symbolic(value) and not is_symbolic(divisor):
        return False
    quotient: Any = value / divisor
    return bool(quotient.is_integer)


def _complexity(size: Any) -> tuple[int, str]:
    """Numbers are simplest, then short expressions."""
    if isinstance(size, int):
        return 0, ""
    return 1 + (size.count_ops() if is_symbolic(size) else size.period), str(size)
