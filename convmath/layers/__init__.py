"""The layers, one file a family, under PyTorch's names and with PyTorch's arguments.

A family is imported when one of its layers is first asked for, so that a question about a convolution
does not wait for the pools.  What type checkers see stands in the stub beside this file, which is
generated.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def _ranked(*families: str) -> tuple[str, ...]:
    return tuple(f"{family}{rank}d" for family in families for rank in (1, 2, 3))


FAMILIES = {
    "conv": _ranked("Conv"),
    "conv_transpose": _ranked("ConvTranspose"),
    "pool": (*_ranked("MaxPool", "AvgPool", "LPPool"), "Subsample2d"),
    "adaptive": (*_ranked("AdaptiveMaxPool", "AdaptiveAvgPool"), "GlobalAvgPool2d", "GlobalMaxPool2d"),
    "pad": _ranked(
        "ConstantPad", "ZeroPad", "ReflectionPad", "SymmetricPad", "ReplicationPad", "CircularPad"
    ),
    "linear": ("Linear", "RadialBasis"),
    "norm": (
        *_ranked("BatchNorm", "InstanceNorm"),
        "GroupNorm",
        "LayerNorm",
        "RMSNorm",
        "LocalResponseNorm",
    ),
    "activation": (
        *("ReLU", "ReLU6", "Hardtanh", "LeakyReLU", "PReLU", "ELU", "SELU", "CELU", "Sigmoid", "Tanh"),
        *("SiLU", "Softplus", "Mish", "Hardsigmoid", "Hardswish", "GELU"),
    ),
    "softmax": ("Softmax", "LogSoftmax", "GLU"),
    "identity": ("Identity", "Dropout", *_ranked("Dropout")),
    "join": ("Add", "Multiply", "Concat"),
    "reduce": ("Mean", "Sum", "Amax", "Std"),
    "resize": ("Upsample",),
    "reshape": ("Flatten", "Reshape", "Permute", "Slice", "Unfold"),
    "shuffle": ("ChannelShuffle", "PixelShuffle", "PixelUnshuffle"),
    "parameter": ("Parameter", "Affine"),
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
