"""Interpolation: every output position reads the nearest input position, or weighs some along each axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from itertools import product
from math import prod
from typing import Any, TypeAlias

import numpy as np

from convmath_reference.arguments import Array
from convmath_reference.channels import reals
from convmath_reference.elements import objects, tabulate, total

Reading: TypeAlias = list[tuple[int, Fraction]]  # input positions and their weights
Factors: TypeAlias = Sequence[float | None] | None


def nearest_readings(n: int, outputs: int, factor: float | None) -> list[Reading]:
    """Output i reads the input position that i*n/outputs lies in, or with a factor i/factor.

    A factor is divided by in single precision, as PyTorch does.

    >>> [row for row, _ in sum(nearest_readings(n=2, outputs=4, factor=None), [])]
    [0, 0, 1, 1]
    """
    edges = range(n)
    if factor is None:
        return [[(edges[(i * n) // outputs], Fraction(1))] for i in range(outputs)]
    apart = np.float32(1 / factor)
    return [[(edges[min(int(np.float32(i) * apart), n - 1)], Fraction(1))] for i in range(outputs)]


def centres(n: int, outputs: int, align_corners: bool, factor: float | None) -> list[Fraction]:
    """Where outputs lie on the input: at (i + 1/2)*n/outputs - 1/2; corners at i*(n - 1)/(outputs - 1).

    >>> [str(centre) for centre in centres(2, 4, align_corners=False, factor=None)]
    ['-1/4', '1/4', '3/4', '5/4']
    """
    if align_corners:
        return [Fraction(i * (n - 1), max(outputs - 1, 1)) for i in range(outputs)]
    apart = Fraction(n, outputs) if factor is None else 1 / Fraction(factor).limit_denominator(1_000_000)
    return [Fraction(2 * i + 1, 2) * apart - Fraction(1, 2) for i in range(outputs)]


def _weighed(
    centre: Fraction, n: int, shares: Sequence[Callable[[Fraction], Fraction]], first: int
) -> Reading:
    """The positions around a centre, the nearest edge beyond the edges, each with its weight."""
    before = centre.numerator // centre.denominator
    rest = centre - before
    rows = (min(max(before + first + tap, 0), n - 1) for tap in range(len(shares)))
    return [(row, share(rest)) for row, share in zip(rows, shares, strict=True)]


def _cubic(distance: Fraction) -> Fraction:
    """The cubic convolution kernel of Keys (1981), with a = -3/4."""
    x, a = abs(distance), Fraction(-3, 4)
    if x <= 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a


LINEAR: Sequence[Callable[[Fraction], Fraction]] = (lambda t: 1 - t, lambda t: t)
CUBIC: Sequence[Callable[[Fraction], Fraction]] = (
    *(lambda t: _cubic(t + 1), lambda t: _cubic(t), lambda t: _cubic(1 - t), lambda t: _cubic(2 - t)),
)


def upsample_definition(
    x: Any,
    size: Sequence[int],
    mode: str = "nearest",
    align_corners: bool = False,
    factors: Factors = None,
) -> Array:
    """Y[n, c, i] = sum over the positions q that i reads of U[i, q] * X[n, c, q]; an object array."""
    x = objects(x)
    axes = _readings(x, size, mode, align_corners, factors)

    def element(n: int, c: int, *i: int) -> Any:
        readings = product(*(axis[j] for axis, j in zip(axes, i, strict=True)))
        values = [(x[(n, c, *(q for q, _ in taps))], prod(u for _, u in taps)) for taps in readings]
        return values[0][0] if mode == "nearest" else total(float(u) * value for value, u in values)

    return tabulate((*x.shape[:2], *map(len, axes)), element)


def upsample(
    x: Any,
    size: Sequence[int],
    mode: str = "nearest",
    align_corners: bool = False,
    factors: Factors = None,
) -> Array:
    """``x`` (N, C, *spatial) resized to ``size`` by ``nearest``, linear or cubic interpolation.

    ``mode`` is nearest, linear, bilinear or trilinear by the number of axes, or bicubic.  ``factors`` are
    the ones that sizes were made from, per axis, where positions lie 1/factor apart, unless a size stays as
    it is.  Beyond the edge the edge is read.  Integers are interpolated in float64.

    >>> upsample(np.array([[[1, 5]]]), (4,), "linear")
    array([[[1., 2., 4., 5.]]])
    """
    y: Array = np.asarray(x) if mode == "nearest" else reals(x)
    for axis, readings in enumerate(_readings(y, size, mode, align_corners, factors), start=2):
        y = _interpolated(y, axis, readings)
    return y


def _interpolated(x: Array, axis: int, readings: list[Reading]) -> Array:
    """Along one axis: the same tap of all readings at once."""
    behind = (-1,) + (1,) * (x.ndim - axis - 1)
    terms = []
    for tap in zip(*readings, strict=True):
        rows = x.take([q for q, _ in tap], axis=axis)
        weights = np.array([float(u) for _, u in tap], x.dtype if x.dtype.kind == "f" else float)
        terms.append(rows if len(readings[0]) == 1 else rows * weights.reshape(behind))
    return reduce(np.add, terms)


def _sizes_decide(n: int, outputs: int, mode: str, axes: int) -> bool:
    """Whether PyTorch's kernel leaves a factor out of account: it copies, or on two axes doubles."""
    if mode == "bicubic":
        return False
    return outputs == n if mode != "nearest" else axes == 2 and outputs in (n, 2 * n)


def _readings(
    x: Array, size: Sequence[int], mode: str, align_corners: bool, factors: Factors
) -> list[list[Reading]]:
    if len(size) != x.ndim - 2:
        raise ValueError(f"size={tuple(size)} does not fit x of shape {x.shape}: give one per spatial axis")
    given = zip(x.shape[2:], size, factors or (None,) * len(size), strict=True)
    axes = [
        (n, outputs, None if _sizes_decide(n, outputs, mode, len(size)) else factor)
        for n, outputs, factor in given
    ]
    if mode == "nearest":
        return [nearest_readings(n, outputs, factor) for n, outputs, factor in axes]
    shares, first = (CUBIC, -1) if mode == "bicubic" else (LINEAR, 0)
    placed = (centres(n, outputs, align_corners, factor) for n, outputs, factor in axes)
    return [
        [_weighed(centre, n, shares, first) for centre in row]
        for n, row in zip(x.shape[2:], placed, strict=True)
    ]
