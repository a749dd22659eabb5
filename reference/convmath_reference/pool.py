"""Pooling: one number for what stands under each window, channel by channel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from math import prod
from typing import Any

import numpy as np

from convmath_reference.arguments import Array, Index, Padding, PerAxis
from convmath_reference.channels import along_channels, reals
from convmath_reference.elements import at, larger, objects, power, tabulate, total
from convmath_reference.pad import pad, read
from convmath_reference.windows import Axis, fold, tap_indices, walk


def max_pool_definition(
    x: Any,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
) -> Array:
    """Y[n, c, i] = max over a of X[n, c, s*i + d*a - p], where padding reads as -inf.

    Takes the arguments of ``max_pool``, on elements of any type; returns an object array.
    """
    x = objects(x)
    axes = _walk(x, kernel_size, stride, padding, dilation, ceil_mode)

    def element(n: int, c: int, *i: int) -> Any:
        return reduce(larger, _window(x, axes, (n, c), i, beyond=-math.inf))

    return tabulate(_shape(x, axes), element)


def max_pool(
    x: Any,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
) -> Array:
    """The largest element under every window of ``x`` (N, C, *spatial); NaN wins.

    The stride is the kernel size unless given; ``ceil_mode`` adds PyTorch's one more window for the
    rows left over.  Padding is never the answer, unless a window holds nothing else: that gives
    -inf, and a ValueError for integers.

    >>> max_pool(np.array([[[1, 5, 2, 3, 4]]]), kernel_size=2, ceil_mode=True)
    array([[[5, 3, 4]]])
    """
    x = np.asarray(x)
    axes = _walk(x, kernel_size, stride, padding, dilation, ceil_mode)
    if np.issubdtype(x.dtype, np.inexact):
        return fold(np.maximum, _padded(x, axes, -np.inf), axes)
    if not all(all(axis.count(_real(axis))) for axis in axes):
        raise ValueError(f"a window holds only padding, and {x.dtype} has no -inf: pool floats")
    return fold(np.maximum, _padded(x, axes, np.iinfo(x.dtype).min), axes)


def avg_pool_definition(
    x: Any,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """Y[n, c, i] = (sum over a of X[n, c, s*i + a - p]) / divisor, where padding reads as 0.

    Takes the arguments of ``avg_pool``, on elements of any type; returns an object array.
    """
    x = objects(x)
    axes = _walk(x, kernel_size, stride, padding, 1, ceil_mode)
    rows = [range(-a.begin, a.n + a.end) if count_include_pad else range(a.n) for a in axes]

    def divisor(i: Index) -> int:
        positions = (at(axes, i, a) for a in tap_indices(axes))
        return sum(all(q in r for q, r in zip(p, rows, strict=True)) for p in positions)

    def element(n: int, c: int, *i: int) -> Any:
        return total(_window(x, axes, (n, c), i, beyond=0)) / (divisor_override or max(divisor(i), 1))

    return tabulate(_shape(x, axes), element)


def avg_pool(
    x: Any,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """The mean of every window of ``x`` (N, C, *spatial): its sum over a divisor.

    The divisor counts the taps on the padded input, or on the input itself unless
    ``count_include_pad``, but never what ceil_mode's last window reads beyond; a window with
    nothing to count gives 0.  ``divisor_override`` replaces it.  Integers are averaged in float64.

    >>> avg_pool(np.array([[[3, 5, 7]]]), kernel_size=2, padding=1, stride=2)
    array([[[1.5, 6. ]]])
    """
    x = reals(x)
    axes = _walk(x, kernel_size, stride, padding, 1, ceil_mode)
    rows = [range(a.extent) if count_include_pad else _real(a) for a in axes]
    counts = [np.array(a.count(r), x.dtype) for a, r in zip(axes, rows, strict=True)]
    divisor = divisor_override or np.maximum(reduce(np.multiply.outer, counts), 1)
    y = fold(np.add, _padded(x, axes, 0), axes)
    return np.divide(y, divisor, out=y)


def lp_pool_definition(
    x: Any,
    norm_type: float,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    ceil_mode: bool = False,
) -> Array:
    """Y[n, c, i] = (sum over a of X[n, c, s*i + a]^p)^(1/p), p = ``norm_type``; an object array.

    With ``ceil_mode`` a window that overhangs counts as if it were full of the mean of what it holds.
    """
    x = objects(x)
    axes = _walk(x, kernel_size, stride, ceil_mode=ceil_mode)
    held = [range(a.n) for a in axes]
    full = prod(len(axis.taps) for axis in axes)

    def element(n: int, c: int, *i: int) -> Any:
        powers = total(q**norm_type for q in _window(x, axes, (n, c), i, beyond=0))
        if ceil_mode:
            positions = (at(axes, i, a) for a in tap_indices(axes))
            count = sum(all(q in r for q, r in zip(p, held, strict=True)) for p in positions)
            powers = powers / count * full
        return power(powers, 1 / norm_type)

    return tabulate(_shape(x, axes), element)


def lp_pool(
    x: Any,
    norm_type: float,
    kernel_size: PerAxis,
    stride: PerAxis | None = None,
    ceil_mode: bool = False,
) -> Array:
    """The power average of every window of ``x`` (N, C, *spatial): the p-th root of the sum of p-th powers.

    >>> lp_pool(np.array([[[3.0, 4.0]]]), norm_type=2, kernel_size=2)
    array([[[5.]]])
    """
    x = reals(x)
    axes = _walk(x, kernel_size, stride, ceil_mode=ceil_mode)
    with np.errstate(invalid="ignore"):  # a root of a negative sum is no number
        y = fold(np.add, _padded(x**norm_type, axes, 0), axes)
        if ceil_mode:
            counts = [np.array(a.count(_real(a)), x.dtype) for a in axes]
            y = y / reduce(np.multiply.outer, counts) * prod(len(axis.taps) for axis in axes)
        return y ** (1 / norm_type)


def subsample_definition(
    x: Any, weight: Any, bias: Any, kernel_size: PerAxis, stride: PerAxis | None = None
) -> Array:
    """Y[n, c, i] = W[c] * (sum over a of X[n, c, s*i + a]) + B[c]; an object array."""
    x = objects(x)
    axes = _walk(x, kernel_size, stride)

    def element(n: int, c: int, *i: int) -> Any:
        return total(_window(x, axes, (n, c), i, beyond=0)) * weight[c] + bias[c]

    return tabulate(_shape(x, axes), element)


def subsample(x: Any, weight: Any, bias: Any, kernel_size: PerAxis, stride: PerAxis | None = None) -> Array:
    """LeNet-5's trainable subsampling of ``x`` (N, C, *spatial).

    The sum of every window, times ``weight`` (C,), plus ``bias`` (C,).

    >>> subsample(np.array([[[1, 2, 3, 4]]]), weight=[10], bias=[1], kernel_size=2)
    array([[[31, 71]]])
    """
    x = np.asarray(x)
    y = fold(np.add, x, _walk(x, kernel_size, stride))
    return y * along_channels("weight", weight, x) + along_channels("bias", bias, x)


def _walk(
    x: Array,
    kernel_size: PerAxis,
    stride: PerAxis | None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
) -> tuple[Axis, ...]:
    stride = kernel_size if stride is None else stride
    return walk(x.shape[2:], kernel_size, stride, padding, dilation, ceil_mode)


def _shape(x: Array, axes: Sequence[Axis]) -> tuple[int, ...]:
    return (*x.shape[:2], *(len(axis.starts) for axis in axes))


def _window(x: Array, axes: Sequence[Axis], lead: Index, i: Index, beyond: Any) -> list[Any]:
    """What all the taps of window ``i`` read."""
    return [read(x, lead, at(axes, i, a), value=beyond) for a in tap_indices(axes)]


def _real(axis: Axis) -> range:
    """The rows of the padded axis that are input."""
    return range(axis.begin, axis.begin + axis.n)


def _padded(x: Array, axes: Sequence[Axis], value: Any) -> Array:
    """The input with its padding and whatever the last windows read beyond."""
    return pad(x, [(axis.begin, axis.end + axis.overhang) for axis in axes], value=value)
