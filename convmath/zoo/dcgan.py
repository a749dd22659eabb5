"""DCGAN's generator: noise to an image by transposed convolutions."""

from __future__ import annotations

from typing import Any

from convmath.exact.integers import Integer, floor_div
from convmath.layers import BatchNorm2d, ConvTranspose2d, Layer, Linear, ReLU, Reshape, Tanh
from convmath.layers.base import Shape
from convmath.network.network import Builder
from convmath.network.nodes import INPUT, Node

TWICE_5: dict[str, Any] = {"kernel_size": 5, "stride": 2, "padding": 2, "output_padding": 1}
TWICE_4: dict[str, Any] = {"kernel_size": 4, "stride": 2, "padding": 1}
FIRST_4: dict[str, Any] = {"kernel_size": 4}


def network(shape: Shape, classes: Integer, variant: str = "paper", width: Integer = 128) -> list[Node]:
    """Noise to an image of ``classes`` channels (3: colour), 64x64.

    ``"paper"``: projected to 1024x4x4 and four 5x5 kernels; ``"pytorch"``: five 4x4 kernels, half as wide.
    """
    build = Builder()
    widths: tuple[Integer, ...]
    if variant == "paper":
        x, channels = _projected(build, shape[0], 8 * width), 8 * width
        widths, windows = (4 * width, 2 * width, width), [TWICE_5] * 4
    else:
        x, channels = INPUT, shape[0]
        widths, windows = (4 * width, 2 * width, width, floor_div(width, 2)), [FIRST_4, *[TWICE_4] * 4]
    layers: list[Layer] = []
    for out, window in zip((*widths, classes), windows, strict=True):
        layers += [ConvTranspose2d(channels, out, **window, bias=False), BatchNorm2d(out), ReLU()]
        channels = out
    build.chain("main", x, *layers[:-2], Tanh())
    return build.nodes


def _projected(build: Builder, noise: Integer, channels: Integer) -> str:
    x = build("project", Linear(noise, channels * 16, bias=False), INPUT)
    x = build("reshape", Reshape((channels, 4, 4)), x)
    return build("relu", ReLU(), build("norm", BatchNorm2d(channels), x))
