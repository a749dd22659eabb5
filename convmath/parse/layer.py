"""A layer from a call of PyTorch's constructors; what the call leaves open comes from the input."""

from __future__ import annotations

import inspect
import keyword
from dataclasses import fields
from typing import Any

from convmath import layers
from convmath.errors import ConvmathError, near, short
from convmath.exact.integers import Integer
from convmath.layers import NAMES
from convmath.layers.base import Layer, Shape
from convmath.parse.calls import UNKNOWN, Call, read_calls

_LAZY = "Lazy"  # what PyTorch calls layers that take their channels from their first input


def parse_layer(text: str) -> Layer:
    """One layer from its constructor call; names that are not numbers become symbols.

    Raises ConvmathError with what is wrong and the remedy.

    >>> parse_layer("nn.Conv2d(C, 2*C, k, padding=p)")
    Conv2d(C, 2*C, k, padding=p)
    """
    calls = read_calls(text, layer_symbol)
    if len(calls) != 1:
        raise ConvmathError(
            f"{short(text.strip())} is no layer; give one, or join several with -> as a chain"
        )
    return torch_layer(calls[0])


def torch_layer(call: Call, shape: Shape | None = None) -> Layer:
    """The layer that a constructor call of PyTorch stands for.

    ``shape`` is its input's, where that is known: ``LazyConv2d`` and ``Linear(?, 10)`` ask for it.
    """
    lazy = call.kind.startswith(_LAZY)
    name = call.kind.removeprefix(_LAZY)
    if name not in NAMES:
        raise ConvmathError(no_layer(call.kind))
    kind: type[Layer] = getattr(layers, name)
    if call.parts is not None:
        raise ConvmathError(f"{name} holds no other layers; write it like {name}(...)")
    if call.bare and _needs(kind):
        raise ConvmathError(f"{call.name} needs its arguments; write {call.name}(...)")
    args, named = list(call.args), dict(call.named)
    for value in (*args, *named.values()):
        if isinstance(value, Call):
            raise ConvmathError(
                f"{short(value.text)} is no argument; use numbers, True, False, words in quotes, tuples, "
                "and symbols with + - *"
            )
    if lazy:
        args.insert(0, UNKNOWN)
    first = next(iter(inspect.signature(kind).parameters), "")
    if args[:1] == [UNKNOWN]:
        args[0] = _taken(call, kind, shape)
    elif named.get(first) is UNKNOWN:
        named[first] = _taken(call, kind, shape)
    if UNKNOWN in (*args, *named.values()):
        raise ConvmathError(
            f"{short(call.text)}: only {first or 'an argument'} can be left to the input with ?"
        )
    return _construct(kind, args, named)


def no_layer(name: str) -> str:
    """That there is no such layer, and which look like it."""
    return f"there is no layer {short(name)}{near(name, NAMES, 'convmath list layers names them all')}"


def layer_symbol(name: str) -> Integer:
    """The symbol that a name in a layer's text stands for."""
    if keyword.iskeyword(name):
        raise ConvmathError(f"{name} is a word of Python and cannot be a symbol; pick another letter")
    if name in _words():
        return name  # type: ignore[return-value]  # as PyTorch prints it: padding=same
    from convmath.geometry.notation import symbol

    found: Integer = symbol(name)
    return found


def _words() -> tuple[str, ...]:
    """The words that arguments take."""
    from convmath.layers.conv import PADDING_MODES
    from convmath.layers.resize import MODES
    from convmath.layers.sliding import PADDING_WORDS

    return (*PADDING_WORDS, *PADDING_MODES, *MODES)


def _needs(kind: type[Layer]) -> bool:
    """Whether a layer cannot be without arguments."""
    parameters = inspect.signature(kind).parameters.values()
    return any(parameter.default is parameter.empty for parameter in parameters)


def _taken(call: Call, kind: type[Layer], shape: Shape | None) -> Integer:
    """The channels or features that a layer takes from its input."""
    if shape is None:
        raise ConvmathError(
            f"{short(call.text)} takes its channels from the input; give the input, like 3x32x32"
        )
    return shape[-1] if kind is layers.Linear else shape[0]


def _construct(kind: type[Layer], positional: list[Any], named: dict[str, Any]) -> Layer:
    names = [field.name for field in fields(kind) if field.init]  # type: ignore[arg-type]
    if "dim" in named and named["dim"] is None:
        del named["dim"]  # what PyTorch prints of a Softmax without one
    if len(positional) > len(names) and kind.__name__ in _INPLACE and isinstance(positional[-1], bool):
        positional = positional[:-1]
    named = {name: value for name, value in named.items() if not _decides_nothing(kind, names, name, value)}
    for name in named:
        if name not in names:
            known = near(name, names) if names else "; it takes none"
            raise ConvmathError(f"{kind.__name__} has no argument {short(name)}{known}")
    _check_arguments(kind, names, positional, named)
    return kind(*positional, **named)


def _check_arguments(
    kind: type[Layer], names: list[str], positional: list[Any], named: dict[str, Any]
) -> None:
    """Refuse too many arguments, too few, and one that is given twice."""
    parameters = inspect.signature(kind).parameters
    takes = f"it takes {', '.join(names) or 'none'}"
    placed = [name for name in names if parameters[name].kind is not inspect.Parameter.KEYWORD_ONLY]
    if len(positional) > len(placed):
        raise ConvmathError(f"{kind.__name__} has too many arguments; {takes}")
    given = dict.fromkeys(placed[: len(positional)])
    for name in names:
        if name in given and name in named:
            raise ConvmathError(f"{kind.__name__}: {name} is given twice; give it once")
        if name not in given and name not in named and parameters[name].default is inspect.Parameter.empty:
            raise ConvmathError(f"{kind.__name__} has no {name}; {takes}")


# PyTorch's arguments that decide nothing convmath counts, with the values that change nothing.
_NEUTRAL: dict[str, tuple[Any, ...] | None] = {
    "inplace": None,
    "momentum": None,
    "track_running_stats": None,
    "return_indices": None,
    "device": None,
    "dtype": None,
    "dim": (1, -3, None),
    "bias": (True,),
    "threshold": None,
    "approximate": ("none",),
    "padding_mode": ("zeros",),
}


_INPLACE = (  # whose last positional argument is ``inplace`` in PyTorch
    *("ReLU", "ReLU6", "LeakyReLU", "ELU", "SELU", "CELU", "SiLU", "Mish", "Hardtanh", "Hardswish"),
    *("Hardsigmoid", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d"),
)


def _decides_nothing(kind: type[Layer], names: list[str], name: str, value: Any) -> bool:
    """Whether an argument that PyTorch prints can be passed over."""
    if name in names or name not in _NEUTRAL:
        return False
    allowed = _NEUTRAL[name]
    if allowed is not None and value not in allowed:
        raise ConvmathError(f"{kind.__name__}: {name}={value} is not covered; only {allowed[0]} is")
    return True
