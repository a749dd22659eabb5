"""GoogLeNet: Inception blocks of four parallel paths, concatenated."""

from __future__ import annotations

from typing import NamedTuple

from convmath.exact.integers import Integer
from convmath.layers import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Concat,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
)
from convmath.layers.base import Shape
from convmath.network.network import Builder
from convmath.network.nodes import INPUT, Node


class Style(NamedTuple):
    """Where the variants differ."""

    norm: bool = False  # batch normalisation, and no biases
    large: int = 5  # kernel size of the third path
    ceil_mode: bool = True  # pools round up, or else are padded
    last_pool: int = 3
    response: bool = False  # local response normalisation around the second stage


STYLES = {
    "torchvision": Style(norm=True, large=3, last_pool=2),  # 3x3 in place of 5x5, a port's slip kept since
    "paper": Style(response=True),
    "d2l": Style(ceil_mode=False),
}

# Widths of the four paths: 1x1; 1x1 and 3x3; 1x1 and 5x5; after the pool.
BLOCKS = {
    "inception3a": (64, 96, 128, 16, 32, 32),
    "inception3b": (128, 128, 192, 32, 96, 64),
    "inception4a": (192, 96, 208, 16, 48, 64),
    "inception4b": (160, 112, 224, 24, 64, 64),
    "inception4c": (128, 128, 256, 24, 64, 64),
    "inception4d": (112, 144, 288, 32, 64, 64),
    "inception4e": (256, 160, 320, 32, 128, 128),
    "inception5a": (256, 160, 320, 32, 128, 128),
    "inception5b": (384, 192, 384, 48, 128, 128),
}


def convolution(
    build: Builder,
    name: str,
    x: str,
    in_channels: Integer,
    out_channels: Integer,
    kernel_size: int,
    stride: int = 1,
    norm: bool = False,
) -> str:
    """A convolution that keeps the size at stride 1, batch normalisation if asked for, and ReLU."""
    padding = kernel_size // 2
    with build.scope(name):
        conv = Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=not norm)
        x = build("conv", conv, x)
        x = build("bn", BatchNorm2d(out_channels, eps=1e-3), x) if norm else x
        return build("relu", ReLU(), x)


def inception(
    build: Builder,
    name: str,
    x: str,
    in_channels: Integer,
    widths: tuple[Integer, ...],
    style: Style = STYLES["paper"],
) -> tuple[str, Integer]:
    """The four paths and their concatenation; returns the node and its channels."""
    one, three_reduced, three, five_reduced, five, pooled = widths
    norm = style.norm
    with build.scope(name):
        first = convolution(build, "branch1", x, in_channels, one, 1, norm=norm)
        second = convolution(build, "branch2.0", x, in_channels, three_reduced, 1, norm=norm)
        second = convolution(build, "branch2.1", second, three_reduced, three, 3, norm=norm)
        third = convolution(build, "branch3.0", x, in_channels, five_reduced, 1, norm=norm)
        third = convolution(build, "branch3.1", third, five_reduced, five, style.large, norm=norm)
        fourth = build("branch4.0", MaxPool2d(3, stride=1, padding=1, ceil_mode=style.ceil_mode), x)
        fourth = convolution(build, "branch4.1", fourth, in_channels, pooled, 1, norm=norm)
        joined = build("concat", Concat(), first, second, third, fourth)
    return joined, one + three + five + pooled


def network(
    shape: Shape, classes: Integer, variant: str = "torchvision", auxiliary: bool = False
) -> list[Node]:
    """``auxiliary`` adds torchvision's two classifiers that are only used in training."""
    style = STYLES[variant]
    build = Builder()
    x, channels = _stem(build, shape[0], style)
    heads: list[tuple[str, str, Integer]] = []
    for name, widths in BLOCKS.items():
        if name in ("inception4a", "inception5a"):
            x = build(f"maxpool{name[9]}", _pool(style, style.last_pool if name[9] == "5" else 3), x)
        x, channels = inception(build, name, x, channels, widths, style)
        if auxiliary and name in ("inception4a", "inception4d"):
            heads.append((f"aux{len(heads) + 1}", x, channels))
    for head, source, width in heads:
        _auxiliary(build, head, source, width, classes)
    x = build("flatten", Flatten(), build("avgpool", AdaptiveAvgPool2d(1), x))
    x = x if variant == "d2l" else build("dropout", Dropout(0.4 if variant == "paper" else 0.2), x)
    build("fc", Linear(channels, classes), x)
    return build.nodes


def _pool(style: Style, kernel_size: int = 3) -> Layer:
    return MaxPool2d(kernel_size, stride=2, padding=0 if style.ceil_mode else 1, ceil_mode=style.ceil_mode)


def _stem(build: Builder, in_channels: Integer, style: Style) -> tuple[str, Integer]:
    x = convolution(build, "conv1", INPUT, in_channels, 64, 7, 2, style.norm)
    x = build("maxpool1", _pool(style), x)
    x = build("norm1", LocalResponseNorm(5), x) if style.response else x
    x = convolution(build, "conv2", x, 64, 64, 1, norm=style.norm)
    x = convolution(build, "conv3", x, 64, 192, 3, norm=style.norm)
    x = build("norm2", LocalResponseNorm(5), x) if style.response else x
    return build("maxpool2", _pool(style), x), 192


def _auxiliary(build: Builder, name: str, x: str, channels: Integer, classes: Integer) -> None:
    with build.scope(name):
        x = build("pool", AdaptiveAvgPool2d(4), x)
        x = convolution(build, "conv", x, channels, 128, 1, norm=True)
        x = build("flatten", Flatten(), x)
        x = build("relu", ReLU(), build("fc1", Linear(2048, 1024), x))
        build("fc2", Linear(1024, classes), build("dropout", Dropout(0.7), x))
