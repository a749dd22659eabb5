"""A layer's symbolic twin: the same layer with a symbol for every number, for its general formulas."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, NamedTuple

from convmath.exact.integers import is_symbolic
from convmath.geometry.notation import ARGUMENTS, AXES, symbol
from convmath.layers.base import Layer, Shape
from convmath.layers.linear import Linear
from convmath.layers.norm import OverLastAxes
from convmath.layers.pad import Pad
from convmath.layers.pool import Pool


class Twin(NamedTuple):
    """The twin, its input shapes, and the number that belongs to each symbol."""

    layer: Layer
    shapes: tuple[Shape, ...]
    values: dict[Any, Any]


def twin(layer: Layer, shapes: tuple[Shape, ...]) -> Twin:
    """The layer and its inputs with symbols for numbers; the same symbol means the same argument.

    >>> from convmath import MaxPool2d
    >>> pair = twin(MaxPool2d(2), ((8, 6, 6),))
    >>> pair.layer, pair.shapes
    (MaxPool2d(k, stride=s, padding=p, dilation=d), ((C, H, W),))
    """
    values: dict[Any, Any] = {}
    rank = max(map(len, shapes), default=1) - 1
    axes = AXES.get(rank, ())
    written_out = _written_out(layer)
    arguments = {
        field.name: _symbolic(getattr(written_out, field.name), ARGUMENTS[field.name], axes, values)
        for field in fields(written_out)  # type: ignore[arg-type]
        if field.init and field.name in ARGUMENTS and not _stays(written_out, field.name)
    }
    if isinstance(layer, OverLastAxes):
        letters = tuple(map(symbol, ("C", *axes)))
        arguments["normalized_shape"] = letters[len(letters) - len(layer.normalised()) :]
    general: Layer = replace(written_out, **arguments)  # type: ignore[type-var]
    if len(shapes) == 1:
        names: tuple[Shape, ...] = (_input_symbols(general, shapes[0]),)
    else:
        names = tuple(
            _joined_symbols(shape, shapes, number) for number, shape in enumerate(shapes, start=1)
        )
    for given, shape in zip(names, shapes, strict=True):
        for name, size in zip(given, shape, strict=True):
            values.setdefault(name, size)
    return Twin(general, names, values)


def _joined_symbols(shape: Shape, shapes: tuple[Shape, ...], number: int) -> Shape:
    """One input of a join: sizes that all inputs share by one symbol, others told apart; 1 stays 1."""
    letters = ("C", *AXES.get(max(map(len, shapes)) - 1, ()))[-len(shape) :]
    found: list[Any] = []
    for place, (letter, size) in enumerate(zip(letters, shape, strict=True)):
        behind = len(shape) - place
        column = {other[-behind] for other in shapes if len(other) >= behind}
        wide = {each for each in column if each != 1}
        if size == 1 and wide:
            found.append(1)
        else:
            found.append(symbol(letter if len(wide) <= 1 else f"{letter}_{number}"))
    return tuple(found)


def _written_out(layer: Layer) -> Layer:
    """The layer with its implied argument given, a pool's stride, which a layer made so would leave out."""
    if not isinstance(layer, Pool) or layer.stride is not None:
        return layer
    copied = replace(layer)  # type: ignore[type-var]
    object.__setattr__(copied, "stride", layer.kernel_size)
    return copied


def _stays(layer: Layer, name: str) -> bool:
    """Whether the argument stays a number: it decides what the formula is."""
    if name in ("groups", "num_groups", "num_parameters"):
        return bool(getattr(layer, name) == 1)
    if name == "padding" and isinstance(layer, Pad):
        return isinstance(layer.padding, tuple)
    return name in ("in_channels", "out_channels") and getattr(layer, "connections", None) is not None


def _symbolic(value: Any, name: str, axes: tuple[str, ...], values: dict[Any, Any]) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, tuple):
        suffixes = (axis.lower() for axis in axes)
        return tuple(_symbolic_axis(v, name, axis, values) for v, axis in zip(value, suffixes, strict=True))
    return _named(name, value, values)


def _symbolic_axis(value: Any, name: str, axis: str, values: dict[Any, Any]) -> Any:
    if value is None:
        return None
    if isinstance(value, tuple):
        sides = zip(("begin", "end"), value, strict=True)
        return tuple(_named(f"{name}_{side}_{axis}", v, values) for side, v in sides)
    return _named(f"{name}_{axis}", value, values)


def _named(name: str, value: Any, values: dict[Any, Any]) -> Any:
    values[symbol(name)] = value
    return symbol(name)


def _input_symbols(layer: Layer, shape: Shape) -> Shape:
    axes = tuple(map(symbol, AXES.get(len(shape) - 1, ())))
    example = layer.example_shape()
    if isinstance(layer, OverLastAxes):
        return (symbol("C"), *axes)
    if example is not None and isinstance(layer, Linear):
        return (*(symbol("C"), *axes)[: len(shape) - len(example)], *example)
    own = example is not None and (is_symbolic(example[0]) or example[0] == shape[0])
    return (example[0] if example and own else symbol("C"), *axes)
