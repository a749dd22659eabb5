"""Functions of one element, softmax over the channels, and dropout."""

from __future__ import annotations

from dataclasses import dataclass

from convmath.errors import ConvmathError
from convmath.geometry.loopnest import Access, Statement, Then, loop, single
from convmath.layers.base import Layer, Shape
from convmath.layers.elementwise import element_loops, elementwise

HARD = (
    Then("additions", 3, "({} + {operand})"),
    Then("comparisons", 0, "max({}, {operand})"),
    Then("comparisons", 6, "min({}, {operand})"),
)


def _element(shape: Shape) -> Access:
    """The input's element itself, for a second reading."""
    return Access("X", tuple(map(loop, element_loops(shape))))


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
class LeakyReLU(Layer):
    """``max(X, slope*X)``: a multiplication and a comparison an element.

    Maas et al., "Rectifier nonlinearities improve neural network acoustic models" (2013).
    """

    negative_slope: float = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.negative_slope <= 1:
            raise ConvmathError(f"negative_slope={self.negative_slope} must lie between 0 and 1")

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        scaled = Then("multiplications", Access("slope"), "{operand} * {}")
        larger = Then("comparisons", _element(shape), "max({operand}, {})")
        return (elementwise(shape, (scaled, larger)),)


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
class SiLU(Layer):
    """``X / (1 + exp(-X))``, X times its sigmoid; also called swish."""

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        steps = (
            Then("functions", None, "exp(-{})"),
            Then("additions", 1, "({operand} + {})"),
            Then("divisions", _element(shape), "{operand} / {}"),
        )
        return (elementwise(shape, steps),)


@dataclass(frozen=True, repr=False)
class Hardsigmoid(Layer):
    """``min(max(X + 3, 0), 6) / 6``: the sigmoid in straight pieces.

    Howard et al., "Searching for MobileNetV3" (2019), section 5.2.
    """

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        return (elementwise(shapes[0], (*HARD, Then("divisions", 6, "{} / {operand}"))),)


@dataclass(frozen=True, repr=False)
class Hardswish(Layer):
    """``X * min(max(X + 3, 0), 6) / 6``: MobileNetV3's activation.

    Howard et al., "Searching for MobileNetV3" (2019), section 5.2.
    """

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        product = Then("multiplications", _element(shape), "{operand} * {}")
        return (elementwise(shape, (*HARD, product, Then("divisions", 6, "{} / {operand}"))),)


@dataclass(frozen=True, repr=False)
class GELU(Layer):
    """``X * (1 + erf(X / sqrt(2))) / 2``: X times the normal distribution function.

    Hendrycks and Gimpel, "Gaussian error linear units" (2016).
    """

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        steps = (
            Then("divisions", Access("sqrt(2)"), "{} / {operand}"),
            Then("functions", None, "erf({})"),
            Then("additions", 1, "({operand} + {})"),
            Then("multiplications", _element(shape), "{operand} * {}"),
            Then("divisions", 2, "{} / {operand}"),
        )
        return (elementwise(shape, steps),)


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
