"""Functions of one element, softmax over the channels, and dropout."""

from __future__ import annotations

from dataclasses import dataclass

from convmath.errors import ConvmathError
from convmath.layers.base import Layer, Shape
from convmath.layers.elementwise import element_loops, elementwise
from convmath.loopnest import Access, Statement, Then, loop, single


@dataclass(frozen=True, repr=False)
class ReLU(Layer):
    """``max(X, 0)``: one comparison an element."""

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        return (elementwise(shapes[0], (Then("comparisons", 0, "max({}, {operand})"),)),)


@dataclass(frozen=True, repr=False)
class ReLU6(Layer):
    """``min(max(X, 0), 6)``: two comparisons an element; MobileNet's activation."""

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        steps = (Then("comparisons", 0, "max({}, {operand})"), Then("comparisons", 6, "min({}, {operand})"))
        return (elementwise(shapes[0], steps),)


@dataclass(frozen=True, repr=False)
class Sigmoid(Layer):
    """``1 / (1 + exp(-X))``: an exponential, an addition and a division an element."""

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        steps = (
            Then("functions", None, "exp(-{})"),
            Then("additions", 1, "({operand} + {})"),
            Then("divisions", None, "1 / {}"),
        )
        return (elementwise(shapes[0], steps),)


@dataclass(frozen=True, repr=False)
class Tanh(Layer):
    """``tanh(X)``: one function an element."""

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        return (elementwise(shapes[0], (Then("functions", None, "tanh({})"),)),)


@dataclass(frozen=True, repr=False)
class Softmax(Layer):
    """``exp(X[c]) / sum over c of exp(X[c])``, over the channels.

    >>> Softmax().operations((10,))
    Operations(multiplications=0, additions=9, comparisons=0, divisions=10, functions=10)
    """

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        names = element_loops(shape)
        sums = Access("S", tuple(map(loop, names[1:])))
        exponentials = elementwise(shape, (Then("functions", None, "exp({})"),), target="E")
        summed = Statement(
            sums,
            shape[1:],
            tuple(map(single, names, shape)),
            (exponentials.target,),
            reduce="sum",
        )
        divided = elementwise(shape, (Then("divisions", sums, "{} / {operand}"),), source="E")
        return exponentials, summed, divided


@dataclass(frozen=True, repr=False)
class Dropout(Layer):
    """The identity: at inference nothing is dropped."""

    p: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.p <= 1:
            raise ConvmathError(f"p={self.p} must lie between 0 and 1")

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        return (elementwise(shapes[0], ()),)
