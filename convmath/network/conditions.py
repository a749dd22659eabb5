"""What the symbols of an input must fulfil: the demands of a trace, solved where one symbol decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convmath.errors import ConvmathError
from convmath.exact.demand import AT_LEAST, Demand
from convmath.exact.integers import is_symbolic
from convmath.exact.sizes import EVERY, Sizes

if TYPE_CHECKING:
    from convmath.network.trace import Trace


def conditions(trace: Trace) -> tuple[str, ...]:
    """What the input's symbols must fulfil, as people write it.

    Raises ConvmathError where nothing fulfils all of it.
    """
    sizes: dict[str, Sizes] = {}
    equations: list[str] = []
    for node, demand in trace.demands:
        if demand.relation == AT_LEAST:
            continue
        found = solved(demand)
        if found is None:
            equations.append(str(demand))
            continue
        symbol, fitting = found
        if not fitting:
            raise ConvmathError(
                f"{trace.network.name}: node {node}: {demand.left} and {demand.right} are never equal; "
                "change a layer's padding or stride"
            )
        if fitting != EVERY:
            sizes[symbol] = sizes.get(symbol, EVERY) & fitting
        if symbol in sizes and not sizes[symbol]:
            raise ConvmathError(
                f"{trace.network.name}: no {symbol} makes all branches fit at {node}; change a layer's "
                "padding"
            )
    return (*(each.condition(symbol) for symbol, each in sizes.items()), *dict.fromkeys(equations))


def solved(demand: Demand) -> tuple[str, Sizes] | None:
    """The one symbol of a demand and the values that fulfil it; None where it cannot be solved.

    >>> from convmath.geometry.notation import symbol
    >>> from convmath.exact.integers import floor_div
    >>> H = symbol("H")
    >>> found = solved(Demand(2 * floor_div(H, 2), "=", H))
    >>> found[0], str(found[1])
    ('H', 'n >= 2 divisible by 2')
    """
    from convmath.exact.proof import evaluate
    from convmath.exact.size import Flat, Size
    from convmath.exact.where import where

    sides = (demand.left, demand.right)
    symbols: set[Any] = set().union(*(side.free_symbols for side in sides if is_symbolic(side)))
    if len(symbols) != 1:
        return None
    (symbol,) = symbols
    try:
        left, right = (evaluate(s, {symbol: Size(1)}) if is_symbolic(s) else s for s in sides)
        if isinstance(left, Flat) or isinstance(right, Flat):
            return None
        return symbol.name, where(Demand(left, demand.relation, right))
    except (ConvmathError, TypeError):  # the symbol divides, or is under a power
        return None
