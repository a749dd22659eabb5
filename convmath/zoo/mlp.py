"""The dense baseline: every pixel joined to every hidden neuron."""

from __future__ import annotations

from convmath.exact.integers import Integer, product
from convmath.layers import Flatten, Linear, ReLU
from convmath.layers.base import Shape
from convmath.network.network import Builder
from convmath.network.nodes import INPUT, Node


def network(shape: Shape, classes: Integer, hidden: Integer = 1000) -> list[Node]:
    """One hidden layer, as wide as asked for."""
    build = Builder()
    dense = Linear(product(shape), hidden)
    build.chain("", INPUT, Flatten(), dense, ReLU(), Linear(hidden, classes))
    return build.nodes
