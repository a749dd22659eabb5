"""Each layer's face to the NumPy reference: which operator it is, and the weights it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import singledispatch
from typing import Any, TypeAlias

import convmath_reference
from convmath.errors import ConvmathError
from convmath.layers.activation import Dropout, ReLU, ReLU6, Sigmoid, Softmax, Tanh
from convmath.layers.base import Layer, per_axis
from convmath.layers.conv import Conv
from convmath.layers.conv_transpose import ConvTranspose
from convmath.layers.join import Add, Concat
from convmath.layers.linear import Linear
from convmath.layers.norm import BatchNorm, LocalResponseNorm
from convmath.layers.pad import ConstantPad, Pad
from convmath.layers.pool import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, MaxPool, Subsample
from convmath.layers.reshape import Flatten, Reshape

Call: TypeAlias = tuple[str, tuple[Any, ...], dict[str, Any]]
Weights: TypeAlias = Mapping[str, Any]

POINTWISE = {
    ReLU: "relu",
    ReLU6: "relu6",
    Sigmoid: "sigmoid",
    Tanh: "tanh",
    Softmax: "softmax",
    Dropout: "dropout",
}
JOINS = {Flatten: "flatten", Add: "add", Concat: "concat"}


def reference_call(
    layer: Layer, arrays: tuple[Any, ...], weights: Weights, *, definition: bool = False
) -> Any:
    """What the reference makes of arrays (N, C, *spatial) with weights under PyTorch's names.

    ``definition`` runs the loops that read like the formula, on elements of any type, instead of the
    fast kernel.

    >>> import numpy as np
    >>> from convmath import Conv1d
    >>> x, weight = np.array([[[1, 2, 3, 4]]]), np.array([[[1, 0, -1]]])
    >>> reference_call(Conv1d(1, 1, 3, bias=False), (x,), {"weight": weight})
    array([[[-2, -2]]])
    """
    name, positional, named = operator(layer, arrays, weights)
    function: Callable[..., Any] = getattr(convmath_reference, f"{name}_definition" if definition else name)
    return function(*positional, **named)


@singledispatch
def operator(layer: Layer, arrays: tuple[Any, ...], weights: Weights) -> Call:
    """The operator's name in the reference, and its arguments."""
    raise ConvmathError(f"{layer!r} has no reference; register one with convmath.oracle.reference.operator")


def _options(layer: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(layer, name) for name in names}


@operator.register
def _(layer: Conv, arrays: tuple[Any, ...], weights: Weights) -> Call:
    names = ("stride", "padding", "dilation", "groups", "padding_mode", "connections", "flip_kernel")
    return "conv", (*arrays, weights["weight"], weights.get("bias")), _options(layer, *names)


@operator.register
def _(layer: ConvTranspose, arrays: tuple[Any, ...], weights: Weights) -> Call:
    names = ("stride", "padding", "output_padding", "dilation", "groups")
    return "conv_transpose", (*arrays, weights["weight"], weights.get("bias")), _options(layer, *names)


@operator.register
def _(layer: MaxPool, arrays: tuple[Any, ...], weights: Weights) -> Call:
    return "max_pool", arrays, _options(layer, "kernel_size", "stride", "padding", "dilation", "ceil_mode")


@operator.register
def _(layer: AvgPool, arrays: tuple[Any, ...], weights: Weights) -> Call:
    window = ("kernel_size", "stride", "padding", "ceil_mode")
    return "avg_pool", arrays, _options(layer, *window, "count_include_pad", "divisor_override")


@operator.register
def _(layer: Subsample, arrays: tuple[Any, ...], weights: Weights) -> Call:
    positional = (*arrays, weights["weight"], weights["bias"])
    return "subsample", positional, _options(layer, "kernel_size", "stride")


@operator.register
def _(layer: AdaptiveMaxPool, arrays: tuple[Any, ...], weights: Weights) -> Call:
    return "adaptive_max_pool", (*arrays, _sizes(layer, arrays[0])), {}


@operator.register
def _(layer: AdaptiveAvgPool, arrays: tuple[Any, ...], weights: Weights) -> Call:
    return "adaptive_avg_pool", (*arrays, _sizes(layer, arrays[0])), {}


def _sizes(layer: Any, x: Any) -> list[int]:
    """The wanted sizes; None is the size of the input's axis."""
    wanted = per_axis(layer, "output_size", layer.rank)
    return [n if size is None else size for n, size in zip(x.shape[2:], wanted, strict=True)]


@operator.register
def _(layer: Pad, arrays: tuple[Any, ...], weights: Weights) -> Call:
    value = layer.value if isinstance(layer, ConstantPad) else 0
    return "pad", (*arrays, layer.pairs(), layer.mode, value), {}


@operator.register
def _(layer: Linear, arrays: tuple[Any, ...], weights: Weights) -> Call:
    return "linear", (*arrays, weights["weight"], weights.get("bias")), {}


@operator.register
def _(layer: BatchNorm, arrays: tuple[Any, ...], weights: Weights) -> Call:
    statistics = (weights["running_mean"], weights["running_var"])
    return "batch_norm", (*arrays, *statistics, weights.get("weight"), weights.get("bias"), layer.eps), {}


@operator.register
def _(layer: LocalResponseNorm, arrays: tuple[Any, ...], weights: Weights) -> Call:
    return "local_response_norm", arrays, _options(layer, "size", "alpha", "beta", "k")


@operator.register(ReLU)
@operator.register(ReLU6)
@operator.register(Sigmoid)
@operator.register(Tanh)
@operator.register(Softmax)
@operator.register(Dropout)
@operator.register(Flatten)
@operator.register(Add)
@operator.register(Concat)
def _(layer: Layer, arrays: tuple[Any, ...], weights: Weights) -> Call:
    return (POINTWISE | JOINS)[type(layer)], arrays, {}


@operator.register
def _(layer: Reshape, arrays: tuple[Any, ...], weights: Weights) -> Call:
    return "reshape", (*arrays, layer.shape), {}


@singledispatch
def weight_shapes(layer: Layer) -> dict[str, tuple[int, ...]]:
    """The shape of each weight array, statistics included, as PyTorch lays them out.

    >>> from convmath import Conv2d
    >>> weight_shapes(Conv2d(4, 6, 3, groups=2))
    {'weight': (6, 2, 3, 3), 'bias': (6,)}
    """
    return {}


@weight_shapes.register
def _(layer: Conv) -> dict[str, tuple[int, ...]]:
    kernel = per_axis(layer, "kernel_size", layer.rank)
    weight = (layer.out_channels, int(layer.in_channels) // int(layer.groups), *kernel)
    return {"weight": weight} | ({"bias": (layer.out_channels,)} if layer.bias else {})


@weight_shapes.register
def _(layer: ConvTranspose) -> dict[str, tuple[int, ...]]:
    kernel = per_axis(layer, "kernel_size", layer.rank)
    weight = (layer.in_channels, int(layer.out_channels) // int(layer.groups), *kernel)
    return {"weight": weight} | ({"bias": (layer.out_channels,)} if layer.bias else {})


@weight_shapes.register
def _(layer: Linear) -> dict[str, tuple[int, ...]]:
    weight = (int(layer.out_features), int(layer.in_features))
    return {"weight": weight} | ({"bias": weight[:1]} if layer.bias else {})


@weight_shapes.register
def _(layer: Subsample) -> dict[str, tuple[int, ...]]:
    return dict.fromkeys(("weight", "bias"), (int(layer.channels),))


@weight_shapes.register
def _(layer: BatchNorm) -> dict[str, tuple[int, ...]]:
    names = ("weight", "bias") if layer.affine else ()
    return dict.fromkeys((*names, "running_mean", "running_var"), (int(layer.num_features),))
