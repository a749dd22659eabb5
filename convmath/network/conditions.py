"""What the symbols of an input must fulfil: the demands of a trace, solved where one symbol decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convmath.errors import ConvmathError
from convmath.exact.demand import AT_LEAST, Demand
from convmath.exact.integers import is_symbolic
from convmath.exact.sizes import EVERY, Sizes

if TYPE_CHECKING:
    from convmath.network.trace import Trace


class Conditions:
    """Conditions on symbols one by one, and equations that several of them are in.

    Raises ConvmathError where nothing fulfils them all.
    """

    def __init__(self, trace: Trace) -> None:
        self.sizes: dict[str, Sizes] = {}
        self.equations: list[str] = []
        for node, demand in trace.demands:
            if demand.relation != AT_LEAST:
                self._add(trace.network.name, node, demand)

    def _add(self, network: str, node: str, demand: Demand) -> None:
        found = solved(demand)
        if found is None:
            if str(demand) not in self.equations:
                self.equations.append(str(demand))
            return
        symbol, sizes = found
        if sizes == EVERY:
            return
        if not sizes:
            raise ConvmathError(
                f"{network}: node {node}: {demand.left} and {demand.right} are never equal; "
                "change a layer's padding or stride"
            )
        self.sizes[symbol] = self.sizes.get(symbol, EVERY) & sizes
        if not self.sizes[symbol]:
            raise ConvmathError(
                f"{network}: no {symbol} makes all branches fit at {node}; change a layer's padding"
            )

    def texts(self) -> tuple[str, ...]:
        """All of them as people write them."""
        return (*(sizes.condition(symbol) for symbol, sizes in self.sizes.items()), *self.equations)


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
