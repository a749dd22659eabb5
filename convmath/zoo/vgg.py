"""VGG: blocks of 3x3 convolutions, each block followed by a pool that halves the map."""

from __future__ import annotations

from convmath.exact.integers import Integer
from convmath.layers import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
)
from convmath.layers.base import Shape
from convmath.network.network import Builder
from convmath.network.nodes import INPUT, Node

WIDTHS = (1, 2, 4, 8, 8)  # channels of each block, in units of the first block's
CONVOLUTIONS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}


def vgg_block(
    in_channels: Integer, out_channels: Integer, convolutions: int, norm: bool = False
) -> list[Layer]:
    """So many 3x3 convolutions with padding 1, and a 2x2 pool.

    >>> vgg_block(3, 64, 1)
    [Conv2d(3, 64, 3, padding=1), ReLU(), MaxPool2d(2)]
    """
    layers: list[Layer] = []
    for _ in range(convolutions):
        layers.append(Conv2d(in_channels, out_channels, 3, padding=1))
        layers += [BatchNorm2d(out_channels)] if norm else []
        layers.append(ReLU())
        in_channels = out_channels
    return [*layers, MaxPool2d(2, stride=2)]


def network(
    shape: Shape,
    classes: Integer,
    depth: int,
    norm: bool = False,
    variant: str = "torchvision",
    width: Integer = 64,
    hidden: Integer = 4096,
) -> list[Node]:
    """``depth`` counts convolutions and dense layers: 11, 13, 16 or 19; ``width`` is the first block's."""
    build, layers, channels = Builder(), list[Layer](), shape[0]
    for factor, convolutions in zip(WIDTHS, CONVOLUTIONS[depth], strict=True):
        layers += vgg_block(channels, factor * width, convolutions, norm)
        channels = factor * width
    x = build.chain("features", INPUT, *layers)
    if variant == "torchvision":
        x = build("avgpool", AdaptiveAvgPool2d(7), x)
    x = build("flatten", Flatten(), x)
    dense = (Linear(channels * 49, hidden), ReLU(), Dropout(), Linear(hidden, hidden), ReLU(), Dropout())
    build.chain("classifier", x, *dense, Linear(hidden, classes))
    return build.nodes
