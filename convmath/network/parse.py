"""Layer text and shapes, read safely: nothing in the text is ever executed."""

from __future__ import annotations

import ast
import inspect
import keyword
import math
import operator
import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from convmath import layers
from convmath.errors import ConvmathError, near, short
from convmath.exact.integers import Integer, plain
from convmath.layers import NAMES
from convmath.layers.base import Layer, Shape
from convmath.layers.conv import PADDING_MODES
from convmath.layers.resize import MODES
from convmath.layers.sliding import PADDING_WORDS
from convmath.network.network import Network

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_WORDS = (*PADDING_WORDS, *PADDING_MODES, *MODES)
_LONGEST = 100_000  # characters of layer text
_LONGEST_NUMBER = 19  # digits
_LARGEST = 10**18  # numbers beyond this are typing errors, and would only cost time


def parse_chain(text: str) -> Network:
    """Layers written ``A -> B -> C``, each as PyTorch's constructor call.

    Names that are not numbers become symbols.  Raises ConvmathError with what is wrong and the remedy.

    >>> print(parse_chain("Conv2d(3, 3, 3, groups=3) -> nn.ReLU()"))
    Conv2d(3, 3, 3, groups=3) -> ReLU()
    """
    if len(text) > _LONGEST:
        raise ConvmathError(f"the layer text has {len(text)} characters; at most {_LONGEST} are read")
    return Network.chain([parse_layer(part) for part in text.split("->")])


def parse_layer(text: str) -> Layer:
    """One layer from its constructor call.

    >>> parse_layer("Conv2d(C, 2*C, k, padding=p)")
    Conv2d(C, 2*C, k, padding=p)
    """
    call = _call(text.strip())
    if _name(call.func) not in NAMES:
        raise ConvmathError(_no_layer(_name(call.func)))
    try:
        positional = [_value(argument) for argument in call.args]
        named = _named(call.keywords)
    except RecursionError:
        raise ConvmathError(f"{short(text)} is nested too deeply to read; write it more simply") from None
    return _construct(getattr(layers, _name(call.func)), positional, named)


def _named(keywords: list[ast.keyword]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for given in keywords:
        if given.arg is None or given.arg in named:
            what = f"**{ast.unparse(given.value)}" if given.arg is None else f"{given.arg} twice"
            raise ConvmathError(f"{what} is no argument; write each as name=value, once")
        named[given.arg] = _value(given.value)
    return named


def parse_shape(text: str) -> Shape:
    """An input shape without the batch: ``3x224x224`` or ``CxHxW``.

    >>> parse_shape("3x7x7")
    (3, 7, 7)
    """
    parts = [part.strip() for part in re.split(r"[xX×,]", text.strip().strip("()[]"))]  # noqa: RUF001
    if any(len(part) > _LONGEST_NUMBER for part in parts):
        raise ConvmathError(f"{short(text)} has a number beyond 10^18; check the input")
    if not all(re.fullmatch(r"[A-Za-z_]\w*|\d+", part) for part in parts):
        raise ConvmathError(
            f"{short(text)} is no input shape; write channels and sizes like 3x224x224 or CxHxW"
        )
    shape = tuple(_checked(int(part)) if part.isdigit() else _symbol(part) for part in parts)
    if any(size == 0 for size in shape):
        raise ConvmathError(f"the input {text} has an axis of size 0; every size must be at least 1")
    return shape


def _call(text: str) -> ast.Call:
    if not text:
        raise ConvmathError("a layer is missing; write for instance Conv2d(3, 64, 3) -> ReLU()")
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else "it cannot be read"
        raise ConvmathError(
            f"{short(text)} is no layer ({reason}); write it like Conv2d(3, 64, 3, padding=1)"
        ) from None
    if isinstance(node, ast.Name) and node.id in NAMES:
        raise ConvmathError(f"{text} needs its arguments; write {text}(...)")
    if isinstance(node, ast.Name):
        raise ConvmathError(_no_layer(text))
    if not isinstance(node, ast.Call):
        several = isinstance(node, (ast.Tuple, ast.List, ast.Compare))
        remedy = "join layers with ->" if several else "write it like Conv2d(3, 64, 3, padding=1)"
        raise ConvmathError(f"{short(text)} is no layer; {remedy}")
    if _name(node.func) == "Sequential":
        raise ConvmathError("Sequential is not needed; join its layers with ->")
    return node


def _no_layer(name: str) -> str:
    return f"there is no layer {short(name)}{near(name, NAMES, 'convmath list layers names them all')}"


def _name(node: ast.expr) -> str:
    """The last part of a dotted name: ``torch.nn.Conv2d`` is ``Conv2d``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ast.unparse(node)


def _value(node: ast.expr) -> Any:
    """A number, string, tuple or symbol expression; anything else is refused."""
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None):
            return _checked(node.value)
        case ast.Name(id="inf"):
            return math.inf
        case ast.UnaryOp(op=ast.USub(), operand=ast.Name(id="inf")):
            return -math.inf
        case ast.Name(id=name):
            return _symbol(name)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return tuple(map(_value, parts))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=float() as number)):
            return -number
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_number(inner)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return plain(_checked(_BINARY[type(op)](_number(left), _number(right))))
    raise ConvmathError(
        f"{short(ast.unparse(node))} is no argument; use numbers, True, False, words in quotes, "
        "tuples, and symbols with + - *"
    )


def _number(node: ast.expr) -> Any:
    value = _value(node)
    if isinstance(value, (str, tuple, bool, float)) or value is None:
        raise ConvmathError(f"{short(ast.unparse(node))} is no whole number or symbol")
    return value


def _checked(value: Any) -> Any:
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise ConvmathError(f"a number of {len(str(value))} digits is beyond 10^18; check the input")
    return value


def _symbol(name: str) -> Integer:
    if keyword.iskeyword(name):
        raise ConvmathError(f"{name} is a word of Python and cannot be a symbol; pick another letter")
    if name in _WORDS:
        raise ConvmathError(f"{name} is a word, not a symbol; write {name!r} in quotes")
    from convmath.geometry.notation import symbol

    found: Integer = symbol(name)
    return found


def _construct(kind: type[Layer], positional: list[Any], named: dict[str, Any]) -> Layer:
    names = [field.name for field in fields(kind) if field.init]  # type: ignore[arg-type]
    if len(positional) > len(names) and kind.__name__ in _INPLACE and isinstance(positional[-1], bool):
        positional = positional[:-1]
    named = {name: value for name, value in named.items() if not _decides_nothing(kind, names, name, value)}
    for name in named:
        if name not in names:
            known = near(name, names) if names else "; it takes none"
            raise ConvmathError(f"{kind.__name__} has no argument {short(name)}{known}")
    try:
        inspect.signature(kind).bind(*positional, **named)
    except TypeError as error:
        raise ConvmathError(f"{kind.__name__}: {error}; it takes {', '.join(names) or 'none'}") from None
    return kind(*positional, **named)


# PyTorch's arguments that decide nothing convmath counts, with the values that change nothing.
_NEUTRAL: dict[str, tuple[Any, ...] | None] = {
    "inplace": None,
    "momentum": None,
    "track_running_stats": None,
    "return_indices": None,
    "device": None,
    "dtype": None,
    "dim": (1, -3, None),
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
