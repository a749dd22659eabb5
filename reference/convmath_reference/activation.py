"""Activations: functions of one element, softmax over an axis, and what changes nothing at inference."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from convmath_reference.arguments import Array
from convmath_reference.channels import along_channels, common, members, reals
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


def softmax_definition(x: Any, dim: int = 1) -> Array:
    """Y[c] = exp(X[c]) / sum over q of exp(X[q]) along axis ``dim``; an object array."""
    x = np.moveaxis(_within_floats(objects(x), dim), dim, -1)
    powers = tabulate(x.shape, lambda *i: function("exp", x[i]))
    sums = tabulate(powers.shape[:-1], lambda *i: total(powers[i]))
    shares = tabulate(powers.shape, lambda *i: powers[i] / sums[i[:-1]])
    return np.moveaxis(shares, -1, dim)


def _within_floats(x: Array, dim: int) -> Array:
    """Exponents that no float could hold the power of, moved alike: shares do not change by that."""
    largest = 700.0
    if not all(isinstance(q, float | int) for q in x.flat) or not any(abs(q) > largest for q in x.flat):
        return x
    return x - x.max(axis=dim, keepdims=True) if x.ndim else x


def softmax(x: Any, dim: int = 1) -> Array:
    """exp(x) over its sum along axis ``dim``, the channels unless given, without overflow.

    >>> softmax(np.array([[1000.0, 1000.0]]))
    array([[0.5, 0.5]])
    """
    x = np.asarray(x)
    powers = np.exp(x - x.max(axis=dim, keepdims=True))
    shares: Array = powers / powers.sum(axis=dim, keepdims=True)
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


def hardtanh_definition(x: Any, min_val: float = -1.0, max_val: float = 1.0) -> Array:
    """Y = min(max(X, min_val), max_val), a comparison for each finite end; an object array."""
    x = objects(x)

    def element(*i: int) -> Any:
        above = x[i] if min_val == -math.inf else larger(x[i], min_val)
        return above if max_val == math.inf else -larger(-above, -max_val)

    return tabulate(x.shape, element)


def hardtanh(x: Any, min_val: float = -1.0, max_val: float = 1.0) -> Array:
    """``x`` cut off below ``min_val`` and above ``max_val``; NaN stays.

    >>> hardtanh(np.array([-2.0, 0.5, 3.0]))
    array([-1. ,  0.5,  1. ])
    """
    y: Array = np.clip(x, min_val, max_val)
    return y


def prelu_definition(x: Any, weight: Any) -> Array:
    """Y = X if X > 0, else A[c] * X; an object array."""
    x, slopes = objects(x), objects(weight)
    shared = len(slopes) == 1
    return tabulate(x.shape, lambda n, c, *i: select(x[(n, c, *i)], slopes[0 if shared else c]))


def select(x: Any, slope: Any) -> Any:
    """An element where it is positive, else ``slope`` times it; the product is made in any case."""
    scaled = slope * x
    return x if x > 0 else scaled


def prelu(x: Any, weight: Any) -> Array:
    """``x`` (N, C, *spatial) where it is positive, elsewhere times ``weight``: one, or one a channel.

    >>> prelu(np.array([[-2.0, 3.0]]), [0.5])
    array([[-1.,  3.]])
    """
    x, slopes = common(x, weight)
    slopes = slopes if len(slopes) == 1 else along_channels("weight", slopes, x)
    y: Array = np.where(x > 0, x, slopes * x)
    return y


def elu_definition(x: Any, alpha: float = 1.0) -> Array:
    """Y = X if X > 0, else alpha * (exp(X) - 1); an object array."""
    x = objects(x)
    return tabulate(x.shape, lambda *i: _exponential_unit(x[i], alpha, x[i]))


def _exponential_unit(x: Any, alpha: float, exponent: Any) -> Any:
    below = alpha * (function("exp", exponent) - 1)
    return x if x > 0 else below


def elu(x: Any, alpha: float = 1.0) -> Array:
    """``x`` where it is positive, ``alpha`` times exp(x) - 1 elsewhere.

    >>> elu(np.array([-1000.0, 2.0]))
    array([-1.,  2.])
    """
    x = reals(x)
    y: Array = np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
    return y


SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def selu_definition(x: Any) -> Array:
    """Y = scale * (X if X > 0, else alpha * (exp(X) - 1)); an object array."""
    x = objects(x)
    return tabulate(x.shape, lambda *i: SELU_SCALE * _exponential_unit(x[i], SELU_ALPHA, x[i]))


def selu(x: Any) -> Array:
    """The self-normalising exponential linear unit.

    >>> selu(np.array([0.0, 1.0])).round(4)
    array([0.    , 1.0507])
    """
    y: Array = SELU_SCALE * elu(x, SELU_ALPHA)
    return y


def celu_definition(x: Any, alpha: float = 1.0) -> Array:
    """Y = X if X > 0, else alpha * (exp(X / alpha) - 1); an object array."""
    x = objects(x)
    return tabulate(x.shape, lambda *i: _exponential_unit(x[i], alpha, x[i] / alpha))


def celu(x: Any, alpha: float = 1.0) -> Array:
    """``x`` where it is positive, ``alpha`` times exp(x/alpha) - 1 elsewhere.

    >>> celu(np.array([-1000.0, 2.0]), alpha=0.5)
    array([-0.5,  2. ])
    """
    x = reals(x)
    y: Array = np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha))
    return y


def softplus_definition(x: Any, beta: float = 1.0) -> Array:
    """Y = log(1 + exp(beta * X)) / beta; an object array."""
    x = objects(x)
    return tabulate(x.shape, lambda *i: function("log", 1 + function("exp", beta * x[i])) / beta)


def softplus(x: Any, beta: float = 1.0) -> Array:
    """log(1 + exp(beta * x)) / beta, without overflow.

    >>> softplus(np.array([-1000.0, 1000.0]))
    array([   0., 1000.])
    """
    y: Array = np.logaddexp(0, beta * reals(x)) / beta
    return y


def log_sigmoid_definition(x: Any) -> Array:
    """Y = -log(1 + exp(-X)); an object array."""
    x = objects(x)
    return tabulate(x.shape, lambda *i: -function("log", 1 + function("exp", -x[i])))


def log_sigmoid(x: Any) -> Array:
    """-log(1 + exp(-x)), without overflow.

    >>> log_sigmoid(np.array([-1000.0, 1000.0]))
    array([-1000.,    -0.])
    """
    y: Array = -np.logaddexp(0, -reals(x))
    return y


def mish_definition(x: Any) -> Array:
    """Y = X * tanh(log(1 + exp(X))); an object array."""
    x = objects(x)
    return tabulate(x.shape, lambda *i: x[i] * function("tanh", function("log", 1 + function("exp", x[i]))))


def mish(x: Any) -> Array:
    """``x`` times the hyperbolic tangent of its softplus.

    >>> mish(np.array([0.0, 1000.0]))
    array([   0., 1000.])
    """
    y: Array = reals(x) * np.tanh(softplus(x))
    return y


def log_softmax_definition(x: Any, dim: int = 1) -> Array:
    """Y[c] = X[c] - log(sum over q of exp(X[q])) along axis ``dim``; an object array."""
    x = np.moveaxis(_within_floats(objects(x), dim), dim, -1)
    sums = tabulate(x.shape[:-1], lambda *i: function("log", total(function("exp", q) for q in x[i])))
    return np.moveaxis(tabulate(x.shape, lambda *i: x[i] - sums[i[:-1]]), -1, dim)


def log_softmax(x: Any, dim: int = 1) -> Array:
    """The logarithm of softmax along axis ``dim``, the channels unless given, without overflow.

    >>> log_softmax(np.array([[1000.0, 1000.0]])).round(4)
    array([[-0.6931, -0.6931]])
    """
    x = np.asarray(x)
    apart = x - x.max(axis=dim, keepdims=True)
    y: Array = apart - np.log(np.exp(apart).sum(axis=dim, keepdims=True))
    return y


def glu_definition(x: Any, dim: int = -1) -> Array:
    """Y = A / (1 + exp(-B)), A and B the halves of X along axis ``dim``; an object array."""
    first, second = _halves(objects(x), dim)
    return tabulate(first.shape, lambda *i: first[i] / (1 + function("exp", -second[i])))


def glu(x: Any, dim: int = -1) -> Array:
    """The first half of axis ``dim`` times the sigmoid of the second.

    >>> glu(np.array([[4.0, 0.0]]))
    array([[2.]])
    """
    first, second = _halves(reals(x), dim)
    return first * sigmoid(second)


def _halves(x: Array, dim: int) -> tuple[Array, Array]:
    each = members(f"axis {dim}", x.shape[dim], 2)
    first, second = np.split(x, [each], axis=dim)
    return first, second


def identity_definition(x: Any) -> Array:
    """Y = X; an object array."""
    return objects(x)


def identity(x: Any) -> Array:
    """``x`` itself.

    >>> identity(np.array([1, 2]))
    array([1, 2])
    """
    return np.asarray(x)
