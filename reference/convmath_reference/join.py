"""Where branches meet: sums, products and concatenations."""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any

import numpy as np

from convmath_reference.arguments import Array
from convmath_reference.channels import common
from convmath_reference.elements import objects, tabulate, total


def add_definition(*xs: Any) -> Array:
    """Y[i] = X1[i] + X2[i] + ..., axes of size 1 read at 0; an object array."""
    arrays = _spread(*map(objects, xs))
    return tabulate(arrays[0].shape, lambda *i: total(x[i] for x in arrays))


def add(*xs: Any) -> Array:
    """The sum of arrays, as in a residual connection; axes of size 1 are spread out.

    >>> add(np.array([1, 2]), np.array([3, 4]))
    array([4, 6])
    """
    return reduce(operator.add, _spread(*common(*xs)))


def multiply_definition(*xs: Any) -> Array:
    """Y[i] = X1[i] * X2[i] * ..., axes of size 1 read at 0; an object array."""
    arrays = _spread(*map(objects, xs))
    return tabulate(arrays[0].shape, lambda *i: reduce(operator.mul, (x[i] for x in arrays)))


def multiply(*xs: Any) -> Array:
    """The product of arrays, as of a map and its gates; axes of size 1 are spread out.

    >>> multiply(np.array([[1, 2], [3, 4]]), np.array([[10], [0]]))
    array([[10, 20],
           [ 0,  0]])
    """
    return reduce(operator.mul, _spread(*common(*xs)))


def _spread(*arrays: Array) -> list[Array]:
    """Samples and, behind them, axes aligned at the last one and spread out to one shape."""
    rank = max(x.ndim for x in arrays)
    aligned = [x.reshape(x.shape[:1] + (1,) * (rank - x.ndim) + x.shape[1:]) for x in arrays]
    shapes = [x.shape for x in arrays]
    try:
        return list(np.broadcast_arrays(*aligned))
    except ValueError:
        raise ValueError(f"arrays of shapes {shapes} do not go together: give sizes equal or 1") from None


def concat_definition(*xs: Any, dim: int = 1) -> Array:
    """Y[i] = X1[i], then X2[i], ... along axis ``dim``; an object array."""
    arrays = [objects(x) for x in xs]
    axis = range(arrays[0].ndim)[dim]
    origins = [(x, row) for x in arrays for row in range(x.shape[axis])]

    def element(*index: int) -> Any:
        x, row = origins[index[axis]]
        return x[(*index[:axis], row, *index[axis + 1 :])]

    shape = arrays[0].shape
    return tabulate((*shape[:axis], len(origins), *shape[axis + 1 :]), element)


def concat(*xs: Any, dim: int = 1) -> Array:
    """Join arrays along axis ``dim``, the channels unless given.

    >>> concat(np.ones((1, 2, 5)), np.ones((1, 3, 5))).shape
    (1, 5, 5)
    """
    return np.concatenate(xs, axis=dim)
