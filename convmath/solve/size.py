"""One size as a function of the input's: a few floors one after another, which can be run backwards.

A layer maps the size of an axis by ``x -> floor((factor*x + offset)/divisor)``, so a network does too, by
several of these, and ``Size`` keeps as few as possible.  Such a function f is monotone, and for its
``period`` M and ``growth`` D it is exact that ``f(n + M) = f(n) + D`` for every n.  Hence complete answers:

- ``f(n) >= v`` holds from one n on, found by solving each floor backwards;
- ``f(n) = v`` holds on the range from there to where ``f(n) >= v + 1`` begins;
- ``f(n) = g(n)`` holds on whole residue classes where f and g grow alike; else each class has at most one
  n, because there the difference is linear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from math import gcd, lcm, prod
from typing import NamedTuple, TypeAlias

from convmath.errors import ConvmathError
from convmath.solve.sizes import EVERY, LARGEST_MODULUS, NONE, Sizes

BEYOND = 10**18  # input sizes past this are not looked for


class Step(NamedTuple):
    """``x -> floor((factor*x + offset)/divisor)``, with positive factor and divisor."""

    factor: int = 1
    offset: int = 0
    divisor: int = 1

    def at(self, x: int) -> int:
        """Its value."""
        return (self.factor * x + self.offset) // self.divisor

    def reaching(self, value: int) -> int:
        """The least x at which it is at least ``value``: ``factor*x + offset >= divisor*value``."""
        return -((self.offset - self.divisor * value) // self.factor)

    def reduced(self) -> Step:
        """The same in lowest terms: ``floor((6*x + 5)/4) = floor((3*x + 2)/2)``."""
        common = gcd(self.factor, self.divisor)
        return Step(self.factor // common, self.offset // common, self.divisor // common)


@dataclass(frozen=True)
class Size:
    """The size of an axis of some node, as a function of the size of the input's axis number ``axis``.

    >>> half = Size(1).then(Step(divisor=2))
    >>> half.then(Step(divisor=2)).steps
    (Step(factor=1, offset=0, divisor=4),)
    >>> half.then(Step(factor=2)).then(Step(offset=1)).steps
    (Step(factor=1, offset=0, divisor=2), Step(factor=2, offset=1, divisor=1))
    >>> half.at(9), half.reaching(5)
    (4, 10)
    """

    axis: int
    steps: tuple[Step, ...] = ()

    def then(self, step: Step) -> Size:
        """This size put through one more step, nested floors joined where they can be.

        ``floor((floor((a*x + b)/c) + e)/f) = floor((a*x + b + c*e)/(c*f))``.
        """
        step = step.reduced()
        if step == Step():
            return self
        if not self.steps:
            return Size(self.axis, (step,))
        last = self.steps[-1]
        if step.factor != 1 and last.divisor != 1:
            return Size(self.axis, (*self.steps, step))
        offset = step.factor * last.offset + last.divisor * step.offset
        joined = Step(step.factor * last.factor, offset, last.divisor * step.divisor)
        return Size(self.axis, self.steps[:-1]).then(joined)

    def at(self, n: int) -> int:
        """Its value on an input of size ``n``."""
        return reduce(lambda x, step: step.at(x), self.steps, n)

    def reaching(self, value: int) -> int:
        """The least n, negative ones included, at which it is at least ``value``."""
        return reduce(lambda v, step: step.reaching(v), reversed(self.steps), value)

    def repetition(self) -> tuple[int, int]:
        """Its period M and growth D: it is larger by D whenever n is larger by M."""
        period = growth = 1
        for step in self.steps:
            grown = growth * step.factor
            times = step.divisor // gcd(grown, step.divisor)
            period, growth = period * times, grown * times // step.divisor
        return period, growth


class Flat(NamedTuple):
    """A sum of products of sizes, ``16*f(n)*g(n) + 3``: what flattening maps gives."""

    terms: tuple[tuple[int, tuple[Size, ...]], ...]

    def at(self, n: int) -> int:
        """Its value where every axis of the input is ``n``."""
        return sum(number * prod(size.at(n) for size in sizes) for number, sizes in self.terms)


Entry: TypeAlias = "int | Size | Flat"


def axes_of(entry: Entry) -> frozenset[int]:
    """Which axes of the input it depends on."""
    if isinstance(entry, int):
        return frozenset()
    if isinstance(entry, Size):
        return frozenset({entry.axis})
    return frozenset(size.axis for _, sizes in entry.terms for size in sizes)


def fixed(entry: Entry, sizes: Mapping[int, int]) -> Entry:
    """The entry with some of the input's axes given."""
    if isinstance(entry, int):
        return entry
    if isinstance(entry, Size):
        return entry.at(sizes[entry.axis]) if entry.axis in sizes else entry
    terms = []
    for number, factors in entry.terms:
        given = [size.at(sizes[size.axis]) for size in factors if size.axis in sizes]
        terms.append((number * prod(given), tuple(size for size in factors if size.axis not in sizes)))
    return flat(*terms)


def flat(*terms: tuple[int, tuple[Size, ...]]) -> Entry:
    """A sum of products, as a plain number where it is one.

    >>> flat((2, ()), (3, ()))
    5
    """
    number = sum(number for number, sizes in terms if not sizes)
    grown = tuple(sorted((number, sizes) for number, sizes in terms if sizes))
    return Flat((*grown, (number, ()))) if grown else number


def where_at_least(entry: int | Size, value: int) -> Sizes:
    """All n with ``entry >= value``.

    >>> str(where_at_least(Size(1, (Step(divisor=2),)), 5))
    'n >= 10'
    """
    if isinstance(entry, Size):
        return Sizes(entry.reaching(value))
    return EVERY if entry >= value else NONE


def where_equal(left: Entry, right: Entry, first: int = 1) -> Sizes:
    """All n from ``first`` on with ``left = right``; flattened maps have no empty axis from there on.

    >>> str(where_equal(Size(1, (Step(offset=6, divisor=32), Step(offset=1))), 7))
    '186 <= n <= 217'
    >>> half = Size(1, (Step(divisor=2),))
    >>> str(where_equal(half.then(Step(factor=2)), Size(1)))
    'n >= 2 divisible by 2'
    >>> str(where_equal(half, Size(1).then(Step(offset=-4))))
    '7 <= n <= 8'
    """
    if left == right:
        return EVERY
    if isinstance(left, int):
        left, right = right, left
    if isinstance(left, int):
        return NONE
    if isinstance(left, Flat) or isinstance(right, Flat):
        return _where_flat(left, right, first)
    if isinstance(right, int):
        return Sizes(left.reaching(right), left.reaching(right + 1) - 1)
    return _where_both(left, right)


def _where_both(left: Size, right: Size) -> Sizes:
    (period, growth), (other_period, other_growth) = left.repetition(), right.repetition()
    modulus = lcm(period, other_period)
    if modulus > LARGEST_MODULUS:
        raise ConvmathError(
            f"two sizes agree in a pattern that repeats only after {modulus}, beyond {LARGEST_MODULUS}; "
            "use smaller strides"
        )
    slope = growth * (modulus // period) - other_growth * (modulus // other_period)
    differences = [(n, left.at(n) - right.at(n)) for n in range(modulus)]
    if slope == 0:
        return Sizes(modulus=modulus, residues=tuple(n for n, found in differences if found == 0))
    return Sizes.of(n - found // slope * modulus for n, found in differences if found % slope == 0)


def _where_flat(left: Entry, right: Entry, first: int) -> Sizes:
    if not isinstance(left, Flat) or not isinstance(right, int):
        raise ConvmathError("a join of maps that are flattened differently is not solved; join the maps")
    low, high = _reaching(left, right, first), _reaching(left, right + 1, first)
    return NONE if low is None else Sizes(low, None if high is None else high - 1)


def _reaching(entry: Flat, value: int, first: int) -> int | None:
    """The least n from ``first`` on with ``entry >= value``, by bisection; it is monotone there."""
    low, high = first - 1, first
    while entry.at(high) < value:
        low, high = high, 2 * high
        if high > BEYOND:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if entry.at(middle) >= value else (middle, high)
    return high
