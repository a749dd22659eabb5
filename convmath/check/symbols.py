"""Formulas held against each other: proved equal, refuted by an example, or equal wherever it was tried."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy

from convmath.exact.proof import evaluate, grid, prove_equal

_TRIED = 40  # points before anything is proved


@lru_cache(maxsize=4096)
def equal(given: Any, right: Any) -> str | None:
    """How two formulas are the same, as a sentence; None where they are not.

    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> equal(2 * (n + 1), 2 * n + 2), equal(n, n + 1)
    ('proved (canonical form)', None)
    """
    if _differs(given, right) is not None:
        return None
    proof = prove_equal(given, right)
    return None if proof.verdict == "refuted" else str(proof)


def differs_at(given: Any, right: Any) -> str:
    """An example in which two formulas differ; nothing where none is found.

    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> differs_at(n - 1, n - 2)
    'n=3: yours 2, right 1'
    """
    point = _differs(given, right)
    if point is None:
        found = prove_equal(given, right)
        if found.verdict != "refuted":
            return ""
        symbols = sympy.sympify(given - right).free_symbols
        point = {symbol: found.counterexample.get(symbol.name, 1) for symbol in symbols}
    values = ", ".join(
        f"{symbol.name}={value}" for symbol, value in sorted(point.items(), key=lambda each: each[0].name)
    )
    yours, wanted = (evaluate(sympy.sympify(each), point) for each in (given, right))
    return f"{values}: yours {yours}, right {wanted}"


def _differs(given: Any, right: Any) -> dict[Any, Any] | None:
    """A small example in which two formulas differ, preferably one that could be a layer's."""
    left, other = sympy.sympify(given), sympy.sympify(right)
    symbols = sorted(left.free_symbols | other.free_symbols, key=lambda symbol: symbol.name)
    found: dict[Any, Any] | None = None
    for count, point in enumerate(grid(symbols, ())):
        if count > _TRIED and found is None:
            break
        try:
            yours, wanted = evaluate(left, point), evaluate(other, point)
        except ZeroDivisionError:
            continue
        if yours != wanted:
            found = dict(point)
            if wanted >= 1:
                return found
        if count > 4 * _TRIED:
            break
    return found
