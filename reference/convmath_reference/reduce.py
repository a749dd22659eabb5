"""Axes put together, constants, and arrays that a network brings along."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import product
from typing import Any

import numpy as np

from convmath_reference.arguments import Array
from convmath_reference.channels import reals
from convmath_reference.elements import function, larger, objects, tabulate, total


def mean_definition(x: Any, dim: Any, keepdim: bool = False) -> Array:
    """Y[i] = (sum of X over the axes ``dim``) / their number of elements; an object array."""
    return _over(objects(x), dim, keepdim, lambda values: total(values) / len(values))


def _over(x: Array, dim: Any, keepdim: bool, put_together: Callable[[list[Any]], Any]) -> Array:
    """All elements along the axes ``dim`` put together."""
    axes = tuple(dim)
    kept = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape))

    def element(*index: int) -> Any:
        rows = (range(n) if axis in axes else [index[axis]] for axis, n in enumerate(x.shape))
        return put_together([x[place] for place in product(*rows)])

    y = tabulate(kept, element)
    return y if keepdim else y.reshape([n for axis, n in enumerate(kept) if axis not in axes])


def mean(x: Any, dim: Any, keepdim: bool = False) -> Array:
    """The mean over the axes ``dim``; integers give float64.

    >>> mean(np.array([[[1, 3], [5, 7]]]), dim=(2,))
    array([[2., 6.]])
    """
    y: Array = reals(x).mean(axis=tuple(dim), keepdims=keepdim)
    return y


def sum_over_definition(x: Any, dim: Any, keepdim: bool = False) -> Array:
    """Y[i] = sum of X over the axes ``dim``; an object array."""
    return _over(objects(x), dim, keepdim, total)


def sum_over(x: Any, dim: Any, keepdim: bool = False) -> Array:
    """The sum over the axes ``dim``.

    >>> sum_over(np.array([[[1, 3], [5, 7]]]), dim=(2,))
    array([[ 4, 12]])
    """
    y: Array = np.asarray(x).sum(axis=tuple(dim), keepdims=keepdim)
    return y


def amax_definition(x: Any, dim: Any, keepdim: bool = False) -> Array:
    """Y[i] = max of X over the axes ``dim``; an object array."""
    return _over(objects(x), dim, keepdim, lambda values: reduce(larger, values))


def amax(x: Any, dim: Any, keepdim: bool = False) -> Array:
    """The largest element over the axes ``dim``; NaN wins.

    >>> amax(np.array([[[1, 3], [9, 7]]]), dim=(2,))
    array([[3, 9]])
    """
    y: Array = np.asarray(x).max(axis=tuple(dim), keepdims=keepdim)
    return y


def std_definition(x: Any, dim: Any, correction: int = 1, keepdim: bool = False) -> Array:
    """Y[i] = sqrt(sum of (X - mean)^2 over the axes ``dim`` / (number - correction)); an object array."""

    def spread(values: list[Any]) -> Any:
        mean = total(values) / len(values)
        apart = [value - mean for value in values]
        return function("sqrt", total(d * d for d in apart) / (len(values) - correction))

    return _over(objects(x), dim, keepdim, spread)


def std(x: Any, dim: Any, correction: int = 1, keepdim: bool = False) -> Array:
    """The standard deviation over the axes ``dim``; squares over their number less ``correction``.

    >>> std(np.array([[[1.0, 3.0, 5.0]]]), dim=(2,))
    array([[2.]])
    """
    y: Array = reals(x).std(axis=tuple(dim), ddof=correction, keepdims=keepdim)
    return y


def affine_definition(x: Any, scale: float = 1.0, shift: float = 0.0) -> Array:
    """Y = scale * X + shift; an object array."""
    x = objects(x)

    def element(*i: int) -> Any:
        y = x[i] if scale == 1 else scale * x[i]
        return y if shift == 0 else y + shift

    return tabulate(x.shape, element)


def affine(x: Any, scale: float = 1.0, shift: float = 0.0) -> Array:
    """A constant times ``x`` plus a constant.

    >>> affine(np.array([1.0, 2.0]), scale=2, shift=1)
    array([3., 5.])
    """
    y: Array = np.multiply(x, scale) + shift
    return y


def parameter_definition(weight: Any) -> Array:
    """Y[0] = W, one sample for all; an object array."""
    return objects(weight)[None]


def parameter(weight: Any) -> Array:
    """The array itself as one sample, which others spread out to.

    >>> parameter(np.zeros((96, 1, 1))).shape
    (1, 96, 1, 1)
    """
    return np.asarray(weight)[None]
