"""Where a demand on sizes holds: all input sizes n along one axis, complete, never a sample.

A ``Size`` f grows by its growth D whenever n grows by its period M, from the end of its head on.  So in
each residue class f is linear in n there: it is 0 everywhere, or at one n at most, and it stays on one
side from some n on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from convmath.errors import ConvmathError
from convmath.exact.demand import AT_LEAST, MULTIPLE, Demand
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
    return Demand(_fixed(demand.left, sizes), demand.relation, _fixed(demand.right, sizes))


def _fixed(side: object, sizes: Mapping[int, int]) -> object:
    if isinstance(side, Size):
        return side.at(sizes[side.axis]) if side.axis in sizes else side
    if not isinstance(side, Flat):
        return side
    total: object = 0
    for number, factors in side.terms:
        product: object = number
        for factor in factors:
            product = product * _fixed(factor, sizes)  # type: ignore[operator]
        total = total + product  # type: ignore[operator]
    return total


def square(demand: Demand) -> Demand:
    """The demand where all axes of the input are of one size: they become axis 1."""
    return Demand(_squared(demand.left), demand.relation, _squared(demand.right))


def _squared(side: object) -> object:
    if isinstance(side, Size):
        return _on_axis_1(side)
    if not isinstance(side, Flat):
        return side
    return Flat(tuple((number, tuple(map(_on_axis_1, factors))) for number, factors in side.terms))


def _on_axis_1(size: Size) -> Size:
    return Size(1, size.head, size.cycle, size.growth)


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
    least = demand.relation == AT_LEAST
    if isinstance(difference, int):
        return EVERY if (difference >= 0 if least else difference == 0) else NONE
    if isinstance(difference, Flat):
        return _where_flat(difference, least, first)
    return _at_least_zero(difference) if least else _zero(difference)


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


def _where_flat(flat: Flat, least: bool, first: int) -> Sizes:
    """All n with ``flat = 0``, or at least 0; it must grow from ``first`` on."""
    if any(number < 0 for number, factors in flat.terms if factors):
        raise ConvmathError("a join of maps that are flattened differently is not solved; join the maps")
    low = _reaching(flat, 0, first)
    if low is None or least:
        return NONE if low is None else Sizes(low)
    high = _reaching(flat, 1, first)
    return Sizes(low, None if high is None else high - 1)


def _reaching(flat: Flat, value: int, first: int) -> int | None:
    """The least n from ``first`` on with ``flat >= value``, by bisection."""

    def at(n: int) -> int:
        return flat.at(dict.fromkeys(flat.axes, n))

    low, high = first - 1, first
    while at(high) < value:
        low, high = high, 2 * high
        if high > BEYOND:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if at(middle) >= value else (middle, high)
    return high
