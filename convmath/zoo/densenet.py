"""DenseNet: every layer of a dense block reads the concatenation of all before it."""

from __future__ import annotations

from convmath.exact.integers import Integer, floor_div
from convmath.layers import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm2d,
    Concat,
    Conv2d,
    Flatten,
    GlobalAvgPool2d,
    Linear,
    MaxPool2d,
    ReLU,
)
from convmath.layers.base import Shape
from convmath.network.network import Builder
from convmath.network.nodes import INPUT, Node

BLOCKS = {121: (6, 12, 24, 16), 161: (6, 12, 36, 24), 169: (6, 12, 32, 32), 201: (6, 12, 48, 32)}
BOTTLENECK = 4  # width of a layer's 1x1 convolution, in units of the growth rate


def dense_layer(build: Builder, x: str, in_channels: Integer, growth: Integer) -> str:
    """BN, ReLU, 1x1; BN, ReLU, 3x3 to ``growth`` channels; concatenated with the input."""
    inner = BOTTLENECK * growth
    y = build("relu1", ReLU(), build("norm1", BatchNorm2d(in_channels), x))
    y = build("conv1", Conv2d(in_channels, inner, 1, bias=False), y)
    y = build("relu2", ReLU(), build("norm2", BatchNorm2d(inner), y))
    y = build("conv2", Conv2d(inner, growth, 3, padding=1, bias=False), y)
    return build("concat", Concat(), x, y)


def plain_layer(build: Builder, x: str, in_channels: Integer, growth: Integer) -> str:
    """BN, ReLU, 3x3 to ``growth`` channels, without the 1x1; concatenated with the input."""
    y = build("relu", ReLU(), build("norm", BatchNorm2d(in_channels), x))
    return build("concat", Concat(), x, build("conv", Conv2d(in_channels, growth, 3, padding=1), y))


def transition(build: Builder, x: str, in_channels: Integer, bias: bool = False) -> tuple[str, Integer]:
    """Half the channels by a 1x1 convolution, half the height and width by a pool."""
    half = floor_div(in_channels, 2)
    y = build("relu", ReLU(), build("norm", BatchNorm2d(in_channels), x))
    y = build("conv", Conv2d(in_channels, half, 1, bias=bias), y)
    return build("pool", AvgPool2d(2, stride=2), y), half


def network(
    shape: Shape, classes: Integer, depth: int = 121, variant: str = "torchvision", growth: Integer = 32
) -> list[Node]:
    """``growth`` is the number of channels that each layer adds; DenseNet-161 has 48."""
    d2l = variant == "d2l"
    growth = 48 if depth == 161 and growth == 32 else growth
    layer, blocks = (plain_layer, (4, 4, 4, 4)) if d2l else (dense_layer, BLOCKS[depth])
    build, channels = Builder(), 2 * growth
    with build.scope("features"):
        x = build("conv0", Conv2d(shape[0], channels, 7, stride=2, padding=3, bias=d2l), INPUT)
        x = build("relu0", ReLU(), build("norm0", BatchNorm2d(channels), x))
        x = build("pool0", MaxPool2d(3, stride=2, padding=1), x)
        for number, layers in enumerate(blocks, start=1):
            for place in range(layers):
                with build.scope(f"denseblock{number}.denselayer{place + 1}"):
                    x = layer(build, x, channels, growth)
                channels = channels + growth
            if number < len(blocks):
                with build.scope(f"transition{number}"):
                    x, channels = transition(build, x, channels, bias=d2l)
        x = build("norm5", BatchNorm2d(channels), x)
    pool = AdaptiveAvgPool2d(1) if d2l else GlobalAvgPool2d()  # torchvision's is a function
    x = build("avgpool", pool, build("relu", ReLU(), x))
    build("classifier", Linear(channels, classes), build("flatten", Flatten(), x))
    return build.nodes
