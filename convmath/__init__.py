"""convmath derives, explains and checks the arithmetic of convolutional networks."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from convmath import layers
from convmath.errors import ConvmathError
from convmath.geometry.window import Window
from convmath.network import Chain
from convmath.network.parse import parse_chain, parse_layer, parse_shape

if TYPE_CHECKING:
    from convmath.exact.proof import prove_equal as prove_equal
    from convmath.explain.matrix import convolution_matrix as convolution_matrix
    from convmath.layers import *  # noqa: F403
    from convmath.network import INPUT as INPUT
    from convmath.network import Builder as Builder
    from convmath.network import Network as Network
    from convmath.network import Node as Node
    from convmath.network.separable import depthwise_conv2d as depthwise_conv2d
    from convmath.network.separable import depthwise_separable_conv2d as depthwise_separable_conv2d
    from convmath.network.separable import pointwise_conv2d as pointwise_conv2d
    from convmath.network.separable import separate as separate
    from convmath.network.separable import spatially_separable_conv2d as spatially_separable_conv2d
    from convmath.read import network_of as network_of
    from convmath.read import summarise as summarise

__version__ = "0.1.0"

__all__ = ["Chain", "ConvmathError", "Window", "parse_chain", "parse_layer", "parse_shape"]
__all__ += layers.__all__

_LATER = {  # imported when first asked for
    "INPUT": "convmath.network.network",
    "Builder": "convmath.network.network",
    "Network": "convmath.network.network",
    "Node": "convmath.network.network",
    "convolution_matrix": "convmath.explain.matrix",
    "depthwise_conv2d": "convmath.network.separable",
    "depthwise_separable_conv2d": "convmath.network.separable",
    "pointwise_conv2d": "convmath.network.separable",
    "prove_equal": "convmath.exact.proof",
    "separate": "convmath.network.separable",
    "spatially_separable_conv2d": "convmath.network.separable",
    "network_of": "convmath.read",
    "summarise": "convmath.read",
}
__all__ += list(_LATER)


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    return getattr(layers, name)
