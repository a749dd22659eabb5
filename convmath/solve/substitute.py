"""A chain with one symbol as a network for each number put in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from convmath.errors import ConvmathError
from convmath.exact.integers import is_symbolic, plain
from convmath.layers.arguments import symbols_of
from convmath.layers.base import Layer
from convmath.network.network import Network
from convmath.network.nodes import Node


def the_symbol(network: Network) -> Any:
    """The one symbol among the arguments of the layers.

    >>> from convmath import parse_chain
    >>> the_symbol(parse_chain("Conv2d(3, w, 3) -> Conv2d(w, 2*w, 3)"))
    w
    """
    found = {symbol for layer in network.layers for symbol in symbols_of(layer)}
    if len(found) != 1:
        names = ", ".join(sorted(map(str, found))) or "none"
        raise ConvmathError(f"the chain has {names} for its width; write one symbol, like Conv2d(3, w, 3)")
    return found.pop()


def substituted(network: Network, symbol: Any) -> Callable[[Any], Network]:
    """The network for a number, or another expression, in place of the symbol.

    >>> from convmath import parse_chain
    >>> chain = parse_chain("Conv2d(3, w, 3) -> Conv2d(w, 2*w, 3)")
    >>> substituted(chain, the_symbol(chain))(5).output_shape((3, 8, 8))
    (10, 4, 4)
    """

    def build(width: Any) -> Network:
        nodes = (Node(node.name, _put(node.layer, symbol, width), node.inputs) for node in network.nodes)
        return replace(network, nodes=tuple(nodes))

    return build


def _put(layer: Layer, symbol: Any, width: Any) -> Layer:
    given = {f.name: _number(getattr(layer, f.name), symbol, width) for f in fields(layer) if f.init}  # type: ignore[arg-type]
    put: Layer = replace(layer, **given)  # type: ignore[type-var]
    return put


def _number(value: Any, symbol: Any, width: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_number(part, symbol, width) for part in value)
    return plain(value.subs(symbol, width)) if is_symbolic(value) else value
