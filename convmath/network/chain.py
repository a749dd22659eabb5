"""Layers one after another: ``A -> B -> C``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import add

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer
from convmath.geometry.loopnest import Operations
from convmath.geometry.reach import Reach, ReceptiveField, receptive_field
from convmath.geometry.window import Scatter, Window
from convmath.layers.base import Layer, Shape


@dataclass(frozen=True)
class Chain:
    """Layers applied one after another; everything sums or composes over them.

    >>> from convmath import Conv2d
    >>> chain = Chain((Conv2d(1, 1, 3), Conv2d(1, 1, 3, dilation=2), Conv2d(1, 1, 3, dilation=4)))
    >>> chain.receptive_field((1, 32, 32)).size
    (15, 15)
    """

    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        layers = self.layers if isinstance(self.layers, Iterable) else (self.layers,)
        object.__setattr__(self, "layers", tuple(layers))
        if not self.layers:
            raise ConvmathError("a chain needs at least one layer")
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise ConvmathError(f"{layer!r} is no layer; a chain takes layers like Conv2d(3, 8, 3)")

    def inputs(self, shape: Shape) -> Iterator[tuple[Layer, Shape]]:
        """Each layer with the shape that reaches it."""
        for layer in self.layers:
            yield layer, shape
            shape = layer.output_shape(shape)

    def output_shape(self, shape: Shape) -> Shape:
        """The shape that leaves the last layer."""
        return reduce(lambda x, layer: layer.output_shape(x), self.layers, shape)

    def parameters(self) -> dict[str, Integer]:
        """Each parameter's numbers, named by the layer's place: ``0.weight``."""
        return {
            f"{place}.{name}": count
            for place, layer in enumerate(self.layers)
            for name, count in layer.parameters().items()
        }

    def parameter_total(self) -> Integer:
        """How many trainable numbers all layers hold."""
        return sum(self.parameters().values())

    def operations(self, shape: Shape) -> Operations:
        """Every operation that executing the layers on one input takes (nominal)."""
        return reduce(add, (layer.operations(x) for layer, x in self.inputs(shape)), Operations())

    def effective_operations(self, shape: Shape) -> Operations:
        """The same without the taps that fall on zero padding or are cropped away."""
        effective = (layer.effective_operations(x) for layer, x in self.inputs(shape))
        return reduce(add, effective, Operations())

    def reaches(self, shape: Shape) -> tuple[Reach, ...]:
        """Per spatial axis, how outputs reach back to the input, up to where maps end."""
        maps: list[tuple[Window | Scatter, ...]] = []
        shapes = [shape]
        for layer, x in self.inputs(shape):
            after = layer.output_shape(x)
            if (layer.ends_maps and maps) or len(after) != len(x):
                break
            maps.append(layer.axis_maps(x))
            shapes.append(after)
        return tuple(
            Reach(tuple(m[axis - 1] for m in maps), tuple(x[axis] for x in shapes))
            for axis in range(1, len(shape))
        )

    def receptive_field(self, shape: Shape) -> ReceptiveField:
        """What one position of the last map reads of the input.

        The last map is the one before the first global or adaptive pooling or flattening; a chain that
        starts with one of these has that layer's own.
        """
        return receptive_field([reach.footprint() for reach in self.reaches(shape)])

    def leftover(self, shape: Shape) -> tuple[Integer, ...]:
        """How many input rows and columns lie past the last window; padding is not counted."""
        return tuple(reach.leftover() for reach in self.reaches(shape))

    def __str__(self) -> str:
        return " -> ".join(map(repr, self.layers))
