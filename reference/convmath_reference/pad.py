"""Padding: what stands beyond the edges of an input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from convmath_reference.arguments import Array, Index, Padding, pairs
from convmath_reference.channels import along_channels
from convmath_reference.elements import constant, objects, tabulate
from convmath_reference.windows import cut


class Mode(NamedTuple):
    """A way to fill padding from the input itself, along an axis of n rows.

    ``numpy`` is NumPy's name for it, ``most(n)`` the most rows it can fill on a side, and
    ``source(i, n)`` the row that position i, beyond the edges, repeats.
    """

    numpy: Any
    most: Callable[[int], int]
    source: Callable[[int, int], int]


MODES = {
    "reflect": Mode("reflect", lambda n: n - 1, lambda i, n: -i if i < 0 else 2 * (n - 1) - i),
    "symmetric": Mode("symmetric", lambda n: n, lambda i, n: -1 - i if i < 0 else 2 * n - 1 - i),
    "circular": Mode("wrap", lambda n: n, lambda i, n: i + n if i < 0 else i - n),
    "replicate": Mode("edge", lambda n: 2**63 if n else 0, lambda i, n: 0 if i < 0 else n - 1),
}


def read(x: Array, lead: Index, position: Index, mode: str = "constant", value: Any = 0) -> Any:
    """The element of ``x`` at a position that may lie beyond the edges of the spatial axes.

    There the mode picks another element, or the constant ``value`` is read.
    """
    sources = [
        i if 0 <= i < n else None if mode == "constant" else MODES[mode].source(i, n)
        for i, n in zip(position, x.shape[2:], strict=True)
    ]
    return constant(value, like=x) if None in sources else x[(*lead, *sources)]


def pad_definition(x: Any, padding: Padding, mode: str = "constant", value: Any = 0) -> Array:
    """Y[n, c, i] = X[n, c, i - begin], read beyond the edges as the mode says.

    Takes the arguments of ``pad``; returns an object array.
    """
    x = objects(x)
    rows = padded_rows(x.shape[2:], padding, mode)

    def element(n: int, c: int, *i: int) -> Any:
        fill = value[c] if np.ndim(value) else value
        return read(x, (n, c), [row[j] for row, j in zip(rows, i, strict=True)], mode, fill)

    return tabulate((*x.shape[:2], *map(len, rows)), element)


def pad(x: Any, padding: Padding, mode: str = "constant", value: Any = 0) -> Array:
    """Pad the spatial axes of ``x`` (N, C, *spatial) by (begin, end) elements.

    ``mode`` is constant (``value`` is a scalar or one per channel; negative padding crops), reflect
    (the edge is not repeated), symmetric (it is), replicate or circular.  Returns ``x`` itself when
    there is nothing to pad.

    Raises ValueError when the input is too short for the mode or cannot hold the value.

    >>> pad(np.array([[[1, 2, 3]]]), [(2, 1)], mode="reflect")
    array([[[3, 2, 1, 2, 3, 2]]])
    """
    given = np.asarray(x)
    rows = padded_rows(given.shape[2:], padding, mode)
    if rows == [range(n) for n in given.shape[2:]]:
        return given
    if mode == "constant":
        return _constant(given, rows, value)
    widths = ((0, 0), (0, 0), *pairs(padding, len(rows)))
    return np.pad(given, widths, MODES[mode].numpy)


def padded_rows(shape: Index, padding: Padding, mode: str) -> list[range]:
    """The input positions -begin, ..., n + end - 1 that the padded axes hold.

    Raises ValueError when the mode cannot fill them, or there is too little to crop.

    >>> padded_rows((5,), [(1, 2)], mode="reflect")
    [range(-1, 7)]
    """
    if mode not in ("constant", *MODES):
        raise ValueError(f"mode={mode!r} is not known: use one of {['constant', *MODES]}")
    sides = pairs(padding, len(shape))
    for n, (begin, end) in zip(shape, sides, strict=True):
        if mode != "constant" and not 0 <= min(begin, end) <= max(begin, end) <= MODES[mode].most(n):
            raise ValueError(
                f"{mode} padding ({begin}, {end}) of an axis of {n} must lie between 0 and "
                f"{MODES[mode].most(n)}: pad less, or with a constant"
            )
        if max(-begin, 0) + max(-end, 0) > n:
            raise ValueError(f"padding ({begin}, {end}) crops more than the {n} rows: crop less")
    return [range(-begin, n + end) for n, (begin, end) in zip(shape, sides, strict=True)]


def _constant(x: Array, rows: list[range], value: Any) -> Array:
    padded = np.empty((*x.shape[:2], *map(len, rows)), x.dtype)
    fill = _fill(value, x.dtype)
    padded[...] = along_channels("value", fill, x) if fill.ndim else fill
    inside, kept = [], []
    for row, n in zip(rows, x.shape[2:], strict=True):
        held = range(max(row.start, 0), min(row.stop, n))
        kept.append(slice(held.start, held.stop))
        inside.append(slice(held.start - row.start, held.stop - row.start))
    cut(padded, inside)[...] = cut(x, kept)
    return padded


def _fill(value: Any, dtype: np.dtype[Any]) -> Array:
    """The padding value in the dtype of the input, if that can hold it."""
    with np.errstate(invalid="ignore"):
        fill = np.asarray(value).astype(dtype)
    if not np.issubdtype(dtype, np.inexact) and np.any(fill != value):
        raise ValueError(f"{dtype} cannot hold value={value!r}: convert x to floats first")
    return fill
