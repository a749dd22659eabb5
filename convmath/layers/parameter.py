"""Numbers that a network brings along: arrays that take part as they are, and constants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from convmath.exact.integers import Integer
from convmath.geometry.loopnest import Statement
from convmath.geometry.operation import Constant, Expression
from convmath.layers.activation import Activation
from convmath.layers.arguments import Sizes
from convmath.layers.base import Layer, Shape
from convmath.layers.elementwise import element, elementwise


@dataclass(frozen=True, repr=False)
class Parameter(Layer):
    """An array of the network's own, the same for every sample; it reads no input.

    >>> Parameter((96, 1, 1)).parameters(), Parameter((96, 1, 1), trainable=False).parameters()
    ({'weight': 96}, {})
    """

    shape: Sizes
    trainable: bool = True

    arity: ClassVar[int | None] = 0

    def fixed_weights(self) -> frozenset[str]:
        return frozenset() if self.trainable else frozenset({"weight"})

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        shape: tuple[Integer, ...] = tuple(self.shape)
        return (elementwise(shape, element(shape, "W"), {"W": "weight"}),)


@dataclass(frozen=True, repr=False)
class Affine(Activation):
    """``scale*X + shift`` with two constants; a constant that changes nothing takes no operation.

    >>> Affine(0.5).operations((2, 3)).multiplications, Affine(shift=1).operations((2, 3)).additions
    (6, 6)
    """

    scale: float = 1.0
    shift: float = 0.0

    def of(self, x: Expression) -> Expression:
        scaled = Constant("scale", self.scale) * x if self.scale != 1 else x
        return scaled + Constant("shift", self.shift) if self.shift != 0 else scaled
