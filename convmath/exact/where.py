"""Where a demand on sizes holds: all input sizes n along one axis, complete, never a sample.

A ``Size`` f grows by its growth D whenever n grows by its period M, from the end of its head on.  So in
each residue class f is linear in n there: it is 0 everywhere, or at one n at most, and it stays on one
side from some n on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import prod
from typing import Any

from convmath.errors import ConvmathError
from convmath.exact.demand import AT_LEAST, MULTIPLE, Demand
from convmath.exact.integers import least
from convmath.exact.size import Flat, Size
from convmath.exact.sizes import EVERY, NONE, Sizes

BEYOND = 10**18  # input sizes past this are not looked for


def axes_of(demand: Demand) -> frozenset[int]:
    """The axes of the input that it depends on."""
    return frozenset().union(*(_axes(side) for side in (demand.left, demand.right)))


def _axes(side: object) -> frozenset[int]:
    if isinstance(side, Size):
        return frozenset({side.axis})
    return side.axes if isinstance(side, Flat) else frozenset()


def fixed(demand: Demand, sizes: Mapping[int, int]) -> Demand:
    """The demand with some of the input's axes given."""
    return _with(demand, lambda size: size.at(sizes[size.axis]) if size.axis in sizes else size)


def square(demand: Demand) -> Demand:
    """The demand where all axes of the input are of one size: they become axis 1."""
    return _with(demand, lambda size: Size(1, size.head, size.cycle, size.growth))


def _with(demand: Demand, change: Callable[[Size], Any]) -> Demand:
    """The demand with every size exchanged for another one, or for a number."""

    def changed(side: Any) -> Any:
        if isinstance(side, Flat):
            return sum(prod(map(change, factors), start=number) for number, factors in side.terms)
        return change(side) if isinstance(side, Size) else side

    return Demand(changed(demand.left), demand.relation, changed(demand.right))


def where(demand: Demand, first: int = 1) -> Sizes:
    """All n for which a demand holds that depends on one axis.

    Products of sizes are solved from ``first`` on, where no map is empty and they grow.

    >>> n = Size(1)
    >>> str(where(Demand(2 * (n // 2), "=", n))), str(where(Demand(n // 2, "=", n - 4)))
    ('n >= 2 divisible by 2', '7 <= n <= 8')
    >>> str(where(Demand(n // 2, ">=", 5))), str(where(Demand((n + 6) // 32 + 1, "=", 7)))
    ('n >= 10', '186 <= n <= 217')
    """
    if demand.relation == MULTIPLE:
        quotient = demand.left // demand.right
        return where(Demand(quotient * demand.right, "=", demand.left), first)
    difference = demand.left - demand.right
    at_least = demand.relation == AT_LEAST
    if isinstance(difference, int):
        return EVERY if (difference >= 0 if at_least else difference == 0) else NONE
    if isinstance(difference, Flat):
        return _where_flat(difference, at_least, first)
    return _at_least_zero(difference) if at_least else _zero(difference)


def solved(demands: Iterable[Demand]) -> Sizes:
    """What fulfils demands that depend on one axis."""
    left = EVERY
    for demand in ordered(demands):
        left = narrowed(left, demand)
        if not left:
            break
    return left


def narrowed(left: Sizes, demand: Demand) -> Sizes:
    """What of these sizes fulfils one more demand."""
    return left & where(demand, left.smallest or 1)


def ordered(demands: Iterable[Demand]) -> list[Demand]:
    """Those on flattened maps last: they are solved from where no map is empty."""
    return sorted(demands, key=is_flat)


def is_flat(demand: Demand) -> bool:
    """Whether the demand is on a flattened map."""
    return isinstance(demand.left, Flat) or isinstance(demand.right, Flat)


def _zero(size: Size) -> Sizes:
    """All n where it is 0."""
    start, period, growth = len(size.head), size.period, size.growth
    singles = [n for n, value in enumerate(size.head) if value == 0]
    if growth == 0:
        residues = tuple((start + place) % period for place, value in enumerate(size.cycle) if value == 0)
        return Sizes(start, None, period, residues, tuple(singles))
    for place, value in enumerate(size.cycle):
        turns, rest = divmod(-value, growth)
        if rest == 0 and turns >= 0:
            singles.append(start + place + turns * period)
    return Sizes.of(singles)


def _at_least_zero(size: Size) -> Sizes:
    """All n where it is at least 0."""
    start, period, growth = len(size.head), size.period, size.growth
    singles = [n for n, value in enumerate(size.head) if value >= 0]
    if growth == 0:
        residues = tuple((start + place) % period for place, value in enumerate(size.cycle) if value >= 0)
        return Sizes(start, None, period, residues, tuple(singles))
    turns = [-(value // growth) if growth > 0 else value // -growth + 1 for value in size.cycle]
    changes = [start + place + max(turn, 0) * period for place, turn in enumerate(turns)]
    low, high = min(changes), max(changes)  # before the first and behind the last all are alike
    between = [n for n in range(low, high) if size.at(n) >= 0]
    if growth > 0:
        return Sizes(high, others=(*singles, *between))
    return (
        Sizes(start, low - 1, others=(*singles, *between))
        if low > start
        else Sizes.of([*singles, *between])
    )


def _where_flat(flat: Flat, at_least: bool, first: int) -> Sizes:
    """All n with ``flat = 0``, or at least 0; it must grow from ``first`` on."""
    if any(number < 0 for number, factors in flat.terms if factors):
        raise ConvmathError("a join of maps that are flattened differently is not solved; join the maps")
    low = _reaching(flat, 0, first)
    if low is None or at_least:
        return NONE if low is None else Sizes(low)
    high = _reaching(flat, 1, first)
    return Sizes(low, None if high is None else high - 1)


def _reaching(flat: Flat, value: int, first: int) -> int | None:
    """The least n from ``first`` on with ``flat >= value``."""
    return least(lambda n: flat.at(dict.fromkeys(flat.axes, n)) >= value, first, BEYOND)
