"""A size as a function of the input's: what becomes of it is worked out by the layers' own arithmetic.

Along an axis every layer makes sizes by sums, multiples and floors.  Such a function f is even in the long
run: ``f(n + period) = f(n) + growth`` from some n on.  So the numbers of one period say all, and a ``Size``
can be put through any definition like an int or an expression.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import gcd, lcm
from operator import add, sub
from typing import Any, ClassVar

from convmath.errors import ConvmathError

LONGEST = 1_000_000  # a period beyond this is refused


@dataclass(frozen=True, order=True)
class Size:
    """The size of an axis of some node, as a function of the size n of the input's axis number ``axis``.

    ``head`` are its values for n = 0, 1, ...; after them those of the ``cycle`` repeat, larger by
    ``growth`` each time.

    >>> n = Size(1)
    >>> half = (n - 1) // 2 + 1
    >>> [half.at(size) for size in (1, 2, 3, 224)], half.period, half.growth
    ([1, 1, 2, 112], 2, 1)
    """

    axis: int
    head: tuple[int, ...] = ()
    cycle: tuple[int, ...] = (0,)
    growth: int = 1

    is_open: ClassVar[bool] = True

    def __str__(self) -> str:
        """The letter of the axis where it is the input's own size; ``f(n)`` for what layers made of it."""
        return "n" if self == Size(self.axis) else f"n + {self.cycle[0]}" if self._is_shift else "f(n)"

    @property
    def _is_shift(self) -> bool:
        return (self.head, self.period, self.growth) == ((), 1, 1)

    @property
    def period(self) -> int:
        """After how much of the input's size its own has grown by ``growth``."""
        return len(self.cycle)

    def at(self, n: int) -> int:
        """Its value on an input of size ``n``."""
        if n < len(self.head):
            return self.head[n]
        turns, place = divmod(n - len(self.head), self.period)
        return self.cycle[place] + turns * self.growth

    def __add__(self, other: Any) -> Any:
        return self._with(add, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self._with(sub, other)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __neg__(self) -> Any:
        return self * -1

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, int):
            return self._each(lambda value: value * other, growth=self.growth * other)
        return Flat.of(self) * other

    __rmul__ = __mul__

    def __floordiv__(self, divisor: int) -> Any:
        return self._repeated(divisor)._each(lambda value: value // divisor, divisor)

    def gcd(self, number: int) -> Any:
        """The greatest common divisor with a number, which depends on the remainder only."""
        return self._repeated(number)._each(lambda value: gcd(value, number), growth=0)

    def maximum(self, other: Any) -> Any:
        """The larger of two sizes."""
        return self._extreme(other, max)

    def minimum(self, other: Any) -> Any:
        """The smaller of two sizes."""
        return -((-self).maximum(-other))

    def _each(self, change: Callable[[int], int], divisor: int = 1, growth: int | None = None) -> Any:
        """Every value changed, and the growth over the divisor."""
        grown = self.growth // divisor if growth is None else growth
        return _simple(self.axis, tuple(map(change, self.head)), tuple(map(change, self.cycle)), grown)

    def _repeated(self, divisor: int) -> Size:
        """The same with a growth that the divisor divides."""
        return self._stretched(len(self.head), self.period * (divisor // gcd(self.growth, divisor)))

    def _stretched(self, head: int, period: int) -> Size:
        """The same with a longer head and a multiple of the period."""
        if (head, period) == (len(self.head), self.period):
            return self
        if period > LONGEST:
            raise ConvmathError(
                f"a size repeats only after {period}, beyond {LONGEST}; use smaller strides"
            )
        values = tuple(map(self.at, range(head + period)))
        return Size(self.axis, values[:head], values[head:], self.growth * (period // self.period))

    def _aligned(self, other: Size) -> tuple[Size, Size]:
        head, period = max(len(self.head), len(other.head)), lcm(self.period, other.period)
        return self._stretched(head, period), other._stretched(head, period)

    def _with(self, change: Callable[[int, int], int], other: Any) -> Any:
        if isinstance(other, int):
            return self._each(lambda value: change(value, other), growth=self.growth)
        if isinstance(other, Size) and other.axis == self.axis:
            ours, theirs = self._aligned(other)
            growth = change(ours.growth, theirs.growth)
            return _simple(
                self.axis,
                tuple(map(change, ours.head, theirs.head)),
                tuple(map(change, ours.cycle, theirs.cycle)),
                growth,
            )
        return change(Flat.of(self), Flat.of(other))  # type: ignore[arg-type]

    def _extreme(self, other: Any, larger: Callable[..., int]) -> Any:
        """Value by value up to where the one that grows faster is the larger at last."""
        if not isinstance(other, (int, Size)) or (isinstance(other, Size) and other.axis != self.axis):
            raise ConvmathError("the larger of sizes along different axes is not solved; give numbers")
        there = other if isinstance(other, Size) else Size(self.axis, (), (other,), 0)
        slow, fast = sorted(self._aligned(there), key=lambda size: size.growth)
        gain = fast.growth - slow.growth
        if gain == 0:
            return _simple(
                self.axis,
                tuple(map(larger, slow.head, fast.head)),
                tuple(map(larger, slow.cycle, fast.cycle)),
                fast.growth,
            )
        behind = max(s - f for s, f in zip(slow.cycle, fast.cycle, strict=True))
        turns = max(-(-behind // gain), 0)
        head = len(fast.head) + turns * fast.period
        fast = fast._stretched(head, fast.period)
        values = tuple(larger(slow.at(n), fast.head[n]) for n in range(head))
        return _simple(self.axis, values, fast.cycle, fast.growth)


def _simple(axis: int, head: tuple[int, ...], cycle: tuple[int, ...], growth: int) -> Any:
    """A size, or a plain number where it is the same for every input."""
    if growth == 0 and len({*head, *cycle}) == 1:
        return cycle[0]
    return Size(axis, head, cycle, growth)


def any_sizes(shape: Sequence[Any]) -> tuple[Any, ...]:
    """A shape with a size of its own for every axis; channels stay where they are a number.

    >>> [getattr(size, "axis", size) for size in any_sizes((3, 224, 224))]
    [3, 1, 2]
    """
    return tuple(
        size if place == 0 and isinstance(size, int) else Size(place) for place, size in enumerate(shape)
    )


@dataclass(frozen=True)
class Flat:
    """A sum of products of sizes, ``16*f(n)*g(m) + 3``: what flattened maps hold.

    >>> height, width = Size(1), Size(2)
    >>> (16 * (height // 2) * width + 3).at({1: 4, 2: 5})
    163
    """

    terms: tuple[tuple[int, tuple[Size, ...]], ...]

    is_open: ClassVar[bool] = True
    period: ClassVar[int] = LONGEST  # never the simplest of several sizes

    @classmethod
    def of(cls, value: Any) -> Flat:
        """A number or a size as such a sum."""
        if isinstance(value, Flat):
            return value
        if not isinstance(value, (int, Size)):
            raise TypeError(f"{value!r} is no whole number and no size")
        return cls(((value, ()),) if isinstance(value, int) else ((1, (value,)),))

    def at(self, sizes: dict[int, int]) -> int:
        """Its value where the input's axes have these sizes."""
        total = 0
        for number, factors in self.terms:
            for factor in factors:
                number *= factor.at(sizes[factor.axis])
            total += number
        return total

    @property
    def axes(self) -> frozenset[int]:
        """The axes of the input that it depends on."""
        return frozenset(factor.axis for _, factors in self.terms for factor in factors)

    def __add__(self, other: Any) -> Any:
        return _collected((*self.terms, *Flat.of(other).terms))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + Flat.of(other) * -1

    def __rsub__(self, other: Any) -> Any:
        return self * -1 + other

    def __mul__(self, other: Any) -> Any:
        pairs = ((left, right) for left in self.terms for right in Flat.of(other).terms)
        return _collected(tuple((a * b, tuple(sorted(f + g))) for (a, f), (b, g) in pairs))

    __rmul__ = __mul__

    def __neg__(self) -> Any:
        return self * -1

    def __floordiv__(self, divisor: Any) -> Any:
        raise ConvmathError("a quotient of flattened maps is not solved; give numbers")

    maximum = minimum = gcd = __floordiv__


def _collected(terms: tuple[tuple[int, tuple[Size, ...]], ...]) -> Any:
    """Equal products put together; a plain number where nothing else is left."""
    found: dict[tuple[Size, ...], int] = {}
    for number, factors in terms:
        found[factors] = found.get(factors, 0) + number
    kept = {factors: number for factors, number in found.items() if number}
    if set(kept) <= {()}:
        return kept.get((), 0)
    return Flat(tuple((number, factors) for factors, number in sorted(kept.items())))
