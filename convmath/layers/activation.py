"""Functions of one element."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

from convmath.errors import ConvmathError
from convmath.geometry.loopnest import ZERO, Access, Statement, loop
from convmath.geometry.operation import (
    ERF,
    EXP,
    LOG,
    MAXIMUM,
    MINIMUM,
    SELECT,
    TANH,
    Constant,
    Expression,
)
from convmath.layers.arguments import Positive, check_share
from convmath.layers.base import Layer, Shape, check_input
from convmath.layers.elementwise import element, elementwise

SQRT_2 = Constant("sqrt(2)", 2**0.5)


class Activation(Layer):
    """A function of each element by itself."""

    def of(self, x: Expression) -> Expression:
        """The function of one element."""
        raise NotImplementedError

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        return (elementwise(shape, self.of(element(shape))),)


@dataclass(frozen=True, repr=False)
class ReLU(Activation):
    """``max(X, 0)``: one comparison an element."""

    def of(self, x: Expression) -> Expression:
        return MAXIMUM(x, 0)


@dataclass(frozen=True, repr=False)
class ReLU6(Activation):
    """``min(max(X, 0), 6)``: two comparisons an element; MobileNet's activation."""

    def of(self, x: Expression) -> Expression:
        return MINIMUM(MAXIMUM(x, 0), 6)


@dataclass(frozen=True, repr=False)
class Hardtanh(Activation):
    """``min(max(X, min_val), max_val)``: cut off at both ends; PyTorch's clamp."""

    min_val: float = -1.0
    max_val: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.min_val < self.max_val:
            raise ConvmathError(f"min_val={self.min_val} must be smaller than max_val={self.max_val}")

    def of(self, x: Expression) -> Expression:
        above = x if self.min_val == -inf else MAXIMUM(x, self.min_val)
        return above if self.max_val == inf else MINIMUM(above, self.max_val)


@dataclass(frozen=True, repr=False)
class LeakyReLU(Activation):
    """``max(X, slope*X)``: a multiplication and a comparison an element.

    Maas et al., "Rectifier nonlinearities improve neural network acoustic models" (2013).
    """

    negative_slope: float = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share(self, "negative_slope")

    def of(self, x: Expression) -> Expression:
        return MAXIMUM(x, Constant("slope", self.negative_slope) * x)


@dataclass(frozen=True, repr=False)
class PReLU(Layer):
    """``X if X > 0 else A*X`` with a trained slope, one for all channels or one each.

    He et al., "Delving deep into rectifiers" (2015), equation 1.

    >>> PReLU().parameters((8, 4, 4)), PReLU(8).parameters()
    ({'weight': 1}, {'weight': 8})
    """

    num_parameters: Positive = 1
    init: float = field(default=0.25, compare=False)

    def example_shape(self) -> Shape:
        return (self.num_parameters,)

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, None if self.num_parameters == 1 else self.num_parameters, None)
        x = element(shape)
        slope = Access("A", (ZERO if self.num_parameters == 1 else loop("c"),))
        return (elementwise(shape, SELECT(x, x, slope * x), {"A": "weight"}),)


@dataclass(frozen=True, repr=False)
class ELU(Activation):
    """``X if X > 0 else alpha*(exp(X) - 1)``.

    Clevert et al., "Fast and accurate deep network learning by exponential linear units" (2015), equation
    15.
    """

    alpha: float = 1.0

    def of(self, x: Expression) -> Expression:
        return SELECT(x, x, Constant("alpha", self.alpha) * (EXP(x) - 1))


@dataclass(frozen=True, repr=False)
class SELU(Activation):
    """``scale * (X if X > 0 else alpha*(exp(X) - 1))``, which keeps mean 0 and variance 1.

    Klambauer et al., "Self-normalizing neural networks" (2017), equations 2 and 14.
    """

    def of(self, x: Expression) -> Expression:
        alpha = Constant("alpha", 1.6732632423543772848170429916717)
        return Constant("scale", 1.0507009873554804934193349852946) * SELECT(x, x, alpha * (EXP(x) - 1))


@dataclass(frozen=True, repr=False)
class CELU(Activation):
    """``X if X > 0 else alpha*(exp(X/alpha) - 1)``: smooth at 0 whatever alpha is.

    Barron, "Continuously differentiable exponential linear units" (2017).
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.alpha <= 0:
            raise ConvmathError(f"alpha={self.alpha} must be larger than 0")

    def of(self, x: Expression) -> Expression:
        alpha = Constant("alpha", self.alpha)
        return SELECT(x, x, alpha * (EXP(x / alpha) - 1))


@dataclass(frozen=True, repr=False)
class Sigmoid(Activation):
    """``1 / (1 + exp(-X))``: an exponential, an addition and a division an element."""

    def of(self, x: Expression) -> Expression:
        return 1 / (1 + EXP(-x))


@dataclass(frozen=True, repr=False)
class Tanh(Activation):
    """``tanh(X)``: one function an element."""

    def of(self, x: Expression) -> Expression:
        return TANH(x)


@dataclass(frozen=True, repr=False)
class SiLU(Activation):
    """``X / (1 + exp(-X))``, X times its sigmoid; also called swish."""

    def of(self, x: Expression) -> Expression:
        return x / (1 + EXP(-x))


@dataclass(frozen=True, repr=False)
class Softplus(Activation):
    """``log(1 + exp(beta*X)) / beta``: a smooth ReLU."""

    beta: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.beta <= 0:
            raise ConvmathError(f"beta={self.beta} must be larger than 0")

    def of(self, x: Expression) -> Expression:
        beta = Constant("beta", self.beta)
        return LOG(1 + EXP(beta * x)) / beta


@dataclass(frozen=True, repr=False)
class LogSigmoid(Activation):
    """``-log(1 + exp(-X))``: the logarithm of the sigmoid."""

    def of(self, x: Expression) -> Expression:
        return -LOG(1 + EXP(-x))


@dataclass(frozen=True, repr=False)
class Mish(Activation):
    """``X * tanh(log(1 + exp(X)))``.

    Misra, "Mish: a self regularized non-monotonic activation function" (2019).
    """

    def of(self, x: Expression) -> Expression:
        return x * TANH(LOG(1 + EXP(x)))


@dataclass(frozen=True, repr=False)
class Hardsigmoid(Activation):
    """``min(max(X + 3, 0), 6) / 6``: the sigmoid in straight pieces.

    Howard et al., "Searching for MobileNetV3" (2019), section 5.2.
    """

    def of(self, x: Expression) -> Expression:
        return MINIMUM(MAXIMUM(x + 3, 0), 6) / 6


@dataclass(frozen=True, repr=False)
class Hardswish(Activation):
    """``X * min(max(X + 3, 0), 6) / 6``: MobileNetV3's activation.

    Howard et al., "Searching for MobileNetV3" (2019), section 5.2.
    """

    def of(self, x: Expression) -> Expression:
        return x * MINIMUM(MAXIMUM(x + 3, 0), 6) / 6


@dataclass(frozen=True, repr=False)
class GELU(Activation):
    """``X * (1 + erf(X / sqrt(2))) / 2``: X times the normal distribution function.

    Hendrycks and Gimpel, "Gaussian error linear units" (2016).
    """

    def of(self, x: Expression) -> Expression:
        return x * (1 + ERF(x / SQRT_2)) / 2
