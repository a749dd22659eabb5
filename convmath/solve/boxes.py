"""Sizes of several axes that are tied to each other: all that fit, as boxes side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import TypeAlias

from convmath.exact.demand import EQUAL, Demand
from convmath.exact.integers import is_number
from convmath.exact.size import Flat
from convmath.exact.sizes import Sizes
from convmath.exact.where import axes_of, fixed, solved

Box: TypeAlias = "dict[int, Sizes]"  # for each axis of the input the sizes that fit with any of the others'

_MOST_SIZES = 100_000  # of one axis, gone through one by one


def boxes(demands: Sequence[Demand], axes: Sequence[int]) -> list[Box] | None:
    """All sizes of these axes that fulfil the demands; None where they are no list of boxes.

    Maps that are flattened hold 16*f(H)*g(W) numbers, so few H give the number wanted at all, and each of
    them leaves a demand on W alone.

    >>> from convmath.exact.size import Size
    >>> tied = Demand(Size(1) * Size(2), "=", 6)
    >>> [tuple(map(str, box.values())) for box in boxes([tied], (1, 2))]
    [('n = 1', 'n = 6'), ('n = 2', 'n = 3'), ('n = 3', 'n = 2'), ('n = 6', 'n = 1')]
    """
    tied = [demand for demand in demands if len(axes_of(demand)) > 1]
    alone = {axis: solved(d for d in demands if axes_of(d) <= {axis}) for axis in axes}
    if not all(alone.values()):
        return []
    if not tied:
        return [alone]
    axis = min(axes_of(tied[0]))
    sizes = _within_reach(tied, axis, alone)
    return None if sizes is None else _beside(demands, axis, sizes, [a for a in axes if a != axis])


def _beside(
    demands: Sequence[Demand], axis: int, sizes: Iterable[int], others: list[int]
) -> list[Box] | None:
    """The boxes for these sizes of an axis; those put together that leave the same of the other axes."""
    rest = [demand for demand in demands if axes_of(demand) != {axis}]
    alike: dict[tuple[Demand, ...], list[int]] = {}
    for n in sizes:
        alike.setdefault(tuple(fixed(demand, {axis: n}) for demand in rest), []).append(n)
    found: list[Box] = []
    for left, members in alike.items():
        inner = boxes(left, others)
        if inner is None:
            return None
        found += [{axis: Sizes.of(members)} | box for box in inner]
    return found


def _within_reach(
    tied: Sequence[Demand], axis: int, alone: Mapping[int, Sizes]
) -> Iterator[int] | list[int] | None:
    """The sizes of an axis that can still fulfil a tie; None where there is no end to them."""
    least = {other: sizes.smallest or 1 for other, sizes in alone.items()}
    ends = [
        (demand.left, demand.right)
        for demand in tied
        if demand.relation == EQUAL
        and isinstance(demand.left, Flat)
        and is_number(demand.right)
        and axis in axes_of(demand)
        and all(number > 0 for number, factors in demand.left.terms if factors)
    ]
    if not ends:
        return list(alone[axis]) if alone[axis].is_finite else None
    flat, most = ends[0]
    found = list(takewhile(lambda n: n <= _MOST_SIZES and flat.at(least | {axis: n}) <= most, alone[axis]))
    return None if found and found[-1] == _MOST_SIZES else found
