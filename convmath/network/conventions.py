"""Why tools disagree: which operations a total includes, each published convention by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from convmath.errors import ConvmathError, near
from convmath.exact.integers import Integer, exact_div, product
from convmath.layers.adaptive import AdaptiveAvgPool, GlobalAvgPool2d
from convmath.layers.base import Counts, Layer, Shape
from convmath.layers.conv import Conv
from convmath.layers.conv_transpose import ConvTranspose
from convmath.layers.linear import Linear, RadialBasis
from convmath.layers.norm import BatchNorm, GroupNorm, LayerNorm
from convmath.layers.pool import AvgPool, Subsample
from convmath.layers.resize import Upsample
from convmath.layers.softmax import Softmax, axis_of

Kinds: TypeAlias = tuple[type[Layer], ...]
Count: TypeAlias = Callable[[Layer, tuple[Shape, ...], Counts], Integer]

WEIGHED: Kinds = (Conv, ConvTranspose, Linear)


@dataclass(frozen=True)
class Convention:
    """Rules of what to count for which layers; a layer that no rule names counts nothing."""

    name: str
    unit: str
    meaning: str
    rules: tuple[tuple[Kinds, Count], ...]

    def count(self, layer: Layer, shapes: tuple[Shape, ...], counts: Counts) -> Integer:
        """What one layer adds to the total, for one sample."""
        for kinds, rule in self.rules:
            if isinstance(layer, kinds):
                return rule(layer, shapes, counts)
        return 0


def _multiplications(layer: Layer, shapes: tuple[Shape, ...], counts: Counts) -> Integer:
    return counts.operations.multiplications


def _with_biases(layer: Layer, shapes: tuple[Shape, ...], counts: Counts) -> Integer:
    biases = product(counts.output_shape) if "bias" in counts.parameters else 0
    return 2 * counts.operations.multiplications + biases


def _connections(layer: Layer, shapes: tuple[Shape, ...], counts: Counts) -> Integer:
    biases = product(counts.output_shape) if "bias" in counts.parameters else 0
    return counts.operations.multiplications + biases


def _subsampling(layer: Layer, shapes: tuple[Shape, ...], counts: Counts) -> Integer:
    return counts.operations.additions + counts.operations.multiplications


def _nothing(layer: Layer, shapes: tuple[Shape, ...], counts: Counts) -> Integer:
    return 0


def _elements(times: int) -> Count:
    return lambda layer, shapes, counts: times * product(counts.output_shape)


def _on_outputs(layer: Layer, shapes: tuple[Shape, ...], counts: Counts) -> Integer:
    """Weights without biases, once an output position, whichever way the kernel goes."""
    return product([counts.parameters["weight"], *counts.output_shape[1:]])


def _adaptive(layer: Layer, shapes: tuple[Shape, ...], counts: Counts) -> Integer:
    """The window's additions and one division an output: the window is the input over the output."""
    return product(shapes[0]) + product(counts.output_shape)


def _softmax(layer: Layer, shapes: tuple[Shape, ...], counts: Counts) -> Integer:
    features = shapes[0][axis_of(layer, layer.dim, shapes[0])]  # type: ignore[attr-defined]
    return exact_div(product(shapes[0]), features) * (3 * features - 1)


def _affine(plain: int, affine: int) -> Count:
    def count(layer: Layer, shapes: tuple[Shape, ...], counts: Counts) -> Integer:
        return (affine if counts.parameters else plain) * product(counts.output_shape)

    return count


def _resized(layer: Layer, shapes: tuple[Shape, ...], counts: Counts) -> Integer:
    """Operations an output: 1 for the nearest, 5, 11 and 31 for linear modes, 224 + 35 for bicubic."""
    each = {"nearest": 1, "linear": 5, "bilinear": 11, "trilinear": 31, "bicubic": 259}
    return each[layer.mode] * product(counts.output_shape)  # type: ignore[attr-defined]


def _parameters_at_outputs(layer: Layer, shapes: tuple[Shape, ...], counts: Counts) -> Integer:
    return product([sum(counts.parameters.values()), *counts.output_shape[1:]])


def _parameters(layer: Layer, shapes: tuple[Shape, ...], counts: Counts) -> Integer:
    return sum(counts.parameters.values())


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
                ((ConvTranspose,), _on_outputs),
                (WEIGHED, _multiplications),
                ((BatchNorm, LayerNorm), _affine(2, 4)),
                ((Upsample,), _resized),
                ((GlobalAvgPool2d,), _nothing),  # thop hooks modules, and PyTorch has it as a function only
                ((AdaptiveAvgPool,), _adaptive),
                ((AvgPool,), _elements(1)),
                ((Softmax,), _softmax),
            ),
        ),
        Convention(
            "timm",
            "operations",
            "as timm's tables: macs + 2 per batch-normalised element",
            (*MACS, ((BatchNorm,), _elements(2))),
        ),
        Convention(
            "torchinfo",
            "operations",
            "as torchinfo 1.8.0 counts: weights and biases x output positions; batch normalisation as its "
            "parameters; transposed convolutions on output positions",
            (
                ((Conv, ConvTranspose), _parameters_at_outputs),
                ((Linear, BatchNorm, GroupNorm, LayerNorm, Subsample), _parameters),
            ),
        ),
        Convention(
            "connections",
            "connections",
            "as LeCun et al. (1998) count: taps and biases of every output",
            ((WEIGHED, _connections), ((RadialBasis,), _multiplications), ((Subsample,), _subsampling)),
        ),
    )
}


def convention(name: str) -> Convention:
    """A convention by its name.

    >>> convention("macs").meaning
    'multiplications of convolution and linear layers'
    """
    if name not in CONVENTIONS:
        raise ConvmathError(f"there is no convention {name!r}{near(name, CONVENTIONS)}")
    return CONVENTIONS[name]
