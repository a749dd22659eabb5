"""The arguments of layers: what kinds there are, and what is refused.

A layer annotates its fields with these kinds, and ``settle`` holds each value against its kind: the
annotation is the check.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, fields
from operator import index
from typing import TYPE_CHECKING, Any, TypeAlias

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_function, is_number, is_symbolic, plain

if TYPE_CHECKING:
    from convmath.layers.base import Layer

Positive: TypeAlias = Integer  # at least 1
Natural: TypeAlias = Integer  # at least 0
PerAxis: TypeAlias = (
    "Integer | tuple[Integer, ...] | list[Integer]"  # at least 1, one for all axes or one each
)
NaturalPerAxis: TypeAlias = "Integer | tuple[Integer, ...] | list[Integer]"
Sizes: TypeAlias = "tuple[Integer, ...] | list[Integer]"  # of a shape, each at least 1
Axes: TypeAlias = "tuple[int, ...] | list[int]"  # different ones, counted from 1: the batch is 0
Pair: TypeAlias = "tuple[Integer, Integer]"
Padding: TypeAlias = "Integer | str | tuple[Integer | Pair, ...] | list[Integer | Pair]"


def settle(layer: Layer) -> None:
    """Bring every argument into its one form, and refuse what its kind does not allow.

    Lists become tuples, other whole numbers Python's, and one value for every axis a single one, so that
    layers that are the same compare equal.
    """
    for field in fields(layer):  # type: ignore[arg-type]
        if field.init:
            value = frozen(getattr(layer, field.name))
            object.__setattr__(layer, field.name, value)
            if field.type in _SHORTENED and hasattr(layer, "rank"):
                per_axis(layer, field.name, layer.rank)
                value = shortened(value)
                object.__setattr__(layer, field.name, value)
            kind = _KINDS.get(str(field.type))
            if kind is not None:
                kind(field, value)


_SHORTENED = ("PerAxis", "NaturalPerAxis", "PerAxis | None", "Padding")


def frozen(value: Any) -> Any:
    """A value in the form it is kept in: lists as tuples, whole numbers as Python's."""
    if type(value) in (int, bool, float, str) or value is None:
        return value
    if isinstance(value, (list, tuple)):
        return tuple(map(frozen, value))
    if hasattr(value, "tolist") and getattr(value, "ndim", 1) < 2:  # an array, or a number of one
        return frozen(value.tolist())
    if hasattr(value, "__index__") and not hasattr(value, "tolist") and not is_symbolic(value):
        return index(value)
    return plain(value)


def shortened(value: Any) -> Any:
    """One value where all axes, or both sides, have the same.

    >>> shortened((3, 3)), shortened(((1, 1), (2, 0))), shortened(((1, 1), (1, 1)))
    (3, (1, (2, 0)), 1)
    """
    if not isinstance(value, tuple) or not value:
        return value
    parts = tuple(map(shortened, value))
    alike = all(part == parts[0] for part in parts) and not isinstance(parts[0], tuple)
    return parts[0] if alike else parts


def symbols_of(layer: Layer) -> list[Any]:
    """The symbols in a layer's arguments, by name.

    >>> from convmath import parse_layer
    >>> symbols_of(parse_layer("Conv2d(C, 2*C, k)"))
    [C, k]
    """
    return symbols_in(tuple(getattr(layer, field.name) for field in fields(layer)))  # type: ignore[arg-type]


def symbols_in(*values: Any) -> list[Any]:
    """The symbols in some values, tuples among them, by name."""
    return sorted(set().union(*map(_symbols, values)), key=str)


def _symbols(value: Any) -> set[Any]:
    if isinstance(value, tuple):
        return set().union(*map(_symbols, value))
    return set(value.free_symbols) if is_symbolic(value) else set()


def is_whole(value: Any) -> bool:
    """Whether a value can stand for a size: a whole number, or one that is still open."""
    if is_symbolic(value):
        return not value.is_number and value.is_integer is not False
    return is_function(value) or (is_number(value) and not isinstance(value, bool))


def check_at_least(
    name: str, value: Any, least: int, shown: Any = None, kinds: str = "a whole number"
) -> None:
    """Refuse what is no whole number of at least ``least``; symbols pass that may be one."""
    given = value if shown is None else shown
    if not is_whole(value):
        raise ConvmathError(f"{name}={given!r} must be {kinds} or a symbol")
    below = value < least if is_number(value) else bool((value - least).is_negative)
    if below:
        raise ConvmathError(f"{name}={given} must be at least {least}")


def check_number(name: str, value: Any) -> None:
    """Refuse what is no whole number of at least 1, symbols too."""
    if not is_number(value) or isinstance(value, bool) or value < 1:
        raise ConvmathError(f"{name}={value!r} must be a whole number of at least 1")


def _whole(least: int) -> Callable[[Field[Any], Any], None]:
    return lambda field, value: check_at_least(field.name, value, least)


def _whole_per_axis(least: int) -> Callable[[Field[Any], Any], None]:
    def check(field: Field[Any], value: Any) -> None:
        for entry in value if isinstance(value, tuple) else (value,):
            check_at_least(field.name, entry, least, value, "a whole number, a tuple of them")

    return check


def _optional(kind: Callable[[Field[Any], Any], None]) -> Callable[[Field[Any], Any], None]:
    return lambda field, value: None if value is None else kind(field, value)


def _truth(field: Field[Any], value: Any) -> None:
    if not isinstance(value, bool):
        raise ConvmathError(f"{field.name}={value!r} must be True or False")


def _real(field: Field[Any], value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ConvmathError(f"{field.name}={value!r} must be a number")


def _sizes(field: Field[Any], value: Any) -> None:
    if not isinstance(value, tuple) or not value:
        raise ConvmathError(f"{field.name}={value!r} must be a tuple of sizes, like (16, 5, 5)")
    for size in value:
        if not is_whole(size) or (is_number(size) and size < 1):
            raise ConvmathError(f"{field.name}={value} must hold whole numbers of at least 1, or symbols")


def _axes(field: Field[Any], value: Any) -> None:
    """Axes count the batch, which is axis 0."""
    listed = isinstance(value, tuple) and bool(value) and all(type(axis) is int for axis in value)
    if not listed or min(value) < 1 or len(set(value)) < len(value):
        raise ConvmathError(f"{field.name}={value!r} must be a tuple of different axes from 1, like (2, 3)")


def _integer(field: Field[Any], value: Any) -> None:
    if type(value) is not int:
        raise ConvmathError(f"{field.name}={value!r} must be a whole number")


_KINDS: dict[str, Callable[[Field[Any], Any], None]] = {
    "Positive": _whole(1),
    "Natural": _whole(0),
    "PerAxis": _whole_per_axis(1),
    "NaturalPerAxis": _whole_per_axis(0),
    "PerAxis | None": _optional(_whole_per_axis(1)),
    "Positive | None": _optional(_whole(1)),
    "Sizes": _sizes,
    "Axes": _axes,
    "bool": _truth,
    "int": _integer,
    "float": _real,
    "float | None": _optional(_real),
}


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


def check_word(layer: Layer, name: str, words: tuple[str, ...]) -> None:
    """Refuse a word that is none of these."""
    value = getattr(layer, name)
    if value not in words:
        raise ConvmathError(f"{name}={value!r} is not known; use one of {', '.join(words)}")


def check_share(layer: Layer, name: str) -> None:
    """Refuse a number that does not lie between 0 and 1."""
    value = getattr(layer, name)
    if not 0 <= value <= 1:
        raise ConvmathError(f"{name}={value} must lie between 0 and 1")
