"""Numbers that a network brings along: arrays that take part as they are, and constants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_number
from convmath.geometry.loopnest import Access, Statement, Then, loop, single
from convmath.layers.base import Layer, Shape, is_whole
from convmath.layers.elementwise import element_loops, elementwise


@dataclass(frozen=True, repr=False)
class Parameter(Layer):
    """An array of the network's own, the same for every sample; it reads no input.

    >>> Parameter((96, 1, 1)).parameters(), Parameter((96, 1, 1), trainable=False).parameters()
    ({'weight': 96}, {})
    """

    shape: tuple[Integer, ...]
    trainable: bool = True

    inputs: ClassVar[int | None] = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.shape, tuple) or not self.shape:
            raise ConvmathError(f"shape={self.shape!r} must be a tuple of sizes, like (96, 1, 1)")
        for size in self.shape:
            if not is_whole(size) or (is_number(size) and size < 1):
                raise ConvmathError(f"shape={self.shape} must hold whole numbers of at least 1, or symbols")

    def parameters(self, *shapes: Shape) -> dict[str, Integer]:
        return self.counts().parameters

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        names = element_loops(self.shape)
        everywhere = tuple(map(loop, names))
        named = {"W": "weight"} if self.trainable else {}
        blocks = tuple(map(single, names, self.shape))
        factors = (Access("W", everywhere),)
        return (Statement(Access("Y", everywhere), self.shape, blocks, factors, parameters=named),)


@dataclass(frozen=True, repr=False)
class Affine(Layer):
    """``scale*X + shift`` with two constants; a constant that changes nothing takes no operation.

    >>> Affine(0.5).operations((2, 3)).multiplications, Affine(shift=1).operations((2, 3)).additions
    (6, 6)
    """

    scale: float = 1.0
    shift: float = 0.0

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        scaled = (Then("multiplications", Access("scale"), "{operand} * {}"),) if self.scale != 1 else ()
        shifted = (Then("additions", Access("shift"), "{} + {operand}"),) if self.shift != 0 else ()
        return (elementwise(shapes[0], (*scaled, *shifted)),)
