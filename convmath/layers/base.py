"""What every layer is: PyTorch's arguments, one definition, and what is counted from the definition."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from functools import partial, reduce
from operator import add
from typing import Any, ClassVar, TypeAlias

from convmath.errors import ConvmathError
from convmath.exact.demand import need_at_least, need_equal
from convmath.exact.integers import Integer, is_number
from convmath.geometry.loopnest import (
    Access,
    Operations,
    Statement,
    effective_operations,
    operations,
    weight_counts,
    weights_read,
)
from convmath.geometry.notation import AXES
from convmath.geometry.reading import Path, paths, paths_apart
from convmath.layers.arguments import frozen, is_whole, settle

Shape: TypeAlias = tuple[Integer, ...]


class Layer:
    """One layer: a frozen dataclass whose fields are PyTorch's arguments.

    A layer states its ``definition``; output shape, weights, operations, and what its outputs read are
    taken from it.  Shapes leave the batch out and start with the channels: ``(3, 224, 224)``.
    """

    arity: ClassVar[int | None] = 1  # how many inputs it takes; None is any number
    gates: ClassVar[bool] = False  # whether what every output reads only scales it: a gate, or statistics
    remark: ClassVar[str] = ""  # what its definition leaves unsaid
    ends_maps: ClassVar[bool] = False  # whether a network's receptive field is told before it

    def __post_init__(self) -> None:
        settle(self)

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        """The layer written out as loop nests, for inputs of these shapes."""
        raise NotImplementedError

    def example_shape(self) -> Shape | None:
        """A shape the layer accepts, for what does not depend on the input; None where any will do."""
        return None

    def fixed_weights(self) -> frozenset[str]:
        """The names of the weights that are not trained."""
        return frozenset()

    def buffers(self) -> dict[str, Shape]:
        """The shapes of arrays that PyTorch keeps beside the weights; the definition has them folded in."""
        return {}

    def on(self, *shapes: Shape) -> Placed:
        """The layer on inputs of these shapes: its loop nests, and what they count."""
        given = tuple(map(frozen, shapes))
        return Placed(self, given, self.defined(*given))

    def output_shape(self, *shapes: Shape) -> Shape:
        """The shape of the output: channels, then one size per spatial axis."""
        return self.defined(*shapes)[-1].shape

    def parameters(self, *shapes: Shape) -> dict[str, Integer]:
        """How many numbers each trainable parameter holds, by PyTorch's name."""
        return self.trained(weighed(self._weighed(*shapes)))

    def weight_shapes(self) -> dict[str, Shape]:
        """The shape of each array the layer takes beside its inputs, by PyTorch's name and in its layout.

        >>> from convmath import Conv2d
        >>> Conv2d(4, 6, 3, groups=2).weight_shapes()
        {'weight': (6, 2, 3, 3), 'bias': (6,)}
        """
        return {
            statement.arrays[access.array]: extents(access, statement)
            for statement in self._weighed()
            for access in weights_read(statement)
        } | self.buffers()

    def operations(self, *shapes: Shape) -> Operations:
        """Every operation that executing the definition on one input takes (nominal)."""
        return self.on(*shapes).operations

    def effective_operations(self, *shapes: Shape) -> Operations:
        """The same without the taps that fall on zero padding or are cropped away."""
        return self.on(*shapes).effective_operations

    def defined(self, *shapes: Shape) -> tuple[Statement, ...]:
        """The definition, for shapes that are tuples of sizes."""
        given = tuple(map(frozen, shapes))
        if self.arity is not None and len(given) != self.arity:
            raise ConvmathError(f"{self!r} reads {self.arity}, it is given the shapes of {len(given)}")
        for shape in given:
            if not isinstance(shape, tuple) or not shape or not all(map(is_whole, shape)):
                raise ConvmathError(
                    f"{shape!r} is no input shape; give a tuple of whole numbers or symbols"
                )
        return self.definition(*given)

    def _weighed(self, *shapes: Shape) -> tuple[Statement, ...]:
        """The definition on some input, if only for its weights."""
        example = self.example_shape()
        known = shapes or ((example,) if example else ())
        return self.defined(*known) if known or self.arity == 0 else ()

    def trained(self, counts: dict[str, Integer]) -> dict[str, Integer]:
        """Those of its arrays that are trained."""
        fixed = self.fixed_weights()
        return {name: count for name, count in counts.items() if name not in fixed} if fixed else counts

    def keeps_positions(self, *shapes: Shape) -> bool:
        """Whether its outputs still have places on the map."""
        return True

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(_arguments(self))})"


class Placed:
    """A layer on input shapes: its loop nests, and what they count.

    Operations and paths are worked out when they are first asked for, and then kept.
    """

    __slots__ = (
        "_apart",
        "_effective",
        "_operations",
        "_paths",
        "layer",
        "parameters",
        "shapes",
        "statements",
    )

    def __init__(self, layer: Layer, shapes: tuple[Shape, ...], statements: tuple[Statement, ...]) -> None:
        self.layer: Layer = layer
        self.shapes: tuple[Shape, ...] = shapes
        self.statements: tuple[Statement, ...] = statements
        self.parameters: dict[str, Integer] = layer.trained(weighed(statements))
        self._operations: Operations | None = None
        self._effective: Operations | None = None
        self._paths: tuple[Path, ...] | None = None
        self._apart: tuple[Path, ...] | None = None

    @property
    def output_shape(self) -> Shape:
        """Channels, then one size per spatial axis."""
        return self.statements[-1].shape

    @property
    def parameter_total(self) -> Integer:
        """How many trainable numbers the layer holds."""
        return sum(self.parameters.values())

    @property
    def operations(self) -> Operations:
        """Every operation that executing the definition on one input takes (nominal)."""
        if self._operations is None:
            self._operations = reduce(add, map(operations, self.statements))
        return self._operations

    @property
    def effective_operations(self) -> Operations:
        """The same without the taps that fall on zero padding or are cropped away."""
        if self._effective is None:
            self._effective = reduce(add, map(effective_operations, self.statements))
        return self._effective

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every way in which an output element reads the inputs, axis by axis, as far as it has a place."""
        if self._paths is None:
            placed = self.layer.keeps_positions(*self.shapes)
            self._paths = paths(self.statements, self.shapes) if placed else ()
        return self._paths

    @property
    def paths_apart(self) -> tuple[Path, ...]:
        """The same, where positions are dealt out to channels a path for each share; in numbers."""
        if self._apart is None:
            self._apart = self.paths and (paths_apart(self.statements, self.shapes) or self.paths)
        return self._apart

    @property
    def gate_paths(self) -> frozenset[Path]:
        """The paths that all positions share and that only scale; none where all are such."""
        if not self.layer.gates or len(self.paths) < 2:
            return frozenset()
        gates = frozenset(path for path in self.paths if any(link.axis is None for link in path.links[1:]))
        return gates if len(gates) < len(self.paths) else frozenset()


def weighed(statements: tuple[Statement, ...]) -> dict[str, Integer]:
    """How many numbers each array holds that the statements read beside the inputs."""
    counts: dict[str, Integer] = {}
    for statement in statements:
        if statement.arrays:
            counts |= weight_counts(statement)
    return counts


def extents(access: Access, statement: Statement) -> Shape:
    """How far each index of an array goes: its largest value and one more."""
    last = {
        name: extent - 1
        for block in statement.blocks
        for name, extent in zip(block.loops, block.extents, strict=True)
    }
    first = dict.fromkeys(last, 0)
    spread = ((index.at(first), index.at(last)) for index in access.indices)
    return tuple((low if high == 0 else high) + 1 for low, high in spread)  # a flipped kernel counts down


def _arguments(layer: Layer) -> list[str]:
    """The arguments as one would write them: those without a default by position, others by name."""
    listed: tuple[Field[Any], ...] = fields(layer)  # type: ignore[arg-type]
    return [
        _written(getattr(layer, field.name), "" if _is_positional(field) else f"{field.name}=")
        for field in listed
        if field.init and (field.default is MISSING or getattr(layer, field.name) != field.default)
    ]


def signature(kind: type[Layer]) -> str:
    """A layer's name and arguments, those that have one with their default.

    >>> from convmath import GroupNorm
    >>> signature(GroupNorm)
    'GroupNorm(num_groups, num_channels, eps=1e-05, affine=True)'
    """
    listed: tuple[Field[Any], ...] = fields(kind)  # type: ignore[arg-type]
    arguments = [
        field.name if field.default is MISSING else _written(field.default, f"{field.name}=")
        for field in listed
        if field.init
    ]
    return f"{kind.__name__}({', '.join(arguments)})"


def _is_positional(field: Field[Any]) -> bool:
    return field.default is MISSING and not field.kw_only


def _written(value: Any, prefix: str) -> str:
    return prefix + (repr(value) if isinstance(value, (str, bool)) else str(value))


def check_input(layer: Layer, shape: Shape, channels: Integer | None, rank: int | None) -> None:
    """Refuse an input whose number of axes or channels is not what the layer takes."""
    if rank is not None and len(shape) != rank + 1:
        batch = "leave the batch out and " if len(shape) == rank + 2 else ""
        raise ConvmathError(
            f"{layer!r} takes channels and {rank} spatial size{'s' * (rank > 1)}, got {show(shape)}; "
            f"{batch}write the input as {'x'.join(('C', *AXES[rank]))}"
        )
    for size in shape:
        if type(size) is not int or size < 1:
            need_at_least(size, 1, partial(_empty, shape, size))
    if channels is not None and channels is not shape[0]:
        sentence = partial(_other_channels, layer, shape, channels)
        if is_number(channels) and is_number(shape[0]) and channels != shape[0]:
            raise ConvmathError(sentence())  # whatever the sizes are
        need_equal(shape[0], channels, sentence)


def _other_channels(layer: Layer, shape: Shape, channels: Integer) -> str:
    takes = f"{layer!r} takes {channels} channel{'s' * (channels != 1)}"
    has = f"the input {show(shape)} has {shape[0]}"
    return f"{takes}, {has}; change the input or the layer to match"


def _empty(shape: Shape, size: Integer) -> str:
    return f"the input {show(shape)} has an axis of size {size}; sizes start at 1"


def show(shape: Shape) -> str:
    """A shape as people write it: ``3x224x224``."""
    return "x".join(f"({size})" if " " in str(size) else str(size) for size in shape)
