"""Each layer's face to PyTorch, by rule: the module of its name and arguments."""

from __future__ import annotations

import operator
from dataclasses import fields
from functools import cache, reduce, singledispatch
from inspect import signature
from typing import Any

import torch
from torch import nn

import convmath.torch.modules as modules
from convmath.errors import ConvmathError
from convmath.layers.adaptive import AdaptiveAvgPool, AdaptiveMaxPool
from convmath.layers.arguments import per_axis
from convmath.layers.base import Layer
from convmath.layers.conv import Conv
from convmath.layers.conv_transpose import ConvTranspose
from convmath.layers.join import Add, Concat, Multiply
from convmath.layers.linear import RadialBasis
from convmath.layers.pad import ConstantPad, SymmetricPad
from convmath.layers.parameter import Affine, Parameter
from convmath.layers.pool import AvgPool, MaxPool, Subsample
from convmath.layers.reduce import Amax, Mean, Std, Sum
from convmath.layers.reshape import Permute, Reshape, Slice
from convmath.layers.resize import Upsample
from convmath.layers.sliding import padding_pairs


def to_module(layer: Layer) -> Any:
    """The layer as a ``torch.nn.Module`` in evaluation mode.

    Parameters have PyTorch's names and shapes.  Inputs are (N, C, *spatial), or (N, ..., features).
    Raises ConvmathError for a layer with symbols in it or one that has no face to PyTorch.

    >>> from convmath import MaxPool2d
    >>> to_module(MaxPool2d(3, stride=2))
    MaxPool2d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=False)
    """
    return module(layer).eval()


def module(layer: Layer) -> Any:
    """The module of a layer."""
    found = special(layer)
    return by_rule(layer) if found is None else found


def by_rule(layer: Layer, **changed: Any) -> Any:
    """PyTorch's module of the same name, with the arguments of the same names."""
    kind = next((getattr(nn, of.__name__) for of in type(layer).__mro__ if hasattr(nn, of.__name__)), None)
    if kind is None:
        raise ConvmathError(
            f"{layer!r} has no PyTorch module; register one with convmath.torch.module.special"
        )
    taken = _arguments(kind)
    given = {f.name: getattr(layer, f.name) for f in fields(layer) if f.name in taken}  # type: ignore[arg-type]
    return kind(**given | changed)


@cache
def _arguments(kind: Any) -> frozenset[str]:
    return frozenset(signature(kind.__init__).parameters)


@singledispatch
def special(layer: Layer) -> Any:
    """The module of a layer for which PyTorch has none of its name and arguments; else None."""
    return None


def symmetric(layer: Any) -> tuple[int, ...] | None:
    """One padding an axis where both sides are equal on every axis, else None."""
    pairs = padding_pairs(layer, layer.rank)
    return tuple(p[0] for p in pairs) if all(p[0] == p[1] for p in pairs) else None  # type: ignore[misc]


@special.register
def _(layer: Conv) -> Any:
    own = layer.connections is None and not layer.flip_kernel
    if layer.padding == "same":
        return None if own and layer.stride == 1 else modules.PaddedConv(layer)
    sides = [(w.begin, w.end) for w in layer.windows((1,) * layer.rank)]
    if not own or any(begin != end for begin, end in sides):
        return modules.PaddedConv(layer)
    return by_rule(layer, padding=tuple(begin for begin, _ in sides))


@special.register
def _(layer: ConvTranspose) -> Any:
    padding = symmetric(layer)
    return modules.CroppedConvTranspose(layer) if padding is None else by_rule(layer, padding=padding)


@special.register
def _(layer: MaxPool) -> Any:
    return modules.PaddedMaxPool(layer) if symmetric(layer) is None else None


@special.register
def _(layer: AvgPool) -> Any:
    overridden = layer.divisor_override is not None
    if symmetric(layer) is None or (overridden and layer.rank == 1):
        return modules.PaddedAvgPool(layer)
    return None


@special.register
def _(layer: Subsample) -> Any:
    return modules.Subsample(layer)


@special.register
def _(layer: AdaptiveMaxPool) -> Any:
    return _adaptive(layer, "adaptive_max_pool")


@special.register
def _(layer: AdaptiveAvgPool) -> Any:
    return _adaptive(layer, "adaptive_avg_pool")


def _adaptive(layer: Any, function: str) -> Any:
    wanted = per_axis(layer, "output_size", layer.rank)
    if None in wanted:
        return modules.KeepingAdaptivePool(layer, function)
    name = type(layer).__name__.replace("Global", "Adaptive")
    return getattr(nn, name)(wanted if layer.rank > 1 else wanted[0])


@special.register
def _(layer: ConstantPad) -> Any:
    return modules.ChannelPad(layer, layer.value) if isinstance(layer.value, tuple) else None


@special.register
def _(layer: SymmetricPad) -> Any:
    return modules.SymmetricPad(layer)


@special.register
def _(layer: RadialBasis) -> Any:
    return modules.RadialBasis(int(layer.in_features), int(layer.out_features))


@special.register
def _(layer: Upsample) -> Any:
    corners = None if layer.mode == "nearest" else layer.align_corners
    return by_rule(layer, align_corners=corners)


@special.register
def _(layer: Parameter) -> Any:
    return modules.Array(tuple(map(int, layer.shape)), layer.trainable)


@special.register
def _(layer: Reshape) -> Any:
    return modules.Function(lambda x: x.reshape(len(x), *layer.shape))


@special.register
def _(layer: Permute) -> Any:
    return modules.Function(lambda x: x.permute(layer.dims))


@special.register
def _(layer: Slice) -> Any:
    cut = (slice(None),) * int(layer.dim) + (slice(layer.start, layer.stop, layer.step),)
    return modules.Function(lambda x: x[cut])


@special.register
def _(layer: Mean) -> Any:
    return modules.Function(lambda x: x.mean(layer.dim, layer.keepdim))


@special.register
def _(layer: Sum) -> Any:
    return modules.Function(lambda x: x.sum(layer.dim, layer.keepdim))


@special.register
def _(layer: Amax) -> Any:
    return modules.Function(lambda x: x.amax(layer.dim, layer.keepdim))


@special.register
def _(layer: Std) -> Any:
    return modules.Function(lambda x: x.std(layer.dim, correction=layer.correction, keepdim=layer.keepdim))


@special.register
def _(layer: Affine) -> Any:
    return modules.Function(lambda x: x * layer.scale + layer.shift)


@special.register
def _(layer: Concat) -> Any:
    return modules.Function(lambda *xs: torch.cat(xs, layer.dim))


@special.register
def _(layer: Add) -> Any:
    return modules.Function(lambda *xs: reduce(operator.add, modules.aligned(xs)))


@special.register
def _(layer: Multiply) -> Any:
    return modules.Function(lambda *xs: reduce(operator.mul, modules.aligned(xs)))
