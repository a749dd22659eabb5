"""The same numbers in other places: flatten, reshape."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from convmath_reference.arguments import Array
from convmath_reference.elements import objects, tabulate


def flatten_definition(x: Any, start_dim: int = 1, end_dim: int = -1) -> Array:
    """Y[n, k] = X[n, index k in row-major order]; an object array."""
    x = objects(x)
    first, last = range(x.ndim)[start_dim], range(x.ndim)[end_dim]
    merged = list(np.ndindex(x.shape[first : last + 1]))

    def element(*index: int) -> Any:
        return x[(*index[:first], *merged[index[first]], *index[first + 1 :])]

    return tabulate((*x.shape[:first], len(merged), *x.shape[last + 1 :]), element)


def flatten(x: Any, start_dim: int = 1, end_dim: int = -1) -> Array:
    """Merge the axes from ``start_dim`` to ``end_dim`` into one, in row-major order.

    >>> flatten(np.zeros((2, 3, 4, 5))).shape
    (2, 60)
    """
    array: Array = np.asarray(x)
    shape = array.shape
    first, last = range(len(shape))[start_dim], range(len(shape))[end_dim]
    return array.reshape(*shape[:first], prod(shape[first : last + 1]), *shape[last + 1 :])


def reshape_definition(x: Any, shape: Any) -> Array:
    """Y[n, i] = X[n, the index as far along in row-major order]; an object array."""
    x = objects(x)
    places = list(np.ndindex(x.shape[1:]))
    order = {index: place for place, index in enumerate(np.ndindex(tuple(shape)))}
    return tabulate((len(x), *shape), lambda n, *i: x[(n, *places[order[tuple(i)]])])


def reshape(x: Any, shape: Any) -> Array:
    """The numbers of each sample in row-major order, under another shape.

    >>> reshape(np.zeros((2, 12)), (3, 2, 2)).shape
    (2, 3, 2, 2)
    """
    array: Array = np.asarray(x)
    return array.reshape(len(array), *shape)
