"""What an output element reads of a layer's inputs, axis by axis, taken from the definition itself.

Nobody writes a second time how a layer moves: where an index of the input shares a loop with an index of
the output, positions go along; where all its loops are summed up, every output reads the whole axis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from convmath.exact.integers import Integer, is_number, maximum, ratio
from convmath.geometry.axis import IDENTITY, AxisMap, Listed, Whole
from convmath.geometry.footprint import ALIGNED, MISALIGNED, POSITION_DEPENDENT, Footprint
from convmath.geometry.loopnest import Access, Block, Index, Statement, Weights, points
from convmath.geometry.notation import input_letters
from convmath.geometry.operation import walk
from convmath.geometry.window import Scatter, Window
from convmath.geometry.wrapping import wrapped

if TYPE_CHECKING:
    from fractions import Fraction

Shape: TypeAlias = tuple[Integer, ...]


class ReceptiveField(NamedTuple):
    """What one output position reads, per spatial axis.

    ``size`` in input positions, first to last; ``stride`` from one output's field to the next one's (a
    fraction behind a transposed convolution); ``padding`` is how far the first field starts before the
    input.  Where ``varies`` is set, fields differ in size with the position, and ``size`` is the largest;
    with ``bound`` it is only known not to be larger.  ``status`` and ``gated`` say how paths met, see
    ``Footprint``; ``sees_all`` on which axes a field is as large as the input.

    Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional Neural Networks" (2019).
    """

    size: tuple[Integer, ...]
    stride: tuple[Integer | Fraction, ...]
    padding: tuple[Integer, ...]
    varies: bool = False
    bound: bool = False
    status: str = ALIGNED
    gated: bool = False
    sees_all: tuple[bool, ...] = ()


def field_plain(field: ReceptiveField | None) -> dict[str, Any] | None:
    """A receptive field for a program: what has axes one entry an axis."""
    return None if field is None else field._asdict()


def receptive_field(footprints: Sequence[Footprint]) -> ReceptiveField:
    """The receptive field of all axes together."""
    sizes, varies = zip(*[footprint.extent for footprint in footprints], strict=True)
    statuses = [footprint.status for footprint in footprints]
    known = [footprint.n for footprint in footprints]
    return ReceptiveField(
        sizes,
        tuple([footprint.stride for footprint in footprints]),
        tuple([footprint.padding for footprint in footprints]),
        True in varies,
        True in [footprint.bound for footprint in footprints],
        next((s for s in (POSITION_DEPENDENT, MISALIGNED) if s in statuses), ALIGNED),
        True in [footprint.gated for footprint in footprints],
        tuple(
            [is_number(n) and is_number(size) and size >= n for n, size in zip(known, sizes, strict=True)]
        ),
    )


class Link(NamedTuple):
    """How positions along one axis of an input are read: along an ``axis`` of the output, as ``map`` says.

    Without an axis, every output element reads what a ``Whole`` map says.
    """

    axis: int | None
    map: AxisMap


class Path(NamedTuple):
    """One way an input is read: its number, a link for each of its axes, and for which outputs it holds.

    ``piece`` is the axis along which outputs are put one behind the other, and the number of positions that
    this path gives of them.
    """

    source: int
    links: tuple[Link, ...]
    piece: tuple[int, Integer] | None = None


def paths(statements: Sequence[Statement], shapes: Sequence[Shape]) -> tuple[Path, ...]:
    """Every way in which the result of the last statement reads the inputs X, or X1, X2, ...

    >>> from convmath import Conv1d
    >>> paths(Conv1d(1, 1, 3, stride=2, padding=1).definition((1, 9)), ((1, 9),))[0].links[1]
    Link(axis=1, map=Window(kernel_size=3, stride=2, begin=1, end=0, dilation=1, fits=None))
    """
    if len(shapes) == len(statements) == 1 and _is_straight(statements[0]):
        return _unmoved(len(shapes[0]))
    names = input_letters(len(shapes))
    known = {name: [Path(k, _straight(len(shapes[k])))] for k, name in enumerate(names)}
    for statement in statements:
        nest, target = _Nest.of(statement), statement.target.array
        here = [path for access in statement.reads() for path in _read(access, nest, known, shapes)]
        before = known.get(target, []) if target not in names else []
        known[target] = [*before, *dict.fromkeys(here)] if len(here) > 1 or before else here
    return tuple(known[statements[-1].target.array])


def paths_apart(statements: Sequence[Statement], shapes: Sequence[Shape]) -> tuple[Path, ...]:
    """Where positions and channels are dealt out to one another, a path for each share; else none.

    In numbers only.

    >>> from convmath import PixelShuffle
    >>> shares = paths_apart(PixelShuffle(2).definition((4, 1, 1)), ((4, 1, 1),))
    >>> [path.links[0].map.begin for path in shares]
    [0, -1, -2, -3]
    """
    exchanged = exchanges(statements)
    if not exchanged:
        return ()
    (statement,), names = statements, [each.name for each in exchanged]
    found: list[Path] = []
    for values in product(*(range(each.extent) for each in exchanged)):
        point = dict(zip(names, values, strict=True))
        target, read = (
            each._replace(indices=tuple(index.put(point) for index in each.indices))
            for each in (statement.target, statement.value)
        )
        left = tuple(block for block in statement.blocks if set(names).isdisjoint(block.loops))
        found += paths((statement._replace(target=target, value=read, blocks=left),), shapes)
    return tuple(found)


class Exchange(NamedTuple):
    """A loop that moves an axis of the input, and another axis of the output than it is read along."""

    name: str
    extent: Any
    source: int
    target: int


def exchanges(statements: Sequence[Statement]) -> list[Exchange]:
    """The loops by which an input's elements are dealt out anew between axes, where nothing is computed.

    >>> from convmath import PixelUnshuffle
    >>> [each[2:] for each in exchanges(PixelUnshuffle(2).definition((1, 4, 4)))]
    [(1, 0), (2, 0)]
    """
    access = statements[0].value
    if len(statements) > 1 or not isinstance(access, Access):
        return []
    nest, found = _Nest.of(statements[0]), []
    for source, index in enumerate(access.indices):
        along = [name for _, name in index.terms if name in nest.axes]
        targets = [nest.axes[name] for name in along]
        beside = zip(along, targets, strict=True)
        found += [Exchange(name, nest.extents[name], source, t) for name, t in beside if t != targets[0]]
    return found


class _Nest(NamedTuple):
    """A statement, which axis of its target each loop moves along, and how many values each loop takes."""

    statement: Statement
    axes: Mapping[str, int]
    extents: Mapping[str, Integer]

    @classmethod
    def of(cls, statement: Statement) -> _Nest:
        """The statement looked through once."""
        axes: dict[str, int] = {}
        for axis, index in enumerate(statement.target.indices):
            for _, name in index.terms:
                axes.setdefault(name, axis)
            if index.scaled:
                axes.setdefault(index.scaled[1], axis)
        extents: dict[str, Integer] = {}
        for block in statement.blocks:
            extents.update(zip(block.loops, block.extents, strict=True))
        return cls(statement, axes, extents)


def _is_straight(statement: Statement) -> bool:
    """Whether the statement reads the input at the target's own indices, and nowhere else."""
    target = statement.target.indices
    reads = False
    for part in walk(statement.value):
        if type(part) is Access and part.array == "X":
            if part.indices is not target:
                return False
            reads = True
    return reads


@cache
def _unmoved(rank: int) -> tuple[Path, ...]:
    return (Path(0, _straight(rank)),)


@cache
def _straight(rank: int) -> tuple[Link, ...]:
    return tuple(Link(axis, IDENTITY) for axis in range(rank))


def _read(
    access: Access, nest: _Nest, known: Mapping[str, Sequence[Path]], shapes: Sequence[Shape]
) -> list[Path]:
    """The paths by which a statement reads the inputs through one access."""
    paths = known.get(access.array, ())
    if not paths:
        return []
    piece = _piece(nest)
    found: list[Path] = []
    for path in paths:
        links = _links(access, nest, shapes[path.source])
        straight = path.links is _straight(len(path.links)) and len(links) == len(path.links)
        behind = links if straight else tuple([_behind(link, links) for link in path.links])
        found.append(Path(path.source, behind, piece))
    return found


def _behind(link: Link, links: tuple[Link, ...]) -> Link:
    """A link to an array followed by the links of those who read it."""
    if link.axis is None or link.axis >= len(links):
        return link
    then = links[link.axis]
    if link.map == IDENTITY or isinstance(then.map, Whole):
        return then
    return Link(then.axis, link.map) if then.map == IDENTITY else Link(None, Whole(1))


def _piece(nest: _Nest) -> tuple[int, Integer] | None:
    """The axis along which the target is written in part, and how many positions of it are."""
    shape = nest.statement.shape
    for axis, index in enumerate(nest.statement.target.indices):
        if len(index.terms) == 1 and index.terms[0][0] == 1:
            extent = nest.extents[index.terms[0][1]]
            if extent != shape[axis]:
                return axis, extent
    return None


def _links(access: Access, nest: _Nest, shape: Shape) -> tuple[Link, ...]:
    target, indices = nest.statement.target.indices, access.indices
    if indices == target and not any(index.wrap or index.scaled for index in target):
        return _straight(len(target))
    sizes = shape if len(shape) == len(indices) else (1,) * len(indices)  # as far as wrapping asks for them
    return tuple([_link(index, nest, size) for index, size in zip(indices, sizes, strict=True)])


def _link(source: Index, nest: _Nest, size: Integer) -> Link:
    """Along the output's axis that shares the loop which moves the source farthest, its first one."""
    names = [name for _, name in source.terms]
    for name in [source.scaled[1], *names] if source.scaled else names:
        axis = nest.axes.get(name)
        if axis is not None:
            return Link(axis, _axis_map(source, nest.statement.target.indices[axis], nest, size))
    return Link(None, Whole(size if source.terms else 1))


def _axis_map(source: Index, target: Index, nest: _Nest, size: Integer) -> AxisMap:
    """The map from positions of the output to those of the input."""
    if source is target and not (source.wrap or source.scaled):
        return IDENTITY
    if source.scaled is None and target.scaled is None:
        if len(target.terms) == 1 and target.terms[0][0] == 1 and len(source.terms) <= 2:
            window = _gather(source, target, nest)
            return window if not source.wrap else _bordered(window, source, nest, size)
        if len(target.terms) <= 2 and len(source.terms) == 1 and source.terms[0][0] == 1:
            return _scatter(source.terms[0][1], target, nest)
    return _stretched(source, target, nest.statement, size)


def _gather(source: Index, target: Index, nest: _Nest) -> Window:
    """Windows: the input's index is ``s*i + d*a - p`` and the output's is ``i``."""
    ((_, output),) = target.terms
    stride: Integer = 0
    kernel_size: Integer = 1
    dilation: Integer = 1
    for coefficient, name in source.terms:
        if name == output:
            stride = coefficient
        else:
            kernel_size, dilation = nest.extents[name], coefficient
    begin = stride * target.offset - source.offset
    if stride == 1 and kernel_size == 1 and begin == 0:
        return IDENTITY
    return Window(kernel_size, stride, begin, 0, dilation)


def _scatter(name: str, target: Index, nest: _Nest) -> Scatter:
    """Windows read backwards: the output's index is ``s*i + d*a - p`` and the input's is ``i``."""
    stride = next(c for c, loop in target.terms if loop == name)
    taps = [(nest.extents[loop], c) for c, loop in target.terms if loop != name]
    kernel_size, dilation = taps[0] if taps else (1, 1)
    return Scatter(Window(kernel_size, stride, -target.offset, dilation=dilation))


def _bordered(window: Window, source: Index, nest: _Nest, size: Integer) -> Listed:
    """Windows whose taps beside the input are brought back onto it."""

    def sources(output: int) -> frozenset[int]:
        return frozenset(wrapped(source.wrap, q, int(size)) for q in window.sources({output}))

    outputs = nest.extents[source.terms[0][1]]
    numbers = (outputs, size, window.kernel_size, window.stride, window.begin, window.dilation)
    cases = next((each for each in numbers if not is_number(each)), outputs * window.kernel_size)
    if source.wrap == "circular":
        return Listed(sources, cases, 0, 0, size - 1, window.stride)
    first, last = window.reads(0, 0)
    beyond = maximum(window.stride * (outputs - 1) + last - (size - 1), 0)
    low = first - maximum(2 * beyond - last + first, 0)
    return Listed(sources, cases, window.stride, low, maximum(last, window.begin), window.stride)


def _stretched(source: Index, target: Index, statement: Statement, size: Integer) -> AxisMap:
    """Indices with a floor: resized, or pooled to a size.  Taps of weight 0 read nothing."""
    names = source.loops | target.loops
    group = [block for block in statement.blocks if names & set(block.loops)]
    numerator, _, shift, denominator = source.scaled or (1, "", 0, 1)
    taps = [(c, _extent(name, group)) for c, name in source.terms if name not in target.loops]
    if source.scaled and numerator == 1 and shift == 0 and not taps:
        return Scatter(Window(denominator, denominator))
    weights = [part for part in walk(statement.value) if isinstance(part, Weights)]
    if denominator == 1 and taps and taps[0][1] == size and not weights:
        return Whole(size)

    @cache
    def table() -> dict[int, frozenset[int]]:
        found: dict[int, set[int]] = {}
        for parts in product(*(block.enumerate() for block in group)):
            point = {name: value for part in parts for name, value in part.items()}
            if all(weight.along(point) != 0 for weight in weights):
                place = wrapped(source.wrap, int(source.at(point)), int(size))
                found.setdefault(int(target.at(point)), set()).add(place)
        return {output: frozenset(places) for output, places in found.items()}

    reach = sum((c * (extent - 1) for c, extent in taps), source.offset)
    pace = ratio(numerator, denominator)
    if not is_number(size) and is_number(numerator) and is_number(denominator):
        reach += 1  # a factor may be left out of account where the size stays, see Upsample
    open_ones = (value for value in (size, numerator, shift, denominator) if not is_number(value))
    return Listed(
        lambda output: table().get(output, frozenset()),
        next(open_ones, points(group, names)),
        pace,
        ratio(shift - denominator + 1, denominator) + source.offset,
        ratio(shift, denominator) + reach,
        pace,
    )


def _extent(name: str, blocks: Sequence[Block]) -> Integer:
    return next(
        extent
        for block in blocks
        for loop, extent in zip(block.loops, block.extents, strict=True)
        if loop == name
    )
