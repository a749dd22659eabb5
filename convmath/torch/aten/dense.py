"""Dense layers and normalisations: what has weights but moves along no axis."""

from __future__ import annotations

from typing import Any

from convmath import layers
from convmath.torch.aten.calls import (
    Arguments,
    Entry,
    Graph,
    Held,
    Value,
    held,
    scaled_and_shifted,
)


def linear(graph: Graph, given: Arguments) -> Value | None:
    """A dense layer."""
    return _dense(graph, given["x"], given["weight"], given["bias"])


def _dense(graph: Graph, x: Value, weight: Any, bias: Any) -> Value | None:
    if not isinstance(weight, Held) or weight.array.ndim != 2:
        return None
    outputs, inputs = weight.array.shape
    own = bias if isinstance(bias, Held) and bias.array.shape == (outputs,) else None
    y = graph.put(layers.Linear(inputs, outputs, own is not None), x, weight=weight, bias=own)
    return y if own is bias else scaled_and_shifted(graph, y, None, bias)


def product(graph: Graph, given: Arguments) -> Value | None:
    """``x @ w`` with a matrix of the module's own: a dense layer that holds it the other way round."""
    weight = given.get("other", given.get("mat2"))
    return _dense(graph, given["x"], _turned(weight), None) if isinstance(weight, Held) else None


def shifted_product(graph: Graph, given: Arguments) -> Value | None:
    """addmm: ``bias + x @ w``."""
    if not isinstance(given["mat1"], Value) or (given["alpha"], given["beta"]) != (1, 1):
        return None
    return _dense(graph, given["mat1"], _turned(given["mat2"]), given["self"])


def _turned(weight: Any) -> Any:
    two = isinstance(weight, Held) and weight.array.ndim == 2
    return weight._replace(array=weight.array.T.copy()) if two else None


def batch_norm(graph: Graph, given: Arguments) -> Value | None:
    """Batch normalisation with stored statistics."""
    x, statistics = given["x"], (given["running_mean"], given["running_var"])
    if given["training"] or not all(isinstance(each, Held) for each in statistics):
        return None
    rank = max(len(x.shape) - 1, 1)
    stored = dict(zip(("running_mean", "running_var"), statistics, strict=True))
    kind = layers.of_rank("BatchNorm", rank)
    return _normalised(graph, given, lambda affine: kind(x.shape[0], given["eps"], affine), stored)


def instance_norm(graph: Graph, given: Arguments) -> Value | None:
    """Normalisation of every map by itself."""
    x = given["x"]
    if not given["use_input_stats"]:
        return batch_norm(graph, {**given, "training": False})
    rank = len(x.shape) - 1
    return _normalised(
        graph, given, lambda affine: layers.of_rank("InstanceNorm", rank)(x.shape[0], given["eps"], affine)
    )


def group_norm(graph: Graph, given: Arguments) -> Value | None:
    """Normalisation over groups of channels."""
    channels, groups = given["x"].shape[0], given["num_groups"]
    return _normalised(
        graph, given, lambda affine: layers.GroupNorm(groups, channels, given["eps"], affine)
    )


def _normalised(
    graph: Graph, given: Arguments, layer: Any, stored: dict[str, Held] | None = None
) -> Value | None:
    """With its own scale and shift, one a channel; what is worked out is put behind it."""
    x, weight, bias = given["x"], given.get("weight"), given.get("bias")
    if held(weight, bias) and (weight is None) == (bias is None):
        return graph.put(layer(weight is not None), x, weight=weight, bias=bias, **(stored or {}))
    y = graph.put(layer(False), x, **(stored or {}))
    return scaled_and_shifted(graph, y, weight, bias, below=len(x.shape) - 1)


def layer_norm(graph: Graph, given: Arguments) -> Value | None:
    """Normalisation over the last axes."""
    x, weight, bias = given["x"], given["weight"], given["bias"]
    over = _last_axes(given, x)
    if over is None:
        return None
    if held(weight, bias) and not (weight is None and bias is not None):
        layer = layers.LayerNorm(over, given["eps"], weight is not None, bias is not None)
        return graph.put(layer, x, weight=weight, bias=bias)
    y = graph.put(layers.LayerNorm(over, given["eps"], False), x)
    return scaled_and_shifted(graph, y, weight, bias)


def rms_norm(graph: Graph, given: Arguments) -> Value | None:
    """Division by the root of the mean square over the last axes."""
    x, weight = given["x"], given["weight"]
    over = _last_axes(given, x)
    if over is None:
        return None
    y = graph.put(
        layers.RMSNorm(over, given["eps"], isinstance(weight, Held)),
        x,
        weight=weight if held(weight) else None,
    )
    return y if held(weight) else scaled_and_shifted(graph, y, weight, None)


def _last_axes(given: Arguments, x: Value) -> Any:
    over = tuple(given["normalized_shape"])
    return None if len(over) > len(x.shape) else over


ENTRIES: dict[str, Entry] = {
    "linear": linear,
    **dict.fromkeys(("matmul", "mm"), product),
    "addmm": shifted_product,
    "batch_norm": batch_norm,
    "instance_norm": instance_norm,
    "group_norm": group_norm,
    "layer_norm": layer_norm,
    "rms_norm": rms_norm,
}
