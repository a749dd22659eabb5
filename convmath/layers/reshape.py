"""The same numbers in other places: flattened, reshaped, permuted, cut, unfolded into columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from convmath.errors import ConvmathError
from convmath.exact.demand import need_at_least, need_equal
from convmath.exact.integers import Integer, is_number, product
from convmath.geometry.loopnest import Access, Index, Statement, gathered, loop, single
from convmath.geometry.notation import OUTPUT_LOOPS, TAP_LOOPS
from convmath.geometry.window import Window
from convmath.layers.arguments import Natural, Padding, PerAxis, Positive, Sizes
from convmath.layers.base import Layer, Shape, check_input, show
from convmath.layers.elementwise import axis_of, element_loops, everywhere
from convmath.layers.sliding import check_fits, check_padding, position, windows_of


def copied(place: tuple[Index, ...], sizes: Shape, shape: Shape) -> Statement:
    """Every element of X put to its place in Y."""
    blocks = tuple(map(single, element_loops(shape), shape))
    return Statement(Access("Y", place), sizes, blocks, Access("X", everywhere(shape)))


def merged(names: tuple[str, ...], sizes: Shape) -> Index:
    """The place along several axes in one, the last fastest: ``(c*H + i)*W + j``."""
    strides = (product(sizes[axis + 1 :]) for axis in range(len(sizes)))
    return Index(tuple(zip(strides, names, strict=True)))


@dataclass(frozen=True, repr=False)
class Flatten(Layer):
    """Axes ``start_dim`` to ``end_dim`` in one, the last fastest: ``Y[(c*H + i)*W + j] = X[c, i, j]``.

    Axes count the batch as PyTorch does, so that 1 are the channels and -1 is the last axis.

    >>> Flatten().output_shape((16, 5, 5)), Flatten(2).output_shape((16, 5, 5))
    ((400,), (16, 25))
    """

    start_dim: int = 1
    end_dim: int = -1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.start_dim < 1 or not (self.end_dim == -1 or self.end_dim >= self.start_dim):
            raise ConvmathError(
                f"start_dim={self.start_dim}, end_dim={self.end_dim} must be axes from 1 on, in this "
                "order; end_dim=-1 is the last"
            )

    def _ends(self, shape: Shape) -> tuple[int, int]:
        first, last = self.start_dim - 1, self.end_dim if self.end_dim > 0 else len(shape)
        if first >= len(shape) or last > len(shape):
            raise ConvmathError(f"{self!r} names an axis that the input {show(shape)} does not have")
        return first, last

    def keeps_positions(self, *shapes: Shape) -> bool:
        first, last = self._ends(*shapes)
        return last - first < 2

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        first, last = self._ends(shape)
        names = element_loops(shape)
        index = merged(names[first:last], shape[first:last])
        place = (*map(loop, names[:first]), index, *map(loop, names[last:]))
        return (copied(place, (*shape[:first], product(shape[first:last]), *shape[last:]), shape),)


@dataclass(frozen=True, repr=False)
class Reshape(Layer):
    """The same numbers in row-major order under another shape, the batch left out.

    >>> Reshape((16, 5, 5)).output_shape((400,))
    (16, 5, 5)
    """

    shape: Sizes

    def keeps_positions(self, *shapes: Shape) -> bool:
        return shapes == (tuple(self.shape),)

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        wanted = tuple(self.shape)
        before, after = product(shape), product(wanted)
        need_equal(
            before,
            after,
            lambda: f"{self!r} holds {after} numbers, the input {show(shape)} has {before}; give as many",
        )
        if shape == wanted:
            return (copied(everywhere(shape), shape, shape),)
        flat = copied((merged(element_loops(shape), shape),), (before,), shape)
        names = element_loops(wanted)
        copy = Statement(
            Access("Y", everywhere(wanted)),
            wanted,
            tuple(map(single, names, wanted)),
            Access("F", (merged(names, wanted),)),
        )
        return flat._replace(target=Access("F", flat.target.indices)), copy


@dataclass(frozen=True, repr=False)
class Permute(Layer):
    """The axes in another order: axis ``k`` of the output is axis ``dims[k]`` of the input.

    Axes count the batch, which stays in front, as PyTorch does.

    >>> Permute((0, 2, 3, 1)).output_shape((3, 32, 64))
    (32, 64, 3)
    """

    dims: tuple[int, ...] | list[int]

    def __post_init__(self) -> None:
        super().__post_init__()
        order = self.dims if isinstance(self.dims, tuple) else ()
        if order[:1] != (0,) or sorted(order) != list(range(len(order))):
            raise ConvmathError(f"dims={self.dims!r} must hold each axis once, the batch 0 in front")

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        if len(shape) + 1 != len(self.dims):
            raise ConvmathError(
                f"{self!r} orders {len(self.dims)} axes, batch included; the input is Nx{show(shape)}"
            )
        names = element_loops(shape)
        place = tuple(loop(names[axis - 1]) for axis in self.dims[1:])
        return (copied(place, tuple(shape[axis - 1] for axis in self.dims[1:]), shape),)


@dataclass(frozen=True, repr=False)
class Slice(Layer):
    """Every ``step``-th place of axis ``dim`` from ``start`` up to, not including, ``stop``.

    Axes count the batch as PyTorch does: 1 are the channels.

    >>> Slice(1, 0, 24).output_shape((48, 14, 14))
    (24, 14, 14)
    """

    dim: Positive
    start: Natural
    stop: Natural
    step: Positive = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if is_number(self.start) and is_number(self.stop) and self.start >= self.stop:
            raise ConvmathError(f"start={self.start} must lie before stop={self.stop}")

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        axis = axis_of(self, int(self.dim), shape)
        names, indices, n = element_loops(shape), everywhere(shape), shape[axis]
        need_at_least(n - self.stop, 0, partial(_cut_short, self, shape))
        count = Window(stride=self.step, begin=-self.start).count(self.stop)
        sizes = (*shape[:axis], count, *shape[axis + 1 :])
        read = Index(((self.step, names[axis]),), self.start)
        source = Access("X", (*indices[:axis], read, *indices[axis + 1 :]))
        return (Statement(Access("Y", indices), sizes, tuple(map(single, names, sizes)), source),)


def _cut_short(layer: Slice, shape: Shape) -> str:
    return f"{layer!r}: axis {layer.dim} of {show(shape)} ends before stop={layer.stop}"


@dataclass(frozen=True, repr=False)
class Unfold(Layer):
    """What each window reads as a column: ``Y[(c*k + a)*k + b, i*W_out + j] = X[c, s*i + d*a - p, ...]``.

    A convolution is then one matrix product (im2col).

    >>> Unfold(3, padding=1).output_shape((8, 5, 6)), Unfold(2, stride=2).output_shape((3, 4, 4))
    ((72, 30), (12, 4))
    """

    kernel_size: PerAxis
    dilation: PerAxis = 1
    padding: Padding = 0
    stride: PerAxis = 1

    rank: ClassVar[int] = 2

    def keeps_positions(self, *shapes: Shape) -> bool:
        return False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_padding(self, words=())

    def windows(self) -> tuple[Window, ...]:
        """The window of each spatial axis."""
        return windows_of(self, self.rank)

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, None, self.rank)
        windows = self.windows()
        check_fits(self, windows, shape[1:])
        outer, taps = OUTPUT_LOOPS[self.rank], TAP_LOOPS[self.rank]
        axes = list(zip(outer, taps, windows, shape[1:], strict=True))
        spatial = tuple(gathered((i, a), window, n, pads=False) for i, a, window, n in axes)
        counts = tuple(block.extents[0] for block in spatial)
        kernel = tuple(window.kernel_size for window in windows)
        rows, columns = merged(("c", *taps), (shape[0], *kernel)), merged(outer, counts)
        read: tuple[Index, ...] = tuple(position(w, i, a) for i, a, w, _ in axes)
        sizes: tuple[Integer, ...] = (product((shape[0], *kernel)), product(counts))
        return (
            Statement(
                Access("Y", (rows, columns)),
                sizes,
                (single("c", shape[0]), *spatial),
                Access("X", (loop("c"), *read)),
            ),
        )
