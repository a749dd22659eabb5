"""U-Net: down by pools, up by transposed convolutions, with a skip connection at every level."""

from __future__ import annotations

from convmath.exact.integers import Integer
from convmath.layers import Concat, Conv2d, ConvTranspose2d, MaxPool2d, ReLU
from convmath.layers.base import Shape
from convmath.network.network import Builder
from convmath.network.nodes import INPUT, Node


def double_convolution(
    build: Builder, name: str, x: str, in_channels: Integer, out_channels: Integer
) -> str:
    """Two 3x3 convolutions that keep the size, each with ReLU."""
    first = Conv2d(in_channels, out_channels, 3, padding=1)
    second = Conv2d(out_channels, out_channels, 3, padding=1)
    return build.chain(name, x, first, ReLU(), second, ReLU())


def network(shape: Shape, classes: Integer, width: Integer = 64, levels: int = 4) -> list[Node]:
    """``width`` channels at the top, twice as many at each of the ``levels`` below."""
    build, skips = Builder(), list[str]()
    x, channels = double_convolution(build, "down0", INPUT, shape[0], width), width
    for level in range(1, levels + 1):
        skips.append(x)
        x = build(f"pool{level}", MaxPool2d(2), x)
        x = double_convolution(build, f"down{level}", x, channels, 2 * channels)
        channels = 2 * channels
    for level in range(levels - 1, -1, -1):
        half = 2**level * width
        up = build(f"up{level}.transpose", ConvTranspose2d(2 * half, half, 2, stride=2), x)
        joined = build(f"up{level}.concat", Concat(), skips[level], up)
        x = double_convolution(build, f"up{level}.conv", joined, 2 * half, half)
    build("out", Conv2d(width, classes, 1), x)
    return build.nodes
