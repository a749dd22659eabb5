"""Activations: functions of one element, softmax over an axis, and dropout at inference."""

from __future__ import annotations

from typing import Any

import numpy as np

from convmath_reference.arguments import Array
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
