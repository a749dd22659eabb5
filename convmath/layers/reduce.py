"""Axes summed up: the mean over positions, or over channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer
from convmath.geometry.loopnest import Access, Index, Statement, Then, loop, single
from convmath.geometry.window import Window
from convmath.layers.base import IDENTITY, AxisMap, Fields, Layer, Shape, check_axes, show
from convmath.layers.elementwise import element_loops


@dataclass(frozen=True, repr=False)
class Mean(Layer):
    """The mean over the axes ``dim``, which are kept with size 1 or dropped.

    Axes count the batch as PyTorch does: 1 are the channels.

    >>> Mean((2, 3)).output_shape((512, 7, 7)), Mean((1,), keepdim=True).output_shape((512, 7, 7))
    ((512,), (1, 7, 7))
    """

    dim: tuple[int, ...]
    keepdim: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_axes(self, "dim")

    @property
    def ends_maps(self) -> bool:
        return any(axis > 1 for axis in self.dim)

    def axis_maps(self, *shapes: Shape) -> tuple[AxisMap, ...]:
        sizes = enumerate(shapes[0][1:], start=2)
        return tuple(Window(n, stride=n) if axis in self.dim else IDENTITY for axis, n in sizes)

    def carried(self, fields: Sequence[Fields], maps: Sequence[AxisMap], shapes: Sequence[Shape]) -> Fields:
        numbered = enumerate(fields[0], start=1)
        axes = ((axis, None if axis in self.dim else field) for axis, field in numbered)
        return tuple(field for axis, field in axes if self.keepdim or axis not in self.dim)

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        if max(self.dim) > len(shape):
            raise ConvmathError(f"{self!r} needs an axis {max(self.dim)}, the input {show(shape)} has none")
        if not self.keepdim and len(self.dim) == len(shape):
            raise ConvmathError(f"{self!r} leaves no axis of {show(shape)}; use keepdim=True")
        names = element_loops(shape)
        target: list[Index] = []
        sizes: list[Integer] = []
        for axis, (name, size) in enumerate(zip(names, shape, strict=True), start=1):
            if axis not in self.dim:
                target.append(loop(name))
                sizes.append(size)
            elif self.keepdim:
                target.append(Index(()))
                sizes.append(1)
        mean = Then("divisions", Access("count"), "({}) / {operand}")
        blocks = tuple(map(single, names, shape))
        source = Access("X", tuple(map(loop, names)))
        return (Statement(Access("Y", tuple(target)), tuple(sizes), blocks, (source,), "sum", (mean,)),)
