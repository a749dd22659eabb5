"""What every layer is: PyTorch's arguments, one definition, and what is counted from the definition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, Field, fields
from functools import reduce
from operator import add, or_
from typing import Any, ClassVar, NamedTuple, TypeAlias

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_number, is_symbolic, plain
from convmath.geometry.footprint import Footprint, joined
from convmath.geometry.loopnest import (
    Operations,
    Statement,
    effective_operations,
    operations,
    parameter_counts,
)
from convmath.geometry.notation import AXES
from convmath.geometry.reach import ReceptiveField, receptive_field
from convmath.geometry.window import Scatter, Window

Shape: TypeAlias = tuple[Integer, ...]
AxisMap: TypeAlias = "Window | Scatter"
IDENTITY = Window()
Fields: TypeAlias = "tuple[Footprint | None, ...]"
PerAxis: TypeAlias = "Integer | tuple[Integer, ...]"
Padding: TypeAlias = "Integer | str | tuple[Integer | tuple[Integer, Integer], ...]"


class Counts(NamedTuple):
    """What a layer makes of an input: the shape it gives, and what it takes."""

    output_shape: Shape
    parameters: dict[str, Integer]
    operations: Operations


class Layer:
    """One layer: a frozen dataclass whose fields are PyTorch's arguments.

    A layer states its ``definition``; output shape, parameters and operations are counted from it.
    Shapes leave the batch out and start with the channels: ``(3, 224, 224)``.
    """

    inputs: ClassVar[int | None] = 1  # how many inputs it takes; None is any number

    def __post_init__(self) -> None:
        freeze_lists(self)
        check_kinds(self)

    @property
    def ends_maps(self) -> bool:
        """Whether each output sees the whole map: it was pooled or flattened."""
        return False

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        """The layer written out as loop nests, for inputs of these shapes."""
        raise NotImplementedError

    def axis_maps(self, *shapes: Shape) -> tuple[Window | Scatter, ...]:
        """Per spatial axis, which input positions an output position reads."""
        return (IDENTITY,) * (len(shapes[0]) - 1)

    def smallest_input(self) -> Shape | None:
        """A shape the layer accepts, for counting what does not depend on the input."""
        return None

    def output_shape(self, *shapes: Shape) -> Shape:
        """The shape of the output: channels, then one size per spatial axis."""
        return self._defined(*shapes)[-1].shape

    def parameters(self, *shapes: Shape) -> dict[str, Integer]:
        """How many numbers each trainable parameter holds, by PyTorch's name."""
        smallest = self.smallest_input()
        known = shapes or (smallest,) if smallest else shapes
        counts = [parameter_counts(statement) for statement in self._defined(*known)] if known else []
        return reduce(lambda left, right: left | right, counts, {})

    def operations(self, *shapes: Shape) -> Operations:
        """Every operation that executing the definition on one input takes (nominal)."""
        return reduce(add, map(operations, self._defined(*shapes)), Operations())

    def effective_operations(self, *shapes: Shape) -> Operations:
        """The same without the taps that fall on zero padding or are cropped away."""
        return reduce(add, map(effective_operations, self._defined(*shapes)), Operations())

    def counts(self, *shapes: Shape) -> Counts:
        """Output shape, parameters and operations, from one reading of the definition."""
        statements = self._defined(*shapes)
        return Counts(
            statements[-1].shape,
            reduce(or_, map(parameter_counts, statements), {}),
            reduce(add, map(operations, statements)),
        )

    def carried(self, fields: Sequence[Fields], maps: Sequence[AxisMap], shapes: Sequence[Shape]) -> Fields:
        """Per axis of the output, what its positions read, given what the inputs' positions read.

        ``maps`` are the layer's own axis maps.  None marks an axis without positions: channels, features,
        or an axis that was summed up.
        """
        if len(fields) > 1:
            return _joined_fields(fields, shapes)
        axes = fields[0] if fields else ()
        if len(axes) != len(maps) + 1:
            return (None,) * len(self.output_shape(*shapes))
        return (axes[0], *_moved(axes[1:], maps))

    def _defined(self, *shapes: Shape) -> tuple[Statement, ...]:
        """The definition, for shapes that are tuples of sizes."""
        for shape in shapes:
            if not isinstance(shape, tuple) or not shape or not all(map(is_whole, shape)):
                raise ConvmathError(
                    f"{shape!r} is no input shape; give a tuple of whole numbers or symbols"
                )
        return self.definition(*shapes)

    def receptive_field(self, shape: Shape) -> ReceptiveField:
        """What one output position reads of the input, per spatial axis."""
        return receptive_field([Footprint().then(axis_map) for axis_map in self.axis_maps(shape)])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(_arguments(self))})"


def _moved(axes: Fields, maps: Sequence[AxisMap]) -> Iterator[Footprint | None]:
    """Each axis behind its map; axes that are alike are worked out once."""
    known: tuple[Any, ...] = (None, None, None)
    for axis, axis_map in zip(axes, maps, strict=True):
        if axis is None or axis_map is IDENTITY:
            yield axis
            continue
        if known[0] is not axis or known[1] != axis_map:
            known = axis, axis_map, axis.then(axis_map)
        yield known[2]


def _joined_fields(fields: Sequence[Fields], shapes: Sequence[Shape]) -> Fields:
    """Axis by axis from the right, the hull over the inputs; what is broadcast sees everything."""
    if all(axes is fields[0] for axes in fields):
        return fields[0]
    rank = max(map(len, shapes))
    padded = [((None,) * (rank - len(axes)) + axes) for axes in fields]
    sizes = [((1,) * (rank - len(shape)) + shape) for shape in shapes]
    columns = zip(zip(*padded, strict=True), zip(*sizes, strict=True), strict=True)
    return tuple(joined(_unless_broadcast(axes, column), _most(column)) for axes, column in columns)


def _most(sizes: Sequence[Integer]) -> Integer | None:
    """How many positions an axis has where inputs meet, if that is a number."""
    numbers = [size for size in sizes if is_number(size)]
    return max(numbers) if len(numbers) == len(sizes) else None


def _unless_broadcast(axes: Sequence[Footprint | None], sizes: Sequence[Integer]) -> list[Footprint | None]:
    broadcast = any(size != 1 for size in sizes)
    return [None if broadcast and size == 1 else axis for axis, size in zip(axes, sizes, strict=True)]


def _arguments(layer: Layer) -> list[str]:
    """The arguments as one would write them: those without a default by position, others by name."""
    listed: tuple[Field[Any], ...] = fields(layer)  # type: ignore[arg-type]
    return [
        _shown(getattr(layer, field.name), "" if _is_positional(field) else f"{field.name}=")
        for field in listed
        if field.init and (field.default is MISSING or getattr(layer, field.name) != field.default)
    ]


def _is_positional(field: Field[Any]) -> bool:
    return field.default is MISSING and not field.kw_only


def _shown(value: Any, prefix: str) -> str:
    return prefix + (repr(value) if isinstance(value, (str, bool)) else str(value))


def per_axis(layer: Layer, name: str, rank: int) -> tuple[Any, ...]:
    """Argument ``name`` as one value per spatial axis."""
    value = getattr(layer, name)
    if not isinstance(value, tuple):
        return (value,) * rank
    if len(value) != rank:
        raise ConvmathError(
            f"{layer!r}: {name}={value} has {len(value)} values for {rank} spatial axes; "
            f"give one number or {rank}"
        )
    return value


def check_whole(layer: Layer, least: int, *names: str) -> None:
    """Refuse arguments that are no whole numbers of at least ``least``; symbols pass."""
    for name in names:
        value = getattr(layer, name)
        per_axis = "PerAxis" in str(type(layer).__dataclass_fields__[name].type)  # type: ignore[attr-defined]
        for entry in value if per_axis and isinstance(value, tuple) else (value,):
            if not is_whole(entry):
                kinds = "a whole number, a tuple of them" if per_axis else "a whole number"
                raise ConvmathError(f"{name}={value!r} must be {kinds} or a symbol")
            below = entry < least if is_number(entry) else bool((entry - least).is_negative)
            if below:
                raise ConvmathError(f"{name}={value} must be at least {least}")


def check_axes(layer: Layer, name: str) -> None:
    """Refuse anything but a tuple of different axes behind the batch, which is axis 0."""
    axes = getattr(layer, name)
    listed = isinstance(axes, tuple) and bool(axes) and all(type(axis) is int for axis in axes)
    if not listed or min(axes) < 1 or len(set(axes)) < len(axes):
        raise ConvmathError(f"{name}={axes!r} must be a tuple of different axes from 1, like (2, 3)")


def is_whole(value: Any) -> bool:
    """Whether a value can stand for a size: an int, or an expression that may be a whole number."""
    if is_symbolic(value):
        return not value.is_number and value.is_integer is not False
    return is_number(value) and not isinstance(value, bool)


def check_kinds(layer: Layer) -> None:
    """Refuse what is no truth value or no number where the argument takes nothing else."""
    for field in fields(layer):  # type: ignore[arg-type]
        value = getattr(layer, field.name)
        if field.type == "bool" and not isinstance(value, bool):
            raise ConvmathError(f"{field.name}={value!r} must be True or False")
        if field.type == "float" and (isinstance(value, bool) or not isinstance(value, (int, float))):
            raise ConvmathError(f"{field.name}={value!r} must be a number")


def freeze_lists(layer: Layer) -> None:
    """Turn lists among the arguments into tuples, so that a layer is hashable; SymPy's ints into ints."""
    for field in fields(layer):  # type: ignore[arg-type]
        if field.init:
            object.__setattr__(layer, field.name, _frozen(getattr(layer, field.name)))


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else plain(value)


def check_input(layer: Layer, shape: Shape, channels: Integer | None, rank: int | None) -> None:
    """Refuse an input whose number of axes or channels is not what the layer takes."""
    if rank is not None and len(shape) != rank + 1:
        raise ConvmathError(
            f"{layer!r} takes channels and {rank} spatial size{'s' * (rank > 1)}, got {show(shape)}; "
            f"write the input as {'x'.join(('C', *AXES[rank]))}"
        )
    for size in shape:
        if is_number(size) and size < 1:
            raise ConvmathError(f"the input {show(shape)} has an axis of size {size}; sizes start at 1")
    if channels is not None and is_number(channels) and is_number(shape[0]) and shape[0] != channels:
        raise ConvmathError(
            f"{layer!r} takes {channels} channels, the input {show(shape)} has {shape[0]}; "
            f"change the input or the layer to match"
        )


def check_fits(layer: Layer, windows: Sequence[Window], sizes: Shape) -> None:
    """Refuse an input smaller than the window, padding included."""
    for window, n in zip(windows, sizes, strict=True):
        slack = window.slack(n)
        if window.fits is None and is_number(slack) and slack < 0:
            raise ConvmathError(
                f"{layer!r}: the window covers {window.size} positions but the padded input has "
                f"{n + window.begin + window.end}; pad more or give a larger input"
            )


def show(shape: Shape) -> str:
    """A shape as people write it: ``3x224x224``."""
    return "x".join(f"({size})" if " " in str(size) else str(size) for size in shape)
