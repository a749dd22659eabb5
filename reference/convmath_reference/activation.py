"""Activations: functions of one element, softmax over an axis, and dropout at inference."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from convmath_reference.arguments import Array
from convmath_reference.channels import reals
from convmath_reference.elements import function, larger, objects, tabulate, total


def relu_definition(x: Any) -> Array:
    """Y = max(X, 0), one comparison an element; an object array."""
    x = objects(x)
    return tabulate(x.shape, lambda *i: larger(x[i], 0))


def relu(x: Any) -> Array:
    """The larger of ``x`` and 0; NaN stays.

    >>> relu(np.array([-2, 3]))
    array([0, 3])
    """
    x = np.asarray(x)
    y: Array = np.zeros_like(x)  # NumPy compares two arrays faster than an array and a number
    np.maximum(x, y, out=y)
    return y


def relu6_definition(x: Any) -> Array:
    """Y = min(max(X, 0), 6), two comparisons an element; an object array."""
    x = objects(x)
    return tabulate(x.shape, lambda *i: -larger(-larger(x[i], 0), -6))


def relu6(x: Any) -> Array:
    """``x`` cut off below 0 and above 6; NaN stays.

    >>> relu6(np.array([-2, 3, 9]))
    array([0, 3, 6])
    """
    y: Array = np.clip(x, 0, 6)
    return y


def leaky_relu_definition(x: Any, negative_slope: float = 0.01) -> Array:
    """Y = max(X, slope * X); an object array."""
    x = objects(x)
    return tabulate(x.shape, lambda *i: larger(x[i], x[i] * negative_slope))


def leaky_relu(x: Any, negative_slope: float = 0.01) -> Array:
    """``x`` where it is positive, ``negative_slope`` times ``x`` elsewhere; the slope is at most 1.

    >>> leaky_relu(np.array([-2.0, 3.0]), negative_slope=0.5)
    array([-1.,  3.])
    """
    y: Array = np.maximum(x, np.multiply(x, negative_slope))
    return y


def sigmoid_definition(x: Any) -> Array:
    """Y = 1 / (1 + exp(-X)); an object array."""
    x = objects(x)
    return tabulate(x.shape, lambda *i: 1 / (1 + function("exp", -x[i])))


def sigmoid(x: Any) -> Array:
    """1 / (1 + exp(-x)), without overflow.

    >>> sigmoid(np.array([-1000.0, 0.0]))
    array([0. , 0.5])
    """
    small = np.exp(-np.abs(x))
    y: Array = np.where(np.asarray(x) < 0, small, 1) / (1 + small)
    return y


def tanh_definition(x: Any) -> Array:
    """Y = tanh(X); an object array."""
    x = objects(x)
    return tabulate(x.shape, lambda *i: function("tanh", x[i]))


def tanh(x: Any) -> Array:
    """The hyperbolic tangent.

    >>> tanh(np.array([0.0]))
    array([0.])
    """
    y: Array = np.tanh(x)
    return y


def silu_definition(x: Any) -> Array:
    """Y = X / (1 + exp(-X)); an object array."""
    x = objects(x)
    return tabulate(x.shape, lambda *i: x[i] / (1 + function("exp", -x[i])))


def silu(x: Any) -> Array:
    """``x`` times its sigmoid, without overflow.

    >>> silu(np.array([-1000.0, 0.0, 1000.0]))
    array([  -0.,    0., 1000.])
    """
    y: Array = x * sigmoid(x)
    return y


def hardsigmoid_definition(x: Any) -> Array:
    """Y = min(max(X + 3, 0), 6) / 6; an object array."""
    x = objects(x)
    return tabulate(x.shape, lambda *i: _hard(x[i]) / 6)


def hardsigmoid(x: Any) -> Array:
    """The sigmoid in straight pieces: 0 up to -3, 1 from 3 on.

    >>> hardsigmoid(np.array([-4.0, 0.0, 3.0]))
    array([0. , 0.5, 1. ])
    """
    y: Array = relu6(np.add(x, 3)) / 6
    return y


def hardswish_definition(x: Any) -> Array:
    """Y = X * min(max(X + 3, 0), 6) / 6; an object array."""
    x = objects(x)
    return tabulate(x.shape, lambda *i: x[i] * _hard(x[i]) / 6)


def hardswish(x: Any) -> Array:
    """``x`` times its hard sigmoid.

    >>> hardswish(np.array([-4.0, 0.0, 3.0]))
    array([-0.,  0.,  3.])
    """
    y: Array = x * relu6(np.add(x, 3)) / 6
    return y


def _hard(x: Any) -> Any:
    return -larger(-larger(x + 3, 0), -6)


def gelu_definition(x: Any) -> Array:
    """Y = X * (1 + erf(X / sqrt(2))) / 2; an object array."""
    x = objects(x)
    return tabulate(x.shape, lambda *i: x[i] * (1 + function("erf", x[i] / 2**0.5)) / 2)


def gelu(x: Any) -> Array:
    """``x`` times the probability that a standard normal number is smaller.

    >>> gelu(np.array([0.0, 1.0])).round(3)
    array([0.   , 0.841])
    """
    x = reals(x)
    below = np.frompyfunc(math.erf, 1, 1)(x / 2**0.5).astype(x.dtype)
    y: Array = x * (1 + below) / 2
    return y


def softmax_definition(x: Any, axis: int = 1) -> Array:
    """Y[c] = exp(X[c]) / sum over q of exp(X[q]) along ``axis``; an object array."""
    x = np.moveaxis(objects(x), axis, -1)
    powers = tabulate(x.shape, lambda *i: function("exp", x[i]))
    sums = tabulate(powers.shape[:-1], lambda *i: total(powers[i]))
    shares = tabulate(powers.shape, lambda *i: powers[i] / sums[i[:-1]])
    return np.moveaxis(shares, -1, axis)


def softmax(x: Any, axis: int = 1) -> Array:
    """exp(x) over its sum along ``axis``, the channels unless given, without overflow.

    >>> softmax(np.array([[1000.0, 1000.0]]))
    array([[0.5, 0.5]])
    """
    x = np.asarray(x)
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    shares: Array = powers / powers.sum(axis=axis, keepdims=True)
    return shares


def dropout_definition(x: Any) -> Array:
    """Y = X; an object array."""
    return objects(x)


def dropout(x: Any) -> Array:
    """Dropout at inference: ``x`` itself.

    >>> dropout(np.array([1, 2]))
    array([1, 2])
    """
    return np.asarray(x)
