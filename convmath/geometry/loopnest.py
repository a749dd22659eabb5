"""A layer's definition as loop nests, and what is counted from it.

A ``Statement`` says: for every value of its loops, combine the ``factors`` and reduce the results into
``target``.  Convolution, for one::

    Y[o, i, j] = B[o] + sum over c, a, b of W[o, c, a, b] * X[c, s*i + d*a - p, s*j + d*b - p]

The iteration domain is a product of ``Block``s, groups of loops that vary together.  Every count is then
a number of points: all points are the multiplications, the points of W's indices are the parameters,
the points of Y's indices are the outputs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import NamedTuple

from convmath.exact.integers import Integer, floor_div, product
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


def loop(name: str) -> Index:
    """The index that is a loop itself."""
    return Index(((1, name),))


class Access(NamedTuple):
    """An array read or written at some indices: ``W[o, c, a, b]``."""

    array: str
    indices: tuple[Index, ...] = ()

    @property
    def loops(self) -> frozenset[str]:
        """The loops its indices depend on."""
        return frozenset().union(*(index.loops for index in self.indices))


class Block(NamedTuple):
    """Loops that vary together, independently of every other block.

    ``points`` counts the joint values of all its loops, ``extents`` those of each loop by itself, and
    ``outputs`` the target's distinct indices where they are not simply one loop's values (a scatter).
    ``landing`` and ``reached`` are points and outputs once the taps beside the input are left out;
    ``values`` enumerates the joint values where they are not all combinations.
    """

    loops: tuple[str, ...]
    extents: tuple[Integer, ...]
    points: Integer
    outputs: Integer | None = None
    landing: Callable[[], Integer] | None = None
    reached: Callable[[], Integer] | None = None
    values: Callable[[], Iterable[tuple[int, ...]]] | None = None

    def project(self, names: frozenset[str]) -> Integer:
        """How many values the named loops take, of those in this block."""
        inside = [extent for name, extent in zip(self.loops, self.extents, strict=True) if name in names]
        return self.points if len(inside) == len(self.loops) else product(inside)

    def enumerate(self) -> Iterator[dict[str, int]]:
        """Every joint value of the loops, by name."""
        values = self.values() if self.values else itertools.product(*map(_range, self.extents))
        return (dict(zip(self.loops, value, strict=True)) for value in values)


def _range(extent: Integer) -> range:
    return range(int(extent))


def single(name: str, extent: Integer) -> Block:
    """A loop that depends on no other."""
    return Block((name,), (extent,), extent)


def joined(names: tuple[str, str], pairs: tuple[tuple[int, int], ...]) -> Block:
    """Two loops that only take the listed pairs of values: a connection table."""
    extents = tuple(len(set(column)) for column in zip(*pairs, strict=True))
    return Block(names, extents, len(pairs), values=lambda: pairs)


def gathered(names: tuple[str, str], window: Window, n: Integer, *, pads: bool = True) -> Block:
    """Windows over ``n`` positions; ``pads`` says whether padding is zeros that can be left out."""
    windows = window.count(n)
    if not pads or (window.begin == 0 and window.end == 0):
        return Block(names, (windows, window.kernel_size), windows * window.kernel_size)
    return Block(
        names,
        (windows, window.kernel_size),
        windows * window.kernel_size,
        landing=lambda: window.landing_taps(windows, n),
        reached=lambda: window.landing_windows(windows, n),
    )


def scattered(names: tuple[str, str], window: Window, n: Integer, result: Integer) -> Block:
    """``n`` windows that add onto ``result`` positions; what lands beside them is cropped."""
    cropped = window.begin != 0 or window.end != 0
    return Block(
        names,
        (n, window.kernel_size),
        n * window.kernel_size,
        outputs=window.touched(n),
        landing=(lambda: window.landing_taps(n, result)) if cropped else None,
        reached=(lambda: window.landing_touched(n, result)) if cropped else None,
    )


def adaptive(names: tuple[str, str], window: AdaptiveWindow) -> Block:
    """Windows of unequal size that share ``n`` positions out evenly."""

    def values() -> Iterator[tuple[int, int]]:
        for i in range(int(window.windows)):
            yield from ((i, a) for a in range(int(window.stop(i) - window.start(i))))

    return Block(names, (window.windows, window.window().kernel_size), window.taps, values=values)


class Then(NamedTuple):
    """One operation done once to every output element, after the reduction.

    ``text`` shows it around the value so far, ``{}``, and the operand, ``{operand}``.
    """

    kind: str
    operand: Access | Integer | None = None
    text: str = "{}"


class Statement(NamedTuple):
    """One loop nest: ``target = then(reduce over the other loops of the product of factors)``.

    ``shape`` is the target's; ``reduce`` is ``"sum"``, ``"max"`` or ``""`` where nothing is reduced.
    """

    target: Access
    shape: tuple[Integer, ...]
    blocks: tuple[Block, ...]
    factors: tuple[Access, ...]
    reduce: str = ""
    then: tuple[Then, ...] = ()
    parameters: Mapping[str, str] = MappingProxyType({})  # array letter -> parameter name


@dataclass(frozen=True)
class Operations:
    """How often each kind of operation is executed.

    ``functions`` are evaluations of exp, tanh or a power.  Adds like a vector.

    >>> Operations(additions=2) + Operations(multiplications=3)
    Operations(multiplications=3, additions=2, comparisons=0, divisions=0, functions=0)
    """

    multiplications: Integer = 0
    additions: Integer = 0
    comparisons: Integer = 0
    divisions: Integer = 0
    functions: Integer = 0

    def __add__(self, other: Operations) -> Operations:
        return Operations(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


REDUCTIONS = {"sum": "additions", "max": "comparisons"}


def points(blocks: Iterable[Block], names: frozenset[str]) -> Integer:
    """How many joint values the named loops take over the whole domain."""
    return product(block.project(names) for block in blocks)


def operations(statement: Statement) -> Operations:
    """Every operation that executing the definition takes, taps on padding and cropped taps included.

    Reducing K values takes K - 1 operations, so all reductions together take as many as there are
    points less one for each element reached.
    """
    domain = product(block.points for block in statement.blocks)
    reached = product(_outputs(block, statement) for block in statement.blocks)
    return _tally(statement, domain, reached)


def effective_operations(statement: Statement) -> Operations:
    """The same with the taps left out that fall on zero padding or are cropped away."""
    domain = product(b.landing() if b.landing else b.points for b in statement.blocks)
    reached = product(b.reached() if b.reached else _outputs(b, statement) for b in statement.blocks)
    return _tally(statement, domain, reached)


def _outputs(block: Block, statement: Statement) -> Integer:
    return block.project(statement.target.loops) if block.outputs is None else block.outputs


def _tally(statement: Statement, domain: Integer, reached: Integer) -> Operations:
    counts: dict[str, Integer] = {"multiplications": domain * (len(statement.factors) - 1)}
    if statement.reduce:
        counts[REDUCTIONS[statement.reduce]] = domain - reached
    for then in statement.then:
        counts[then.kind] = counts.get(then.kind, 0) + product(statement.shape)
    return Operations(**counts)


def parameter_accesses(statement: Statement) -> list[Access]:
    """The reads of trainable arrays: weights among the factors, biases among what follows."""
    operands = [then.operand for then in statement.then if isinstance(then.operand, Access)]
    return [access for access in (*statement.factors, *operands) if access.array in statement.parameters]


def parameter_counts(statement: Statement) -> dict[str, Integer]:
    """How many numbers each of the statement's parameters holds: the points of its index space."""
    return {
        statement.parameters[access.array]: points(statement.blocks, access.loops)
        for access in parameter_accesses(statement)
    }
