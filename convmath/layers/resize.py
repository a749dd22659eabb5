"""Interpolation: maps made larger or smaller by the nearest elements or by weighted neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, floor_div, is_number, ratio
from convmath.geometry.footprint import POSITION_DEPENDENT
from convmath.geometry.loopnest import Access, Index, Statement, loop, single
from convmath.geometry.window import Scatter, Window
from convmath.layers.base import (
    AxisMap,
    Fields,
    Layer,
    PerAxis,
    Shape,
    check_whole,
    per_axis,
    show,
)
from convmath.layers.elementwise import element_loops

LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}


@dataclass(frozen=True, repr=False)
class Upsample(Layer):
    """Maps resized by a whole ``scale_factor``, or to a ``size``.

    ``nearest`` copies element floor(i*n/o).  ``linear``, ``bilinear`` and ``trilinear``, by the number of
    spatial axes, weigh the two neighbours along each axis of position (i + 1/2)*n/o - 1/2, or with
    ``align_corners`` of i*(n - 1)/(o - 1).  Positions beyond the edge read the edge.

    >>> Upsample(scale_factor=2).output_shape((8, 7, 7)), Upsample((224, 224)).output_shape((3, 20, 30))
    ((8, 14, 14), (3, 224, 224))
    """

    size: PerAxis | None = None
    scale_factor: PerAxis | None = None
    mode: str = "nearest"
    align_corners: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.size is None) == (self.scale_factor is None):
            raise ConvmathError("Upsample takes either size or scale_factor; give one of them")
        if self.mode not in ("nearest", *LINEAR.values()):
            raise ConvmathError(f"mode={self.mode!r} must be nearest, {', '.join(LINEAR.values())}")
        if self.align_corners and self.mode == "nearest":
            raise ConvmathError("align_corners=True goes with linear modes; nearest has no corners")
        check_whole(self, 1, "size" if self.scale_factor is None else "scale_factor")

    def outputs(self, shape: Shape) -> Shape:
        """The spatial sizes asked for."""
        rank = len(shape) - 1
        if rank not in LINEAR or self.mode not in ("nearest", LINEAR[rank]):
            raise ConvmathError(f"{self!r} does not take {show(shape)}; use {LINEAR.get(rank, 'CxHxW')}")
        if self.scale_factor is None:
            return per_axis(self, "size", rank)
        factors = per_axis(self, "scale_factor", rank)
        return tuple(n * factor for n, factor in zip(shape[1:], factors, strict=True))

    def factors(self, shape: Shape) -> tuple[Integer | None, ...]:
        """Per axis how many times larger it gets, or None where that is no whole number."""
        if self.scale_factor is not None:
            return per_axis(self, "scale_factor", len(shape) - 1)
        pairs = zip(shape[1:], self.outputs(shape), strict=True)
        return tuple(_whole_ratio(o, n) for n, o in pairs)

    def axis_maps(self, *shapes: Shape) -> tuple[AxisMap, ...]:
        (shape,) = shapes
        axes = zip(shape[1:], self.outputs(shape), self.factors(shape), strict=True)
        return tuple(self._map(n, o, factor) for n, o, factor in axes)

    def _map(self, n: Integer, o: Integer, factor: Integer | None) -> AxisMap:
        if factor is None or self.align_corners:  # on average; see ``carried``
            wide = 1 if self.mode == "nearest" else 2
            apart = (n - 1, o - 1) if self.align_corners and o != 1 else (n, o)
            return Window(wide, stride=ratio(*apart))
        if self.mode == "nearest":
            return Scatter(Window(factor, stride=factor))
        half = floor_div(factor, 2)
        return Scatter(Window(factor + 2 * half, factor, half, half))

    def carried(self, fields: Sequence[Fields], maps: Sequence[AxisMap], shapes: Sequence[Shape]) -> Fields:
        carried = super().carried(fields, maps, shapes)
        if all(isinstance(axis_map, Scatter) for axis_map in maps):
            return carried
        return tuple(axis and axis._replace(status=POSITION_DEPENDENT, bound=True) for axis in carried)

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        outputs = self.outputs(shape)
        names = element_loops(shape)
        everywhere = tuple(map(loop, names))
        blocks = [single(name, size) for name, size in zip(names, (shape[0], *outputs), strict=True)]
        if self.mode == "nearest":
            axes = zip(names[1:], self._scales(shape), strict=True)
            read = [Index((), scaled=(n, name, 0, o)) for name, (n, o) in axes]
            factors: tuple[Access, ...] = (Access("X", (everywhere[0], *read)),)
        else:
            taps = tuple("abd"[: len(outputs)])
            blocks += [single(tap, 2) for tap in taps]
            centres = zip(taps, names[1:], shape[1:], outputs, self._scales(shape), strict=True)
            read = [self._neighbour(*centre) for centre in centres]
            weights = Access("U", (*everywhere[1:], *map(loop, taps)))
            factors = (weights, Access("X", (everywhere[0], *read)))
        target, sizes = Access("Y", everywhere), (shape[0], *outputs)
        return (Statement(target, sizes, tuple(blocks), factors, "" if len(factors) == 1 else "sum"),)

    def _scales(self, shape: Shape) -> list[tuple[Integer, Integer]]:
        """Per axis n : o in small numbers, where the factor is whole."""
        sizes = zip(shape[1:], self.outputs(shape), self.factors(shape), strict=True)
        return [(n, o) if factor is None else (1, factor) for n, o, factor in sizes]

    def _neighbour(
        self, tap: str, name: str, size: Integer, outputs: Integer, scale: tuple[Integer, Integer]
    ) -> Index:
        if self.align_corners:
            steps = outputs - 1 if outputs != 1 else 1
            scaled = (size - 1 if outputs != 1 else 0, name, 0, steps)
        else:
            n, o = scale
            scaled = (2 * n, name, n - o, 2 * o)
        return Index(((1, tap),), 0, scaled, "replicate")


def _whole_ratio(outputs: Integer, size: Integer) -> int | None:
    if outputs == size:
        return 1
    whole = is_number(outputs) and is_number(size) and outputs % size == 0
    return int(outputs // size) if whole else None
