"""What a definition asks of its elements, whatever their type: numbers, counting numbers, symbols.

An element may bring its own ``constant``, ``larger``, ``exp``, ``erf``, ``log``, ``sqrt`` and ``tanh``;
plain Python is used where it does not.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from convmath_reference.arguments import Array, Index
from convmath_reference.windows import Axis


def objects(array: Any) -> Array:
    """The array with Python objects as its elements, so that arithmetic is theirs."""
    return np.asarray(array).astype(object)


def tabulate(shape: Index, element: Callable[..., Any]) -> Array:
    """The object array of this shape whose element at an index is ``element(*index)``."""
    table = np.empty(tuple(shape), object)
    for index in np.ndindex(table.shape):
        table[index] = element(*index)
    return table


def total(terms: Iterable[Any]) -> Any:
    """The sum of K terms by K - 1 additions; the plain 0 of no terms."""
    remaining = iter(terms)
    return reduce(operator.add, remaining, next(remaining, 0))


def at(axes: Sequence[Axis], i: Index, a: Index) -> tuple[int, ...]:
    """The input index under tap ``a`` of window ``i``: s*i + d*a - p along every axis."""
    return tuple(axis.at(*pair) for axis, *pair in zip(axes, i, a, strict=True))


def power(base: Any, exponent: Any) -> Any:
    """A power; a root of what is negative is no number."""
    result = base**exponent
    return math.nan if isinstance(result, complex) else result


def constant(value: Any, like: Array) -> Any:
    """The constant as an element of ``like``: itself, unless the elements make their own."""
    make = getattr(like.flat[0], "constant", None) if like.size else None
    return make(value) if make else value


def larger(a: Any, b: Any) -> Any:
    """The maximum of two elements by one comparison; NaN wins.

    >>> larger(2, -1), larger(float("nan"), 1)
    (2, nan)
    """
    if hasattr(a, "larger"):
        return a.larger(b)
    if hasattr(b, "larger"):
        return b.larger(a)
    if a != a:
        return a
    return a if a > b else b


def function(name: str, x: Any) -> Any:
    """``exp``, ``erf``, ``log``, ``sqrt`` or ``tanh`` of an element: its own method, or that of ``math``.

    Where a float cannot hold it, the limit.

    >>> 1 / (1 + function("exp", 1000.0)), function("log", function("exp", 1000.0))
    (0.0, inf)
    """
    own = getattr(x, name, None)
    try:
        return own() if own else getattr(math, name)(x)
    except OverflowError:
        return math.inf
