"""LeNet: as lectures draw it, and as it was published."""

from __future__ import annotations

from convmath.exact.integers import Integer
from convmath.layers import (
    AvgPool2d,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    RadialBasis,
    Sigmoid,
    Subsample2d,
    Tanh,
)
from convmath.layers.base import Shape
from convmath.network.network import Builder
from convmath.network.nodes import INPUT, Node

# LeCun et al. 1998, table I: the maps of S2 that each map of C3 reads.
C3_TABLE = (
    *((j, (j + 1) % 6, (j + 2) % 6) for j in range(6)),
    *((j, (j + 1) % 6, (j + 2) % 6, (j + 3) % 6) for j in range(6)),
    *((j, (j + 1) % 6, (j + 3) % 6, (j + 4) % 6) for j in range(3)),
    (0, 1, 2, 3, 4, 5),
)


def network(shape: Shape, classes: Integer, variant: str = "lecture") -> list[Node]:
    """``"lecture"``: full connections, average pools, sigmoids; ``"paper"``: LeNet-5 of 1998."""
    layers = _paper(shape[0], classes) if variant == "paper" else _lecture(shape[0], classes)
    build, x = Builder(), INPUT
    for name, layer in layers.items():
        x = build(name, layer, x)
    return build.nodes


def _lecture(channels: Integer, classes: Integer) -> dict[str, Layer]:
    return {
        "C1": Conv2d(channels, 6, 5, padding=2),
        "sigmoid1": Sigmoid(),
        "S2": AvgPool2d(2),
        "C3": Conv2d(6, 16, 5),
        "sigmoid3": Sigmoid(),
        "S4": AvgPool2d(2),
        "flatten": Flatten(),
        "F5": Linear(400, 120),
        "sigmoid5": Sigmoid(),
        "F6": Linear(120, 84),
        "sigmoid6": Sigmoid(),
        "output": Linear(84, classes),
    }


def _paper(channels: Integer, classes: Integer) -> dict[str, Layer]:
    """The output's centres are drawn by hand, not trained: 84 x 10 weights beside the 60,000 parameters."""
    return {
        "C1": Conv2d(channels, 6, 5),
        "tanh1": Tanh(),
        "S2": Subsample2d(2, channels=6),
        "tanh2": Tanh(),
        "C3": Conv2d(6, 16, 5, connections=C3_TABLE),
        "tanh3": Tanh(),
        "S4": Subsample2d(2, channels=16),
        "tanh4": Tanh(),
        "C5": Conv2d(16, 120, 5),
        "tanh5": Tanh(),
        "flatten": Flatten(),
        "F6": Linear(120, 84),
        "tanh6": Tanh(),
        "output": RadialBasis(84, classes),
    }
