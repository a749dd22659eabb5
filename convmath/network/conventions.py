"""Why tools disagree: which operations a total includes, each published convention by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from convmath.errors import ConvmathError, near, short
from convmath.exact.integers import Integer, exact_div, product
from convmath.layers.base import Placed

Families: TypeAlias = tuple[str, ...]  # of layers, by name; a layer belongs to its class and all above it
Count: TypeAlias = Callable[[Placed], Integer]

WEIGHED: Families = ("Conv", "ConvTranspose", "Linear")


@dataclass(frozen=True)
class Convention:
    """Rules of what to count for which layers; a layer that no rule names counts nothing."""

    name: str
    unit: str
    meaning: str
    rules: tuple[tuple[Families, Count], ...]

    def count(self, placed: Placed) -> Integer:
        """What one layer adds to the total, for one sample."""
        belongs = _families(type(placed.layer).__mro__)
        for families, rule in self.rules:
            if not belongs.isdisjoint(families):
                return rule(placed)
        return 0


@cache
def _families(classes: tuple[Any, ...]) -> frozenset[str]:
    return frozenset(each.__name__ for each in classes)


def _multiplications(placed: Placed) -> Integer:
    return placed.operations.multiplications


def _with_biases(placed: Placed) -> Integer:
    biases = product(placed.output_shape) if "bias" in placed.parameters else 0
    return 2 * placed.operations.multiplications + biases


def _connections(placed: Placed) -> Integer:
    biases = product(placed.output_shape) if "bias" in placed.parameters else 0
    return placed.operations.multiplications + biases


def _subsampling(placed: Placed) -> Integer:
    return placed.operations.additions + placed.operations.multiplications


def _nothing(placed: Placed) -> Integer:
    return 0


def _elements(times: int) -> Count:
    return lambda placed: times * product(placed.output_shape)


def _on_outputs(placed: Placed) -> Integer:
    """Weights without biases, once an output position, whichever way the kernel goes."""
    return product([placed.parameters["weight"], *placed.output_shape[1:]])


def _adaptive(placed: Placed) -> Integer:
    """The window's additions and one division an output: the window is the input over the output."""
    return product(placed.shapes[0]) + product(placed.output_shape)


def _softmax(placed: Placed) -> Integer:
    from convmath.layers.elementwise import axis_of

    features = placed.shapes[0][axis_of(placed.layer, placed.layer.dim, placed.shapes[0])]  # type: ignore[attr-defined]
    return exact_div(product(placed.shapes[0]), features) * (3 * features - 1)


def _affine(plain: int, affine: int) -> Count:
    def count(placed: Placed) -> Integer:
        return (affine if placed.parameters else plain) * product(placed.output_shape)

    return count


def _resized(placed: Placed) -> Integer:
    """Operations an output: 1 for the nearest, 5, 11 and 31 for linear modes, 224 + 35 for bicubic."""
    each = {"nearest": 1, "linear": 5, "bilinear": 11, "trilinear": 31, "bicubic": 259}
    return each[placed.layer.mode] * product(placed.output_shape)  # type: ignore[attr-defined]


def _parameters_at_outputs(placed: Placed) -> Integer:
    return product([placed.parameter_total, *placed.output_shape[1:]])


def _parameters(placed: Placed) -> Integer:
    return placed.parameter_total


MACS = ((WEIGHED, _multiplications),)
CONVENTIONS = {
    convention.name: convention
    for convention in (
        Convention("macs", "multiplications", "multiplications of convolution and linear layers", MACS),
        Convention(
            "flops",
            "operations",
            "2 x macs + bias additions, as most tools call FLOPs",
            ((WEIGHED, _with_biases),),
        ),
        Convention(
            "thop",
            "operations",
            "as thop counts: macs (transposed convolutions on output positions) + 4 per batch-normalised "
            "element + average pools and softmax",
            (
                (("ConvTranspose",), _on_outputs),
                (WEIGHED, _multiplications),
                (("BatchNorm", "LayerNorm"), _affine(2, 4)),
                (("Upsample",), _resized),
                (
                    ("GlobalAvgPool2d",),
                    _nothing,
                ),  # a function of PyTorch, and thop sees modules
                (("AdaptiveAvgPool",), _adaptive),
                (("AvgPool",), _elements(1)),
                (("Softmax",), _softmax),
            ),
        ),
        Convention(
            "timm",
            "operations",
            "as timm's tables: macs + 2 per batch-normalised element",
            (*MACS, (("BatchNorm",), _elements(2))),
        ),
        Convention(
            "torchinfo",
            "operations",
            "as torchinfo 1.8.0 counts: weights and biases x output positions; batch normalisation as its "
            "parameters; transposed convolutions on output positions",
            (
                (("Conv", "ConvTranspose"), _parameters_at_outputs),
                (("Linear", "BatchNorm", "GroupNorm", "LayerNorm", "Subsample"), _parameters),
            ),
        ),
        Convention(
            "connections",
            "connections",
            "as LeCun et al. (1998) count: taps and biases of every output",
            ((WEIGHED, _connections), (("RadialBasis",), _multiplications), (("Subsample",), _subsampling)),
        ),
    )
}


def convention(name: str) -> Convention:
    """A convention by its name.

    >>> convention("macs").meaning
    'multiplications of convolution and linear layers'
    """
    if name not in CONVENTIONS:
        raise ConvmathError(f"there is no convention {short(name)}{near(name, CONVENTIONS)}")
    return CONVENTIONS[name]
