"""Network in Network: 1x1 convolutions after each convolution, and global average pooling at the end."""

from __future__ import annotations

from typing import Any

from convmath.exact.integers import Integer
from convmath.layers import AdaptiveAvgPool2d, Conv2d, Dropout, Flatten, Layer, MaxPool2d, ReLU
from convmath.layers.base import Shape
from convmath.network.network import Builder
from convmath.network.nodes import INPUT, Node


def nin_block(in_channels: Integer, widths: tuple[Integer, ...], *window: Any) -> list[Layer]:
    """A convolution with this window (kernel size, stride, padding) and 1x1 convolutions of these widths.

    >>> nin_block(1, (96, 96), 11, 4)
    [Conv2d(1, 96, 11, stride=4), ReLU(), Conv2d(96, 96, 1), ReLU()]
    """
    first, *others = widths
    layers: list[Layer] = [Conv2d(in_channels, first, *window), ReLU()]
    for before, after in zip(widths, others, strict=False):
        layers += [Conv2d(before, after, 1), ReLU()]
    return layers


def network(shape: Shape, classes: Integer, variant: str = "paper") -> list[Node]:
    """``"paper"``: the authors' ImageNet model, pools rounding up as in Caffe; ``"d2l"``."""
    paper = variant == "paper"
    pool = MaxPool2d(3, stride=2, ceil_mode=paper)
    last = (1024, 1024, classes) if paper else (classes,) * 3
    build = Builder()
    x = build.chain(
        "features",
        INPUT,
        *(*nin_block(shape[0], (96,) * 3, 11, 4), pool),
        *(*nin_block(96, (256,) * 3, 5, 1, 2), pool),
        *(*nin_block(256, (384,) * 3, 3, 1, 1), pool, Dropout()),
        *nin_block(384, last, 3, 1, 1),
    )
    build("flatten", Flatten(), build("avgpool", AdaptiveAvgPool2d(1), x))
    return build.nodes
