"""A layer's symbolic twin: the same layer with a symbol for every number, for its general formulas."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, NamedTuple

from convmath.geometry.notation import ARGUMENTS, AXES, symbol
from convmath.layers.base import Layer, Shape
from convmath.layers.linear import Linear
from convmath.layers.norm import LayerNorm
from convmath.layers.pad import Pad
from convmath.layers.pool import Pool


class Twin(NamedTuple):
    """The twin, its input shape, and the number that belongs to each symbol."""

    layer: Layer
    shape: Shape
    values: dict[Any, Any]


def twin(layer: Layer, shape: Shape) -> Twin:
    """The layer and its input with symbols for numbers; the same symbol means the same argument.

    >>> from convmath import MaxPool2d
    >>> pair = twin(MaxPool2d(2), (8, 6, 6))
    >>> pair.layer, pair.shape
    (MaxPool2d(k, stride=s, padding=p, dilation=d), (C, H, W))
    """
    values: dict[Any, Any] = {}
    axes = AXES.get(len(shape) - 1, ())
    written_out = _written_out(layer)
    arguments = {
        field.name: _symbolic(getattr(written_out, field.name), ARGUMENTS[field.name], axes, values)
        for field in fields(written_out)  # type: ignore[arg-type]
        if field.init and field.name in ARGUMENTS and not _stays(written_out, field.name)
    }
    general = replace(written_out, **arguments)  # type: ignore[type-var]
    names = _input_symbols(general, shape)
    values |= {name: size for name, size in zip(names, shape, strict=True) if name not in values}
    return Twin(general, names, values)


def _written_out(layer: Layer) -> Layer:
    """The layer with its implied arguments given: a pool's stride, padding as pairs."""
    if isinstance(layer, Pool) and layer.stride is None:
        return replace(layer, stride=layer.kernel_size)
    if isinstance(layer, Pad) and isinstance(layer.padding, tuple):
        return replace(layer, padding=layer.pairs())
    return layer


def _stays(layer: Layer, name: str) -> bool:
    """Whether the argument stays a number: it decides what the formula is."""
    if name == "groups":
        return bool(getattr(layer, name) == 1)
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
    smallest = layer.smallest_input()
    if isinstance(layer, (Linear, LayerNorm)):
        last = layer.smallest_input()
        return (*(symbol("C"), *axes)[: len(shape) - len(last)], *last)
    return (smallest[0] if smallest else symbol("C"), *axes)
