"""Layers one after another, as PyTorch or Keras write and print them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from convmath.errors import ConvmathError, short
from convmath.exact.integers import Integer, product
from convmath.geometry.notation import AXES, symbol
from convmath.layers import NAMES
from convmath.layers.arguments import is_whole
from convmath.layers.base import Layer, Shape, show
from convmath.parse.calls import UNKNOWN, Call, read_calls
from convmath.parse.layer import layer_symbol, torch_layer
from convmath.parse.shape import Fitted, fitted, fitted_last

_INPUTS = ("Input", "InputLayer")
_CHAINS = ("Sequential", "OrderedDict", "ModuleList", "")


class Written(NamedTuple):
    """The layers of a text by name, the input they are on if one is known, and what was understood."""

    layers: dict[str, Layer]
    shape: Shape | None
    remarks: tuple[str, ...]


def read_chain(text: str, shape: Shape | None = None, layout: str | None = None) -> Written:
    """Layers as they are written, ``A -> B -> C``, as ``nn.Sequential`` and Keras write and print them.

    Names that are not numbers become symbols.  ``shape`` is the input as its author wrote it, ``layout``
    whether that has its channels first (CHW) or last (HWC).  Layers of Keras, ``LazyConv2d`` and
    ``Linear(?, 10)`` take their channels from it.  Raises ConvmathError with what is wrong and the remedy.

    >>> written = read_chain("Conv2D(6, 5, padding='same', input_shape=(28, 28, 1))")
    >>> written.layers, written.shape
    ({'0': Conv2d(1, 6, 5, padding='same')}, (1, 28, 28))
    """
    calls, remarks = [], list[str]()
    for label, call in _flat(read_calls(text, layer_symbol), "", remarks):
        calls.append((label, call))
    layered = [(label, call) for label, call in calls if call.kind not in _INPUTS]
    if not layered:
        raise ConvmathError("a layer is missing; write for instance Conv2d(3, 64, 3) -> ReLU()")
    keras, stated = _of_keras([call for _, call in calls])
    found = _input(layered[0][1], keras, shape, stated, layout)
    if found.remark:
        remarks.append(found.remark)
    return _placed(layered, keras, None if found.shape == () else found.shape, remarks)


def _flat(
    calls: Sequence[Call], prefix: str, remarks: list[str], depth: int = 0
) -> Iterator[tuple[str, Call]]:
    """The calls within containers, each with the name it has there."""
    alone = len(calls) == 1 and depth == 0
    for place, call in enumerate(calls):
        name = f"{prefix}{call.label or place}"
        if call.parts is None:
            yield name if call.label or depth else "", call
        elif call.kind in _CHAINS or alone:
            if call.kind not in _CHAINS:
                remarks.append(f"{call.name} is read as a chain, in the order in which it is printed")
            yield from _flat(call.parts, "" if alone else f"{name}.", remarks, depth + (not alone))
        else:
            raise ConvmathError(
                f"{short(call.text)} is a module of its own, and does not print what it does; give the "
                "module itself, like net.py:Net"
            )


def _of_keras(calls: Sequence[Call]) -> tuple[bool, Any]:
    """Whether some calls are layers of Keras, and the input that they state."""
    if all(call.kind in NAMES and "keras" not in call.name for call in calls):
        return False, None
    from convmath.parse.keras import input_of, is_keras

    stated = next((found for call in calls if (found := input_of(call)) is not None), None)
    return stated is not None or any(map(is_keras, calls)), stated


def _input(first: Call, keras: bool, shape: Shape | None, stated: Any, layout: str | None) -> Fitted:
    """The input with channels first: the one asked for, else the one stated, else that of symbols."""
    rank = _rank(first)
    if shape is not None:
        if keras:
            return fitted_last(shape, rank, layout)
        return fitted(shape, rank, _channels(first), layout)
    if stated is not None:
        sizes = stated if isinstance(stated, tuple) else (stated,)
        if first.named.get("data_format") == "channels_first":
            return Fitted(_named(sizes, False))
        return fitted(_named(sizes, True), rank, None, "HWC")
    if _asks(first, keras) and rank:
        return Fitted((symbol("C"), *map(symbol, AXES[rank])))
    return Fitted(())


def _named(sizes: Sequence[Any], last: bool) -> Shape:
    """Sizes that are left open, ``None``, by their letters."""
    if not sizes or not all(size is None or is_whole(size) for size in sizes):
        raise ConvmathError("the input that is stated is no shape; write sizes like (28, 28, 1)")
    letters = AXES.get(len(sizes) - 1, ())
    order = (*letters, "C") if last else ("C", *letters)
    return tuple(
        symbol(letter) if size is None else size for size, letter in zip(sizes, order, strict=True)
    )


def _rank(call: Call) -> int | None:
    """How many spatial axes a layer's name says it has."""
    if call.kind in ("Linear", "LazyLinear"):
        return 0
    found = re.search(r"([123])[dD]", call.kind)
    return int(found[1]) if found else None


def _channels(call: Call) -> Any:
    """The channels that a call says it takes; None where it says nothing."""
    given = call.named.get("in_channels", call.args[0] if call.args and "Conv" in call.kind else None)
    return None if call.kind.startswith("Lazy") or given is UNKNOWN else given


def _asks(call: Call, keras: bool) -> bool:
    """Whether a layer is only known on an input."""
    return keras or call.kind.startswith("Lazy") or UNKNOWN in (*call.args, *call.named.values())


def _placed(
    calls: Sequence[tuple[str, Call]], keras: bool, shape: Shape | None, remarks: list[str]
) -> Written:
    start, layers = shape, dict[str, Layer]()
    following = any(_asks(call, keras) for _, call in calls)
    for label, call in calls:
        made = _made(call, keras, shape, remarks)
        for place, layer in enumerate(made):
            name = label or str(len(layers))
            name = name if place == 0 or not label else f"{label}.{type(layer).__name__.lower()}"
            if name in layers:
                raise ConvmathError(
                    f"the name {short(name)} is given twice; give each layer a name of its own"
                )
            layers[name] = layer
            if following and shape is not None:
                shape = layer.output_shape(shape)
    if keras:
        remarks.append(
            "read as Keras: channels come from the input, and sizes stand here with channels first"
        )
    return Written(layers, start, tuple(remarks))


def _made(call: Call, keras: bool, shape: Shape | None, remarks: list[str]) -> tuple[Layer, ...]:
    if not keras:
        return _torch(call, shape, remarks)
    from convmath.parse.keras import both_write, is_keras, keras_layers

    if is_keras(call) or both_write(call):
        if shape is None:
            raise ConvmathError(
                f"{short(call.text)} takes its channels from the input; give it, like --input 28x28x1"
            )
        if call.kind == "BatchNormalization":
            remarks.append(_moving_statistics(shape[0]))
        return keras_layers(call, shape)
    return _torch(call, shape, remarks)


def _torch(call: Call, shape: Shape | None, remarks: list[str]) -> tuple[Layer, ...]:
    layer = torch_layer(call, shape)
    if UNKNOWN in (*call.args, *call.named.values()):
        remarks.append(f"{call.text} is read as {layer!r}, on {show(shape or ())}")
    return (layer,)


def _moving_statistics(channels: Integer) -> str:
    """What Keras counts more."""
    return (
        f"BatchNormalization has {product([4, channels])} numbers, as Keras counts: "
        f"{product([2, channels])} are trained, and as many are moving statistics; parameters here are "
        "those that are trained"
    )
