"""One output element worked out: the definition executed at a point, term by term."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convmath.errors import ConvmathError
from convmath.exact.integers import is_number
from convmath.geometry.loopnest import Access, Block, Statement, Then, parameter_accesses, points
from convmath.layers.base import Layer, Shape, show

Array = Any  # nested tuples of numbers
_MOST_TERMS = 10_000


@dataclass(frozen=True)
class Term:
    """One product of the sum, or one value of the maximum: the elements it multiplies."""

    factors: tuple[tuple[str, tuple[int, ...]], ...]  # array and indices
    numbers: tuple[Any, ...] | None  # their values, where arrays are given
    padding: bool  # whether it reads beside the input
    outside: Any = 0  # what is there


@dataclass(frozen=True)
class Element:
    """An output element: its terms, how they are combined, and its value where numbers are given."""

    target: tuple[int, ...]
    reduce: str
    terms: tuple[Term, ...]
    then: tuple[tuple[Then, tuple[int, ...], Any], ...]  # what follows, operand indices and number
    value: Any
    missing: tuple[str, ...] = ()  # arrays without numbers, where others have some


def work_out(layer: Layer, shape: Shape, target: tuple[int, ...], arrays: Mapping[str, Array]) -> Element:
    """Execute the layer's definition at one output element.

    ``arrays`` gives numbers by letter (X, W, B) as nested tuples; those that are missing stay letters.
    Raises ConvmathError for an element outside the output or a layer of several statements.

    >>> from convmath import Conv2d
    >>> x, w = (((1, 2), (3, 4)),), ((((1, 0), (0, 1)),),)
    >>> work_out(Conv2d(1, 1, 2, bias=False), (1, 2, 2), (0, 0, 0), {"X": x, "W": w}).value
    5
    """
    statement = _workable(layer, shape)
    _check_target(target, statement.shape)
    choices = [list(_matching(group, statement, target)) for group in _merged(statement)]
    known = _together(choice[0] for choice in choices if choice)
    outside = getattr(layer, "value", 0)
    outside = outside[target[0]] if isinstance(outside, tuple) else outside
    terms = tuple(
        _term(statement, _together(parts), shape, arrays, outside) for parts in itertools.product(*choices)
    )
    then = tuple(_operand(step, known, statement, terms, arrays) for step in statement.then)
    needed = ["X", *(access.array for access in parameter_accesses(statement))]
    missing = tuple(array for array in needed if array not in arrays) if arrays else ()
    return Element(target, statement.reduce, terms, then, _value(statement, terms, then), missing)


def read_arrays(layer: Layer, shape: Shape, given: Mapping[str, Any]) -> dict[str, Array]:
    """Nested lists as arrays of the shapes the layer wants; leading axes of one may be left out.

    Raises ConvmathError naming the array and the shape it should have.
    """
    weights = _workable(layer, shape)
    wanted = {"X": shape, **{a.array: _shape_of(a, weights) for a in parameter_accesses(weights)}}
    for name in given:
        if name not in wanted:
            raise ConvmathError(f"{layer!r} has no array {name}; it has {', '.join(wanted)}")
    return {name: _fitted(name, value, wanted[name]) for name, value in given.items()}


def _shape_of(access: Access, statement: Statement) -> Shape:
    """The extent of each index of an array: its largest value and one more."""
    extents = {
        name: int(extent)
        for block in statement.blocks
        for name, extent in zip(block.loops, block.extents, strict=True)
    }
    first, last = dict.fromkeys(extents, 0), {name: extent - 1 for name, extent in extents.items()}
    return tuple(max(int(index.at(first)), int(index.at(last))) + 1 for index in access.indices)


def _fitted(name: str, value: Any, shape: Shape) -> Array:
    found = _measured(value)
    missing = len(shape) - len(found)
    if missing >= 0 and (1,) * missing + found == shape:
        for _ in range(missing):
            value = [value]
        return value
    raise ConvmathError(f"{name} has the shape {show(found) or 'of a number'}, it must be {show(shape)}")


def _measured(value: Any) -> tuple[int, ...]:
    """The shape of nested lists of numbers; ragged ones and other contents are refused."""
    if isinstance(value, bool) or not isinstance(value, (int, float, list)):
        raise ConvmathError(f"{value!r} is no number")
    if not isinstance(value, list):
        return ()
    inner = {_measured(part) for part in value}
    if len(inner) != 1:
        raise ConvmathError(f"{value} is not rectangular; every row needs the same length")
    return (len(value), *inner.pop())


def _workable(layer: Layer, shape: Shape) -> Statement:
    """The layer's one statement, if everything in it is a number and it has not too many terms."""
    statements = layer.definition(shape)
    blocks = statements[0].blocks
    extents = (*shape, *(extent for block in blocks for extent in block.extents))
    if len(statements) > 1:
        raise ConvmathError(f"{layer!r} takes several steps; only layers of one are worked out")
    if not all(map(is_number, extents)):
        raise ConvmathError(f"{layer!r} on {show(shape)} has symbols; give numbers to work out an element")
    inner = {name for block in blocks for name in block.loops} - statements[0].target.loops
    terms = points(blocks, frozenset(inner))
    if terms > _MOST_TERMS:
        raise ConvmathError(
            f"an element of {layer!r} has {terms:,} terms, more than {_MOST_TERMS:,}; try a smaller layer"
        )
    return statements[0]


def _together(parts: Iterable[dict[str, int]]) -> dict[str, int]:
    return {name: value for part in parts for name, value in part.items()}


def _check_target(target: tuple[int, ...], shape: Shape) -> None:
    if len(target) != len(shape) or not all(0 <= t < n for t, n in zip(target, shape, strict=True)):
        raise ConvmathError(
            f"element {','.join(map(str, target))} is not in the output {show(shape)}; "
            f"give {len(shape)} indices, each below its size"
        )


def _merged(statement: Statement) -> list[tuple[Block, ...]]:
    """Blocks, those together that one index of the target uses jointly (group and channel)."""
    groups: list[tuple[Block, ...]] = []
    left = list(statement.blocks)
    for index in statement.target.indices:
        together = tuple(block for block in left if set(block.loops) & index.loops)
        left = [block for block in left if block not in together]
        groups.append(together)
    return [*(group for group in groups if group), *((block,) for block in left)]


def _matching(
    blocks: tuple[Block, ...], statement: Statement, target: tuple[int, ...]
) -> Iterator[dict[str, int]]:
    """The values of these blocks' loops that agree with the target's indices."""
    names = {name for block in blocks for name in block.loops}
    wanted = [(i, t) for i, t in zip(statement.target.indices, target, strict=True) if i.loops & names]
    for parts in itertools.product(*(list(block.enumerate()) for block in blocks)):
        point = {name: value for part in parts for name, value in part.items()}
        if all(index.at(point) == value for index, value in wanted):
            yield point


def _term(
    statement: Statement, point: Mapping[str, int], shape: Shape, arrays: Mapping[str, Array], outside: Any
) -> Term:
    factors = tuple((a.array, place(a, point, shape)) for a in statement.factors)
    padding = any(array.startswith("X") and not _inside(indices, shape) for array, indices in factors)
    numbers = None
    if all(array in arrays for array, _ in factors):
        numbers = tuple(
            outside
            if array.startswith("X") and not _inside(indices, shape)
            else _at(arrays[array], indices)
            for array, indices in factors
        )
    return Term(factors, numbers, padding, outside)


def place(access: Access, point: Mapping[str, int], shape: Shape) -> tuple[int, ...]:
    """The indices of an access at a point of the domain, brought back onto the input where it wraps."""
    places = []
    for axis, index in enumerate(access.indices):
        value = int(index.at(point))
        places.append(WRAPS[index.wrap](value, int(shape[axis])) if index.wrap else value)
    return tuple(places)


def _reflect(position: int, n: int) -> int:
    position = abs(position)
    return position if position < n else 2 * (n - 1) - position


def _symmetric(position: int, n: int) -> int:
    position = -1 - position if position < 0 else position
    return position if position < n else 2 * n - 1 - position


WRAPS: dict[str, Callable[[int, int], int]] = {
    "constant": lambda position, n: position,
    "reflect": _reflect,
    "symmetric": _symmetric,
    "replicate": lambda position, n: min(max(position, 0), n - 1),
    "circular": lambda position, n: position % n,
}


def _inside(indices: tuple[int, ...], shape: Shape) -> bool:
    return all(0 <= index < n for index, n in zip(indices, shape, strict=True))


def _at(array: Array, indices: tuple[int, ...]) -> Any:
    for index in indices:
        array = array[index]
    return array


def _operand(
    step: Then,
    point: Mapping[str, int],
    statement: Statement,
    terms: tuple[Term, ...],
    arrays: Mapping[str, Array],
) -> tuple[Then, tuple[int, ...], Any]:
    if not isinstance(step.operand, Access):
        return step, (), step.operand
    if step.operand.array == "count":
        return step, (), sum(_counts(term, step.operand) for term in terms)
    indices = tuple(int(index.at(point)) for index in step.operand.indices)
    known = arrays.get(step.operand.array)
    return step, indices, None if known is None else _at(known, indices)


def _counts(term: Term, count: Access) -> bool:
    """Whether an average divides by this tap: it reads the input, or stays within the bounds given."""
    if not count.indices:
        return not term.padding
    _, *places = term.factors[0][1]
    return all(place < bound.offset for place, bound in zip(places, count.indices, strict=True))


_APPLY: dict[str, Callable[[Any, Any], Any]] = {
    "additions": lambda value, operand: value + operand,
    "multiplications": lambda value, operand: value * operand,
    "divisions": lambda value, operand: Fraction(value) / operand,
    "comparisons": max,
}


def _value(
    statement: Statement, terms: tuple[Term, ...], then: tuple[tuple[Then, tuple[int, ...], Any], ...]
) -> Any:
    """The element's number, or None where some are missing."""
    if any(term.numbers is None for term in terms) or any(number is None for _, _, number in then):
        return None
    products = [_product(term) for term in terms if not (statement.reduce == "max" and term.padding)]
    value = max(products) if statement.reduce == "max" else sum(products)
    for step, _, operand in then:
        value = _APPLY[step.kind](value, operand)
    return value


def _product(term: Term) -> Any:
    value = 1
    for number in term.numbers or ():
        value = value * number
    return value
