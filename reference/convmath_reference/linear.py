"""The dense layer, and what joins and reshapes: flatten, add, concat."""

from __future__ import annotations

import operator
from functools import reduce
from math import prod
from typing import Any

import numpy as np

from convmath_reference.arguments import Array
from convmath_reference.channels import common
from convmath_reference.elements import objects, tabulate, total


def linear_definition(x: Any, weight: Any, bias: Any = None) -> Array:
    """Y[n, o] = B[o] + sum over c of W[o, c] * X[n, c]; an object array."""
    x, weight = objects(x), objects(weight)
    _check_features(x, weight)

    def element(*index: int) -> Any:
        *n, o = index
        y = total(weight[o, c] * x[(*n, c)] for c in range(x.shape[-1]))
        return y if bias is None else y + bias[o]

    return tabulate((*x.shape[:-1], len(weight)), element)


def linear(x: Any, weight: Any, bias: Any = None) -> Array:
    """Multiply the last axis of ``x`` (..., C_in) by ``weight`` (C_out, C_in) and add ``bias``.

    Returns (..., C_out) in the common dtype.  Raises ValueError when the features differ.

    >>> linear(np.array([[1, 2]]), np.array([[1, 1], [1, -1]]), bias=np.array([0, 10]))
    array([[3, 9]])
    """
    x, weight, bias = common(x, weight, bias)
    _check_features(x, weight)
    y: Array = x @ weight.T
    return y if bias is None else y + bias


def _check_features(x: Array, weight: Array) -> None:
    if weight.ndim != 2 or x.shape[-1:] != weight.shape[1:]:
        raise ValueError(
            f"weight of shape {weight.shape} does not take the last axis of x of shape {x.shape}: "
            "it must be (out_features, in_features)"
        )


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
