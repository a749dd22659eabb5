"""Keras layers as the layers of PyTorch that compute the same; channels and shapes come from the input.

Keras writes channels last; here every shape has them first.  What is counted is the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from convmath import layers
from convmath.errors import ConvmathError, near, short
from convmath.layers.base import Shape
from convmath.parse import keras_made as made
from convmath.parse.calls import Call
from convmath.parse.keras_made import Given, Made


class Face(NamedTuple):
    """A layer of Keras: its arguments in their order, their defaults, and what it is here."""

    arguments: str
    made: Callable[[Given], Made]
    defaults: Mapping[str, Any] = {}


_ACTIVATIONS = {
    "relu": "ReLU", "relu6": "ReLU6", "sigmoid": "Sigmoid", "tanh": "Tanh", "softmax": "Softmax",
    "log_softmax": "LogSoftmax", "elu": "ELU", "selu": "SELU", "gelu": "GELU", "swish": "SiLU",
    "silu": "SiLU", "softplus": "Softplus", "leaky_relu": "LeakyReLU", "mish": "Mish", "celu": "CELU",
    "hard_sigmoid": "Hardsigmoid", "hard_swish": "Hardswish", "hard_silu": "Hardswish",
}  # fmt: skip
_ACTIVATION_LAYERS = ("ReLU", "LeakyReLU", "ELU", "Softmax")
_UNRANKED = (
    *("Dense", "Flatten", "Reshape", "BatchNormalization", "LayerNormalization", "Dropout", "Activation"),
    *_ACTIVATION_LAYERS,
    "PReLU",
)
_NEUTRAL = re.compile(
    r"name|trainable|dtype|seed|noise_shape|autocast|activity_regularizer|data_format|synchronized|"
    r"(\w+_)?(initializer|regularizer|constraint)|momentum|epsilon|axis|renorm|alpha|negative_slope|"
    r"(batch_)?input_shape|input_dim|batch_shape|batch_size|sparse|ragged|interpolation|max_value|threshold"
)
_SHAPES = ("input_shape", "batch_input_shape", "batch_shape", "input_dim", "shape")


def keras_layers(call: Call, shape: Shape) -> Made:
    """What a layer of Keras is here, on an input with channels first.

    >>> from convmath.parse.calls import read_calls
    >>> (call,) = read_calls("Conv2D(32, 3, padding='same', activation='relu')", str)
    >>> keras_layers(call, (3, 28, 28))
    (Conv2d(3, 32, 3, padding='same'), ReLU())
    """
    face = FACES[_family(call.kind)]
    names = face.arguments.split()
    if len(call.args) > len(names):
        raise ConvmathError(
            f"{short(call.text)} has more arguments than {call.kind} takes: {face.arguments}"
        )
    given = dict(zip(names, call.args, strict=False))
    for name, value in call.named.items():
        if name in given:
            raise ConvmathError(f"{name} twice is no argument; write each as name=value, once")
        if name not in names and not _NEUTRAL.fullmatch(name):
            raise ConvmathError(f"{call.kind} has no argument {short(name)}{near(name, names)}")
        given[name] = value
    missing = [name for name in names if name not in given and name not in {**_DEFAULTS, **face.defaults}]
    if missing:
        raise ConvmathError(f"{short(call.text)} needs {missing[0]}; {call.kind} takes {', '.join(names)}")
    arguments = {**_DEFAULTS, **face.defaults, **given}
    try:
        made = face.made(Given(call, shape, arguments))
    except ConvmathError:
        raise
    except (TypeError, ValueError, AttributeError, IndexError):  # words where numbers belong, and the like
        raise ConvmathError(
            f"{short(call.text)} has an argument of a kind that {call.kind} does not take"
        ) from None
    return (*made, *_activation(call, arguments.get("activation")))


def is_keras(call: Call) -> bool:
    """Whether a call is a layer as only Keras writes it, or says that it is one.

    >>> from convmath.parse.calls import read_calls
    >>> [is_keras(call) for call in read_calls("Conv2D(8, 3) -> Conv2d(3, 8, 3) -> Flatten()", str)]
    [True, False, False]
    """
    own = call.kind not in layers.NAMES or "keras" in call.name
    family = _family(call.kind)
    return own and family in FACES and (family in _UNRANKED) == (family == call.kind)


def both_write(call: Call) -> bool:
    """Whether Keras and PyTorch have a layer of this name."""
    return call.kind in layers.NAMES and call.kind in FACES


def input_of(call: Call) -> Any:
    """The input shape that a layer of Keras states, as it is written; None where it states none."""
    for name in _SHAPES:
        if name in call.named:
            shape = call.named[name]
            shape = shape if isinstance(shape, tuple) else (shape,)
            return shape[1:] if name.startswith("batch") else shape
    if call.kind in ("Input", "InputLayer") and call.args:
        return call.args[0]
    return None


def _family(kind: str) -> str:
    """A name without its rank: ``Conv2DTranspose`` is a ``ConvTranspose``."""
    return re.sub(r"[123]D(?=[A-Z]|$)", "", kind)


def _activation(call: Call, given: Any) -> Made:
    if given is None or given == "linear":
        return ()
    name = given.kind.lower() if isinstance(given, Call) else str(given).rpartition(".")[2].lower()
    if name not in _ACTIVATIONS:
        raise ConvmathError(
            f"{short(call.text)}: there is no activation {short(name)}{near(name, _ACTIVATIONS)}"
        )
    return (getattr(layers, _ACTIVATIONS[name])(),)


_DEFAULTS: dict[str, Any] = {
    "padding": "valid",
    "data_format": None,
    "activation": None,
    "use_bias": True,
    "groups": 1,
    "dilation_rate": 1,
    "depth_multiplier": 1,
    "output_padding": None,
    "keepdims": False,
    "center": True,
    "scale": True,
}
_CONV = "filters kernel_size strides padding data_format dilation_rate groups activation use_bias"
_TRANSPOSE = (
    "filters kernel_size strides padding output_padding data_format dilation_rate activation use_bias"
)
_DEPTHWISE = "kernel_size strides padding depth_multiplier data_format dilation_rate activation use_bias"
_SEPARABLE = (
    "filters kernel_size strides padding data_format dilation_rate depth_multiplier activation use_bias"
)
_POOL, _GLOBAL = "pool_size strides padding data_format", "data_format keepdims"
_ONE, _TWO = {"strides": 1}, {"pool_size": 2, "strides": None}
_NONE = dict.fromkeys(("axis", "momentum", "epsilon", "noise_shape", "seed"))
_DOUBLE = {"size": 2, "interpolation": "nearest"}

FACES: dict[str, Face] = {
    "Conv": Face(_CONV, made.convolution, _ONE),
    "Convolution": Face(_CONV, made.convolution, _ONE),
    "ConvTranspose": Face(_TRANSPOSE, made.transposed, _ONE),
    "DepthwiseConv": Face(_DEPTHWISE, made.depthwise, _ONE),
    "SeparableConv": Face(_SEPARABLE, made.separable, _ONE),
    "MaxPooling": Face(_POOL, made.pool("MaxPool"), _TWO),
    "MaxPool": Face(_POOL, made.pool("MaxPool"), _TWO),
    "AveragePooling": Face(_POOL, made.pool("AvgPool"), _TWO),
    "AvgPool": Face(_POOL, made.pool("AvgPool"), _TWO),
    "GlobalAveragePooling": Face(_GLOBAL, made.global_pool("AdaptiveAvgPool")),
    "GlobalAvgPool": Face(_GLOBAL, made.global_pool("AdaptiveAvgPool")),
    "GlobalMaxPooling": Face(_GLOBAL, made.global_pool("AdaptiveMaxPool")),
    "GlobalMaxPool": Face(_GLOBAL, made.global_pool("AdaptiveMaxPool")),
    "ZeroPadding": Face("padding data_format", made.zero_padding, {"padding": 1}),
    "Cropping": Face("cropping data_format", made.cropping, {"cropping": 0}),
    "UpSampling": Face("size data_format interpolation", made.upsampling, _DOUBLE),
    "SpatialDropout": Face("rate", made.dropout),
    "Dense": Face("units activation use_bias", made.dense),
    "Flatten": Face("data_format", made.named("Flatten")),
    "Reshape": Face("target_shape", made.reshape),
    "BatchNormalization": Face("axis momentum epsilon center scale", made.batch_norm, _NONE),
    "LayerNormalization": Face("axis epsilon center scale", made.layer_norm, _NONE),
    "Dropout": Face("rate noise_shape seed", made.dropout, _NONE),
    "Activation": Face("activation", made.activated),
    "PReLU": Face("shared_axes", made.prelu, {"shared_axes": ()}),
    **{name: Face("", made.named(name)) for name in _ACTIVATION_LAYERS},
}  # fmt: skip
