"""convmath derives, explains and checks the arithmetic of convolutional networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convmath import layers
from convmath.chain import Chain
from convmath.errors import ConvmathError
from convmath.parse import parse_chain, parse_layer, parse_shape
from convmath.window import Window

if TYPE_CHECKING:
    from convmath.layers import *  # noqa: F403

__version__ = "0.1.0"

__all__ = ["Chain", "ConvmathError", "Window", "parse_chain", "parse_layer", "parse_shape"]
__all__ += layers.__all__


def __getattr__(name: str) -> Any:
    return getattr(layers, name)
