"""convmath derives, explains and checks the arithmetic of convolutional networks.

Every name is imported when it is first asked for.  What type checkers see stands in the stub beside this
file, which is generated.
"""

from __future__ import annotations

from convmath import layers
from convmath.later import later

__version__ = "0.1.0"

_PLACES = {
    "check": ("check",),
    "errors": ("ConvmathError",),
    "exact.floors": ("FloorDiv", "Gcd"),
    "exact.integers": ("ceil_div", "floor_div"),
    "exact.proof": ("prove_equal",),
    "explain": ("explain",),
    "explain.matrix": ("convolution_matrix",),
    "geometry.window": ("Window",),
    "network.files": ("load", "save"),
    "network.network": ("Builder", "Chain", "Network"),
    "network.nodes": ("INPUT", "Node"),
    "parse.layer": ("parse_layer",),
    "parse.shape": ("parse_shape",),
    "network.separable": (
        "depthwise_conv2d",
        "depthwise_separable_conv2d",
        "pointwise_conv2d",
        "separate",
        "spatially_separable_conv2d",
    ),
    "read": ("network_of", "parse_chain", "summarise"),
}
MODULES = layers.MODULES | {
    name: f"{__name__}.{place}" for place, names in _PLACES.items() for name in names
}

__all__ = list(MODULES)
__getattr__ = later(__name__, MODULES)
