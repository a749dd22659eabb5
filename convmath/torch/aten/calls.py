"""What the entries for ATen's operators share: the values they get, and where they put layers.

An entry gets a ``Graph`` to put layers into and the call's arguments by their schema's names, the first
tensor also as ``x``.  It returns what the call gives, or None for a case it does not cover.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from convmath import layers
from convmath.layers.base import Layer

Shape: TypeAlias = tuple[int, ...]
Arguments: TypeAlias = Mapping[str, Any]


class Value(NamedTuple):
    """The result of a node: its name, and its shape without the axis of the samples.

    ``batch`` is where that axis is, 0 if the samples come first; None is a tensor that the module makes
    of its own tensors alone, the same for every sample.
    """

    name: str
    shape: Shape
    batch: int | None = 0


class Held(NamedTuple):
    """A tensor of the module's own: its name in the module, its numbers, and whether it is a parameter."""

    name: str
    array: Any
    trainable: bool


class Graph(Protocol):
    """Where layers are put."""

    in_layer: bool  # whether a layer of PyTorch's makes the call, rather than the user's code

    def put(self, layer: Layer, *inputs: Value, **weights: Held | None) -> Value:
        """A node that runs ``layer`` on ``inputs``."""

    def value(self, argument: Any, beside: Any = None) -> Value | None:
        """An argument as the result of a node; a held tensor becomes a ``Parameter`` beside another."""

    def made_by(self, value: Value) -> tuple[Layer, Value] | None:
        """The layer that gave a value and the first input it read."""


Entry: TypeAlias = Callable[[Graph, Arguments], Any]


def spread(values: Sequence[int] | int, rank: int) -> list[int]:
    """One value an axis; ATen lets a list of one stand for all."""
    listed = [values] if isinstance(values, int) else list(values)
    return listed * rank if len(listed) == 1 else listed


def number(value: Any) -> bool:
    """Whether an argument is a constant."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def tensor_rank(x: Value) -> int:
    """How many axes the tensor has, with that of the samples."""
    return len(x.shape) + (x.batch is not None)


def axis(x: Value, dim: int) -> int:
    """An axis as layers count them: the samples' is 0, the first after it 1."""
    return int(dim % tensor_rank(x)) + (x.batch is None)


def plain(layer: Layer) -> Entry:
    """A layer without arguments."""
    return lambda graph, given: graph.put(layer, given["x"])


def same(graph: Graph, given: Arguments) -> Any:
    """What changes no number."""
    return given["x"]


def with_indices(entry: Entry) -> Entry:
    """The same where the call gives indices too, which nothing here reads."""

    def first(graph: Graph, given: Arguments) -> Any:
        value = entry(graph, given)
        return value and [value]

    return first


def scaled_and_shifted(graph: Graph, y: Value, weight: Any, bias: Any, below: int = 0) -> Value | None:
    """``weight*y + bias`` where a weight is worked out: one number a channel, or of the last axes.

    ``below`` is how many axes lie under the one that the weights run along.
    """
    for layer, factor in ((layers.Multiply(), weight), (layers.Add(), bias)):
        if factor is None:
            continue
        value = graph.value(factor)
        if value is None or value.batch is not None:
            return None
        y = graph.put(layer, y, reshaped_to(graph, value, (*value.shape, *(1,) * below)))
    return y


def reshaped_to(graph: Graph, value: Value, shape: Shape) -> Value:
    """The same numbers under another shape."""
    return value if value.shape == shape else graph.put(layers.Reshape(shape), value)


def held(*weights: Any) -> bool:
    """Whether every one is a tensor of the module's own, or there is none."""
    return all(weight is None or isinstance(weight, Held) for weight in weights)
