"""A convolution as a matrix: doubly blocked Toeplitz, and its transpose the transposed convolution's."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from convmath.errors import ConvmathError
from convmath.exact.integers import is_number, product
from convmath.geometry.loopnest import Access, Statement
from convmath.geometry.operation import Apply, Reduce
from convmath.geometry.wrapping import wrapped
from convmath.layers.base import Layer, Shape, show

Entry = tuple[int, ...]


def convolution_matrix(layer: Layer, shape: Shape) -> list[list[Entry | None]]:
    """Which weight stands where when the layer is written as a matrix: ``Y = M X`` on flattened maps.

    Row r is output element r, column c input element c, both flattened channel first.  An entry is the
    index of the weight that joins them, or None where nothing does (zero).  With padding that repeats the
    input an entry can be reached twice, which has no single weight, and is refused.  Raises
    ConvmathError for layers that are no convolution and for symbolic sizes.

    >>> from convmath import Conv1d
    >>> for row in convolution_matrix(Conv1d(1, 1, 2), (1, 3)):
    ...     print([entry and entry[2] for entry in row])
    [0, 1, None]
    [None, 0, 1]
    """
    statement, weight, read = _bilinear(layer, shape)
    rows, columns = (int(product(sizes)) for sizes in (statement.shape, shape))
    matrix: list[list[Entry | None]] = [[None] * columns for _ in range(rows)]
    for parts in itertools.product(*(list(block.enumerate()) for block in statement.blocks)):
        point = {name: value for part in parts for name, value in part.items()}
        row = _flat(_place(statement.target, point, ()), statement.shape)
        column = _flat(_place(read, point, shape), shape)
        if row is not None and column is not None:
            if matrix[row][column] is not None:
                raise ConvmathError(f"{layer!r} reads an input element twice; use padding_mode='zeros'")
            matrix[row][column] = _place(weight, point, ())
    return matrix


def _place(access: Access, point: Mapping[str, int], shape: Shape) -> Entry:
    values = [int(index.at(point)) for index in access.indices]
    if not shape:
        return tuple(values)
    return tuple(
        wrapped(index.wrap, value, int(size))
        for index, value, size in zip(access.indices, values, shape, strict=True)
    )


def fill(matrix: list[list[Entry | None]], weight: Any) -> list[list[Any]]:
    """The matrix with numbers: ``weight`` indexed by each entry, nested or a mapping; 0 elsewhere."""
    return [[0 if entry is None else _look_up(weight, entry) for entry in row] for row in matrix]


def transpose(matrix: list[list[Entry | None]]) -> list[list[Entry | None]]:
    """Rows and columns exchanged: the matrix of the transposed convolution."""
    return [list(column) for column in zip(*matrix, strict=True)]


def _bilinear(layer: Layer, shape: Shape) -> tuple[Statement, Access, Access]:
    """The one statement of a convolution, its weights and what they multiply."""
    statements = layer.defined(shape)
    reduction = statements[0].reduction
    body = reduction.body if len(statements) == 1 and isinstance(reduction, Reduce) else None
    reads = body.operands if isinstance(body, Apply) else ()
    if [getattr(each, "array", "") for each in reads] != ["W", "X"]:
        raise ConvmathError(f"{layer!r} is no convolution; a matrix needs weights times inputs")
    if not all(map(is_number, (*shape, *statements[0].shape))):
        raise ConvmathError(f"a matrix needs numbers for all sizes, got {show(shape)}")
    weight, read = reads
    return statements[0], weight, read


def _flat(indices: Entry, shape: Shape) -> int | None:
    """The place in the flattened array; None outside it."""
    flat = 0
    for index, size in zip(indices, shape, strict=True):
        if not 0 <= index < int(size):
            return None
        flat = flat * int(size) + index
    return flat


def _look_up(weight: Any, entry: Entry) -> Any:
    if isinstance(weight, Mapping):
        return weight[entry]
    for index in entry:
        weight = weight[index]
    return weight
