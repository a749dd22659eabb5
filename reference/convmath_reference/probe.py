"""Measuring a function of arrays by poking its input and looking at what changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

import numpy as np

from convmath_reference.arguments import Array, Index

Function: TypeAlias = Callable[[Array], Array]
Hull: TypeAlias = tuple[tuple[int, int], ...]


def receptive_field(function: Function, shape: Index, output_index: Index) -> Hull | None:
    """The (first, last) index along every input axis whose poke changes one output element.

    ``shape`` is the input's, batch and channels included.  An input of ones is poked by adding 1 to
    one element at a time, so choose weights that do not cancel.  None when no element matters.

    >>> from convmath_reference import max_pool
    >>> receptive_field(lambda x: max_pool(x, 3, stride=2), (1, 1, 9), (0, 0, 2))
    ((0, 0), (0, 0), (4, 6))
    """
    one = tuple(output_index)
    before = function(np.ones(shape))[one]
    return _hull(i for i in np.ndindex(*shape) if function(_poked(shape, i))[one] != before)


def reaches(function: Function, shape: Index, input_index: Index) -> Hull | None:
    """The (first, last) index along every output axis that a poke of one input element changes.

    The converse of ``receptive_field``, measured in the same way.

    >>> from convmath_reference import max_pool
    >>> reaches(lambda x: max_pool(x, 3, stride=2), (1, 1, 9), (0, 0, 4))
    ((0, 0), (0, 0), (1, 2))
    """
    changed = function(_poked(shape, input_index)) != function(np.ones(shape))
    return _hull(tuple(map(int, index)) for index in np.argwhere(changed))


def matrix(function: Function, shape: Index) -> Array:
    """The matrix of an affine function: column i is f(e_i) - f(0), flattened in row-major order.

    >>> from convmath_reference import conv
    >>> matrix(lambda x: conv(x, np.array([[[1, 2]]])), (1, 1, 3))
    array([[1., 2., 0.],
           [0., 1., 2.]])
    """
    origin = np.zeros(shape)
    columns = []
    for index in np.ndindex(*shape):
        unit = origin.copy()
        unit[index] = 1
        columns.append(np.ravel(function(unit) - function(origin)))
    return np.stack(columns, axis=1)


def _poked(shape: Index, index: Index) -> Array:
    x = np.ones(shape)
    x[tuple(index)] += 1
    return x


def _hull(indices: Iterable[tuple[int, ...]]) -> Hull | None:
    along_axes = list(zip(*indices, strict=True))
    return tuple((min(values), max(values)) for values in along_axes) or None
