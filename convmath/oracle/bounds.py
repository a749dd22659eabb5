"""How far two witnesses may be apart in float64, and why; zero unless something rounds.

Sums of products of small whole numbers are exact.  One correctly rounded operation is off by at most
half a unit in the last place, u = 2**-53 relative; what is stated counts the operations that may round.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import Any

import numpy as np

from convmath.layers.activation import Sigmoid, Softmax, Tanh
from convmath.layers.base import Layer
from convmath.layers.norm import BatchNorm, LocalResponseNorm
from convmath.layers.pool import AdaptiveAvgPool, AvgPool

U = 2.0**-53


@singledispatch
def relative_bound(layer: Layer) -> float:
    """The largest relative difference between two witnesses; 0 where nothing rounds."""
    return 0.0


@relative_bound.register(AvgPool)
@relative_bound.register(AdaptiveAvgPool)
def _(layer: Layer) -> float:
    """One division; PyTorch's adaptive pool divides once an axis, or times a rounded reciprocal."""
    return 8 * U


@relative_bound.register(Sigmoid)
@relative_bound.register(Tanh)
def _(layer: Layer) -> float:
    """A function off by a few units (argument rounding included), an addition and a division."""
    return 32 * U


@relative_bound.register
def _(layer: Softmax) -> float:
    """Exponentials of x or of x - max (|x| <= 8), a sum of a few and a division, all positive."""
    return 64 * U


@relative_bound.register
def _(layer: LocalResponseNorm) -> float:
    """The base takes a mean, a product and a sum of positive terms; the power at most keeps the error."""
    return 64 * U


def absolute_bound(layer: Layer, arrays: tuple[Any, ...], weights: Mapping[str, Any]) -> Any:
    """The largest absolute difference, an element at a time, where terms may cancel: batch norm."""
    if not isinstance(layer, BatchNorm):
        return np.zeros(1)
    (x,) = arrays
    each = (-1, *(1,) * (x.ndim - 2))
    unit = np.ones(int(layer.num_features))
    gain = np.abs(weights.get("weight", unit)) / np.sqrt(weights["running_var"] + layer.eps)
    shift = np.abs(weights.get("bias", 0 * unit))
    mean = np.abs(weights["running_mean"])
    return 16 * U * ((np.abs(x) + mean.reshape(each)) * gain.reshape(each) + shift.reshape(each))
