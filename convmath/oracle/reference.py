"""Each layer's face to the NumPy reference: which operator it is, and the weights it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import singledispatch
from typing import Any, TypeAlias

import convmath_reference
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
from convmath.layers.pad import ConstantPad, Pad
from convmath.layers.parameter import Affine, Parameter
from convmath.layers.pool import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, MaxPool, Subsample
from convmath.layers.reduce import Mean
from convmath.layers.reshape import ChannelShuffle, Flatten, Permute, Reshape, Slice
from convmath.layers.resize import Upsample

Call: TypeAlias = tuple[str, tuple[Any, ...], dict[str, Any]]
Weights: TypeAlias = Mapping[str, Any]

PLAIN = {  # layers that are an operator of the same arguments: its name, and which of them it takes
    ReLU: ("relu", ()),
    ReLU6: ("relu6", ()),
    LeakyReLU: ("leaky_relu", ("negative_slope",)),
    Sigmoid: ("sigmoid", ()),
    Tanh: ("tanh", ()),
    SiLU: ("silu", ()),
    Hardsigmoid: ("hardsigmoid", ()),
    Hardswish: ("hardswish", ()),
    GELU: ("gelu", ()),
    Softmax: ("softmax", ()),
    Dropout: ("dropout", ()),
    Add: ("add", ()),
    Multiply: ("multiply", ()),
    Concat: ("concat", ("dim",)),
    Mean: ("mean", ("dim", "keepdim")),
    Affine: ("affine", ("scale", "shift")),
    Flatten: ("flatten", ("start_dim", "end_dim")),
    Permute: ("permute", ("dims",)),
    ChannelShuffle: ("channel_shuffle", ("groups",)),
    Slice: ("cut", ("dim", "start", "stop", "step")),
    Reshape: ("reshape", ("shape",)),
    MaxPool: ("max_pool", ("kernel_size", "stride", "padding", "dilation", "ceil_mode")),
    LocalResponseNorm: ("local_response_norm", ("size", "alpha", "beta", "k")),
}


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
def _(layer: RadialBasis, arrays: tuple[Any, ...], weights: Weights) -> Call:
    return "radial_basis", (*arrays, weights["weight"]), {}


@operator.register
def _(layer: BatchNorm, arrays: tuple[Any, ...], weights: Weights) -> Call:
    statistics = (weights["running_mean"], weights["running_var"])
    return "batch_norm", (*arrays, *statistics, weights.get("weight"), weights.get("bias"), layer.eps), {}


@operator.register
def _(layer: GroupNorm, arrays: tuple[Any, ...], weights: Weights) -> Call:
    trained = weights.get("weight"), weights.get("bias")
    return "group_norm", (*arrays, layer.num_groups, *trained, layer.eps), {}


@operator.register
def _(layer: LayerNorm, arrays: tuple[Any, ...], weights: Weights) -> Call:
    trained = weights.get("weight"), weights.get("bias")
    return "layer_norm", (*arrays, layer.normalised(), *trained, layer.eps), {}


@operator.register
def _(layer: Upsample, arrays: tuple[Any, ...], weights: Weights) -> Call:
    sizes = layer.outputs(arrays[0].shape[1:])
    return "upsample", (*arrays, sizes), _options(layer, "mode", "align_corners")


@operator.register
def _(layer: Parameter, arrays: tuple[Any, ...], weights: Weights) -> Call:
    return "parameter", (weights["weight"],), {}


def _plain(layer: Layer, arrays: tuple[Any, ...], weights: Weights) -> Call:
    name, options = next(PLAIN[kind] for kind in type(layer).__mro__ if kind in PLAIN)
    return name, arrays, _options(layer, *options)


for _kind in PLAIN:
    operator.register(_kind, _plain)


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
def _(layer: RadialBasis) -> dict[str, tuple[int, ...]]:
    return {"weight": (int(layer.out_features), int(layer.in_features))}


@weight_shapes.register
def _(layer: Subsample) -> dict[str, tuple[int, ...]]:
    return dict.fromkeys(("weight", "bias"), (int(layer.channels),))


@weight_shapes.register
def _(layer: BatchNorm) -> dict[str, tuple[int, ...]]:
    names = ("weight", "bias") if layer.affine else ()
    return dict.fromkeys((*names, "running_mean", "running_var"), (int(layer.num_features),))


@weight_shapes.register
def _(layer: GroupNorm) -> dict[str, tuple[int, ...]]:
    return dict.fromkeys(("weight", "bias") if layer.affine else (), (int(layer.num_channels),))


@weight_shapes.register
def _(layer: LayerNorm) -> dict[str, tuple[int, ...]]:
    named = {"weight": layer.elementwise_affine, "bias": layer.elementwise_affine and layer.bias}
    shape = tuple(map(int, layer.normalised()))
    return {name: shape for name, held in named.items() if held}


@weight_shapes.register
def _(layer: Parameter) -> dict[str, tuple[int, ...]]:
    return {"weight": tuple(map(int, layer.shape))}
