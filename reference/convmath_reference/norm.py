"""Normalisation: batch norm as it runs at inference, and AlexNet's local response norm."""

from __future__ import annotations

from typing import Any

import numpy as np

from convmath_reference.arguments import Array
from convmath_reference.channels import along_channels, reals
from convmath_reference.elements import at, objects, tabulate, total
from convmath_reference.pad import pad, read
from convmath_reference.windows import Axis, fold, tap_indices, walk


def batch_norm_definition(
    x: Any, mean: Any, var: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Array:
    """Y[n, c, i] = X[n, c, i] * scale[c] + shift[c], with the statistics folded beforehand.

    scale = weight / sqrt(var + eps) and shift = bias - mean * scale.  Returns an object array.
    """
    x = objects(x)
    channels = range(x.shape[1])
    scale = [(1 if weight is None else weight[c]) / (var[c] + eps) ** 0.5 for c in channels]
    shift = [(0 if bias is None else bias[c]) - mean[c] * scale[c] for c in channels]
    return tabulate(x.shape, lambda n, c, *i: x[(n, c, *i)] * scale[c] + shift[c])


def batch_norm(
    x: Any, mean: Any, var: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Array:
    """Normalise each channel of ``x`` (N, C, *spatial) by its stored ``mean`` and ``var`` (C,).

    Then scale by ``weight`` and shift by ``bias`` (C,).  Integers are normalised in float64.

    >>> batch_norm(np.array([[[1, 3, 5]]]), mean=[3], var=[4], eps=0)
    array([[[-1.,  0.,  1.]]])
    """
    x = reals(x)
    gain = 1 if weight is None else along_channels("weight", weight, x)
    offset = 0 if bias is None else along_channels("bias", bias, x)
    scale = gain / np.sqrt(along_channels("var", var, x) + eps)
    shift = offset - along_channels("mean", mean, x) * scale
    y: Array = x * scale.astype(x.dtype)
    y += shift.astype(x.dtype)
    return y


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
