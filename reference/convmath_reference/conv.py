"""Convolution, as networks mean it: cross-correlation with padding, dilation and groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convmath_reference.arguments import Array, Padding, PerAxis
from convmath_reference.channels import along_channels, common, members
from convmath_reference.elements import at, objects, tabulate, total
from convmath_reference.pad import pad, padded_rows, read
from convmath_reference.windows import Axis, tap_indices, tap_view, walk

Connections: TypeAlias = Sequence[Sequence[int]]
Pairs: TypeAlias = list[tuple[int, int]]

BLOCK_BYTES = 4 << 20  # the columns of one block of output rows stay in the processor's cache
PADDING_MODES = {"zeros": "constant"} | {m: m for m in ("reflect", "replicate", "circular")}


def conv_definition(
    x: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    connections: Connections | None = None,
    flip_kernel: bool = False,
) -> Array:
    """Y[n, o, i] = B[o] + sum over c, a of W[o, c, a] * X[n, c', s*i + d*a - p].

    c' is channel c of the group that o belongs to.  Takes the arguments of ``conv``, on elements of
    any type; returns an object array.
    """
    x, weight = objects(x), objects(weight)
    _check(x, weight, groups, connections)
    reads = _reads(x, weight, groups, connections)
    axes = walk(x.shape[2:], weight.shape[2:], stride, padding, dilation)
    mode = _mode(padding_mode)
    padded_rows(x.shape[2:], [(axis.begin, axis.end) for axis in axes], mode)
    weight = _flipped(weight) if flip_kernel else weight

    def element(n: int, o: int, *i: int) -> Any:
        y = total(
            weight[(o, c, *a)] * read(x, (n, channel), at(axes, i, a), mode)
            for c, channel in reads[o]
            for a in tap_indices(axes)
        )
        return y if bias is None else y + bias[o]

    return tabulate((len(x), len(weight), *(len(axis.starts) for axis in axes)), element)


def conv(
    x: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    connections: Connections | None = None,
    flip_kernel: bool = False,
) -> Array:
    """Convolve ``x`` (N, C_in, *spatial) with ``weight`` (C_out, C_in / groups, *kernel).

    ``padding`` is an integer, one per axis, one (begin, end) pair per axis, or 'valid', 'full' or
    'same'; ``padding_mode`` is zeros, reflect, replicate or circular.  ``connections`` names, for
    every output channel, the input channels that it reads; the weight is then dense.
    ``flip_kernel`` reverses the kernel: convolution in the sense of mathematics.

    Returns (N, C_out, *outputs) in the common dtype of the arguments, in which the sums are made.
    Raises ValueError when the arguments do not fit together.

    >>> conv(np.array([[[1, 2, 3, 4]]]), np.array([[[1, 0, -1]]]), padding=1, stride=2)
    array([[[-2, -2]]])
    """
    x, weight, bias = common(x, weight, bias)
    _check(x, weight, groups, connections)
    axes = walk(x.shape[2:], weight.shape[2:], stride, padding, dilation)
    padded = pad(x, [(axis.begin, axis.end) for axis in axes], _mode(padding_mode))
    weight = _flipped(weight) if flip_kernel else weight
    if connections is not None:
        y = _correlate_connected(padded, weight, axes, connections)
    elif 1 < groups == len(weight) == x.shape[1] and axes[-1].starts.step == 1:
        y = _correlate_depthwise(padded, weight, axes)
    else:
        y = _correlate(padded, weight, axes, groups)
    if bias is not None:
        y += along_channels("bias", bias, y)
    return y


def _check(x: Array, weight: Array, groups: int, connections: Connections | None) -> None:
    if x.ndim != weight.ndim or x.ndim < 3:
        raise ValueError(
            f"x of shape {x.shape} and weight of shape {weight.shape} must be (N, C_in, *spatial) "
            "and (C_out, C_in / groups, *kernel): reshape or transpose one"
        )
    members("out_channels", len(weight), groups)
    if weight.shape[1] != members("in_channels", x.shape[1], groups):
        raise ValueError(
            f"weight of shape {weight.shape} does not read in_channels={x.shape[1]} in "
            f"groups={groups}: its second axis must be in_channels / groups"
        )
    if connections is None:
        return
    known = all(c in range(x.shape[1]) for channels in connections for c in channels)
    if not known or groups != 1 or len(connections) != len(weight):
        raise ValueError(
            f"connections={connections!r} with groups={groups} do not fit: name channels of "
            f"in_channels={x.shape[1]} for each of out_channels={len(weight)}, and groups=1"
        )


def _reads(x: Array, weight: Array, groups: int, connections: Connections | None) -> list[Pairs]:
    """What each output channel reads: (channel of the weight, channel of the input) pairs."""
    if connections is not None:
        return [[(c, c) for c in channels] for channels in connections]
    outputs = members("out_channels", len(weight), groups)
    inputs = weight.shape[1]
    return [
        [(c, group * inputs + c) for c in range(inputs)] for group in range(groups) for _ in range(outputs)
    ]


def _mode(padding_mode: str) -> str:
    if padding_mode not in PADDING_MODES:
        raise ValueError(f"padding_mode={padding_mode!r} is not known: use one of {[*PADDING_MODES]}")
    return PADDING_MODES[padding_mode]


def _flipped(weight: Array) -> Array:
    return np.flip(weight, axis=tuple(range(2, weight.ndim)))


def _correlate_connected(
    padded: Array, weight: Array, axes: Sequence[Axis], connections: Connections
) -> Array:
    """One small convolution per output channel, of the input channels that it reads."""
    maps = [
        _correlate(padded[:, inputs], weight[o : o + 1, inputs], axes, groups=1)
        for o, inputs in enumerate(map(list, connections))
    ]
    return np.concatenate(maps, axis=1)


def _correlate_depthwise(padded: Array, weight: Array, axes: Sequence[Axis]) -> Array:
    """Every channel by itself, stride 1 along the last axis; that axis and the channels become one.

    Its windows make one long run, over which the kernel, repeated as often, is summed tap by tap.
    """
    channels, (*others, last) = len(weight), axes
    taps = range(0, last.taps.stop * channels, last.taps.step * channels)
    merged = replace(last, taps=taps, starts=range(len(last.starts) * channels))
    samples, _, *lengths, length = padded.shape
    lines = np.moveaxis(padded, 1, -1).reshape(samples, *lengths, length * channels)
    kernel = np.tile(np.moveaxis(weight[:, 0], 0, -1), len(last.starts))
    n, *i = range(len(axes) + 1)
    a = [len(axes) + window for window in i]
    y = np.einsum(_seen(lines, [*others, merged]), [n, *i, *a], kernel, [*a, i[-1]], [n, *i])
    windows = [len(axis.starts) for axis in axes]
    return np.ascontiguousarray(np.moveaxis(y.reshape(samples, *windows, channels), -1, 1))


def _seen(padded: Array, axes: Sequence[Axis]) -> Array:
    """What all the taps read in all windows, without a copy: (N, *windows, *taps)."""
    sample, *rows = padded.strides
    shape = [len(axis.starts) for axis in axes] + [len(axis.taps) for axis in axes]
    steps = [axis.starts.step for axis in axes] + [axis.taps.step for axis in axes]
    strides = [row * step for row, step in zip([*rows, *rows], steps, strict=True)]
    return as_strided(padded, (len(padded), *shape), (sample, *strides), writeable=False)


def _correlate(padded: Array, weight: Array, axes: Sequence[Axis], groups: int) -> Array:
    """The weight as a matrix times the columns that the windows read, block by block."""
    each = members("out_channels", len(weight), groups)
    matrix = weight.reshape(groups, each, prod(weight.shape[1:]))
    y = np.empty((len(padded), len(weight), *(len(axis.starts) for axis in axes)), padded.dtype)
    for sample, result in zip(padded, y, strict=True):
        for rows, block in _blocks(axes, len(sample) * sample.itemsize):
            windows = prod(len(axis.starts) for axis in block)
            columns = _columns(sample, block).reshape(groups, matrix.shape[2], windows)
            out = result[:, rows].reshape(groups, each, windows, copy=False)
            np.matmul(matrix, columns, out=out)
    return y


def _blocks(axes: Sequence[Axis], bytes_per_tap: int) -> Iterator[tuple[slice, list[Axis]]]:
    """Cut the windows, along the first axis, into blocks whose columns fit in BLOCK_BYTES."""
    first, *rest = axes
    row_bytes = bytes_per_tap * len(first.taps) * prod(len(a.starts) * len(a.taps) for a in rest)
    height = len(range(0, BLOCK_BYTES, max(row_bytes, 1)))
    for top in range(0, len(first.starts), height):
        rows = slice(top, top + height)
        yield rows, [replace(first, starts=first.starts[rows]), *rest]


def _columns(sample: Array, axes: Sequence[Axis]) -> Array:
    """What the taps read in all windows: (channels, taps, *windows); no copy of a single tap."""
    views = [tap_view(sample, axes, tap) for tap in tap_indices(axes)]
    return views[0][:, None] if len(views) == 1 else np.stack(views, axis=1)
