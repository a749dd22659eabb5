"""The same numbers in other places: flatten, reshape, permute, shuffle, cut."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from convmath_reference.arguments import Array
from convmath_reference.channels import members
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


def permute_definition(x: Any, dims: Any) -> Array:
    """Y[i] = X[i put back in order]; an object array."""
    x, order = objects(x), tuple(dims)

    def element(*index: int) -> Any:
        place = dict(zip(order, index, strict=True))
        return x[tuple(place[axis] for axis in range(x.ndim))]

    return tabulate([x.shape[axis] for axis in order], element)


def permute(x: Any, dims: Any) -> Array:
    """The axes in another order: axis k of the result is axis ``dims[k]`` of ``x``.

    >>> permute(np.zeros((1, 3, 4, 5)), (0, 2, 3, 1)).shape
    (1, 4, 5, 3)
    """
    return np.transpose(x, tuple(dims))


def channel_shuffle_definition(x: Any, groups: int) -> Array:
    """Y[n, k * groups + g] = X[n, channel k of group g]; an object array."""
    x = objects(x)
    each = members("channels", x.shape[1], groups)
    origins = [g * each + k for k in range(each) for g in range(groups)]
    return tabulate(x.shape, lambda n, c, *i: x[(n, origins[c], *i)])


def channel_shuffle(x: Any, groups: int) -> Array:
    """The channels dealt out anew: first those that come first in their group.

    >>> channel_shuffle(np.array([[0, 1, 2, 3, 4, 5]]), groups=2)
    array([[0, 3, 1, 4, 2, 5]])
    """
    array: Array = np.asarray(x)
    each = members("channels", array.shape[1], groups)
    grouped = array.reshape(len(array), groups, each, *array.shape[2:])
    return grouped.swapaxes(1, 2).reshape(array.shape)


def cut_definition(x: Any, dim: int, start: int, stop: int, step: int = 1) -> Array:
    """Y[i] = X[start + step * i] along axis ``dim``; an object array."""
    x = objects(x)
    places = range(start, stop, step)
    shape = (*x.shape[:dim], len(places), *x.shape[dim + 1 :])
    return tabulate(shape, lambda *i: x[(*i[:dim], places[i[dim]], *i[dim + 1 :])])


def cut(x: Any, dim: int, start: int, stop: int, step: int = 1) -> Array:
    """Every ``step``-th place of axis ``dim`` from ``start`` up to, not including, ``stop``.

    >>> cut(np.array([[0, 1, 2, 3, 4, 5]]), dim=1, start=1, stop=6, step=2)
    array([[1, 3, 5]])
    """
    array: Array = np.asarray(x)
    return array[(*(slice(None),) * dim, slice(start, stop, step))]
