"""A layer's definition as loop nests, and what is counted from it.

A ``Statement`` says: for every value of its loops, the ``target`` is the value of an expression over what
is read.  Convolution, for one::

    Y[o, i, j] = B[o] + sum over c, a, b of W[o, c, a, b] * X[c, s*i + d*a - p, s*j + d*b - p]

The iteration domain is a product of ``Block``s, groups of loops that vary together.  Every count is then
a number of points: all points are the multiplications, the points of W's indices are the parameters,
the points of Y's indices are the outputs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from math import prod
from types import MappingProxyType
from typing import Any, NamedTuple

from convmath.exact.integers import Integer, floor_div, product
from convmath.geometry.operation import Apply, Expression, Operators, Reduce, walk
from convmath.geometry.window import AdaptiveWindow, Window

Point = Mapping[str, int]


class Index(NamedTuple):
    """A quasi-affine index: ``sum of coefficient*loop + offset``, with one scaled floor at most."""

    terms: tuple[tuple[Integer, str], ...]
    offset: Integer = 0
    scaled: tuple[Integer, str, Integer, Integer] | None = None  # floor((a*loop + shift)/denominator)
    wrap: str = ""  # how a position beside the input is brought back: reflect, replicate, ...

    @property
    def loops(self) -> frozenset[str]:
        """The loops it depends on."""
        names = {name for _, name in self.terms}
        return frozenset(names | ({self.scaled[1]} if self.scaled else set()))

    def at(self, point: Point) -> Integer:
        """Its value at one point of the domain, before any wrapping."""
        value = sum((c * point[name] for c, name in self.terms), self.offset)
        if self.scaled:
            numerator, name, shift, denominator = self.scaled
            value += floor_div(numerator * point[name] + shift, denominator)
        return value

    def put(self, point: Point) -> Index:
        """The index where some loops have these values, those that are not scaled."""
        moved = sum((c * point[name] for c, name in self.terms if name in point), self.offset)
        return self._replace(terms=tuple((c, n) for c, n in self.terms if n not in point), offset=moved)


@cache
def loop(name: str) -> Index:
    """The index that is a loop itself."""
    return Index(((1, name),))


ZERO = Index(())  # the first place, whatever the loops are


class _Access(NamedTuple):
    array: str
    indices: tuple[Index, ...] = ()
    outside: Any = 0


class Access(Operators, _Access):
    """An array read or written at some indices: ``W[o, c, a, b]``.

    ``outside`` is what a read beside the array gives: a number, or one for each first index.
    """

    __slots__ = ()

    @property
    def loops(self) -> frozenset[str]:
        """The loops its indices depend on."""
        names = {name for index in self.indices for _, name in index.terms}
        return frozenset(names.union(index.scaled[1] for index in self.indices if index.scaled))


class Taps(Operators, NamedTuple("Taps", [("bounds", tuple[Integer, ...] | None), ("less", Integer)])):
    """How many taps of the reduction lie on the input, or below these bounds of each axis; some less."""

    __slots__ = ()

    def __new__(cls, bounds: tuple[Integer, ...] | None = None, less: Integer = 0) -> Taps:
        return super().__new__(cls, bounds, less)


class Weights(
    Operators,
    NamedTuple(
        "Weights", [("array", str), ("rules", tuple[tuple[str, str, Callable[[int, int], Any]], ...])]
    ),
):
    """Weights that follow from where they stand: one rule an axis, of an output position and a tap."""

    __slots__ = ()

    @property
    def indices(self) -> tuple[Index, ...]:
        """The output's positions, then the taps."""
        return tuple(map(loop, (*(rule[0] for rule in self.rules), *(rule[1] for rule in self.rules))))

    def along(self, point: Point) -> Any:
        """The product of the rules of those axes whose loops are given."""
        shares = (share(point[i], point[a]) for i, a, share in self.rules if i in point and a in point)
        return prod(shares)


class Block(NamedTuple):
    """Loops that vary together, independently of every other block.

    ``extents`` are the values of each loop by itself.  ``joint`` counts the joint values of all its loops
    where they are not all combinations, and ``values`` then enumerates them.  ``outputs`` counts the
    target's distinct indices where they are not simply one loop's values (a scatter).  ``landing`` and
    ``reached`` are points and outputs once the taps beside the input are left out.
    """

    loops: tuple[str, ...]
    extents: tuple[Integer, ...]
    joint: Integer | None = None
    outputs: Integer | None = None
    landing: Callable[[], Integer] | None = None
    reached: Callable[[], Integer] | None = None
    values: Callable[[], Iterable[tuple[int, ...]]] | None = None

    @property
    def points(self) -> Integer:
        """How many joint values the loops take."""
        return product(self.extents) if self.joint is None else self.joint

    def factors(self, names: frozenset[str]) -> list[Integer]:
        """How many values the named loops take, of those in this block, as factors."""
        if len(self.loops) == 1 and self.joint is None:
            return [self.extents[0]] if self.loops[0] in names else []
        inside = [extent for name, extent in zip(self.loops, self.extents, strict=True) if name in names]
        return inside if self.joint is None or len(inside) < len(self.loops) else [self.joint]

    def enumerate(self) -> Iterator[dict[str, int]]:
        """Every joint value of the loops, by name."""
        values = self.values() if self.values else itertools.product(*map(_range, self.extents))
        return (dict(zip(self.loops, value, strict=True)) for value in values)


def _range(extent: Integer) -> range:
    return range(int(extent))


def single(name: str, extent: Integer) -> Block:
    """A loop that depends on no other."""
    return Block((name,), (extent,))


def tabled(
    names: tuple[str, str], pairs: tuple[tuple[int, int], ...], extents: tuple[Integer, Integer]
) -> Block:
    """Two loops that only take the listed pairs of values: a connection table."""
    return Block(names, extents, len(pairs), values=lambda: pairs)


def gathered(names: tuple[str, str], window: Window, n: Integer, *, pads: bool = True) -> Block:
    """Windows over ``n`` positions; ``pads`` says whether padding is zeros that can be left out."""
    windows = window.count(n)
    extents = (windows, window.kernel_size)
    if not pads or (window.begin == 0 and window.end == 0):
        return Block(names, extents)
    return Block(
        names,
        extents,
        landing=lambda: window.landing_taps(windows, n),
        reached=lambda: window.landing_windows(windows, n),
    )


def scattered(names: tuple[str, str], window: Window, n: Integer, result: Integer) -> Block:
    """``n`` windows that add onto ``result`` positions; what lands beside them is cropped."""
    cropped = window.begin != 0 or window.end != 0
    return Block(
        names,
        (n, window.kernel_size),
        outputs=window.touched(n),
        landing=(lambda: window.landing_taps(n, result)) if cropped else None,
        reached=(lambda: window.landing_touched(n, result)) if cropped else None,
    )


def adaptive(names: tuple[str, str], window: AdaptiveWindow) -> Block:
    """Windows of unequal size that share ``n`` positions out evenly."""

    def values() -> Iterator[tuple[int, int]]:
        for i in range(int(window.windows)):
            yield from ((i, a) for a in range(int(window.stop(i) - window.start(i))))

    return Block(names, (window.windows, window.widest), window.taps, values=values)


class Statement(NamedTuple):
    """One loop nest: ``target = value`` for all values of the loops in ``blocks``.

    ``shape`` is the target's; ``arrays`` names the weights among what is read, by their letters.
    """

    target: Access
    shape: tuple[Integer, ...]
    blocks: tuple[Block, ...]
    value: Expression
    arrays: Mapping[str, str] = MappingProxyType({})

    @property
    def reduction(self) -> Reduce | None:
        """The reduction in its value, if there is one."""
        for part in walk(self.value):
            if type(part) is Reduce:
                return part
        return None

    @property
    def scatters(self) -> bool:
        """Whether several values of the loops write the same element, and so add onto it."""
        return any(block.outputs is not None for block in self.blocks)

    def reads(self) -> list[Access]:
        """What its value reads, in the order it is written."""
        return [part for part in walk(self.value) if type(part) is Access]


@dataclass(frozen=True)
class Operations:
    """How often each kind of operation is executed.

    ``functions`` are evaluations of exp, log, tanh, erf, a root or a power.  Adds like a vector.

    >>> Operations(additions=2) + Operations(multiplications=3)
    Operations(multiplications=3, additions=2, comparisons=0, divisions=0, functions=0)
    """

    multiplications: Integer = 0
    additions: Integer = 0
    comparisons: Integer = 0
    divisions: Integer = 0
    functions: Integer = 0

    def __add__(self, other: Operations) -> Operations:
        return Operations(*(getattr(self, kind) + getattr(other, kind) for kind in KINDS))


KINDS = tuple(field.name for field in fields(Operations))


def points(blocks: Iterable[Block], names: frozenset[str]) -> Integer:
    """How many joint values the named loops take over the whole domain."""
    return product([factor for block in blocks for factor in block.factors(names)])


def operations(statement: Statement) -> Operations:
    """Every operation that executing the definition takes, taps on padding and cropped taps included.

    Reducing K values takes K - 1 operations, so all reductions together take as many as there are
    points less one for each element reached.
    """
    blocks = statement.blocks
    domain = product([n for b in blocks for n in (b.extents if b.joint is None else (b.joint,))])
    return _tally(statement, domain, lambda: _reached(statement, blocks))


def effective_operations(statement: Statement) -> Operations:
    """The same with the taps left out that fall on zero padding or are cropped away."""
    blocks = statement.blocks
    domain = product([b.landing() if b.landing else b.points for b in blocks])
    real = [block.reached() for block in blocks if block.reached]
    others = [block for block in blocks if not block.reached]
    return _tally(statement, domain, lambda: product([*real, _reached(statement, others)]))


def _reached(statement: Statement, blocks: Iterable[Block]) -> Integer:
    """How many elements of the target these blocks reach."""
    names = statement.target.loops
    each = (block.factors(names) if block.outputs is None else (block.outputs,) for block in blocks)
    return product([factor for factors in each for factor in factors])


def _tally(statement: Statement, domain: Integer, reached: Callable[[], Integer]) -> Operations:
    counts: dict[str, Integer] = {}
    reduction = statement.reduction
    inner = domain if reduction is None else product(statement.shape)
    for kind, times, within in executed(statement):
        counts[kind] = counts.get(kind, 0) + times * (domain if within else inner)
    if reduction is not None:
        kind = reduction.operation.kind
        counts[kind] = counts.get(kind, 0) + domain - reached()
    counts.pop("", None)  # what is never counted
    return Operations(**counts)


def executed(statement: Statement) -> list[tuple[str, int, bool]]:
    """The kind of each operation, how often a visit executes it, and whether every point visits it.

    What stands beside a reduction is visited once an element of the target.
    """
    found: list[tuple[str, int, bool]] = []
    waiting: list[tuple[Expression, bool]] = [(statement.value, statement.reduction is None)]
    while waiting:
        part, within = waiting.pop()
        if type(part) is Apply:
            operation, operands = part
            found.append((operation.kind, operation.times(len(operands)), within))
            waiting += [(operand, within) for operand in operands[::-1]]
        elif type(part) is Reduce:
            waiting.append((part.body, True))
    return found


def weights_read(statement: Statement) -> list[Access]:
    """The reads of weights, trained or not, each array once, in the order they are named."""
    if not statement.arrays:
        return []
    found = {access.array: access for access in statement.reads()}
    return [found[array] for array in statement.arrays if array in found]


def weight_counts(statement: Statement) -> dict[str, Integer]:
    """How many numbers each of the statement's weights holds: the points of its index space."""
    return {
        statement.arrays[access.array]: points(statement.blocks, access.loops)
        for access in weights_read(statement)
    }
