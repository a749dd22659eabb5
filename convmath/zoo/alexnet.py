"""AlexNet: torchvision's narrower one, the lecture's, d2l's, and the paper's on two GPUs."""

from __future__ import annotations

from convmath.exact.integers import Integer, product
from convmath.layers import (
    AdaptiveAvgPool2d,
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


def network(shape: Shape, classes: Integer, variant: str = "torchvision") -> list[Node]:
    """``"torchvision"``, ``"lecture"``, ``"paper"`` (two groups, 227x227) or ``"d2l"``."""
    if variant == "torchvision":
        return _torchvision(shape, classes)
    build = Builder()
    groups = 2 if variant == "paper" else 1
    # alpha is divided by the size here, not in the paper: 5 * 1e-4
    norm = (LocalResponseNorm(5, alpha=5e-4, k=2.0),) if variant == "paper" else ()
    first = Conv2d(shape[0], 96, 11, stride=4, padding=1 if variant == "d2l" else 0)
    maps = build.chain("features", INPUT, *_features(first, norm, groups))
    side = 6 if variant == "paper" else 5
    x = build("flatten", Flatten(), maps)
    build.chain("classifier", x, *_dense((256, side, side), classes))
    return build.nodes


def _features(first: Layer, norm: tuple[Layer, ...], groups: int) -> tuple[Layer, ...]:
    pool = MaxPool2d(3, stride=2)
    return (
        *(first, ReLU(), *norm, pool),
        *(Conv2d(96, 256, 5, padding=2, groups=groups), ReLU(), *norm, pool),
        *(Conv2d(256, 384, 3, padding=1), ReLU()),
        *(Conv2d(384, 384, 3, padding=1, groups=groups), ReLU()),
        *(Conv2d(384, 256, 3, padding=1, groups=groups), ReLU(), pool),
    )


def _dense(maps: Shape, classes: Integer) -> tuple[Layer, ...]:
    return (
        *(Linear(product(maps), 4096), ReLU(), Dropout()),
        *(Linear(4096, 4096), ReLU(), Dropout()),
        Linear(4096, classes),
    )


def _torchvision(shape: Shape, classes: Integer) -> list[Node]:
    build = Builder()
    pool = MaxPool2d(3, stride=2)
    x = build.chain(
        "features",
        INPUT,
        *(Conv2d(shape[0], 64, 11, stride=4, padding=2), ReLU(), pool),
        *(Conv2d(64, 192, 5, padding=2), ReLU(), pool),
        *(Conv2d(192, 384, 3, padding=1), ReLU()),
        *(Conv2d(384, 256, 3, padding=1), ReLU()),
        *(Conv2d(256, 256, 3, padding=1), ReLU(), pool),
    )
    x = build("flatten", Flatten(), build("avgpool", AdaptiveAvgPool2d(6), x))
    first, rest = _dense((256, 6, 6), classes)[:2], _dense((256, 6, 6), classes)[3:5]
    build.chain("classifier", x, Dropout(), *first, Dropout(), *rest, Linear(4096, classes))
    return build.nodes
