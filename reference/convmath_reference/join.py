"""Where branches meet: sums and concatenations."""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any

import numpy as np

from convmath_reference.arguments import Array
from convmath_reference.channels import common
from convmath_reference.elements import objects, tabulate, total


def add_definition(*xs: Any) -> Array:
    """Y[i] = X1[i] + X2[i] + ...; an object array."""
    arrays = [objects(x) for x in xs]
    return tabulate(_one_shape(arrays), lambda *i: total(x[i] for x in arrays))


def add(*xs: Any) -> Array:
    """The sum of arrays of one shape, as in a residual connection.

    >>> add(np.array([1, 2]), np.array([3, 4]))
    array([4, 6])
    """
    arrays = common(*xs)
    _one_shape(arrays)
    return reduce(operator.add, arrays)


def _one_shape(arrays: list[Array]) -> tuple[int, ...]:
    shapes = {x.shape for x in arrays}
    if len(shapes) != 1:
        raise ValueError(f"arrays of shapes {sorted(shapes)} cannot be added: give one shape")
    return shapes.pop()


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
