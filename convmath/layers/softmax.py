"""Shares of a whole axis: softmax and its logarithm; half of an axis as gates: the gated linear unit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from convmath.exact.demand import need_multiple
from convmath.exact.integers import exact_div
from convmath.geometry.loopnest import Access, Index, Statement, single
from convmath.geometry.operation import EXP, LOG, Expression, summed
from convmath.layers.base import Layer, Shape, show
from convmath.layers.elementwise import axis_of, element, element_loops, elementwise, everywhere


def _shared(layer: Layer, dim: int, shape: Shape) -> tuple[Statement, Access]:
    """The sum of the exponentials along the axis, and how it is read."""
    axis = axis_of(layer, dim, shape)
    names, indices = element_loops(shape), everywhere(shape)
    total = Access("S", (*indices[:axis], *indices[axis + 1 :]))
    kept = (*shape[:axis], *shape[axis + 1 :])
    exponential: Expression = element(shape, "E") if isinstance(layer, Softmax) else EXP(element(shape))
    return Statement(total, kept, tuple(map(single, names, shape)), summed(exponential)), total


@dataclass(frozen=True, repr=False)
class Softmax(Layer):
    """``exp(X[c]) / sum over c of exp(X[c])`` along axis ``dim``, the channels unless given.

    >>> Softmax().operations((10,))
    Operations(multiplications=0, additions=9, comparisons=0, divisions=10, functions=10)
    """

    dim: int = 1

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        summing, total = _shared(self, self.dim, shape)
        exponentials = elementwise(shape, EXP(element(shape)), target="E")
        return exponentials, summing, elementwise(shape, element(shape, "E") / total)


@dataclass(frozen=True, repr=False)
class LogSoftmax(Layer):
    """``X[c] - log(sum over c of exp(X[c]))`` along axis ``dim``, the channels unless given.

    >>> LogSoftmax().operations((10,))
    Operations(multiplications=0, additions=19, comparisons=0, divisions=0, functions=11)
    """

    dim: int = 1

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        summing, total = _shared(self, self.dim, shape)
        logarithm = summing._replace(value=LOG(summing.value))
        return logarithm, elementwise(shape, element(shape) - total)


@dataclass(frozen=True, repr=False)
class GLU(Layer):
    """The first half of axis ``dim`` times the sigmoid of the second: ``A / (1 + exp(-B))``.

    Dauphin et al., "Language modeling with gated convolutional networks" (2017), section 2.

    >>> GLU(1).output_shape((8, 5, 5)), GLU().output_shape((8, 5, 6))
    ((4, 5, 5), (8, 5, 3))
    """

    dim: int = -1

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        axis = axis_of(self, self.dim, shape)
        need_multiple(shape[axis], 2, partial(_odd, self, shape, axis))
        half = exact_div(shape[axis], 2)
        kept = (*shape[:axis], half, *shape[axis + 1 :])
        indices, name = everywhere(shape), element_loops(shape)[axis]
        gate = (*indices[:axis], Index(((1, name),), half), *indices[axis + 1 :])
        return (elementwise(kept, Access("X", indices) / (1 + EXP(-Access("X", gate)))),)


def _odd(layer: Layer, shape: Shape, axis: int) -> str:
    return (
        f"{layer!r} halves axis {axis + 1} of {show(shape)}, whose size {shape[axis]} is odd; make it even"
    )
