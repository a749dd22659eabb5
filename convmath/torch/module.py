"""Each layer's face to PyTorch: its own module where it has one, else one from ``modules``."""

from __future__ import annotations

import operator
from functools import reduce, singledispatch
from typing import Any

import torch
from torch import nn

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
from convmath.layers.pad import ConstantPad, Pad, SymmetricPad
from convmath.layers.parameter import Affine, Parameter
from convmath.layers.pool import AdaptiveAvgPool, AdaptiveMaxPool, AdaptivePool, AvgPool, MaxPool, Subsample
from convmath.layers.reduce import Mean
from convmath.layers.reshape import ChannelShuffle, Flatten, Permute, Reshape, Slice
from convmath.layers.resize import Upsample
from convmath.torch import modules
from convmath.torch.functional import flat


def to_module(layer: Layer) -> Any:
    """The layer as a ``torch.nn.Module`` in evaluation mode.

    Parameters have PyTorch's names and shapes.  Inputs are (N, C, *spatial), or (N, ..., features).
    Raises ConvmathError for a layer with symbols in it or one that has no face to PyTorch.

    >>> from convmath import MaxPool2d
    >>> to_module(MaxPool2d(3, stride=2))
    MaxPool2d(kernel_size=(3, 3), stride=(2, 2), padding=(0, 0), dilation=(1, 1), ceil_mode=False)
    """
    return module(layer).eval()


@singledispatch
def module(layer: Layer) -> Any:
    """The module of a layer; one case a family."""
    raise ConvmathError(f"{layer!r} has no PyTorch module; register one with convmath.torch.module.module")


def _named(name: str, rank: int) -> Any:
    return getattr(nn, f"{name}{rank}d")


def symmetric(pairs: Any) -> tuple[int, ...] | None:
    """One padding an axis where both sides are equal on every axis, else None."""
    return tuple(begin for begin, _ in pairs) if all(begin == end for begin, end in pairs) else None


@module.register
def _(layer: Conv) -> Any:
    if layer.padding == "same" and set(per_axis(layer, "stride", layer.rank)) == {1}:
        padding: Any = "same"
    elif layer.padding == "same":
        return modules.PaddedConv(layer)
    else:
        padding = symmetric([(w.begin, w.end) for w in layer.windows((1,) * layer.rank)])
    if padding is None or layer.connections is not None or layer.flip_kernel:
        return modules.PaddedConv(layer)
    names = ("in_channels", "out_channels", "kernel_size", "stride")
    rest = {name: getattr(layer, name) for name in ("dilation", "groups", "bias", "padding_mode")}
    return _named("Conv", layer.rank)(*(getattr(layer, name) for name in names), padding, **rest)


@module.register
def _(layer: ConvTranspose) -> Any:
    padding = symmetric([(w.begin, w.end) for w in layer.windows()])
    if padding is None:
        return modules.CroppedConvTranspose(layer)
    names = ("in_channels", "out_channels", "kernel_size", "stride")
    rest = {name: getattr(layer, name) for name in ("output_padding", "groups", "bias", "dilation")}
    return _named("ConvTranspose", layer.rank)(*(getattr(layer, name) for name in names), padding, **rest)


def _pool_padding(layer: MaxPool | AvgPool) -> tuple[int, ...] | None:
    entries = per_axis(layer, "padding", layer.rank)
    return symmetric([p if isinstance(p, tuple) else (p, p) for p in entries])


def _pool_arguments(layer: MaxPool | AvgPool) -> tuple[Any, Any]:
    kernel = per_axis(layer, "kernel_size", layer.rank)
    return kernel, kernel if layer.stride is None else per_axis(layer, "stride", layer.rank)


@module.register
def _(layer: MaxPool) -> Any:
    padding = _pool_padding(layer)
    if padding is None:
        return modules.PaddedMaxPool(layer)
    dilation = per_axis(layer, "dilation", layer.rank)
    pool = _named("MaxPool", layer.rank)
    return pool(*_pool_arguments(layer), padding, dilation, ceil_mode=layer.ceil_mode)


@module.register
def _(layer: AvgPool) -> Any:
    padding = _pool_padding(layer)
    overridden = layer.divisor_override is not None
    if padding is None or (overridden and layer.rank == 1):
        return modules.PaddedAvgPool(layer)
    override = {"divisor_override": layer.divisor_override} if overridden else {}
    pool = _named("AvgPool", layer.rank)
    flags = {"ceil_mode": layer.ceil_mode, "count_include_pad": layer.count_include_pad}
    return pool(*_pool_arguments(layer), padding, **flags, **override)


@module.register
def _(layer: Subsample) -> Any:
    return modules.Subsample(layer)


@module.register
def _(layer: AdaptiveMaxPool) -> Any:
    return _adaptive(layer, "AdaptiveMaxPool", "adaptive_max_pool")


@module.register
def _(layer: AdaptiveAvgPool) -> Any:
    return _adaptive(layer, "AdaptiveAvgPool", "adaptive_avg_pool")


def _adaptive(layer: AdaptivePool, name: str, function: str) -> Any:
    wanted = per_axis(layer, "output_size", layer.rank)
    if None in wanted:
        return modules.KeepingAdaptivePool(layer, function)
    return _named(name, layer.rank)(wanted if layer.rank > 1 else wanted[0])


@module.register
def _(layer: Pad) -> Any:
    return getattr(nn, type(layer).__name__)(flat(layer.pairs()))


@module.register
def _(layer: ConstantPad) -> Any:
    if isinstance(layer.value, tuple):
        return modules.ChannelPad(layer, layer.value)
    return getattr(nn, type(layer).__name__)(flat(layer.pairs()), layer.value)


@module.register
def _(layer: SymmetricPad) -> Any:
    return modules.SymmetricPad(layer)


@module.register
def _(layer: Linear) -> Any:
    return nn.Linear(layer.in_features, layer.out_features, layer.bias)


@module.register
def _(layer: RadialBasis) -> Any:
    return modules.RadialBasis(layer.in_features, layer.out_features)


@module.register
def _(layer: BatchNorm) -> Any:
    return getattr(nn, type(layer).__name__)(layer.num_features, layer.eps, affine=layer.affine)


@module.register
def _(layer: LocalResponseNorm) -> Any:
    return nn.LocalResponseNorm(layer.size, layer.alpha, layer.beta, layer.k)


@module.register
def _(layer: GroupNorm) -> Any:
    return nn.GroupNorm(layer.num_groups, layer.num_channels, layer.eps, layer.affine)


@module.register
def _(layer: LayerNorm) -> Any:
    return nn.LayerNorm(layer.normalised(), layer.eps, layer.elementwise_affine, layer.bias)


@module.register
def _(layer: Dropout) -> Any:
    return nn.Dropout(layer.p)


@module.register
def _(layer: LeakyReLU) -> Any:
    return nn.LeakyReLU(layer.negative_slope)


@module.register(ReLU)
@module.register(ReLU6)
@module.register(Sigmoid)
@module.register(Tanh)
@module.register(SiLU)
@module.register(Hardsigmoid)
@module.register(Hardswish)
@module.register(GELU)
def _(layer: Layer) -> Any:
    return getattr(nn, type(layer).__name__)()


@module.register
def _(layer: Softmax) -> Any:
    return nn.Softmax(dim=1)


@module.register
def _(layer: Flatten) -> Any:
    return nn.Flatten(layer.start_dim, layer.end_dim)


@module.register
def _(layer: ChannelShuffle) -> Any:
    return nn.ChannelShuffle(layer.groups)


@module.register
def _(layer: Upsample) -> Any:
    corners = None if layer.mode == "nearest" else layer.align_corners
    return nn.Upsample(layer.size, layer.scale_factor, layer.mode, corners)


@module.register
def _(layer: Parameter) -> Any:
    return modules.Array(layer.shape, layer.trainable)


@module.register
def _(layer: Reshape) -> Any:
    return modules.Function(lambda x: x.reshape(len(x), *layer.shape))


@module.register
def _(layer: Permute) -> Any:
    return modules.Function(lambda x: x.permute(layer.dims))


@module.register
def _(layer: Slice) -> Any:
    cut = (slice(None),) * layer.dim + (slice(layer.start, layer.stop, layer.step),)
    return modules.Function(lambda x: x[cut])


@module.register
def _(layer: Mean) -> Any:
    return modules.Function(lambda x: x.mean(layer.dim, layer.keepdim))


@module.register
def _(layer: Affine) -> Any:
    return modules.Function(lambda x: x * layer.scale + layer.shift)


@module.register
def _(layer: Concat) -> Any:
    return modules.Function(lambda *xs: torch.cat(xs, layer.dim))


@module.register
def _(layer: Add) -> Any:
    return modules.Function(lambda *xs: reduce(operator.add, modules.aligned(xs)))


@module.register
def _(layer: Multiply) -> Any:
    return modules.Function(lambda *xs: reduce(operator.mul, modules.aligned(xs)))
