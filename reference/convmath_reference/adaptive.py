"""Adaptive pooling: the windows follow from the output size, and their sizes differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import product
from typing import Any, TypeAlias

import numpy as np

from convmath_reference.arguments import Array, Index
from convmath_reference.channels import reals
from convmath_reference.elements import larger, objects, tabulate, total

OutputSize: TypeAlias = int | Sequence[int | None] | None


def adaptive_window(i: int, n: int, outputs: int) -> range:
    """The rows of window ``i``: from floor(i*n/o) up to, not including, ceil((i+1)*n/o).

    >>> [list(adaptive_window(i, n=5, outputs=3)) for i in range(3)]
    [[0, 1], [1, 2, 3], [3, 4]]
    """
    return range((i * n) // outputs, -((-(i + 1) * n) // outputs))


def adaptive_max_pool_definition(x: Any, output_size: OutputSize) -> Array:
    """Y[n, c, i] = max over q in window i of X[n, c, q]; an object array."""
    return _tabulate(objects(x), output_size, lambda window: reduce(larger, window))


def adaptive_max_pool(x: Any, output_size: OutputSize) -> Array:
    """The largest element of every adaptive window of ``x`` (N, C, *spatial); NaN wins.

    ``output_size`` is an integer or one per axis; an axis given None keeps its size.

    >>> adaptive_max_pool(np.array([[[1, 5, 2, 4, 3]]]), output_size=3)
    array([[[5, 5, 4]]])
    """
    x = np.asarray(x)
    return _fold(np.maximum, x, _windows(x, output_size))


def adaptive_avg_pool_definition(x: Any, output_size: OutputSize) -> Array:
    """Y[n, c, i] = (sum over q in window i of X[n, c, q]) / size of window i; an object array."""
    return _tabulate(objects(x), output_size, lambda window: total(window) / len(window))


def adaptive_avg_pool(x: Any, output_size: OutputSize) -> Array:
    """The mean of every adaptive window of ``x`` (N, C, *spatial); integers give float64.

    ``output_size`` is an integer or one per axis; an axis given None keeps its size.

    >>> adaptive_avg_pool(np.array([[[1, 5, 2, 4, 3]]]), output_size=1)
    array([[[3.]]])
    """
    x = reals(x)
    windows = _windows(x, output_size)
    sizes = [np.array([len(rows) for rows in axis], x.dtype) for axis in windows]
    y: Array = _fold(np.add, x, windows) / reduce(np.multiply.outer, sizes)
    return y


def _windows(x: Array, output_size: OutputSize) -> list[list[range]]:
    """For every spatial axis, the rows of each of its windows."""
    outputs = _outputs(x.shape[2:], output_size)
    if 0 in x.shape[2:]:
        raise ValueError(f"x of shape {x.shape} has no rows to pool: give at least one per axis")
    return [[adaptive_window(i, n, o) for i in range(o)] for n, o in zip(x.shape[2:], outputs, strict=True)]


def _outputs(sizes: Index, output_size: OutputSize) -> list[int]:
    """The wanted size of every axis."""
    single = output_size is None or isinstance(output_size, int | np.integer)
    wanted = [output_size] * len(sizes) if single else list(output_size)  # type: ignore[arg-type]
    if len(wanted) != len(sizes) or any(o is not None and o < 1 for o in wanted):  # type: ignore[operator]
        raise ValueError(
            f"output_size={output_size!r} must be an integer of at least 1 or None, or {len(sizes)} of "
            "them, one per spatial axis"
        )
    return [n if o is None else o for n, o in zip(sizes, wanted, strict=True)]  # type: ignore[misc]


def _tabulate(x: Array, output_size: OutputSize, pooled: Callable[[list[Any]], Any]) -> Array:
    windows = _windows(x, output_size)

    def element(n: int, c: int, *i: int) -> Any:
        rows = (axis[j] for axis, j in zip(windows, i, strict=True))
        return pooled([x[(n, c, *q)] for q in product(*rows)])

    return tabulate((*x.shape[:2], *map(len, windows)), element)


def _fold(combine: np.ufunc, x: Array, windows: list[list[range]]) -> Array:
    """Combine the rows of every window, one spatial axis after the other."""
    for number, axis in enumerate(windows, start=2):
        lead = (slice(None),) * number
        rows = [x[(*lead, slice(r.start, r.stop))] for r in axis]
        x = np.stack([combine.reduce(part, axis=number) for part in rows], axis=number)
    return x
