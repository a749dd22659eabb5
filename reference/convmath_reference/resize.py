"""Interpolation: every output position reads the nearest input position, or weighs two along each axis."""

from __future__ import annotations

from collections.abc import Sequence
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


def nearest_readings(n: int, outputs: int) -> list[Reading]:
    """Output i reads the input position that i*n/outputs lies in.

    >>> [row for row, _ in sum(nearest_readings(n=2, outputs=4), [])]
    [0, 0, 1, 1]
    """
    edges = range(n)
    return [[(edges[(i * n) // outputs], Fraction(1))] for i in range(outputs)]


def linear_readings(n: int, outputs: int, align_corners: bool) -> list[Reading]:
    """Output i weighs the two positions around (i + 1/2)*n/outputs - 1/2, or i*(n - 1)/(outputs - 1).

    >>> [[str(weight) for _, weight in reading] for reading in linear_readings(2, 4, False)]
    [['1/4', '3/4'], ['3/4', '1/4'], ['1/4', '3/4'], ['3/4', '1/4']]
    """
    if align_corners:
        centres = [Fraction(i * (n - 1), max(outputs - 1, 1)) for i in range(outputs)]
    else:
        centres = [Fraction((2 * i + 1) * n, 2 * outputs) - Fraction(1, 2) for i in range(outputs)]
    return [_neighbours(centre, n) for centre in centres]


def _neighbours(centre: Fraction, n: int) -> Reading:
    before = centre.numerator // centre.denominator
    weight = centre - before
    return [(min(max(row, 0), n - 1), w) for row, w in ((before, 1 - weight), (before + 1, weight))]


def upsample_definition(
    x: Any, size: Sequence[int], mode: str = "nearest", align_corners: bool = False
) -> Array:
    """Y[n, c, i] = sum over the positions q that i reads of U[i, q] * X[n, c, q]; an object array."""
    x = objects(x)
    axes = _readings(x, size, mode, align_corners)

    def element(n: int, c: int, *i: int) -> Any:
        readings = product(*(axis[j] for axis, j in zip(axes, i, strict=True)))
        values = [(x[(n, c, *(q for q, _ in taps))], prod(u for _, u in taps)) for taps in readings]
        return values[0][0] if mode == "nearest" else total(float(u) * value for value, u in values)

    return tabulate((*x.shape[:2], *map(len, axes)), element)


def upsample(x: Any, size: Sequence[int], mode: str = "nearest", align_corners: bool = False) -> Array:
    """``x`` (N, C, *spatial) resized to ``size`` by ``nearest`` or linear interpolation.

    ``mode`` is nearest, or linear, bilinear or trilinear by the number of axes.  Beyond the edge the edge
    is read.  Integers are interpolated in float64.

    >>> upsample(np.array([[[1, 5]]]), (4,), "linear")
    array([[[1., 2., 4., 5.]]])
    """
    y: Array = np.asarray(x) if mode == "nearest" else reals(x)
    for axis, readings in enumerate(_readings(y, size, mode, align_corners), start=2):
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


def _readings(x: Array, size: Sequence[int], mode: str, align_corners: bool) -> list[list[Reading]]:
    if len(size) != x.ndim - 2:
        raise ValueError(f"size={tuple(size)} does not fit x of shape {x.shape}: give one per spatial axis")
    pairs = zip(x.shape[2:], size, strict=True)
    if mode == "nearest":
        return [nearest_readings(n, outputs) for n, outputs in pairs]
    return [linear_readings(n, outputs, align_corners) for n, outputs in pairs]
