"""The same numbers in other places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, exact_div, is_number, product
from convmath.geometry.loopnest import Access, Index, Statement, loop, single
from convmath.geometry.window import Window
from convmath.layers.base import AxisMap, Fields, Layer, Shape, check_whole, is_whole, show
from convmath.layers.channels import check_groups
from convmath.layers.elementwise import element_loops


@dataclass(frozen=True, repr=False)
class Reshape(Layer):
    """The same numbers in row-major order under another shape, the batch left out.

    >>> Reshape((16, 5, 5)).output_shape((400,))
    (16, 5, 5)
    """

    shape: tuple[Integer, ...]

    @property
    def ends_maps(self) -> bool:
        return True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.shape, tuple) or not self.shape:
            raise ConvmathError(f"shape={self.shape!r} must be a tuple of sizes, like (16, 5, 5)")
        for size in self.shape:
            if not is_whole(size) or (is_number(size) and size < 1):
                raise ConvmathError(f"shape={self.shape} must hold whole numbers of at least 1, or symbols")

    def carried(self, fields: Sequence[Fields], maps: Sequence[AxisMap], shapes: Sequence[Shape]) -> Fields:
        return (None,) * len(self.output_shape(*shapes))  # positions are gone

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

    @property
    def ends_maps(self) -> bool:
        return True

    def carried(self, fields: Sequence[Fields], maps: Sequence[AxisMap], shapes: Sequence[Shape]) -> Fields:
        return (None,) * len(self.output_shape(*shapes))  # positions are gone

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        first, last = self.start_dim - 1, self.end_dim if self.end_dim > 0 else len(shape)
        if first >= len(shape) or last > len(shape):
            raise ConvmathError(f"{self!r} names an axis that the input {show(shape)} does not have")
        names, merged = element_loops(shape), shape[first:last]
        strides = (product(merged[axis + 1 :]) for axis in range(len(merged)))
        index = Index(tuple(zip(strides, names[first:last], strict=True)))
        place = (*map(loop, names[:first]), index, *map(loop, names[last:]))
        sizes = (*shape[:first], product(merged), *shape[last:])
        return (_copied(place, sizes, names, shape),)


@dataclass(frozen=True, repr=False)
class Permute(Layer):
    """The axes in another order: axis ``k`` of the output is axis ``dims[k]`` of the input.

    Axes count the batch, which stays in front, as PyTorch does.

    >>> Permute((0, 2, 3, 1)).output_shape((3, 32, 64))
    (32, 64, 3)
    """

    dims: tuple[int, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        order = self.dims if isinstance(self.dims, tuple) else ()
        if order[:1] != (0,) or sorted(order) != list(range(len(order))):
            raise ConvmathError(f"dims={self.dims!r} must hold each axis once, the batch 0 in front")

    def carried(self, fields: Sequence[Fields], maps: Sequence[AxisMap], shapes: Sequence[Shape]) -> Fields:
        return tuple(fields[0][axis - 1] for axis in self.dims[1:])

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        if len(shape) + 1 != len(self.dims):
            raise ConvmathError(
                f"{self!r} orders {len(self.dims)} axes, batch included; the input is Nx{show(shape)}"
            )
        names = element_loops(shape)
        place = tuple(loop(names[axis - 1]) for axis in self.dims[1:])
        return (_copied(place, tuple(shape[axis - 1] for axis in self.dims[1:]), names, shape),)


@dataclass(frozen=True, repr=False)
class ChannelShuffle(Layer):
    """Channels dealt out anew: channel ``k`` of group ``g`` goes to place ``k*groups + g``.

    Zhang et al., "ShuffleNet" (2018), section 3.1.

    >>> ChannelShuffle(2).output_shape((6, 4, 4))
    (6, 4, 4)
    """

    groups: Integer

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, 1, "groups")

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_groups(self.groups, channels=shape[0])
        each = exact_div(shape[0], self.groups)
        _, *positions = element_loops(shape)
        behind = tuple(map(loop, positions))
        return (
            Statement(
                Access("Y", (Index(((self.groups, "k"), (1, "g"))), *behind)),
                shape,
                (single("g", self.groups), single("k", each), *map(single, positions, shape[1:])),
                (Access("X", (Index(((each, "g"), (1, "k"))), *behind)),),
            ),
        )


@dataclass(frozen=True, repr=False)
class Slice(Layer):
    """Every ``step``-th place of axis ``dim`` from ``start`` up to, not including, ``stop``.

    Axes count the batch as PyTorch does: 1 are the channels.

    >>> Slice(1, 0, 24).output_shape((48, 14, 14))
    (24, 14, 14)
    """

    dim: int
    start: Integer
    stop: Integer
    step: Integer = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, 1, "dim", "step")
        check_whole(self, 0, "start", "stop")
        if is_number(self.start) and is_number(self.stop) and self.start >= self.stop:
            raise ConvmathError(f"start={self.start} must lie before stop={self.stop}")

    def axis_maps(self, *shapes: Shape) -> tuple[Window, ...]:
        maps = [Window() for _ in shapes[0][1:]]
        if 1 < self.dim <= len(shapes[0]):
            maps[self.dim - 2] = self._window(shapes[0][self.dim - 1])
        return tuple(maps)

    def _window(self, n: Integer) -> Window:
        return Window(stride=self.step, begin=-self.start, end=self.stop - n)

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        if self.dim > len(shape):
            raise ConvmathError(f"{self!r} needs an axis {self.dim}, the input {show(shape)} has none")
        names, axis = element_loops(shape), self.dim - 1
        if is_number(shape[axis]) and is_number(self.stop) and self.stop > shape[axis]:
            raise ConvmathError(f"{self!r}: axis {self.dim} of {show(shape)} ends before stop={self.stop}")
        count = self._window(shape[axis]).count(shape[axis])
        sizes = (*shape[:axis], count, *shape[axis + 1 :])
        everywhere = tuple(map(loop, names))
        read = Index(((self.step, names[axis]),), self.start)
        source = Access("X", (*everywhere[:axis], read, *everywhere[axis + 1 :]))
        return (Statement(Access("Y", everywhere), sizes, tuple(map(single, names, sizes)), (source,)),)


def _copied(place: tuple[Index, ...], sizes: Shape, names: tuple[str, ...], shape: Shape) -> Statement:
    """Every element of X put to its place in Y."""
    source = Access("X", tuple(map(loop, names)))
    return Statement(Access("Y", place), sizes, tuple(map(single, names, shape)), (source,))
