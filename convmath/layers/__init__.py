"""The layers, one file a family, under PyTorch's names and with PyTorch's arguments.

A family is imported when one of its layers is first asked for, so that a question about a convolution
does not wait for the pools.  What type checkers see stands in the stub beside this file, which is
generated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convmath.errors import ConvmathError
from convmath.later import later

if TYPE_CHECKING:
    from convmath.layers.base import Layer


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
        *("SiLU", "Softplus", "LogSigmoid", "Mish", "Hardsigmoid", "Hardswish", "GELU"),
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
MODULES = {
    name: f"{__name__}.{family}"
    for name, family in (
        *_ELSEWHERE.items(),
        *((name, family) for family, names in FAMILIES.items() for name in names),
    )
}

__all__ = list(MODULES)
__getattr__ = later(__name__, MODULES)


def of_rank(name: str, rank: int) -> Any:
    """The class ``<name><rank>d``.

    >>> of_rank("Conv", 2).__name__
    'Conv2d'
    """
    if not 1 <= rank <= 3:
        raise ConvmathError(f"{name} takes one to three spatial axes, not {rank}")
    return __getattr__(f"{name}{rank}d")


def classes() -> tuple[type[Layer], ...]:
    """Every layer there is."""
    return tuple(__getattr__(name) for name in NAMES)
