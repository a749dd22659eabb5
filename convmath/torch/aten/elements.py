"""Activations and arithmetic, element by element: what goes for samples goes for tensors without them."""

from __future__ import annotations

from typing import Any

from convmath import layers
from convmath.layers.base import Layer
from convmath.torch.aten.calls import Arguments, Entry, Graph, Held, Value, axis, number, plain, same


def gelu(graph: Graph, given: Arguments) -> Value | None:
    """The exact GELU."""
    return graph.put(layers.GELU(), given["x"]) if given["approximate"] == "none" else None


def leaky_relu(graph: Graph, given: Arguments) -> Value:
    """LeakyReLU."""
    return graph.put(layers.LeakyReLU(given["negative_slope"]), given["x"])


def prelu(graph: Graph, given: Arguments) -> Value | None:
    """PReLU, one slope for all channels or one each."""
    weight = given["weight"]
    if not isinstance(weight, Held):
        return None
    return graph.put(layers.PReLU(int(weight.array.size)), given["x"], weight=weight)


def elu(graph: Graph, given: Arguments) -> Value | None:
    """ELU, where nothing is scaled."""
    plainly = (given.get("scale", 1), given.get("input_scale", 1)) == (1, 1)
    return graph.put(layers.ELU(float(given["alpha"])), given["x"]) if plainly else None


def celu(graph: Graph, given: Arguments) -> Value:
    """CELU."""
    return graph.put(layers.CELU(float(given["alpha"])), given["x"])


def softplus(graph: Graph, given: Arguments) -> Value | None:
    """Softplus; its threshold only spares the logarithm where it changes nothing."""
    return (
        graph.put(layers.Softplus(float(given["beta"])), given["x"]) if given["threshold"] >= 20 else None
    )


def clamp(graph: Graph, given: Arguments) -> Value | None:
    """Clamping between two numbers; below 0 and between 0 and 6 have names of their own."""
    low, high = given.get("min", given.get("min_val")), given.get("max", given.get("max_val"))
    if not number(low) or not (high is None or number(high)):
        return None
    known: dict[Any, Layer] = {(0, None): layers.ReLU(), (0, 6): layers.ReLU6()}
    layer = known.get((low, high))
    if layer is None and high is not None and low < high:
        layer = layers.Hardtanh(float(low), float(high))
    return graph.put(layer, given["x"]) if layer else None


def over_axis(kind: Any) -> Entry:
    """What goes over one axis: softmax, its logarithm, the gated linear unit."""

    def entry(graph: Graph, given: Arguments) -> Value | None:
        place = axis(given["x"], given["dim"])
        return graph.put(kind(place), given["x"]) if place else None

    return entry


def dropout(graph: Graph, given: Arguments) -> Value | None:
    """Dropout at inference."""
    return None if given["train"] else graph.put(layers.Dropout(given["p"]), given["x"])


def addition(graph: Graph, given: Arguments) -> Value | None:
    """The sum of two tensors, or of a tensor and a constant."""
    return _sum(graph, given["x"], given["other"], given.get("alpha", 1))


def subtraction(graph: Graph, given: Arguments) -> Value | None:
    """The difference of two tensors, or of a tensor and a constant."""
    return _sum(graph, given["x"], given["other"], -given.get("alpha", 1))


def reverse_subtraction(graph: Graph, given: Arguments) -> Value | None:
    """A constant less a tensor."""
    shift = given["other"]
    if given.get("alpha", 1) != 1 or not number(shift):
        return None
    return graph.put(layers.Affine(-1.0, float(shift)), given["x"])


def _sum(graph: Graph, x: Any, y: Any, alpha: float) -> Value | None:
    if number(y):
        return graph.put(layers.Affine(1.0, float(alpha * y)), x)
    values = both(graph, x, y)
    if values is None:
        return None
    left, right = values
    scaled = right if alpha == 1 else graph.put(layers.Affine(float(alpha)), right)
    return graph.put(layers.Add(), left, scaled)


def multiplication(graph: Graph, given: Arguments) -> Value | None:
    """The product of two tensors, or of a tensor and a constant."""
    x, y = given["x"], given["other"]
    if number(y):
        return graph.put(layers.Affine(float(y)), x)
    values = both(graph, x, y)
    return graph.put(layers.Multiply(), *values) if values else None


def division(graph: Graph, given: Arguments) -> Value | None:
    """A tensor over a constant."""
    y = given["other"]
    exact = number(y) and y != 0 and given.get("rounding_mode") is None
    return graph.put(layers.Affine(1.0 / y), given["x"]) if exact else None


def negation(graph: Graph, given: Arguments) -> Value:
    """A change of sign."""
    return graph.put(layers.Affine(-1.0), given["x"])


def square(graph: Graph, given: Arguments) -> Value | None:
    """A tensor times itself."""
    x = given["x"]
    return graph.put(layers.Multiply(), x, x) if given.get("exponent", 2) == 2 else None


def both(graph: Graph, x: Any, y: Any) -> tuple[Value, Value] | None:
    """Two tensors that go together without their samples' axis as they do with it."""
    left, right = graph.value(x, y), graph.value(y, x)
    if left is None or right is None:
        return None
    alone = left.batch is None or right.batch is None
    return (left, right) if alone or len(left.shape) == len(right.shape) else None


ENTRIES: dict[str, Entry] = {
    "relu": plain(layers.ReLU()),
    "relu6": plain(layers.ReLU6()),
    "sigmoid": plain(layers.Sigmoid()),
    "tanh": plain(layers.Tanh()),
    "silu": plain(layers.SiLU()),
    "log_sigmoid": plain(layers.LogSigmoid()),
    "mish": plain(layers.Mish()),
    "selu": plain(layers.SELU()),
    "hardsigmoid": plain(layers.Hardsigmoid()),
    "hardswish": plain(layers.Hardswish()),
    "gelu": gelu,
    "leaky_relu": leaky_relu,
    "prelu": prelu,
    "elu": elu,
    "celu": celu,
    "softplus": softplus,
    **dict.fromkeys(("clamp", "hardtanh", "clamp_min"), clamp),
    "softmax": over_axis(layers.Softmax),
    "log_softmax": over_axis(layers.LogSoftmax),
    "glu": over_axis(layers.GLU),
    **dict.fromkeys(("dropout", "feature_dropout"), dropout),
    "add": addition,
    "sub": subtraction,
    "rsub": reverse_subtraction,
    "mul": multiplication,
    "div": division,
    "neg": negation,
    **dict.fromkeys(("pow", "square"), square),
    **dict.fromkeys(("contiguous", "clone", "detach", "alias", "lift_fresh_copy"), same),
}
