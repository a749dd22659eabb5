"""Spans: the first and the last position that are read along an axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

from convmath.exact.integers import Integer, floor_div, is_number, is_symbolic, maximum, minimum, plain

Span: TypeAlias = "tuple[Integer, Integer] | None"  # None where nothing is read


def hull_of(spans: Iterable[Span]) -> Span:
    """From the first to the last position of all.

    >>> hull_of([(3, 4), None, (0, 1)])
    (0, 4)
    """
    found = [span for span in spans if span]
    if not found:
        return None
    (low, high), *others = found
    for first, last in others:
        low, high = minimum(low, first), maximum(high, last)
    return low, high


def has_gaps(spans: Iterable[Span]) -> bool:
    """Whether some position between these spans is in none of them."""
    found = [span for span in spans if span]
    if len(found) < 2:
        return False
    if not all(is_number(end) for span in found for end in span):
        return any(span != found[0] for span in found)
    found.sort()
    last = found[0][1]
    for first, end in found:
        if first > last + 1:
            return True
        last = max(last, end)
    return False


def are_even(spans: Sequence[Span]) -> bool:
    """Whether all spans have one size and are one distance apart."""
    found = [span for span in spans if span]
    if len(found) < len(spans) or not found:
        return False
    sizes = {high - low for low, high in found}
    gaps = {after[0] - before[0] for before, after in pairwise(found)}
    return len(sizes) == 1 and len(gaps) <= 1


def extent_of(span: Span, bound: bool) -> Integer:
    """Positions from the first to the last; of a ``bound``, whose ends may be fractions, rounded down."""
    if span is None:
        return 0
    apart = span[1] - span[0]
    size = (rounded_down(apart) if bound else apart) + 1
    return _shorter(size) if is_symbolic(size) else size


def _shorter(size: Any) -> Integer:
    """A size as it is, or expanded where that is shorter: ``p*s + s*(1 - p) + k`` is ``k + s``."""
    return plain(min(size, size.expand(), key=lambda form: form.count_ops()))


def rounded_down(distance: Any) -> Integer:
    """The largest whole number up to a fraction, in symbols too."""
    if type(distance) is int:
        return distance
    if not is_symbolic(distance):  # a fraction
        return int(distance.numerator // distance.denominator)
    import sympy

    return floor_div(*sympy.fraction(sympy.together(distance)))


def is_at_most(first: Any, second: Any) -> bool:
    """Whether it is known that one is no larger than the other."""
    return bool(first <= second) if is_number(first) and is_number(second) else first == second
