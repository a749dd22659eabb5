"""convmath derives, explains and checks the arithmetic of convolutional networks."""

from convmath.chain import Chain
from convmath.errors import ConvmathError
from convmath.layers import *  # noqa: F403
from convmath.layers import __all__ as _layers
from convmath.parse import parse_chain, parse_layer, parse_shape
from convmath.window import Window

__version__ = "0.1.0"

__all__ = [
    "Chain",
    "ConvmathError",
    "Window",
    "parse_chain",
    "parse_layer",
    "parse_shape",
    *_layers,
]
