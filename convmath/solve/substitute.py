"""A chain with one symbol as a network for each number put in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from convmath.errors import ConvmathError
from convmath.exact.integers import is_symbolic, plain
from convmath.layers.base import Layer, Shape
from convmath.network.chain import Chain
from convmath.network.network import Network


def the_symbol(chain: Chain) -> Any:
    """The one symbol of a chain.

    >>> from convmath import parse_chain
    >>> the_symbol(parse_chain("Conv2d(3, w, 3) -> Conv2d(w, 2*w, 3)"))
    w
    """
    found = {s for layer in chain.layers for value in _values(layer) for s in _symbols(value)}
    if len(found) != 1:
        names = ", ".join(sorted(map(str, found))) or "none"
        raise ConvmathError(f"the chain has {names} for its width; write one symbol, like Conv2d(3, w, 3)")
    return found.pop()


def substituted(chain: Chain, symbol: Any, input_shape: Shape) -> Callable[[int], Network]:
    """The network that the chain is for a number in place of the symbol.

    >>> from convmath import parse_chain
    >>> chain = parse_chain("Conv2d(3, w, 3) -> Conv2d(w, 2*w, 3)")
    >>> substituted(chain, the_symbol(chain), (3, 8, 8))(5).output_shape()
    (10, 4, 4)
    """

    def build(width: int) -> Network:
        layers = (_put(layer, symbol, width) for layer in chain.layers)
        return Network.chain(layers, input_shape, "chain")

    return build


def _put(layer: Layer, symbol: Any, width: int) -> Layer:
    given = {f.name: _number(getattr(layer, f.name), symbol, width) for f in fields(layer) if f.init}  # type: ignore[arg-type]
    put: Layer = replace(layer, **given)  # type: ignore[type-var]
    return put


def _number(value: Any, symbol: Any, width: int) -> Any:
    if isinstance(value, tuple):
        return tuple(_number(part, symbol, width) for part in value)
    return plain(value.subs(symbol, width)) if is_symbolic(value) else value


def _values(layer: Layer) -> list[Any]:
    return [getattr(layer, field.name) for field in fields(layer)]  # type: ignore[arg-type]


def _symbols(value: Any) -> set[Any]:
    if isinstance(value, tuple):
        return {symbol for part in value for symbol in _symbols(part)}
    return set(value.free_symbols) if is_symbolic(value) else set()
