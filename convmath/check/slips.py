"""Slips of the pen and of the keyboard: answers near the right one without a wrong rule behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from convmath.exact.integers import is_number, is_symbolic


class Slip(NamedTuple):
    """A slip with its code."""

    code: str
    said: str


def slips(value: Any, right: Any, others: Mapping[str, Any]) -> Iterator[Slip]:
    """The slips that lead from the right answer to one that was given.

    >>> [slip.code for slip in slips(816, 896, {})], [slip.code for slip in slips(869, 896, {})]
    (['N01'], ['N02'])
    """
    if isinstance(value, tuple) or isinstance(right, tuple):
        yield from _shape_slips(value, right)
    elif not (is_symbolic(value) or is_symbolic(right)):
        yield from _number_slips(value, right)
    for name, other in others.items():
        if other == value and not (is_number(value) and abs(value) < 2):
            yield Slip("N08", f"that is the answer to another question: {name.replace('_', ' ')}")
            return


def _shape_slips(value: Any, right: Any) -> Iterator[Slip]:
    if not isinstance(value, tuple) or not isinstance(right, tuple) or len(value) != len(right):
        return
    if sorted(map(str, value)) == sorted(map(str, right)):
        yield Slip("N07", "the numbers are right, their order is not: channels, height, width")
    differing = [(v, r) for v, r in zip(value, right, strict=True) if v != r]
    if len(differing) == 1 or len(set(differing)) == 1:
        for slip in _number_slips(*differing[0]):
            yield Slip(slip.code, f"{slip.said} in one size")
            return


def _number_slips(value: Any, right: Any) -> Iterator[Slip]:
    if value == right:
        return
    if is_number(value) and is_number(right):
        if abs(value - right) == 1:
            yield Slip("N06", "it is off by one")
        given, wanted = str(abs(value)), str(abs(right))
        if len(wanted) > 1 and _swapped(given, wanted):
            yield Slip("N02", "two digits are swapped")
        elif len(wanted) > 2 and _one_edit(given, wanted):
            yield Slip("N01", "one digit is wrong, missing or too many")
        if value == -right:
            yield Slip("N09", "the sign is wrong")
    if right and value:
        yield from _powers(value, right)


def _powers(value: Any, right: Any) -> Iterator[Slip]:
    for power in range(1, 13):
        for base, most, code, said in (
            (10, 12, "N03", "it is off by a power of ten"),
            (1024, 3, "N04", "K, M or G is read otherwise"),
        ):
            if power <= most and (value == right * base**power or value * base**power == right):
                yield Slip(code, said)
                return
    for power in range(1, 4):
        if value * 1000**power == right * 1024**power or value * 1024**power == right * 1000**power:
            yield Slip("N04", "1000 and 1024 are taken for each other")
            return


def _swapped(given: str, wanted: str) -> bool:
    if len(given) != len(wanted):
        return False
    places = [place for place, (g, w) in enumerate(zip(given, wanted, strict=True)) if g != w]
    return len(places) == 2 and all(given[a] == wanted[b] for a, b in (places, places[::-1]))


def _one_edit(given: str, wanted: str) -> bool:
    """Whether one digit is replaced, left out or put in."""
    if len(given) == len(wanted):
        return sum(g != w for g, w in zip(given, wanted, strict=True)) == 1
    shorter, longer = sorted((given, wanted), key=len)
    return len(longer) - len(shorter) == 1 and any(
        longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer))
    )
