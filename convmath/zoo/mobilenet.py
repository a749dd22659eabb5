"""MobileNet: depthwise separable convolutions, and with v2 inverted residuals."""

from __future__ import annotations

from collections.abc import Callable

from convmath.exact.integers import Integer
from convmath.layers import (
    AdaptiveAvgPool2d,
    Add,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    Layer,
    Linear,
    ReLU,
    ReLU6,
)
from convmath.layers.base import Shape
from convmath.network.network import Builder
from convmath.network.nodes import INPUT, Node

V1 = (  # width and stride of each depthwise separable convolution
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1),) * 5,
    *((1024, 2), (1024, 1)),
)
V2 = (  # expansion, width, blocks, stride of the first
    *((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)),
    *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
)


def network(shape: Shape, classes: Integer, variant: str = "v1") -> list[Node]:
    """``"v1"`` as published, or ``"v2"`` as torchvision has it."""
    build = Builder()
    x, channels = _v2(build, shape[0]) if variant == "v2" else _v1(build, shape[0])
    pool = GlobalAvgPool2d() if variant == "v2" else AdaptiveAvgPool2d(1)  # torchvision's is a function
    x = build("flatten", Flatten(), build("avgpool", pool, x))
    build.chain("classifier", x, Dropout(0.2), Linear(channels, classes))
    return build.nodes


def convolution(
    build: Builder,
    name: str,
    x: str,
    conv: Conv2d,
    activation: Callable[[], Layer] = ReLU,
) -> str:
    """The convolution, batch normalisation and the activation."""
    return build.chain(name, x, conv, BatchNorm2d(conv.out_channels), activation())


def depthwise(channels: Integer, stride: int) -> Conv2d:
    """A 3x3 filter a channel, no bias."""
    return Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False)


def _v1(build: Builder, in_channels: Integer) -> tuple[str, Integer]:
    x = convolution(build, "features.0", INPUT, Conv2d(in_channels, 32, 3, 2, 1, bias=False))
    channels = 32
    for place, (width, stride) in enumerate(V1, start=1):
        x = convolution(build, f"features.{place}.depthwise", x, depthwise(channels, stride))
        x = convolution(build, f"features.{place}.pointwise", x, Conv2d(channels, width, 1, bias=False))
        channels = width
    return x, channels


def _v2(build: Builder, in_channels: Integer) -> tuple[str, Integer]:
    x = convolution(build, "features.0", INPUT, Conv2d(in_channels, 32, 3, 2, 1, bias=False), ReLU6)
    channels, place = 32, 1
    for expansion, width, blocks, stride in V2:
        for number in range(blocks):
            with build.scope(f"features.{place}"):
                x = inverted_residual(build, x, channels, width, expansion, stride if number == 0 else 1)
            channels, place = width, place + 1
    last = Conv2d(channels, 1280, 1, bias=False)
    return convolution(build, f"features.{place}", x, last, ReLU6), 1280


def inverted_residual(
    build: Builder, x: str, in_channels: Integer, out_channels: Integer, expansion: int, stride: int
) -> str:
    """1x1 to more channels, depthwise 3x3, 1x1 to few without an activation; summed where it fits."""
    y, inner, place = x, expansion * in_channels, 0
    if expansion != 1:
        y = convolution(build, "conv.0", y, Conv2d(in_channels, inner, 1, bias=False), ReLU6)
        place = 1
    y = convolution(build, f"conv.{place}", y, depthwise(inner, stride), ReLU6)
    y = build(f"conv.{place + 1}", Conv2d(inner, out_channels, 1, bias=False), y)
    y = build(f"conv.{place + 2}", BatchNorm2d(out_channels), y)
    return build("add", Add(), x, y) if stride == 1 and in_channels == out_channels else y
