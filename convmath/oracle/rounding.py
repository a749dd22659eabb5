"""How errors grow through a layer in float64: what the inputs' errors become, and what rounding adds.

Let every implementation's value of an input lie within ``error`` of the exact one.  Then it lies within
``2*error`` of the reference's, and a sum of K products of it, in whatever order it is added up, within
``|w| error + gamma_K |w| |x|`` of the exact sum, with ``gamma_K = K*u/(1 - K*u)`` and u = 2**-53.

Higham, "Accuracy and Stability of Numerical Algorithms" (2002), section 3.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce, singledispatch
from math import prod
from typing import Any, NamedTuple

import numpy as np

from convmath.errors import ConvmathError
from convmath.layers.activation import (
    GELU,
    Dropout,
    Hardsigmoid,
    Hardswish,
    LeakyReLU,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Tanh,
)
from convmath.layers.base import Layer, per_axis
from convmath.layers.conv import Conv
from convmath.layers.conv_transpose import ConvTranspose
from convmath.layers.join import Add, Concat, Multiply
from convmath.layers.linear import Linear, RadialBasis
from convmath.layers.norm import BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm
from convmath.layers.pad import Pad
from convmath.layers.parameter import Affine, Parameter
from convmath.layers.pool import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, MaxPool, Subsample
from convmath.layers.reduce import Mean
from convmath.layers.reshape import ChannelShuffle, Flatten, Permute, Reshape, Slice
from convmath.layers.resize import Upsample
from convmath.oracle.reference import reference_call
from convmath_reference import pad

Weights = Mapping[str, Any]
U = 2.0**-53  # half a unit in the last place of 1, the most that one operation rounds
ROUNDS = (  # the layers that round even on small whole numbers, whose sums and products are exact
    *(AvgPool, AdaptiveAvgPool, Mean, Upsample, Affine, LeakyReLU, Sigmoid, Tanh, SiLU, GELU),
    *(Hardsigmoid, Hardswish, Softmax, BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm),
)


class Result(NamedTuple):
    """What the reference computed, and how far any implementation may be from the exact value."""

    value: Any
    error: Any

    @property
    def size(self) -> Any:
        """The most that any implementation's value can be in size."""
        return np.abs(self.value) + 2 * self.error


def gamma(operations: int) -> float:
    """The relative error of so many roundings; two more cover the rounding of the bound itself."""
    terms = (operations + 2) * U
    return terms / (1 - terms)


def allowed(layer: Layer, arrays: Sequence[Any], weights: Weights, value: Any) -> Any:
    """How far two implementations of a layer may be apart on whole numbers, element by element.

    >>> from convmath import Linear, Sigmoid
    >>> allowed(Linear(1, 1), [], {}, np.ones((1, 1))), allowed(Sigmoid(), [np.ones(1)], {}, np.ones(1)) > 0
    (array([[0.]]), array([ True]))
    """
    if not isinstance(layer, ROUNDS):
        return np.zeros_like(value)
    exact = [Result(x, np.zeros_like(x)) for x in arrays]
    return 2 * propagated(layer, exact, weights, value)


@singledispatch
def propagated(layer: Layer, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    """The error of a layer's output, element by element; one case a family.

    >>> from convmath import Linear
    >>> x = Result(np.ones((1, 2)), np.zeros((1, 2)))
    >>> error = propagated(Linear(2, 1, bias=False), [x], {"weight": np.ones((1, 2))}, np.full((1, 1), 2.0))
    >>> bool(0 < error[0, 0] < 1e-14)
    True
    """
    raise ConvmathError(f"{layer!r} has no bound; register one with convmath.oracle.rounding.propagated")


def _summed(layer: Layer, x: Result, weights: Weights, terms: int) -> Any:
    """Sums of products: the layer itself with its weights' sizes, on errors and on what rounding adds."""
    sizes = {name: np.abs(array) for name, array in weights.items() if name != "bias"}
    bias = {"bias": gamma(terms) * np.abs(weights["bias"])} if "bias" in weights else {}
    return reference_call(layer, (x.error + gamma(terms) * x.size,), sizes | bias)


@propagated.register
def _(layer: RadialBasis, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    """Squares of differences: each off by its own error and rounding, then a sum."""
    x, error, weight = inputs[0].value[:, None], inputs[0].error[:, None], weights["weight"]
    size, off = np.abs(x - weight), error + gamma(1) * (np.abs(x) + error + np.abs(weight))
    return (off * (2 * size + off) + gamma(weight.shape[1] + 1) * (size + off) ** 2).sum(axis=-1)


@propagated.register(Conv)
@propagated.register(Linear)
def _(layer: Layer, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    return _summed(layer, inputs[0], weights, prod(weights["weight"].shape[1:]) + 1)


@propagated.register
def _(layer: ConvTranspose, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    shape = weights["weight"].shape
    return _summed(layer, inputs[0], weights, prod(shape) // shape[1] + 1)


@propagated.register
def _(layer: Subsample, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    return _summed(layer, inputs[0], weights, prod(per_axis(layer, "kernel_size", layer.rank)) + 2)


@propagated.register
def _(layer: AvgPool, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    return _summed(layer, inputs[0], weights, prod(per_axis(layer, "kernel_size", layer.rank)) + 1)


@propagated.register
def _(layer: AdaptiveAvgPool, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    return _summed(layer, inputs[0], weights, prod(inputs[0].value.shape[2:]) + layer.rank)


@propagated.register(MaxPool)
@propagated.register(AdaptiveMaxPool)
@propagated.register(Concat)
@propagated.register(Dropout)
@propagated.register(Flatten)
@propagated.register(Reshape)
@propagated.register(Permute)
@propagated.register(ChannelShuffle)
@propagated.register(Slice)
def _(layer: Layer, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    """Nothing rounds: errors move as values do, and a largest value is off by at most the largest error."""
    return reference_call(layer, tuple(x.error for x in inputs), weights)


@propagated.register
def _(layer: Add, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    return reduce(np.add, aligned([x.error + gamma(len(inputs)) * x.size for x in inputs]))


@propagated.register
def _(layer: Multiply, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    """Every input at its largest, times the relative error, and each input's error times the others."""
    sizes = [x.size for x in inputs]
    terms = [gamma(len(inputs)) * reduce(np.multiply, aligned(sizes))]
    for place, x in enumerate(inputs):
        terms.append(reduce(np.multiply, aligned([*sizes[:place], x.error, *sizes[place + 1 :]])))
    return reduce(np.add, terms)


def aligned(arrays: Sequence[Any]) -> list[Any]:
    """Behind the samples, axes of size 1 put in until all have the same number."""
    rank = max(np.ndim(x) for x in arrays)
    return [np.reshape(x, x.shape[:1] + (1,) * (rank - x.ndim) + x.shape[1:]) for x in arrays]


@propagated.register
def _(layer: Parameter, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    return np.zeros_like(value)


@propagated.register
def _(layer: Pad, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    """Nothing rounds, and a constant has no error."""
    return pad(inputs[0].error, layer.pairs(), layer.mode)


@propagated.register
def _(layer: Affine, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    (x,) = inputs
    return abs(layer.scale) * (x.error + gamma(2) * x.size) + gamma(2) * abs(layer.shift)


@propagated.register
def _(layer: Mean, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    (x,) = inputs
    terms = prod(x.value.shape[axis] for axis in layer.dim)
    return reference_call(layer, (x.error + gamma(terms) * x.size,), weights)


@propagated.register
def _(layer: Upsample, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    """Nearest moves errors; linear takes a weighted mean, whose weights are rounded too."""
    (x,) = inputs
    if layer.mode == "nearest":
        return reference_call(layer, (x.error,), weights)
    longest = max(*x.value.shape[2:], *value.shape[2:])
    largest = x.size.max(axis=tuple(range(2, x.value.ndim)), keepdims=True)
    return reference_call(layer, (x.error,), weights) + gamma(8 * longest) * largest


@propagated.register
def _(layer: LeakyReLU, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    return inputs[0].error + U * np.abs(value)


@propagated.register
def _(layer: Hardsigmoid, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    """The slope is at most 1/6."""
    return inputs[0].error / 6 + 4 * U


@propagated.register(Hardswish)
@propagated.register(SiLU)
@propagated.register(GELU)
def _(layer: Layer, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    """The slope is at most 3/2; the gate may cancel, so what is added is relative to X."""
    (x,) = inputs
    return 1.5 * x.error + 32 * U * x.size


@propagated.register
def _(layer: ReLU, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    """No error where every implementation cuts off."""
    (x,) = inputs
    return np.where(x.value + 2 * x.error < 0, 0, x.error)


@propagated.register
def _(layer: ReLU6, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    (x,) = inputs
    cut = (x.value + 2 * x.error < 0) | (x.value - 2 * x.error > 6)
    return np.where(cut, 0, x.error)


@propagated.register
def _(layer: BatchNorm, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    """Scale, shift and folding of the statistics, at most 16 roundings of each term."""
    (x,) = inputs
    each = (-1, *(1,) * (x.value.ndim - 2))
    ones = np.ones(int(layer.num_features))
    gain = (np.abs(weights.get("weight", ones)) / np.sqrt(weights["running_var"] + layer.eps)).reshape(each)
    shift = np.abs(weights.get("bias", 0 * ones)).reshape(each)
    mean = np.abs(weights["running_mean"]).reshape(each)
    return gain * (x.error + gamma(16) * (x.size + mean)) + gamma(16) * shift


@propagated.register
def _(layer: GroupNorm, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    (x,) = inputs
    groups = int(layer.num_groups)
    value_rows, error_rows = (part.reshape(len(part), groups, -1) for part in (x.value, x.error))
    error = standardised_error(value_rows, error_rows, (2,), layer.eps).reshape(x.value.shape)
    return _weighed_error(weights, value, error, (-1, *(1,) * (x.value.ndim - 2)))


@propagated.register
def _(layer: LayerNorm, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    (x,) = inputs
    over = layer.normalised()
    axes = tuple(range(x.value.ndim))[-len(over) :]
    return _weighed_error(weights, value, standardised_error(x.value, x.error, axes, layer.eps), over)


def standardised_error(x: Any, error: Any, axes: tuple[int, ...], eps: float) -> Any:
    """Of ``(x - mean)/sqrt(variance + eps)``: mean and deviation move by at most the errors' own.

    PyTorch may take the variance as the mean of squares less the square of the mean, which cancels.
    """
    terms = prod(x.shape[axis] for axis in axes)

    def average(values: Any) -> Any:
        return values.mean(axis=axes, keepdims=True)

    moved = error + average(error) + gamma(terms + 4) * (np.abs(x) + average(np.abs(x)))
    apart = x - average(x)
    spread = np.sqrt(average(apart * apart) + eps)
    wider = np.sqrt(average(moved * moved)) + gamma(2 * terms + 8) * average(x * x) / spread
    least = np.maximum(spread - wider, np.sqrt(eps) if eps else U)
    return moved / least + (np.abs(apart) + moved) * (wider / (spread * least) + gamma(8) / least)


def _weighed_error(weights: Weights, value: Any, error: Any, shape: Any) -> Any:
    gain = np.abs(weights["weight"]).reshape(shape) if "weight" in weights else 1
    shift = np.abs(weights["bias"]).reshape(shape) if "bias" in weights else 0
    return gain * error + gamma(4) * (np.abs(value) + shift)


@propagated.register
def _(layer: Sigmoid, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    """The slope is at most 1/4."""
    return inputs[0].error / 4 + 32 * U * np.abs(value)


@propagated.register
def _(layer: Tanh, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    """The slope is at most 1."""
    return inputs[0].error + 32 * U * np.abs(value)


@propagated.register
def _(layer: Softmax, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    """Errors e of the exponents change a share by a factor within exp(2e)."""
    (x,) = inputs
    return value * (np.expm1(4 * x.error.max(axis=1, keepdims=True)) + (64 + x.value.shape[1]) * U)


@propagated.register
def _(layer: LocalResponseNorm, inputs: Sequence[Result], weights: Weights, value: Any) -> Any:
    """Y = x * b**-beta with b >= k: both factors' errors; the bases' through an average pool's window."""
    (x,) = inputs
    changed = 2 * x.size * x.error
    base = _channel_sums(layer, changed) * (layer.alpha / layer.size)
    slope = layer.beta * layer.k ** (-layer.beta - 1)
    return x.error * layer.k**-layer.beta + x.size * slope * base + (64 + layer.size) * U * np.abs(value)


def _channel_sums(layer: LocalResponseNorm, x: Any) -> Any:
    """Sums over the channels near each, an interval wider than the layer's own where it is even."""
    size = int(layer.size)
    sides = [(0, 0), (size // 2, size // 2), *[(0, 0)] * (x.ndim - 2)]
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, sides), 2 * (size // 2) + 1, axis=1)
    return windows.sum(axis=-1)
