"""One output element worked out: the definition executed at a point, term by term, exactly as it prints."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite
from typing import Any, NamedTuple

from convmath.errors import ConvmathError
from convmath.exact.integers import is_number, product
from convmath.geometry.loopnest import Access, Block, Index, Statement, Taps, Weights, weights_read
from convmath.geometry.notation import input_letters
from convmath.geometry.operation import Apply, Expression, Reduce, evaluate
from convmath.geometry.wrapping import wrapped
from convmath.layers.base import Layer, Shape, extents, show
from convmath.layers.opaque import Opaque

Array = Any  # nested lists or tuples of numbers
Point = Mapping[str, int]
_MOST_TERMS = 10_000


class Read(NamedTuple):
    """An element that is read, and its number where that is known."""

    array: str
    indices: tuple[int, ...]
    number: Any


@dataclass(frozen=True)
class Worked:
    """An element of an array: what it is made of, every read in its place, and its number if it has one."""

    array: str
    indices: tuple[int, ...]
    expression: Expression
    value: Any


@dataclass(frozen=True)
class Element:
    """An output element, after those of intermediate arrays that it is made of.

    ``missing`` names arrays without numbers, where others have some.
    """

    steps: tuple[Worked, ...]
    missing: tuple[str, ...] = ()

    @property
    def value(self) -> Any:
        """Its number; None where some are missing."""
        return self.steps[-1].value


def work_out(
    layer: Layer, shape: Shape | tuple[Shape, ...], target: tuple[int, ...], arrays: Mapping[str, Array]
) -> Element:
    """Execute the layer's definition at one output element.

    ``shape`` is the input's, or one for each input of a join.  ``arrays`` gives numbers by letter (X, or
    X1, X2, ... of a join; W, B and others as the definition writes them) as nested lists; those that are
    missing stay letters.  Raises ConvmathError for symbols, for an element outside the output and for too
    many terms.

    >>> from convmath import Conv2d, ReLU6
    >>> x, w = (((1, 2), (3, 4)),), ((((1, 0), (0, 1)),),)
    >>> work_out(Conv2d(1, 1, 2, bias=False), (1, 2, 2), (0, 0, 0), {"X": x, "W": w}).value
    5
    >>> work_out(ReLU6(), (1,), (0,), {"X": (9,)}).value
    6
    """
    shapes = _shapes(shape)
    if isinstance(layer, Opaque):
        raise ConvmathError(f"{layer!r}, so that no element of it can be worked out; take another node")
    statements = layer.defined(*shapes)
    _check_numbers(layer, shapes, statements)
    _check_target(target, statements[-1].shape)
    work = _Work(layer, statements, dict(zip(input_letters(len(shapes)), shapes, strict=True)), arrays)
    work.element(statements[-1].target.array, target)
    missing = tuple(name for name in _letters(statements, shapes) if name not in arrays) if arrays else ()
    return Element(tuple(work.steps.values()), missing)


def _shapes(shape: Any) -> tuple[Shape, ...]:
    return shape if not shape or isinstance(shape[0], tuple) else (shape,)


def _letters(statements: Sequence[Statement], shapes: Sequence[Shape]) -> list[str]:
    read = [access.array for statement in statements for access in weights_read(statement)]
    return [*input_letters(len(shapes)), *dict.fromkeys(read)]


@dataclass
class _Work:
    """What is worked out so far, and what it is made from."""

    layer: Layer
    statements: tuple[Statement, ...]
    inputs: Mapping[str, Shape]
    arrays: Mapping[str, Array]
    steps: dict[tuple[str, tuple[int, ...]], Worked] = field(default_factory=dict)
    terms: int = 0

    def element(self, array: str, indices: tuple[int, ...]) -> Worked:
        """An element that a statement gives."""
        if (array, indices) not in self.steps:
            statement, points, known = self._giving(array, indices)
            self.terms += len(points)
            if self.terms > _MOST_TERMS:
                raise ConvmathError(
                    f"an element of {self.layer!r} has more than {_MOST_TERMS:,} terms; try a smaller layer"
                )
            expression = self._expanded(statement.value, points, known)
            worked = Worked(array, indices, expression, _number(expression))
            self.steps[array, indices] = worked
        return self.steps[array, indices]

    def _giving(self, array: str, indices: tuple[int, ...]) -> tuple[Statement, list[Point], Point]:
        """The statement that writes an element, at which points, and the loops that are the same at all."""
        for statement in self.statements:
            if statement.target.array == array:
                choices = [list(_matching(group, statement, indices)) for group in _merged(statement)]
                if all(choices) or statement.scatters:
                    known = _together([choice[0] for choice in choices if choice])
                    size = product([len(choice) for choice in choices])
                    if size > _MOST_TERMS:
                        raise ConvmathError(
                            f"an element of {self.layer!r} has {size:,} terms, more than {_MOST_TERMS:,}; "
                            "try a smaller layer"
                        )
                    return statement, [_together(parts) for parts in itertools.product(*choices)], known
        raise AssertionError(f"no statement of {self.layer!r} writes {array}{list(indices)}")

    def _expanded(self, expression: Expression, points: list[Point], known: Point) -> Expression:
        """The expression with every read at its place, and reductions written out."""
        if isinstance(expression, Apply):
            parts = (self._expanded(part, points, known) for part in expression.operands)
            return Apply(expression.operation, tuple(parts))
        if isinstance(expression, Reduce):
            terms = tuple(self._expanded(expression.body, [point], point) for point in points)
            if len(terms) == 1:
                return terms[0]
            return Apply(expression.operation, terms) if terms else 0
        if isinstance(expression, Access):
            return self._read(expression, known)
        if isinstance(expression, Weights):
            indices = tuple(int(index.at(known)) for index in expression.indices)
            share = Fraction(expression.along(known))
            return Read(expression.array, indices, share.numerator if share.denominator == 1 else share)
        if isinstance(expression, Taps):
            return self._counted(expression, points)
        return expression

    def _read(self, access: Access, point: Point) -> Expression:
        shape = self.inputs.get(access.array)
        indices = _place(access, point, shape)
        if shape is not None and not _inside(indices, shape):
            outside = access.outside
            return outside[indices[0]] if isinstance(outside, tuple) else outside
        if shape is None and any(s.target.array == access.array for s in self.statements):
            return Read(access.array, indices, self.element(access.array, indices).value)
        given = self.arrays.get(access.array)
        return Read(access.array, indices, None if given is None else _at(given, indices))

    def _counted(self, taps: Taps, points: list[Point]) -> int:
        """How many taps count: those on the input, or below the bounds; never none, as in PyTorch."""
        read = next(access for s in self.statements for access in s.reads() if access.array in self.inputs)
        shape = self.inputs[read.array]
        found = 0
        for point in points:
            if taps.bounds is None:
                places = _place(read, point, shape) if read.loops <= set(point) else ()
                found += _inside(places, shape) if places else 1
            else:
                _, *positions = _place(read, point, shape)
                found += all(q < bound for q, bound in zip(positions, taps.bounds, strict=True))
        return max(found, 1) - int(taps.less)


def _number(expression: Expression) -> Any:
    """The number of an expression; None where some read has none."""
    try:
        value = evaluate(expression, _known)
    except _MissingError:
        return None
    within = type(value).__name__ == "mpf" and isfinite(float(value))
    return float(value) if within else value  # what is beyond any float stays exact


class _MissingError(Exception):
    """A read without a number."""


def _known(read: Read) -> Any:
    if not isinstance(read, Read):
        return read  # a fraction
    if read.number is None:
        raise _MissingError
    return read.number


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
    if any(block.joint is not None for block in blocks):
        candidates = (_together(parts) for parts in itertools.product(*(b.enumerate() for b in blocks)))
        yield from (point for point in candidates if all(i.at(point) == t for i, t in wanted))
        return
    limits = {n: int(e) for block in blocks for n, e in zip(block.loops, block.extents, strict=True)}
    yield from _solutions(wanted, limits)


def _solutions(wanted: list[tuple[Index, int]], limits: dict[str, int]) -> Iterator[dict[str, int]]:
    """Every point below the limits at which the indices have these values, loop by loop."""
    if not limits:
        if all(index.at({}) == value for index, value in wanted):
            yield {}
        return
    name = _most_decided(wanted, limits)
    rest = {n: e for n, e in limits.items() if n != name}
    for value in range(limits[name]):
        put = [(index.put({name: value}), t) for index, t in wanted]
        if all(_possible(index, t, rest) for index, t in put):
            for point in _solutions(put, rest):
                yield {name: value, **point}


def _most_decided(wanted: list[tuple[Index, int]], limits: dict[str, int]) -> str:
    """The loop that moves an index farthest: it leaves the fewest choices."""
    steps = dict.fromkeys(limits, 0)
    for index, _ in wanted:
        for coefficient, name in index.terms:
            if name in steps:
                steps[name] = max(steps[name], abs(int(coefficient)))
    return max(steps, key=lambda name: steps[name])


def _possible(index: Index, value: int, limits: dict[str, int]) -> bool:
    """Whether some values of the remaining loops can reach it."""
    steps = [int(c) * (limits[n] - 1) for c, n in index.terms if n in limits]
    low, high = sum(s for s in steps if s < 0), sum(s for s in steps if s > 0)
    return index.scaled is not None or low <= value - int(index.offset) <= high


def _together(parts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    return {name: value for part in parts for name, value in part.items()}


def _place(access: Access, point: Point, shape: Shape | None) -> tuple[int, ...]:
    """The indices of an access at a point of the domain, brought back onto the input where it wraps."""
    return tuple(
        wrapped(index.wrap, int(index.at(point)), int(shape[axis])) if shape else int(index.at(point))
        for axis, index in enumerate(access.indices)
    )


def _inside(indices: tuple[int, ...], shape: Shape) -> bool:
    return all(0 <= index < n for index, n in zip(indices, shape, strict=True))


def _at(array: Array, indices: tuple[int, ...]) -> Any:
    for index in indices:
        array = array[index]
    return array.item() if hasattr(array, "item") else array


def _check_numbers(layer: Layer, shapes: Sequence[Shape], statements: Sequence[Statement]) -> None:
    sizes = [size for shape in shapes for size in shape]
    sizes += [extent for s in statements for block in s.blocks for extent in block.extents]
    if not all(map(is_number, sizes)):
        given = " and ".join(map(show, shapes))
        raise ConvmathError(f"{layer!r} on {given} has symbols; give numbers to work out an element")


def _check_target(target: tuple[int, ...], shape: Shape) -> None:
    if len(target) != len(shape) or not all(0 <= t < n for t, n in zip(target, shape, strict=True)):
        raise ConvmathError(
            f"element {','.join(map(str, target))} is not in the output {show(shape)}; "
            f"give {len(shape)} indices, each below its size"
        )


def read_arrays(
    layer: Layer, shape: Shape | tuple[Shape, ...], given: Mapping[str, Any]
) -> dict[str, Array]:
    """Nested lists as arrays of the shapes the layer wants; leading axes of one may be left out.

    Names are the definition's letters, or PyTorch's for weights.  Raises ConvmathError naming the array
    and the shape it should have.
    """
    shapes = _shapes(shape)
    statements = layer.defined(*shapes)
    _check_numbers(layer, shapes, statements)
    wanted = dict(zip(input_letters(len(shapes)), shapes, strict=True))
    called: dict[str, str] = {}
    for statement in statements:
        for access in weights_read(statement):
            wanted[access.array] = extents(access, statement)
            called[statement.arrays[access.array]] = access.array
    for name in given:
        if called.get(name, name) not in wanted:
            raise ConvmathError(f"{layer!r} has no array {name}; it has {', '.join(wanted)}")
    return {
        called.get(name, name): _fitted(name, value, wanted[called.get(name, name)])
        for name, value in given.items()
    }


def _fitted(name: str, value: Any, shape: Shape) -> Array:
    found = _measured(value)
    missing = len(shape) - len(found)
    if missing >= 0 and (1,) * missing + found == tuple(shape):
        for _ in range(missing):
            value = [value]
        return value
    raise ConvmathError(f"{name} has the shape {show(found) or 'of a number'}, it must be {show(shape)}")


def _measured(value: Any) -> tuple[int, ...]:
    """The shape of nested lists of numbers; ragged ones and other contents are refused."""
    if isinstance(value, bool) or not isinstance(value, (int, float, list, tuple)):
        raise ConvmathError(f"{value!r} is no number")
    if not isinstance(value, (list, tuple)):
        return ()
    inner = {_measured(part) for part in value}
    if len(inner) != 1:
        raise ConvmathError(f"{value} is not rectangular; every row needs the same length")
    return (len(value), *inner.pop())
