"""ResNet: residual blocks, a sum of what a block computes and of its input."""

from __future__ import annotations

from typing import NamedTuple

from convmath.exact.integers import Integer
from convmath.layers import (
    AdaptiveAvgPool2d,
    Add,
    BatchNorm2d,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
)
from convmath.layers.base import Shape
from convmath.network.network import Builder
from convmath.network.nodes import INPUT, Node

BLOCKS = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}
EXPANSION = 4  # of a bottleneck's last convolution over its others


class Style(NamedTuple):
    """Where the variants differ."""

    stride_in_3x3: bool = True  # a bottleneck's; the paper strides in the first 1x1
    bias: bool = False  # convolutions have biases
    shortcut_norm: bool = True  # batch normalisation behind a shortcut's convolution


STYLES = {
    "torchvision": Style(),
    "paper": Style(stride_in_3x3=False),
    "d2l": Style(bias=True, shortcut_norm=False),
}


def basic(
    build: Builder,
    x: str,
    in_channels: Integer,
    width: Integer,
    stride: int = 1,
    style: Style = STYLES["torchvision"],
) -> tuple[str, Integer]:
    """Two 3x3 convolutions and the sum with the input; returns the node and its channels."""
    y = build("conv1", Conv2d(in_channels, width, 3, stride, 1, bias=style.bias), x)
    y = build("relu1", ReLU(), build("bn1", BatchNorm2d(width), y))
    y = build("conv2", Conv2d(width, width, 3, padding=1, bias=style.bias), y)
    y = build("bn2", BatchNorm2d(width), y)
    return _residual(build, x, y, in_channels, width, stride, style), width


def bottleneck(
    build: Builder,
    x: str,
    in_channels: Integer,
    width: Integer,
    stride: int = 1,
    style: Style = STYLES["torchvision"],
) -> tuple[str, Integer]:
    """1x1 to fewer channels, 3x3, 1x1 to four times as many, and the sum with the input."""
    first, second = (1, stride) if style.stride_in_3x3 else (stride, 1)
    wide = EXPANSION * width
    y = build("conv1", Conv2d(in_channels, width, 1, first, bias=style.bias), x)
    y = build("relu1", ReLU(), build("bn1", BatchNorm2d(width), y))
    y = build("conv2", Conv2d(width, width, 3, second, 1, bias=style.bias), y)
    y = build("relu2", ReLU(), build("bn2", BatchNorm2d(width), y))
    y = build("bn3", BatchNorm2d(wide), build("conv3", Conv2d(width, wide, 1, bias=style.bias), y))
    return _residual(build, x, y, in_channels, wide, stride, style), wide


def _residual(
    build: Builder, x: str, y: str, before: Integer, after: Integer, stride: int, style: Style
) -> str:
    """The sum; the shortcut is a strided 1x1 convolution where the shapes would differ."""
    if stride != 1 or before != after:
        x = build("downsample.0", Conv2d(before, after, 1, stride, bias=style.bias), x)
        x = build("downsample.1", BatchNorm2d(after), x) if style.shortcut_norm else x
    return build("relu", ReLU(), build("add", Add(), y, x))


def network(
    shape: Shape, classes: Integer, depth: int, variant: str = "torchvision", width: Integer = 64
) -> list[Node]:
    """``width`` is the number of channels of the stem; each stage doubles it."""
    style, build = STYLES[variant], Builder()
    x = build("conv1", Conv2d(shape[0], width, 7, stride=2, padding=3, bias=style.bias), INPUT)
    x = build("relu", ReLU(), build("bn1", BatchNorm2d(width), x))
    x, channels = build("maxpool", MaxPool2d(3, stride=2, padding=1), x), width
    block = bottleneck if depth >= 50 else basic
    for stage, blocks in enumerate(BLOCKS[depth]):
        for place in range(blocks):
            stride = 2 if stage > 0 and place == 0 else 1
            with build.scope(f"layer{stage + 1}.{place}"):
                x, channels = block(build, x, channels, 2**stage * width, stride, style)
    x = build("flatten", Flatten(), build("avgpool", AdaptiveAvgPool2d(1), x))
    build("fc", Linear(channels, classes), x)
    return build.nodes
