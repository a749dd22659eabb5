"""Axes put together: mean, sum, largest value and standard deviation over positions, or over channels."""

from __future__ import annotations

from dataclasses import dataclass

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer
from convmath.geometry.loopnest import ZERO, Access, Index, Statement, Taps, loop, single
from convmath.geometry.operation import ROOT, SQUARE, Expression, largest, summed
from convmath.layers.arguments import Axes, Natural
from convmath.layers.base import Layer, Shape, show
from convmath.layers.elementwise import axis_of, element, element_loops


class Reduction(Layer):
    """The axes ``dim`` put together, which are kept with size 1 or dropped.

    Axes count the batch as PyTorch does: 1 are the channels.
    """

    dim: Axes
    keepdim: bool

    def over(self, x: Access, shape: Shape) -> Expression:
        """What becomes of the elements."""
        raise NotImplementedError

    def before(self, x: Access, shape: Shape) -> tuple[Statement, ...]:
        """What has to be known of the elements first."""
        return ()

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        axis_of(self, max(self.dim), shape)
        if not self.keepdim and len(self.dim) == len(shape):
            raise ConvmathError(f"{self!r} leaves no axis of {show(shape)}; use keepdim=True")
        x = element(shape)
        return (*self.before(x, shape), self.reduced("Y", shape, self.over(x, shape), self.keepdim))

    def reduced(self, array: str, shape: Shape, value: Expression, keepdim: bool) -> Statement:
        """The statement of an array over the axes that are left."""
        target, sizes = self._kept(shape, keepdim)
        return Statement(
            Access(array, target), sizes, tuple(map(single, element_loops(shape), shape)), value
        )

    def _kept(self, shape: Shape, keepdim: bool) -> tuple[tuple[Index, ...], Shape]:
        """The indices and sizes of the axes that are left."""
        target: list[Index] = []
        sizes: list[Integer] = []
        for axis, (name, size) in enumerate(zip(element_loops(shape), shape, strict=True), start=1):
            if axis not in self.dim:
                target.append(loop(name))
                sizes.append(size)
            elif keepdim:
                target.append(ZERO)
                sizes.append(1)
        return tuple(target), tuple(sizes)


@dataclass(frozen=True, repr=False)
class Mean(Reduction):
    """The mean over the axes ``dim``, which are kept with size 1 or dropped.

    >>> Mean((2, 3)).output_shape((512, 7, 7)), Mean((1,), keepdim=True).output_shape((512, 7, 7))
    ((512,), (1, 7, 7))
    """

    dim: Axes
    keepdim: bool = False

    def over(self, x: Access, shape: Shape) -> Expression:
        return summed(x) / Taps()


@dataclass(frozen=True, repr=False)
class Sum(Reduction):
    """The sum over the axes ``dim``, which are kept with size 1 or dropped.

    >>> Sum((1,)).operations((8, 4, 4)).additions
    112
    """

    dim: Axes
    keepdim: bool = False

    def over(self, x: Access, shape: Shape) -> Expression:
        return summed(x)


@dataclass(frozen=True, repr=False)
class Amax(Reduction):
    """The largest value over the axes ``dim``, which are kept with size 1 or dropped.

    >>> Amax((2, 3)).operations((8, 4, 4)).comparisons
    120
    """

    dim: Axes
    keepdim: bool = False

    def over(self, x: Access, shape: Shape) -> Expression:
        return largest(x)


@dataclass(frozen=True, repr=False)
class Std(Reduction):
    """The standard deviation over the axes ``dim``: squares over their number less ``correction``.

    >>> Std((2, 3)).output_shape((8, 4, 4)), Std((2, 3)).operations((8, 4, 4)).functions
    ((8,), 8)
    """

    dim: Axes
    correction: Natural = 1
    keepdim: bool = False

    def before(self, x: Access, shape: Shape) -> tuple[Statement, ...]:
        return (self.reduced("M", shape, summed(x) / Taps(), keepdim=False),)

    def over(self, x: Access, shape: Shape) -> Expression:
        (mean,) = self.before(x, shape)
        return ROOT(summed(SQUARE(x - mean.target)) / Taps(less=self.correction))
