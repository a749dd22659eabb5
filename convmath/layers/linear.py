"""The dense layer, and the distances that LeNet-5 ends in."""

from __future__ import annotations

from dataclasses import dataclass

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_number, product
from convmath.geometry.loopnest import Access, Statement, Then, loop, single
from convmath.geometry.window import Window
from convmath.layers.base import Layer, Shape, check_input, check_whole, show


@dataclass(frozen=True, repr=False)
class Linear(Layer):
    """A dense layer on the last axis: ``Y[..., o] = B[o] + sum over c of W[o, c] * X[..., c]``.

    >>> Linear(400, 120).parameters(), Linear(400, 120).operations((400,)).multiplications
    ({'weight': 48000, 'bias': 120}, 48000)
    """

    in_features: Integer
    out_features: Integer
    bias: bool = True

    @property
    def ends_maps(self) -> bool:
        return True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, 1, "in_features", "out_features")

    def smallest_input(self) -> Shape:
        return (self.in_features,)

    def axis_maps(self, *shapes: Shape) -> tuple[Window, ...]:
        identities = (Window(),) * (len(shapes[0]) - 2)
        return (*identities, Window(shapes[0][-1], shapes[0][-1])) if len(shapes[0]) > 1 else ()

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        *leading, features = shape
        if is_number(features) and is_number(self.in_features) and features != self.in_features:
            flat = f"; flatten {show(shape)} first" if product(shape) == self.in_features else ""
            raise ConvmathError(
                f"{self!r} takes {self.in_features} features, the input {show(shape)} has {features}"
                + (flat or f"; write Linear({features}, {self.out_features})")
            )
        rows = tuple(f"r{axis}" for axis in range(len(leading)))
        return (
            Statement(
                Access("Y", (*map(loop, rows), loop("o"))),
                (*leading, self.out_features),
                (
                    *map(single, rows, leading),
                    single("o", self.out_features),
                    single("c", self.in_features),
                ),
                (Access("W", (loop("o"), loop("c"))), Access("X", (*map(loop, rows), loop("c")))),
                reduce="sum",
                then=(Then("additions", Access("B", (loop("o"),)), "{} + {operand}"),) if self.bias else (),
                parameters={"W": "weight", "B": "bias"},
            ),
        )


@dataclass(frozen=True, repr=False)
class RadialBasis(Layer):
    """Squared distances to fixed centres: ``Y[o] = sum over c of (X[c] - W[o, c])**2``; nothing is trained.

    LeCun et al., "Gradient-based learning applied to document recognition" (1998), equation 7.

    >>> RadialBasis(84, 10).parameters(), RadialBasis(84, 10).operations((84,)).multiplications
    ({}, 840)
    """

    in_features: Integer
    out_features: Integer

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, 1, "in_features", "out_features")

    def smallest_input(self) -> Shape:
        return (self.in_features,)

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, self.in_features, 0)
        blocks = (single("o", self.out_features), single("c", self.in_features))
        apart = Access("D", (loop("o"), loop("c")))
        centre = Access("W", (loop("o"), loop("c")))
        sizes = (self.out_features, self.in_features)
        less = Then("additions", centre, "{} - {operand}")
        return (
            Statement(apart, sizes, blocks, (Access("X", (loop("c"),)),), then=(less,)),
            Statement(Access("Y", (loop("o"),)), sizes[:1], blocks, (apart, apart), reduce="sum"),
        )
