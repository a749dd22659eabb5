"""Sets of sizes, written as a range, a residue class and single values: complete, never a sample."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from math import lcm
from typing import Any

from convmath.errors import ConvmathError

LARGEST_MODULUS = 100_000


@dataclass(frozen=True)
class Sizes:
    """All n in ``first .. last`` with ``n mod modulus`` in ``residues``, and the values in ``others``.

    ``last=None`` is a range without end.  Iterating gives the members in order.

    >>> str(Sizes(193, 224)), str(Sizes(16, modulus=16)), list(Sizes(5, 12, modulus=4, residues=(0, 1)))
    ('193 <= n <= 224', 'n >= 16 divisible by 16', [5, 8, 9, 12])
    >>> 32 in Sizes(16, modulus=16), str(Sizes(16, modulus=16) & Sizes(20, 100))
    (True, '32 <= n <= 96 divisible by 16')
    """

    first: int = 1
    last: int | None = None
    modulus: int = 1
    residues: tuple[int, ...] = (0,)
    others: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name, value in zip(self.__dataclass_fields__, _canonical(self), strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, values: Iterable[int]) -> Sizes:
        """Finitely many values.

        >>> str(Sizes.of([7, 9])), str(Sizes.of([])), str(Sizes.of([8, 7]))
        ('n = 7 or 9', 'no n', '7 <= n <= 8')
        """
        return cls(residues=(), others=tuple(values))

    @property
    def smallest(self) -> int | None:
        """The smallest member; None if there is none."""
        return next(iter(self), None)

    @property
    def largest(self) -> int | None:
        """The largest member; None if there is none, or no largest one."""
        ends = [*self.others, *((self.last,) if self.residues else ())]
        return None if None in ends or not ends else max(end for end in ends if end is not None)

    @property
    def is_finite(self) -> bool:
        """Whether there are finitely many members."""
        return not self.residues or self.last is not None

    def __contains__(self, n: int) -> bool:
        return self._in_range(n) or n in self.others

    def __iter__(self) -> Iterator[int]:
        return heapq.merge(self._range(), self.others)

    def __bool__(self) -> bool:
        return bool(self.residues or self.others)

    def __and__(self, other: Sizes) -> Sizes:
        """The members of both."""
        both = (n for n in (*self.others, *other.others) if n in self and n in other)
        ends = [end for end in (self.last, other.last) if end is not None]
        modulus, residues = _common(self, other)
        first = max(self.first, other.first)
        return Sizes(first, min(ends, default=None), modulus, residues, tuple(both))

    def without(self, low: int, high: int) -> Sizes:
        """The members outside ``low .. high``.

        >>> str(Sizes(1).without(2, 3))
        'n >= 4, or n = 1'
        """
        below = tuple(islice(self._range(), max(low - self.first, 0))) if low > self.first else ()
        kept = tuple(n for n in (*below, *self.others) if n < low or (n > high and n in self.others))
        return Sizes(max(self.first, high + 1), self.last, self.modulus, self.residues, kept)

    def text(self, symbol: str = "n") -> str:
        """The set in words, with this letter for the size."""
        single = f"{symbol} = {' or '.join(map(str, self.others))}" if self.others else ""
        if not self.residues:
            return single or f"no {symbol}"
        return ", or ".join(filter(None, (self._bounds(symbol) + self._classes(symbol), single)))

    def condition(self, symbol: str) -> str:
        """The set as a condition on a symbol that stands for a size; bounds that say nothing are left out.

        >>> Sizes(16, modulus=16).condition("H"), Sizes(3, 6).condition("H"), Sizes(7).condition("H")
        ('H divisible by 16', '3 <= H <= 6', 'H >= 7')
        """
        lowest = min(r if r else self.modulus for r in self.residues) if self.residues else 0
        if self.modulus == 1 or self.first != lowest or self.last is not None or self.others:
            return self.text(symbol)
        return self._remainders(symbol)

    def plain(self, symbol: str = "n") -> dict[str, Any]:
        """The set as what JSON can hold."""
        fields = ("first", "last", "modulus", "residues", "others")
        known = {name: getattr(self, name) for name in fields}
        return {"text": self.text(symbol), **(known if self.residues else {"others": self.others})}

    def __str__(self) -> str:
        return self.text()

    def _in_range(self, n: int) -> bool:
        if n < self.first or (self.last is not None and n > self.last):
            return False
        place = bisect_left(self.residues, n % self.modulus)
        return place < len(self.residues) and self.residues[place] == n % self.modulus

    def _range(self) -> Iterator[int]:
        if not self.residues:
            return
        for base in count(self.first - self.first % self.modulus, self.modulus):
            for n in (base + r for r in self.residues):
                if self.last is not None and n > self.last:
                    return
                if n >= self.first:
                    yield n

    def _bounds(self, symbol: str) -> str:
        if self.last is None:
            return f"{symbol} >= {self.first}"
        same = self.first == self.last
        return f"{symbol} = {self.first}" if same else f"{self.first} <= {symbol} <= {self.last}"

    def _classes(self, symbol: str) -> str:
        if self.modulus == 1 or self.first == self.last:
            return ""
        named = "" if self.residues == (0,) else f" with {symbol}"
        return f"{named} {self._remainders(symbol).removeprefix(symbol + ' ')}"

    def _remainders(self, symbol: str) -> str:
        """Which remainders the members of the range leave."""
        if self.residues == (0,):
            return f"{symbol} divisible by {self.modulus}"
        if len(self.residues) == 1:
            return f"{symbol} mod {self.modulus} = {self.residues[0]}"
        return f"{symbol} mod {self.modulus} in {{{', '.join(map(str, self.residues))}}}"


def _canonical(sizes: Sizes) -> tuple[Any, ...]:
    """First and last tightened to members, the modulus reduced, single values beside the range joined."""
    modulus, residues = _reduced(sizes.modulus, tuple(sorted(set(sizes.residues))))
    others = tuple(sorted(n for n in set(sizes.others) if n >= 1))
    first, last = _tightened(max(sizes.first, 1), sizes.last, modulus, residues)
    if last is not None and last < first:
        residues = ()
    if residues:
        return _absorbed(first, last, modulus, residues, others)
    if others and others[-1] - others[0] == len(others) - 1:
        return others[0], others[-1], 1, (0,), ()
    return 1, None, 1, (), others


def _reduced(modulus: int, residues: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    """The same classes with the smallest modulus."""
    if not residues or modulus == 1:
        return 1, residues
    for smaller in (m for m in range(1, modulus) if modulus % m == 0):
        found = {r % smaller for r in residues}
        if len(found) * (modulus // smaller) == len(residues):
            return smaller, tuple(sorted(found))
    return modulus, residues


def _tightened(
    first: int, last: int | None, modulus: int, residues: tuple[int, ...]
) -> tuple[int, int | None]:
    if residues:
        first += min((r - first) % modulus for r in residues)
        last = None if last is None else last - min((last - r) % modulus for r in residues)
    return first, last


def _absorbed(
    first: int, last: int | None, modulus: int, residues: tuple[int, ...], others: tuple[int, ...]
) -> tuple[Any, ...]:
    """The range grown at its ends by single values that continue it; those inside it dropped."""
    classes = frozenset(residues)
    left = {n for n in others if n < first or (last is not None and n > last) or n % modulus not in classes}
    while (before := _next(first, modulus, residues, -1)) in left:
        left.remove(before)
        first = before
    while last is not None and (after := _next(last, modulus, residues, 1)) in left:
        left.remove(after)
        last = after
    return first, last, modulus, residues, tuple(sorted(left))


def _next(n: int, modulus: int, residues: tuple[int, ...], way: int) -> int:
    """The next value after n, forwards or backwards, in the classes."""
    place = bisect_left(residues, n % modulus)
    turned = place + way if residues[place % len(residues)] == n % modulus else place - (way < 0)
    turns, at = divmod(turned, len(residues))
    return n - n % modulus + turns * modulus + residues[at]


def _common(left: Sizes, right: Sizes) -> tuple[int, tuple[int, ...]]:
    modulus = lcm(left.modulus, right.modulus)
    if modulus > LARGEST_MODULUS:
        raise ConvmathError(
            f"the sizes repeat only after {modulus}, beyond {LARGEST_MODULUS}; use smaller strides"
        )
    ours, theirs = set(left.residues), set(right.residues)
    both = (r for r in range(modulus) if r % left.modulus in ours and r % right.modulus in theirs)
    return modulus, tuple(both)


EVERY = Sizes()
NONE = Sizes(residues=())
