"""The layers, one file a family, under PyTorch's names and with PyTorch's arguments.

A family is imported when one of its layers is first asked for, so that a question about a convolution
does not wait for the pools.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convmath.layers.activation import GELU as GELU
    from convmath.layers.activation import Dropout as Dropout
    from convmath.layers.activation import Hardsigmoid as Hardsigmoid
    from convmath.layers.activation import Hardswish as Hardswish
    from convmath.layers.activation import LeakyReLU as LeakyReLU
    from convmath.layers.activation import ReLU as ReLU
    from convmath.layers.activation import ReLU6 as ReLU6
    from convmath.layers.activation import Sigmoid as Sigmoid
    from convmath.layers.activation import SiLU as SiLU
    from convmath.layers.activation import Softmax as Softmax
    from convmath.layers.activation import Tanh as Tanh
    from convmath.layers.base import Layer as Layer
    from convmath.layers.base import Shape as Shape
    from convmath.layers.conv import Conv1d as Conv1d
    from convmath.layers.conv import Conv2d as Conv2d
    from convmath.layers.conv import Conv3d as Conv3d
    from convmath.layers.conv_transpose import ConvTranspose1d as ConvTranspose1d
    from convmath.layers.conv_transpose import ConvTranspose2d as ConvTranspose2d
    from convmath.layers.conv_transpose import ConvTranspose3d as ConvTranspose3d
    from convmath.layers.join import Add as Add
    from convmath.layers.join import Concat as Concat
    from convmath.layers.join import Multiply as Multiply
    from convmath.layers.linear import Linear as Linear
    from convmath.layers.linear import RadialBasis as RadialBasis
    from convmath.layers.norm import BatchNorm1d as BatchNorm1d
    from convmath.layers.norm import BatchNorm2d as BatchNorm2d
    from convmath.layers.norm import BatchNorm3d as BatchNorm3d
    from convmath.layers.norm import GroupNorm as GroupNorm
    from convmath.layers.norm import LayerNorm as LayerNorm
    from convmath.layers.norm import LocalResponseNorm as LocalResponseNorm
    from convmath.layers.pad import PADDING_NAMES as PADDING_NAMES
    from convmath.layers.pad import CircularPad1d as CircularPad1d
    from convmath.layers.pad import CircularPad2d as CircularPad2d
    from convmath.layers.pad import CircularPad3d as CircularPad3d
    from convmath.layers.pad import ConstantPad1d as ConstantPad1d
    from convmath.layers.pad import ConstantPad2d as ConstantPad2d
    from convmath.layers.pad import ConstantPad3d as ConstantPad3d
    from convmath.layers.pad import ReflectionPad1d as ReflectionPad1d
    from convmath.layers.pad import ReflectionPad2d as ReflectionPad2d
    from convmath.layers.pad import ReflectionPad3d as ReflectionPad3d
    from convmath.layers.pad import ReplicationPad1d as ReplicationPad1d
    from convmath.layers.pad import ReplicationPad2d as ReplicationPad2d
    from convmath.layers.pad import ReplicationPad3d as ReplicationPad3d
    from convmath.layers.pad import SymmetricPad1d as SymmetricPad1d
    from convmath.layers.pad import SymmetricPad2d as SymmetricPad2d
    from convmath.layers.pad import SymmetricPad3d as SymmetricPad3d
    from convmath.layers.pad import ZeroPad1d as ZeroPad1d
    from convmath.layers.pad import ZeroPad2d as ZeroPad2d
    from convmath.layers.pad import ZeroPad3d as ZeroPad3d
    from convmath.layers.parameter import Affine as Affine
    from convmath.layers.parameter import Parameter as Parameter
    from convmath.layers.pool import AdaptiveAvgPool1d as AdaptiveAvgPool1d
    from convmath.layers.pool import AdaptiveAvgPool2d as AdaptiveAvgPool2d
    from convmath.layers.pool import AdaptiveAvgPool3d as AdaptiveAvgPool3d
    from convmath.layers.pool import AdaptiveMaxPool1d as AdaptiveMaxPool1d
    from convmath.layers.pool import AdaptiveMaxPool2d as AdaptiveMaxPool2d
    from convmath.layers.pool import AdaptiveMaxPool3d as AdaptiveMaxPool3d
    from convmath.layers.pool import AvgPool1d as AvgPool1d
    from convmath.layers.pool import AvgPool2d as AvgPool2d
    from convmath.layers.pool import AvgPool3d as AvgPool3d
    from convmath.layers.pool import GlobalAvgPool2d as GlobalAvgPool2d
    from convmath.layers.pool import GlobalMaxPool2d as GlobalMaxPool2d
    from convmath.layers.pool import MaxPool1d as MaxPool1d
    from convmath.layers.pool import MaxPool2d as MaxPool2d
    from convmath.layers.pool import MaxPool3d as MaxPool3d
    from convmath.layers.pool import Subsample2d as Subsample2d
    from convmath.layers.reduce import Mean as Mean
    from convmath.layers.reshape import ChannelShuffle as ChannelShuffle
    from convmath.layers.reshape import Flatten as Flatten
    from convmath.layers.reshape import Permute as Permute
    from convmath.layers.reshape import Reshape as Reshape
    from convmath.layers.reshape import Slice as Slice
    from convmath.layers.resize import Upsample as Upsample

    LAYERS: tuple[type[Layer], ...]

FAMILIES = {
    "conv": (
        "Conv1d",
        "Conv2d",
        "Conv3d",
    ),
    "conv_transpose": (
        "ConvTranspose1d",
        "ConvTranspose2d",
        "ConvTranspose3d",
    ),
    "pool": (
        "MaxPool1d",
        "MaxPool2d",
        "MaxPool3d",
        "AvgPool1d",
        "AvgPool2d",
        "AvgPool3d",
        "AdaptiveMaxPool1d",
        "AdaptiveMaxPool2d",
        "AdaptiveMaxPool3d",
        "AdaptiveAvgPool1d",
        "AdaptiveAvgPool2d",
        "AdaptiveAvgPool3d",
        "GlobalAvgPool2d",
        "GlobalMaxPool2d",
        "Subsample2d",
    ),
    "pad": (
        "ConstantPad1d",
        "ConstantPad2d",
        "ConstantPad3d",
        "ZeroPad1d",
        "ZeroPad2d",
        "ZeroPad3d",
        "ReflectionPad1d",
        "ReflectionPad2d",
        "ReflectionPad3d",
        "SymmetricPad1d",
        "SymmetricPad2d",
        "SymmetricPad3d",
        "ReplicationPad1d",
        "ReplicationPad2d",
        "ReplicationPad3d",
        "CircularPad1d",
        "CircularPad2d",
        "CircularPad3d",
    ),
    "linear": ("Linear", "RadialBasis"),
    "norm": (
        "BatchNorm1d",
        "BatchNorm2d",
        "BatchNorm3d",
        "GroupNorm",
        "LayerNorm",
        "LocalResponseNorm",
    ),
    "activation": (
        "ReLU",
        "ReLU6",
        "LeakyReLU",
        "Sigmoid",
        "Tanh",
        "SiLU",
        "Hardsigmoid",
        "Hardswish",
        "GELU",
        "Softmax",
        "Dropout",
    ),
    "join": (
        "Add",
        "Multiply",
        "Concat",
    ),
    "reduce": ("Mean",),
    "resize": ("Upsample",),
    "reshape": (
        "Flatten",
        "Reshape",
        "Permute",
        "ChannelShuffle",
        "Slice",
    ),
    "parameter": (
        "Parameter",
        "Affine",
    ),
}
NAMES = tuple(name for names in FAMILIES.values() for name in names)

_ELSEWHERE = {"Layer": "base", "Shape": "base", "PADDING_NAMES": "pad"}
_MODULES = _ELSEWHERE | {name: family for family, names in FAMILIES.items() for name in names}

__all__ = ["LAYERS", *_MODULES]


def __getattr__(name: str) -> Any:
    if name == "LAYERS":
        return tuple(map(__getattr__, NAMES))
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
