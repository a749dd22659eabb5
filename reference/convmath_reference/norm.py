"""Normalisation: batch norm as it runs at inference, group, layer and local response norm."""

from __future__ import annotations

from typing import Any

import numpy as np

from convmath_reference.arguments import Array
from convmath_reference.channels import along_channels, members, reals
from convmath_reference.elements import at, function, objects, tabulate, total
from convmath_reference.pad import pad, read
from convmath_reference.windows import Axis, fold, tap_indices, walk


def batch_norm_definition(
    x: Any, running_mean: Any, running_var: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Array:
    """Y[n, c, i] = X[n, c, i] * scale[c] + shift[c], with the statistics folded beforehand.

    scale = weight / sqrt(running_var + eps) and shift = bias - running_mean * scale.  Returns an object
    array.
    """
    x = objects(x)
    channels = range(x.shape[1])
    scale = [(1 if weight is None else weight[c]) / (running_var[c] + eps) ** 0.5 for c in channels]
    shift = [(0 if bias is None else bias[c]) - running_mean[c] * scale[c] for c in channels]
    return tabulate(x.shape, lambda n, c, *i: x[(n, c, *i)] * scale[c] + shift[c])


def batch_norm(
    x: Any, running_mean: Any, running_var: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Array:
    """Normalise each channel of ``x`` (N, C, *spatial) by its stored mean and variance (C,).

    Then scale by ``weight`` and shift by ``bias`` (C,).  Integers are normalised in float64.

    >>> batch_norm(np.array([[[1, 3, 5]]]), running_mean=[3], running_var=[4], eps=0)
    array([[[-1.,  0.,  1.]]])
    """
    x = reals(x)
    gain = 1 if weight is None else along_channels("weight", weight, x)
    offset = 0 if bias is None else along_channels("bias", bias, x)
    scale = gain / np.sqrt(along_channels("running_var", running_var, x) + eps)
    shift = offset - along_channels("running_mean", running_mean, x) * scale
    y: Array = x * scale.astype(x.dtype)
    y += shift.astype(x.dtype)
    return y


def group_norm_definition(
    x: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Array:
    """Y = (X - mean) / sqrt(variance + eps) * weight[c] + bias[c], over each group; an object array."""
    x = objects(x)
    each = members("num_channels", x.shape[1], num_groups)
    rows = x.reshape(len(x), num_groups, -1)
    apart, spread = _deviations(rows, eps)
    quotients = apart.reshape(x.shape)
    spreads = np.repeat(spread, each, axis=1)

    def element(n: int, c: int, *i: int) -> Any:
        return _weighed(quotients[(n, c, *i)], spreads[n, c], weight, bias, c)

    return tabulate(x.shape, element)


def group_norm(x: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Array:
    """Normalise ``x`` (N, C, *spatial) over the elements of each group of channels of each sample.

    The variance divides by the number of elements.  Then scale by ``weight`` and shift by ``bias`` (C,).

    >>> group_norm(np.array([[[1.0, 3.0], [5.0, 7.0]]]), num_groups=2, eps=0)
    array([[[-1.,  1.],
            [-1.,  1.]]])
    """
    x = reals(x)
    members("num_channels", x.shape[1], num_groups)
    y = _standardised(x.reshape(len(x), num_groups, -1), -1, eps).reshape(x.shape)
    y = y if weight is None else y * along_channels("weight", weight, x)
    return y if bias is None else y + along_channels("bias", bias, x)


def layer_norm_definition(
    x: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Array:
    """Y = (X - mean) / sqrt(variance + eps) * weight + bias over the last axes; an object array."""
    x = objects(x)
    kept = len(x.shape[: -len(_sizes(normalized_shape))])
    lead = x.shape[:kept]
    apart, spread = _deviations(x.reshape(*lead, -1), eps)
    quotients = apart.reshape(x.shape)
    return tabulate(x.shape, lambda *i: _weighed(quotients[i], spread[i[:kept]], weight, bias, i[kept:]))


def layer_norm(
    x: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Array:
    """Normalise ``x`` over its last axes, of sizes ``normalized_shape``; then scale and shift.

    ``weight`` and ``bias`` have the shape normalised over.  The variance divides by the number of elements.

    >>> layer_norm(np.array([[1.0, 3.0], [5.0, 7.0]]), (2,), eps=0)
    array([[-1.,  1.],
           [-1.,  1.]])
    """
    x = reals(x)
    axes = _last_axes(x, normalized_shape)
    y = _standardised(x, axes, eps)
    y = y if weight is None else y * np.asarray(weight).astype(x.dtype)
    return y if bias is None else y + np.asarray(bias).astype(x.dtype)


def rms_norm_definition(
    x: Any, normalized_shape: Any, weight: Any = None, eps: float | None = None
) -> Array:
    """Y = X / sqrt(mean of X^2 + eps) * weight over the last axes; an object array."""
    x = objects(x)
    kept = len(x.shape[: -len(_sizes(normalized_shape))])
    rows = x.reshape(*x.shape[:kept], -1)
    least = 2.0**-52 if eps is None else eps

    def root(*i: int) -> Any:
        return function("sqrt", total(q * q for q in rows[i]) / rows.shape[-1] + least)

    roots = tabulate(rows.shape[:-1], root)
    return tabulate(x.shape, lambda *i: _weighed(x[i], roots[i[:kept]], weight, None, i[kept:]))


def rms_norm(x: Any, normalized_shape: Any, weight: Any = None, eps: float | None = None) -> Array:
    """Divide ``x`` by the root of the mean square over its last axes; then scale by ``weight``.

    Without ``eps`` it is the machine's epsilon of the dtype.

    >>> rms_norm(np.array([[3.0, 4.0]]), 2, eps=0) * 12.5**0.5
    array([[3., 4.]])
    """
    x = reals(x)
    axes = _last_axes(x, normalized_shape)
    least = np.finfo(x.dtype).eps if eps is None else eps
    y: Array = x / np.sqrt((x * x).mean(axis=axes, keepdims=True) + x.dtype.type(least))
    return y if weight is None else y * np.asarray(weight).astype(x.dtype)


def instance_norm_definition(x: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Array:
    """Y = (X - mean) / sqrt(variance + eps) * weight[c] + bias[c], over the positions; an object array."""
    x = objects(x)
    return group_norm_definition(x, x.shape[1], weight, bias, eps)


def instance_norm(x: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Array:
    """Normalise each channel of each sample of ``x`` (N, C, *spatial) over its positions.

    The variance divides by the number of elements.  Then scale by ``weight`` and shift by ``bias`` (C,).

    >>> instance_norm(np.array([[[1.0, 3.0], [5.0, 9.0]]]), eps=0)
    array([[[-1.,  1.],
            [-1.,  1.]]])
    """
    x = reals(x)
    return group_norm(x, x.shape[1], weight, bias, eps)


def _sizes(normalized_shape: Any) -> tuple[int, ...]:
    whole = isinstance(normalized_shape, int | np.integer)
    return (int(normalized_shape),) if whole else tuple(normalized_shape)


def _last_axes(x: Array, normalized_shape: Any) -> tuple[int, ...]:
    """The axes normalised over; their sizes must be those of the input."""
    sizes = _sizes(normalized_shape)
    axes = tuple(range(x.ndim))[-len(sizes) :]
    if x.shape[axes[0] :] != sizes:
        raise ValueError(f"x of shape {x.shape} does not end in normalized_shape={sizes}")
    return axes


def _standardised(x: Array, axes: Any, eps: float) -> Array:
    """Mean 0 and variance 1 along the axes."""
    apart = x - x.mean(axis=axes, keepdims=True)
    y: Array = apart / np.sqrt((apart * apart).mean(axis=axes, keepdims=True) + x.dtype.type(eps))
    return y


def _deviations(rows: Array, eps: float) -> tuple[Array, Array]:
    """How far each element is from its row's mean, and each row's standard deviation."""
    count = rows.shape[-1]
    means = tabulate(rows.shape[:-1], lambda *i: total(rows[i]) / count)
    apart = tabulate(rows.shape, lambda *i: rows[i] - means[i[:-1]])
    squares = tabulate(apart.shape[:-1], lambda *i: total(q * q for q in apart[i]) / count)
    return apart, tabulate(squares.shape, lambda *i: function("sqrt", squares[i] + eps))


def _weighed(x: Any, spread: Any, weight: Any, bias: Any, place: Any) -> Any:
    y = (x if weight is None else weight[place] * x) / spread
    return y if bias is None else y + bias[place]


def local_response_norm_definition(
    x: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Array:
    """Y[n, c, i] = X[n, c, i] / (k + alpha / size * sum over q of X[n, q, i]^2)^beta.

    q are the channels near c; beyond the first and the last they read as 0.  Returns an object
    array.
    """
    x = objects(x)
    columns = x[:, None]
    axes = _channel_windows(columns, size)

    def element(n: int, c: int, *i: int) -> Any:
        near = (read(columns, (n, 0), at(axes, (c, *i), a)) for a in tap_indices(axes))
        squares = total(q * q for q in near)
        return x[(n, c, *i)] / (squares * (alpha / size) + k) ** beta

    return tabulate(x.shape, element)


def local_response_norm(
    x: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Array:
    """Divide ``x`` (N, C, *spatial) by the power ``beta`` of the energy of ``size`` near channels.

    As in PyTorch, ``alpha`` is divided by ``size``, and an even window has one more channel before
    than after.  Integers are normalised in float64.

    >>> local_response_norm(np.array([[[3.0], [4.0]]]), size=3, alpha=3.0, beta=0.5, k=0.0)
    array([[[0.6],
            [0.8]]])
    """
    x = reals(x)
    columns = x[:, None]
    axes = _channel_windows(columns, size)
    squares = pad(columns * columns, [(axis.begin, axis.end) for axis in axes])
    energy = fold(np.add, squares, axes)[:, 0]
    y: Array = x / (energy * (alpha / size) + k) ** beta
    return y


def _channel_windows(columns: Array, size: int) -> tuple[Axis, ...]:
    """Windows along the channels, here the first spatial axis, of one element elsewhere."""
    before = len(range(1, size, 2))
    elsewhere = columns.ndim - 3
    return walk(
        columns.shape[2:],
        kernel_size=(size, *(1,) * elsewhere),
        padding=((before, size - 1 - before), *(0,) * elsewhere),
    )
