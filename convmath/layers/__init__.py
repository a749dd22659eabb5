"""The layers, one file a family, under PyTorch's names and with PyTorch's arguments."""

from convmath.layers.base import Layer, Shape
from convmath.layers.conv import Conv1d, Conv2d, Conv3d
from convmath.layers.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from convmath.layers.linear import Flatten, Linear
from convmath.layers.pad import (
    PADDING_NAMES,
    CircularPad1d,
    CircularPad2d,
    CircularPad3d,
    ConstantPad1d,
    ConstantPad2d,
    ConstantPad3d,
    ReflectionPad1d,
    ReflectionPad2d,
    ReflectionPad3d,
    ReplicationPad1d,
    ReplicationPad2d,
    ReplicationPad3d,
    SymmetricPad1d,
    SymmetricPad2d,
    SymmetricPad3d,
    ZeroPad1d,
    ZeroPad2d,
    ZeroPad3d,
)
from convmath.layers.pointwise import (
    Add,
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    Concat,
    Dropout,
    LocalResponseNorm,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)
from convmath.layers.pool import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    Subsample2d,
)

LAYERS: tuple[type[Layer], ...] = (
    *(Conv1d, Conv2d, Conv3d),
    *(ConvTranspose1d, ConvTranspose2d, ConvTranspose3d),
    *(MaxPool1d, MaxPool2d, MaxPool3d),
    *(AvgPool1d, AvgPool2d, AvgPool3d),
    *(AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d),
    *(AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d),
    *(GlobalAvgPool2d, GlobalMaxPool2d, Subsample2d),
    *(ConstantPad1d, ConstantPad2d, ConstantPad3d),
    *(ZeroPad1d, ZeroPad2d, ZeroPad3d),
    *(ReflectionPad1d, ReflectionPad2d, ReflectionPad3d),
    *(SymmetricPad1d, SymmetricPad2d, SymmetricPad3d),
    *(ReplicationPad1d, ReplicationPad2d, ReplicationPad3d),
    *(CircularPad1d, CircularPad2d, CircularPad3d),
    *(Linear, Flatten),
    *(BatchNorm1d, BatchNorm2d, BatchNorm3d, LocalResponseNorm),
    *(ReLU, Sigmoid, Tanh, Softmax, Dropout),
    *(Add, Concat),
)

__all__ = ["LAYERS", "PADDING_NAMES", "Layer", "Shape", *(layer.__name__ for layer in LAYERS)]
