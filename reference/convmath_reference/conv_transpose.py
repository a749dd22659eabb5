"""Transposed convolution: every input element stamps the kernel onto the output."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from convmath_reference.arguments import Array, Padding, PerAxis, pairs, per_axis
from convmath_reference.channels import along_channels, common, members
from convmath_reference.elements import at, objects, tabulate
from convmath_reference.windows import Axis, cut, tap_indices, tap_view, taps


def conv_transpose_definition(
    x: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    output_padding: PerAxis = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> Array:
    """Y[n, o', s*i + d*a - p] += W[c, o, a] * X[n, c, i], and then Y[n, o'] += B[o'].

    o' is output channel o of the group that c belongs to.  Every product is made, also those that
    land where the padding crops.  Takes the arguments of ``conv_transpose``, on elements of any
    type; returns an object array.
    """
    x, weight = objects(x), objects(weight)
    inputs, outputs = _group_channels(x, weight, groups)
    axes = _stamps(x, weight, stride, padding, dilation)
    kept = _kept(axes, output_padding)
    landed: dict[tuple[int, ...], Any] = {}
    for n, group, c, *i in np.ndindex(len(x), groups, inputs, *x.shape[2:]):
        channel = group * inputs + c
        for o, *a in np.ndindex(weight.shape[1:]):
            product = weight[(channel, o, *a)] * x[(n, channel, *i)]
            position = (n, group * outputs + o, *at(axes, i, a))
            landed[position] = landed[position] + product if position in landed else product

    def element(n: int, o: int, *j: int) -> Any:
        y = landed.get((n, o, *j), 0)
        return y if bias is None else y + bias[o]

    return tabulate((len(x), groups * outputs, *map(len, kept)), element)


def conv_transpose(
    x: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    output_padding: PerAxis = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> Array:
    """Stamp ``weight`` (C_in, C_out / groups, *kernel) with every element of ``x`` (N, C_in, *sp).

    ``padding`` (an integer, one per axis, or (begin, end) pairs) crops the output, and
    ``output_padding`` adds rows at its end; a row that no tap reaches holds the bias.

    Returns (N, C_out, *outputs) in the common dtype of the arguments, in which the sums are made.
    Raises ValueError when the arguments do not fit together.

    >>> conv_transpose(np.array([[[1, 2]]]), np.array([[[1, 1, 1]]]), stride=2)
    array([[[1, 1, 3, 2, 2]]])
    """
    x, weight, bias = common(x, weight, bias)
    inputs, outputs = _group_channels(x, weight, groups)
    axes = _stamps(x, weight, stride, padding, dilation)
    kept = _kept(axes, output_padding)
    lengths = [rows.stop + axis.end for axis, rows in zip(axes, kept, strict=True)]
    canvas = np.zeros((len(x), groups * outputs, *lengths), x.dtype)
    matrix = weight.reshape(groups, inputs, outputs * prod(weight.shape[2:])).swapaxes(1, 2)
    products = matrix @ x.reshape(len(x), groups, inputs, prod(x.shape[2:]))
    stamps = products.reshape(len(x), groups * outputs, -1, *x.shape[2:])
    for number, a in enumerate(tap_indices(axes)):
        rows = tap_view(canvas, axes, a)
        rows += stamps[:, :, number]
    y = cut(canvas, (slice(rows.start, rows.stop) for rows in kept))
    return y if bias is None else y + along_channels("bias", bias, y)


def _group_channels(x: Array, weight: Array, groups: int) -> tuple[int, int]:
    """How many input and output channels a group has."""
    if x.ndim != weight.ndim or x.ndim < 3 or len(weight) != x.shape[1]:
        raise ValueError(
            f"x of shape {x.shape} and weight of shape {weight.shape} must be (N, C_in, *spatial) "
            "and (C_in, C_out / groups, *kernel): reshape or transpose one"
        )
    return members("in_channels", x.shape[1], groups), weight.shape[1]


def _stamps(x: Array, weight: Array, stride: PerAxis, padding: Padding, dilation: PerAxis) -> list[Axis]:
    """The windows read backwards: where each input element stamps the kernel."""
    axes = [
        Axis(n, begin, end, taps(size, step), range(0, n * apart, apart))
        for n, (begin, end), size, step, apart in zip(
            x.shape[2:],
            pairs(padding, x.ndim - 2),
            per_axis("kernel_size", weight.shape[2:], x.ndim - 2),
            per_axis("dilation", dilation, x.ndim - 2),
            per_axis("stride", stride, x.ndim - 2),
            strict=True,
        )
    ]
    if any(axis.n == 0 or axis.begin < 0 or axis.end < 0 for axis in axes):
        raise ValueError(
            f"x of shape {x.shape} with padding={padding!r}: give at least one row along every "
            "axis and padding of at least 0"
        )
    return axes


def _kept(axes: Sequence[Axis], output_padding: PerAxis) -> list[range]:
    """The rows that cropping leaves, counted from the first row that is stamped."""
    extra = per_axis("output_padding", output_padding, len(axes), least=0)
    if any(e >= max(axis.starts.step, axis.taps.step) for axis, e in zip(axes, extra, strict=True)):
        raise ValueError(
            f"output_padding={output_padding!r} must be smaller than the larger of stride and "
            "dilation along its axis: give less"
        )
    kept = [range(a.begin, a.reach + e - a.end) for a, e in zip(axes, extra, strict=True)]
    if not all(kept):
        raise ValueError("padding crops the whole output away: give less padding")
    return kept
