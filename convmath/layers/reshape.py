"""The same numbers in other places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from convmath.errors import ConvmathError
from convmath.integers import Integer, is_number, product
from convmath.layers.base import Layer, Shape, is_whole, show
from convmath.layers.elementwise import element_loops
from convmath.loopnest import Access, Index, Statement, loop, single


@dataclass(frozen=True, repr=False)
class Reshape(Layer):
    """The same numbers in row-major order under another shape, the batch left out.

    >>> Reshape((16, 5, 5)).output_shape((400,))
    (16, 5, 5)
    """

    shape: tuple[Integer, ...]

    ends_maps: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.shape, tuple) or not self.shape:
            raise ConvmathError(f"shape={self.shape!r} must be a tuple of sizes, like (16, 5, 5)")
        for size in self.shape:
            if not is_whole(size) or (is_number(size) and size < 1):
                raise ConvmathError(f"shape={self.shape} must hold whole numbers of at least 1, or symbols")

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        before, after = product(shape), product(self.shape)
        if is_number(before) and is_number(after) and before != after:
            raise ConvmathError(
                f"{self!r} holds {after} numbers, the input {show(shape)} has {before}; give as many"
            )
        (flat,) = Flatten().definition(shape)
        names = element_loops(self.shape)
        strides = (product(self.shape[axis + 1 :]) for axis in range(len(self.shape)))
        source = Access("F", (Index(tuple(zip(strides, names, strict=True))),))
        copy = Statement(
            Access("Y", tuple(map(loop, names))),
            self.shape,
            tuple(map(single, names, self.shape)),
            (source,),
        )
        return flat._replace(target=flat.target._replace(array="F")), copy


@dataclass(frozen=True, repr=False)
class Flatten(Layer):
    """All axes in one, the last varying fastest: ``Y[(c*H + i)*W + j] = X[c, i, j]``.

    >>> Flatten().output_shape((16, 5, 5))
    (400,)
    """

    ends_maps: ClassVar[bool] = True

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        names = element_loops(shape)
        strides = (product(shape[axis + 1 :]) for axis in range(len(shape)))
        return (
            Statement(
                Access("Y", (Index(tuple(zip(strides, names, strict=True))),)),
                (product(shape),),
                tuple(map(single, names, shape)),
                (Access("X", tuple(map(loop, names))),),
            ),
        )
