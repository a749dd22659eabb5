"""convmath derives, explains and checks the arithmetic of convolutional networks."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from convmath import layers
from convmath.chain import Chain
from convmath.errors import ConvmathError
from convmath.parse import parse_chain, parse_layer, parse_shape
from convmath.window import Window

if TYPE_CHECKING:
    from convmath.layers import *  # noqa: F403
    from convmath.layers.separable import depthwise_conv2d as depthwise_conv2d
    from convmath.layers.separable import depthwise_separable_conv2d as depthwise_separable_conv2d
    from convmath.layers.separable import pointwise_conv2d as pointwise_conv2d
    from convmath.layers.separable import separate as separate
    from convmath.layers.separable import spatially_separable_conv2d as spatially_separable_conv2d
    from convmath.matrix import convolution_matrix as convolution_matrix
    from convmath.network import INPUT as INPUT
    from convmath.network import Builder as Builder
    from convmath.network import Network as Network
    from convmath.network import Node as Node
    from convmath.proof import prove_equal as prove_equal
    from convmath.summary import summarise as summarise

__version__ = "0.1.0"

__all__ = ["Chain", "ConvmathError", "Window", "parse_chain", "parse_layer", "parse_shape"]
__all__ += layers.__all__

_LATER = {  # imported when first asked for
    "INPUT": "convmath.network",
    "Builder": "convmath.network",
    "Network": "convmath.network",
    "Node": "convmath.network",
    "convolution_matrix": "convmath.matrix",
    "depthwise_conv2d": "convmath.layers.separable",
    "depthwise_separable_conv2d": "convmath.layers.separable",
    "pointwise_conv2d": "convmath.layers.separable",
    "prove_equal": "convmath.proof",
    "separate": "convmath.layers.separable",
    "spatially_separable_conv2d": "convmath.layers.separable",
    "summarise": "convmath.summary",
}
__all__ += list(_LATER)


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    return getattr(layers, name)
