"""Interpolation: maps made larger or smaller by the nearest elements or by weighted neighbours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import floor, gcd
from typing import Any, NamedTuple, TypeAlias

from convmath.errors import ConvmathError
from convmath.exact.demand import need_at_least
from convmath.exact.integers import Integer, floor_div, is_number, is_symbolic, plain
from convmath.geometry.loopnest import Access, Index, Statement, Weights, single
from convmath.geometry.operation import summed
from convmath.layers.arguments import PerAxis, is_whole, per_axis
from convmath.layers.base import Layer, Shape, show
from convmath.layers.elementwise import element_loops, everywhere

LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
MODES = ("nearest", *LINEAR.values(), "bicubic")
_FINEST = 1_000_000  # the largest denominator that a factor is read as
_EXACT = 1024  # up to which a factor times any size is exact in floating point

Factor: TypeAlias = "Integer | float | tuple[Integer | float, ...] | list[Integer | float]"


class Places(NamedTuple):
    """Where output i lies on the input: at ``(numerator*i + shift)/denominator``."""

    numerator: Integer
    shift: Integer
    denominator: Integer

    def rest(self, i: int) -> Fraction:
        """How far past a position that is, from 0 to 1."""
        place = Fraction(int(self.numerator) * i + int(self.shift), int(self.denominator))
        return place - floor(place)


@dataclass(frozen=True, repr=False)
class Upsample(Layer):
    """Maps resized by a ``scale_factor``, or to a ``size``.

    ``nearest`` copies element floor(i*n/o).  ``linear``, ``bilinear`` and ``trilinear``, by the number of
    spatial axes, weigh the two neighbours along each axis of position (i + 1/2)*n/o - 1/2, or with
    ``align_corners`` of i*(n - 1)/(o - 1); ``bicubic`` weighs four.  Positions beyond the edge read the
    edge.

    A factor f that is no whole number gives floor(n*f) positions, multiplied in floating point as PyTorch
    does (50 x 0.58 gives 28), and positions lie 1/f apart; but as for the sizes where an axis keeps its own
    (linear modes, and nearest on two axes, which also doubles so), as PyTorch's kernels have it.  Symbolic
    sizes take factors that are exact.

    >>> Upsample(scale_factor=2).output_shape((8, 7, 7)), Upsample((224, 224)).output_shape((3, 20, 30))
    ((8, 14, 14), (3, 224, 224))
    >>> Upsample(scale_factor=0.58).output_shape((1, 50)), Upsample(scale_factor=0.7).output_shape((1, 10))
    ((1, 28), (1, 7))
    """

    size: PerAxis | None = None
    scale_factor: Factor | None = None
    mode: str = "nearest"
    align_corners: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.size is None) == (self.scale_factor is None):
            raise ConvmathError("Upsample takes either size or scale_factor; give one of them")
        if self.mode not in MODES:
            raise ConvmathError(f"mode={self.mode!r} must be one of {', '.join(MODES)}")
        if self.align_corners and self.mode == "nearest":
            raise ConvmathError("align_corners=True goes with linear modes; nearest has no corners")
        whole = _each(self.scale_factor, lambda f: int(f) if isinstance(f, float) and f.is_integer() else f)
        object.__setattr__(self, "scale_factor", whole)
        for factor in whole if isinstance(whole, tuple) else (whole,):
            _check_factor(factor)

    def outputs(self, shape: Shape) -> Shape:
        """The spatial sizes asked for."""
        rank = len(shape) - 1
        allowed = ("nearest", LINEAR.get(rank), "bicubic" if rank == 2 else None)
        if rank not in LINEAR or self.mode not in allowed:
            raise ConvmathError(f"{self!r} does not take {show(shape)}; use {LINEAR.get(rank, 'CxHxW')}")
        if self.scale_factor is None:
            return per_axis(self, "size", rank)
        factors = per_axis(self, "scale_factor", rank)
        sizes = tuple(scaled(n, factor) for n, factor in zip(shape[1:], factors, strict=True))
        for size in sizes:
            need_at_least(
                size, 1, lambda: f"{self!r} leaves nothing of {show(shape)}; take a larger factor"
            )
        return sizes

    def places(self, shape: Shape) -> list[Places]:
        """Where the outputs of each axis lie on the input."""
        rank = len(shape) - 1
        factors = per_axis(self, "scale_factor", rank) if self.size is None else (None,) * rank
        return [
            self._placed(n, o, factor, rank)
            for n, o, factor in zip(shape[1:], self.outputs(shape), factors, strict=True)
        ]

    def _goes_by_sizes(self, n: Integer, o: Integer, rank: int) -> bool:
        """Whether PyTorch looks at the sizes, not at the factor."""
        if self.mode == "nearest":
            return rank == 2 and o in (n, 2 * n)
        return self.mode != "bicubic" and o == n

    def _placed(self, n: Integer, o: Integer, factor: Any, rank: int) -> Places:
        if self.align_corners:
            if is_symbolic(o):
                need_at_least(o, 2, lambda: f"{self!r}: one output has no two corners; take a larger size")
            return Places(0, 0, 1) if o == 1 else _reduced(n - 1, 0, o - 1)
        apart, per = _distance(n, o, None if self._goes_by_sizes(n, o, rank) else factor)
        if self.mode == "nearest":
            return Places(apart, 0, per)
        return _reduced(2 * apart, apart - per, 2 * per)

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        outputs, places = self.outputs(shape), self.places(shape)
        names, indices = element_loops(shape), everywhere(shape)
        target, sizes = Access("Y", indices), (shape[0], *outputs)
        blocks = tuple(map(single, names, sizes))
        scaled_at = [
            (p.numerator, name, p.shift, p.denominator) for name, p in zip(names[1:], places, strict=True)
        ]
        if self.mode == "nearest":
            read = [Index((), scaled=at) for at in scaled_at]
            return (Statement(target, sizes, blocks, Access("X", (indices[0], *read))),)
        taps = tuple("abd"[: len(outputs)])
        first, shares = SHARES["bicubic" if self.mode == "bicubic" else "linear"]
        read = [Index(((1, a),), first, at, "replicate") for a, at in zip(taps, scaled_at, strict=True)]
        rules = tuple(
            (name, a, _share(place, shares)) for name, a, place in zip(names[1:], taps, places, strict=True)
        )
        blocks = (*blocks, *(single(tap, len(shares)) for tap in taps))
        value = summed(Weights("U", rules) * Access("X", (indices[0], *read)))
        return (Statement(target, sizes, blocks, value),)


def _share(
    place: Places, shares: tuple[Callable[[Fraction], Fraction], ...]
) -> Callable[[int, int], Fraction]:
    return lambda i, a: shares[a](place.rest(i))


def _near(x: Fraction) -> Fraction:
    """The cubic convolution kernel up to a distance of 1, with PyTorch's a = -3/4."""
    return Fraction(5, 4) * x**3 - Fraction(9, 4) * x**2 + 1


def _far(x: Fraction) -> Fraction:
    """The same from a distance of 1 to 2."""
    return -Fraction(3, 4) * (x**3 - 5 * x**2 + 8 * x - 4)


# The first tap, counted from the position below, and what each tap weighs at a distance t past it.
SHARES: dict[str, tuple[int, tuple[Callable[[Fraction], Fraction], ...]]] = {
    "linear": (0, (lambda t: 1 - t, lambda t: t)),
    "bicubic": (-1, (lambda t: _far(t + 1), _near, lambda t: _near(1 - t), lambda t: _far(2 - t))),
}


def scaled(n: Integer, factor: Any) -> Integer:
    """How many positions ``n`` become: floor(n*factor), in floating point where both are numbers."""
    if not isinstance(factor, float):
        return plain(n * factor)
    if is_number(n):
        return floor(float(n) * factor if n < 2**53 else n * Fraction(factor))  # as PyTorch does
    exact = Fraction(factor)
    if exact.denominator > _EXACT:
        raise ConvmathError(
            f"scale_factor={factor} is multiplied in floating point; give numbers for the sizes, or a "
            "factor like 1.5"
        )
    return floor_div(n * exact.numerator, exact.denominator)


def _distance(n: Integer, o: Integer, factor: Any) -> tuple[Integer, Integer]:
    """From one output to the next on the input, as a fraction."""
    if isinstance(factor, float):
        fraction = Fraction(factor).limit_denominator(_FINEST)
        return fraction.denominator, fraction.numerator
    if factor is None and is_number(n) and is_number(o):
        fraction = Fraction(n, o)
        return fraction.numerator, fraction.denominator
    return (n, o) if factor is None and n != o else (1, 1 if factor is None else factor)


def _reduced(numerator: Integer, shift: Integer, denominator: Integer) -> Places:
    """The place in lowest terms."""
    numbers = (numerator, shift, denominator)
    common = gcd(*numbers) if all(map(is_number, numbers)) else 1  # type: ignore[arg-type]
    return Places(*numbers) if common == 1 else Places(*(number // common for number in numbers))


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    return tuple(map(change, value)) if isinstance(value, tuple) else change(value)


def _check_factor(factor: Any) -> None:
    number = isinstance(factor, float) and factor > 0 and factor != float("inf")
    whole = is_whole(factor) and (is_symbolic(factor) or factor >= 1)
    if factor is not None and not number and not whole:
        raise ConvmathError(f"scale_factor={factor!r} must be a number larger than 0, or a symbol")
