"""The same numbers in other places: flatten, reshape, permute, shuffle, cut."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from convmath_reference.arguments import Array, Padding, PerAxis
from convmath_reference.channels import members
from convmath_reference.elements import at, objects, tabulate
from convmath_reference.pad import pad, read
from convmath_reference.windows import tap_indices, tap_view, walk


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


def pixel_shuffle_definition(x: Any, upscale_factor: int) -> Array:
    """Y[n, c, r*i + a, r*j + b] = X[n, (c*r + a)*r + b, i, j]; an object array."""
    x, r = objects(x), upscale_factor
    each = members("channels", x.shape[1], r * r)
    rows, columns = ([(i, a) for i in range(n) for a in range(r)] for n in x.shape[2:])

    def element(n: int, c: int, top: int, left: int) -> Any:
        (i, a), (j, b) = rows[top], columns[left]
        return x[n, (c * r + a) * r + b, i, j]

    return tabulate((len(x), each, len(rows), len(columns)), element)


def pixel_shuffle(x: Any, upscale_factor: int) -> Array:
    """Groups of r*r channels of ``x`` (N, C, H, W) laid out as r x r positions.

    >>> pixel_shuffle(np.array([[[[0]], [[1]], [[2]], [[3]]]]), 2)
    array([[[[0, 1],
             [2, 3]]]])
    """
    array: Array = np.asarray(x)
    r = upscale_factor
    each = members("channels", array.shape[1], r * r)
    n, _, height, width = array.shape
    apart = array.reshape(n, each, r, r, height, width)
    return apart.transpose(0, 1, 4, 2, 5, 3).reshape(n, each, height * r, width * r)


def pixel_unshuffle_definition(x: Any, downscale_factor: int) -> Array:
    """Y[n, (c*r + a)*r + b, i, j] = X[n, c, r*i + a, r*j + b]; an object array."""
    x, r = objects(x), downscale_factor
    height, width = (members("positions", n, r) for n in x.shape[2:])
    deep = [(c, a, b) for c in range(x.shape[1]) for a in range(r) for b in range(r)]

    def element(n: int, k: int, i: int, j: int) -> Any:
        c, a, b = deep[k]
        return x[n, c, r * i + a, r * j + b]

    return tabulate((len(x), len(deep), height, width), element)


def pixel_unshuffle(x: Any, downscale_factor: int) -> Array:
    """Squares of r x r positions of ``x`` (N, C, H, W) as r*r channels.

    >>> pixel_unshuffle(np.array([[[[0, 1], [2, 3]]]]), 2).shape
    (1, 4, 1, 1)
    """
    array: Array = np.asarray(x)
    r = downscale_factor
    n, channels = array.shape[:2]
    height, width = (members("positions", size, r) for size in array.shape[2:])
    apart = array.reshape(n, channels, height, r, width, r)
    return apart.transpose(0, 1, 3, 5, 2, 4).reshape(n, channels * r * r, height, width)


def unfold_definition(
    x: Any, kernel_size: PerAxis, dilation: PerAxis = 1, padding: Padding = 0, stride: PerAxis = 1
) -> Array:
    """Y[n, (c*k + a)*k + b, l] = X[n, c, s*i + d*a - p, s*j + d*b - p], l the place of (i, j) by rows.

    An object array.
    """
    x = objects(x)
    axes = walk(x.shape[2:], kernel_size, stride, padding, dilation)
    rows = [(c, a) for c in range(x.shape[1]) for a in tap_indices(axes)]
    windows = list(np.ndindex(*(len(axis.starts) for axis in axes)))

    def element(n: int, row: int, window: int) -> Any:
        c, a = rows[row]
        return read(x, (n, c), at(axes, windows[window], a))

    return tabulate((len(x), len(rows), len(windows)), element)


def unfold(
    x: Any, kernel_size: PerAxis, dilation: PerAxis = 1, padding: Padding = 0, stride: PerAxis = 1
) -> Array:
    """What each window of ``x`` (N, C, *spatial) reads as a column: (N, C * taps, windows).

    >>> unfold(np.array([[[[1, 2, 3]]]]), (1, 2))
    array([[[1, 2],
            [2, 3]]])
    """
    x = np.asarray(x)
    axes = walk(x.shape[2:], kernel_size, stride, padding, dilation)
    padded = pad(x, [(axis.begin, axis.end) for axis in axes])
    views = np.stack([tap_view(padded, axes, tap) for tap in tap_indices(axes)], axis=2)
    return views.reshape(len(x), prod(views.shape[1:3]), prod(views.shape[3:]))
