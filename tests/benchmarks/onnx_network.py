"""A zoo network as an ONNX model, for its reference evaluator."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import Any, TypeAlias

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from convmath import layers
from convmath.layers.arguments import per_axis
from convmath.layers.base import Layer
from convmath.network.network import Network
from convmath.network.nodes import INPUT

Attributes: TypeAlias = dict[str, Any]
BATCH_NORM = ("weight", "bias", "running_mean", "running_var")  # in the order in which ONNX takes them


def evaluator(network: Network, weights: Mapping[str, Any]) -> ReferenceEvaluator:
    """Every node as one of ONNX's, the weights as initializers."""
    nodes, initializers = [], []
    for node in network.nodes:
        operator, attributes = converted(node.layer)
        held = [f"{node.name}.{name}" for name in BATCH_NORM if f"{node.name}.{name}" in weights]
        initializers += [numpy_helper.from_array(weights[name], name) for name in held]
        nodes.append(onnx.helper.make_node(operator, [*node.inputs, *held], [node.name], **attributes))
    x, y = (
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        for name in (INPUT, network.output)
    )
    graph = onnx.helper.make_graph(nodes, "network", [x], [y], initializers)
    return ReferenceEvaluator(onnx.helper.make_model(graph))


@singledispatch
def converted(layer: Layer) -> tuple[str, Attributes]:
    """ONNX's operator and its attributes."""
    raise TypeError(f"{layer!r} is in no classifier of the zoo")


def _window(layer: Any) -> Attributes:
    kernel = per_axis(layer, "kernel_size", 2)
    stride = kernel if layer.stride is None else per_axis(layer, "stride", 2)
    windows = layer.windows((224, 224)) if isinstance(layer, layers.Conv2d) else layer.windows()
    pads = [(w.begin, w.end) for w in windows]
    begins, ends = zip(*pads, strict=True)
    return {"kernel_shape": kernel, "strides": stride, "pads": [*begins, *ends]}


@converted.register
def _(layer: layers.Conv2d) -> tuple[str, Attributes]:
    return "Conv", _window(layer) | {"group": layer.groups}


@converted.register
def _(layer: layers.MaxPool2d) -> tuple[str, Attributes]:
    return "MaxPool", _window(
        layer
    )  # rounding up is padding at the end; the evaluator's own gives wrong sizes


@converted.register
def _(layer: layers.AvgPool2d) -> tuple[str, Attributes]:
    return "AveragePool", _window(layer) | {"count_include_pad": 1}


@converted.register
def _(layer: layers.AdaptiveAvgPool2d) -> tuple[str, Attributes]:
    if layer.output_size == 1:
        return "GlobalAveragePool", {}
    return "AveragePool", {"kernel_shape": [1, 1]}  # VGG's and AlexNet's keep 7x7 and 6x6 maps as they are


@converted.register
def _(layer: layers.BatchNorm2d) -> tuple[str, Attributes]:
    return "BatchNormalization", {"epsilon": layer.eps}


@converted.register
def _(layer: layers.LocalResponseNorm) -> tuple[str, Attributes]:
    return "LRN", {"size": layer.size, "alpha": layer.alpha, "beta": layer.beta, "bias": layer.k}


@converted.register
def _(layer: layers.Linear) -> tuple[str, Attributes]:
    return "Gemm", {"transB": 1}


@converted.register
def _(layer: layers.Flatten) -> tuple[str, Attributes]:
    return "Flatten", {"axis": 1}


@converted.register
def _(layer: layers.Concat) -> tuple[str, Attributes]:
    return "Concat", {"axis": layer.dim}


@converted.register
def _(layer: layers.ReLU6) -> tuple[str, Attributes]:
    return "Relu", {}  # without the cut at 6: in ONNX's favour, and on these weights the same


@converted.register
def _(layer: layers.ReLU) -> tuple[str, Attributes]:
    return "Relu", {}


@converted.register
def _(layer: layers.Add) -> tuple[str, Attributes]:
    return "Add", {}


@converted.register
def _(layer: layers.Dropout) -> tuple[str, Attributes]:
    return "Identity", {}


def float32(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """The arrays in single precision."""
    return {name: array.astype(np.float32) for name, array in arrays.items()}
