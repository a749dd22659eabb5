"""The dense layer, and the distances that LeNet-5 ends in."""

from __future__ import annotations

from dataclasses import dataclass

from convmath.exact.demand import need_equal
from convmath.exact.integers import product
from convmath.geometry.loopnest import Access, Statement, loop, single
from convmath.geometry.operation import SQUARE, summed
from convmath.layers.arguments import Positive
from convmath.layers.base import Layer, Shape, check_input, show
from convmath.layers.elementwise import WEIGHTS


@dataclass(frozen=True, repr=False)
class Linear(Layer):
    """A dense layer on the last axis: ``Y[..., o] = B[o] + sum over c of W[o, c] * X[..., c]``.

    >>> Linear(400, 120).parameters(), Linear(400, 120).operations((400,)).multiplications
    ({'weight': 48000, 'bias': 120}, 48000)
    """

    in_features: Positive
    out_features: Positive
    bias: bool = True

    def example_shape(self) -> Shape:
        return (self.in_features,)

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        *leading, features = shape
        need_equal(features, self.in_features, lambda: self._other_features(shape))
        rows = tuple(f"r{axis}" for axis in range(len(leading)))
        products = summed(Access("W", (loop("o"), loop("c"))) * Access("X", (*map(loop, rows), loop("c"))))
        return (
            Statement(
                Access("Y", (*map(loop, rows), loop("o"))),
                (*leading, self.out_features),
                (
                    *map(single, rows, leading),
                    single("o", self.out_features),
                    single("c", self.in_features),
                ),
                Access("B", (loop("o"),)) + products if self.bias else products,
                WEIGHTS,
            ),
        )

    def _other_features(self, shape: Shape) -> str:
        last, whole = f"write Linear({shape[-1]}, {self.out_features})", product(shape)
        flat = f"flatten {show(shape)} first" if len(shape) > 1 else ""
        if flat and whole != self.in_features:
            flat = f"{flat} and write Linear({whole}, {self.out_features}), or for the last axis {last}"
        takes = f"{self!r} takes {self.in_features} features, the input {show(shape)} has {shape[-1]}"
        return f"{takes}; {flat or last}"


@dataclass(frozen=True, repr=False)
class RadialBasis(Layer):
    """Squared distances to fixed centres: ``Y[o] = sum over c of (X[c] - W[o, c])**2``; nothing is trained.

    LeCun et al., "Gradient-based learning applied to document recognition" (1998), equation 7.

    >>> RadialBasis(84, 10).parameters(), RadialBasis(84, 10).operations((84,)).multiplications
    ({}, 840)
    """

    in_features: Positive
    out_features: Positive

    def example_shape(self) -> Shape:
        return (self.in_features,)

    def fixed_weights(self) -> frozenset[str]:
        return frozenset({"weight"})

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, self.in_features, 0)
        blocks = (single("o", self.out_features), single("c", self.in_features))
        apart = Access("X", (loop("c"),)) - Access("W", (loop("o"), loop("c")))
        distance = summed(SQUARE(apart))
        return (Statement(Access("Y", (loop("o"),)), (self.out_features,), blocks, distance, WEIGHTS),)
