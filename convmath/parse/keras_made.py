"""What each layer of Keras is here: its arguments as those of PyTorch's layer that computes the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from convmath import layers
from convmath.errors import ConvmathError, short
from convmath.exact.integers import is_number
from convmath.geometry.window import Window, same_padding
from convmath.layers import of_rank
from convmath.layers.base import Layer, Shape, show
from convmath.parse.calls import Call

Made: TypeAlias = tuple[Layer, ...]


class Given(NamedTuple):
    """A call's arguments by name, and the shape of its input with channels first."""

    call: Call
    shape: Shape
    of: Mapping[str, Any]

    @property
    def channels(self) -> Any:
        """Channels of the input."""
        return self.shape[0]

    @property
    def rank(self) -> int:
        """The number of spatial axes that the layer's name says, which the input must have."""
        found = int(re.sub(r"\D", "", self.call.kind))
        if len(self.shape) != found + 1:
            raise ConvmathError(
                f"{short(self.call.text)} takes {found} spatial size{'s' * (found != 1)} and channels, its "
                f"input is {show(self.shape)}"
            )
        return found

    def axes(self, name: str, rank: int) -> tuple[Any, ...]:
        """An argument as one value an axis."""
        value = self.of[name]
        value = value if isinstance(value, tuple) else (value,) * rank
        if len(value) != rank:
            raise ConvmathError(f"{short(self.call.text)}: {name} has {len(value)} values for {rank} axes")
        return value

    @property
    def padding(self) -> str:
        """The word for its padding."""
        word = str(self.of["padding"]).lower()
        if word not in ("valid", "same", "causal"):
            raise ConvmathError(
                f"{short(self.call.text)}: padding={self.of['padding']!r} is not Keras's; it takes "
                "'valid', 'same' or, on one axis, 'causal'"
            )
        return word


def convolution(given: Given) -> Made:
    """``Conv2D``: channels from the input."""
    rank = given.rank
    return (
        conv(given, rank, given.channels, given.of["filters"], given.of["groups"], given.of["use_bias"]),
    )


def depthwise(given: Given) -> Made:
    """``DepthwiseConv2D``: every channel by itself."""
    rank = given.rank
    channels = given.channels * given.of["depth_multiplier"]
    return (conv(given, rank, given.channels, channels, given.channels, given.of["use_bias"]),)


def separable(given: Given) -> Made:
    """A depthwise part without a bias, and a 1x1 part that has it."""
    rank = given.rank
    middle = given.channels * given.of["depth_multiplier"]
    depthwise = conv(given, rank, given.channels, middle, given.channels, False)
    return depthwise, of_rank("Conv", rank)(middle, given.of["filters"], 1, bias=given.of["use_bias"])


def conv(given: Given, rank: int, inputs: Any, outputs: Any, groups: Any, bias: Any) -> Layer:
    """The convolution that several layers are made of."""
    kernel, dilation = given.axes("kernel_size", rank), given.axes("dilation_rate", rank)
    padding: Any = {"valid": 0}.get(given.padding, given.padding)
    if padding == "causal":
        padding = ((dilation[0] * (kernel[0] - 1), 0),) if rank == 1 else _one_axis(given)
    layer: Layer = of_rank("Conv", rank)(
        inputs,
        outputs,
        kernel,
        stride=given.axes("strides", rank),
        padding=padding,
        dilation=dilation,
        groups=groups,
        bias=bias,
    )
    return layer


def _one_axis(given: Given) -> Any:
    raise ConvmathError(
        f"{short(given.call.text)}: padding='causal' is for one axis; use 'same' or 'valid'"
    )


def transposed(given: Given) -> Made:
    """``Conv2DTranspose``."""
    rank = given.rank
    axes = [given.axes(name, rank) for name in ("kernel_size", "strides", "dilation_rate")]
    extras = (None,) * rank if given.of["output_padding"] is None else given.axes("output_padding", rank)
    sides = [crop(given.padding, *each) for each in zip(*axes, extras, strict=True)]
    return (
        of_rank("ConvTranspose", rank)(
            given.channels,
            given.of["filters"],
            axes[0],
            stride=axes[1],
            padding=tuple(crop for crop, _ in sides),
            output_padding=tuple(extra for _, extra in sides),
            bias=given.of["use_bias"],
            dilation=axes[2],
        ),
    )


def crop(padding: str, k: Any, s: Any, d: Any, extra: Any) -> tuple[Any, Any]:
    """What is cropped before and after, and what is added: SAME makes n positions s*n."""
    reach = d * (k - 1) + 1
    if padding != "same":
        grown = 0 if extra is not None or not (is_number(reach) and is_number(s)) else max(s - reach, 0)
        return 0, grown if extra is None else extra
    if extra is not None:
        return reach // 2, extra
    surplus = reach - s
    if is_number(surplus) and surplus < 0:
        return 0, -surplus
    return (surplus // 2, surplus - surplus // 2), 0


def pool(name: str) -> Callable[[Given], Made]:
    """``MaxPooling2D`` and ``AveragePooling2D``; padding is what SAME needs, and no average counts it."""

    def made(given: Given) -> Made:
        rank = given.rank
        kernel = given.axes("pool_size", rank)
        strides = kernel if given.of["strides"] is None else given.axes("strides", rank)
        padding: Any = 0
        if given.padding == "same":
            if not all(map(is_number, given.shape[1:])):
                raise ConvmathError(
                    f"{short(given.call.text)} pads by what the input needs; give it in numbers"
                )
            axes = zip(given.shape[1:], kernel, strides, strict=True)
            windows = [same_padding(n, Window(k, s)) for n, k, s in axes]
            padding = tuple((window.begin, window.end) for window in windows)
        counted = {"count_include_pad": False} if name == "AvgPool" and padding else {}
        return (of_rank(name, rank)(kernel, stride=strides, padding=padding, **counted),)

    return made


def global_pool(name: str) -> Callable[[Given], Made]:
    """``GlobalAveragePooling2D``: one value a channel, flat unless ``keepdims``."""

    def made(given: Given) -> Made:
        rank = given.rank
        pooled: Layer = of_rank(name, rank)(1)
        return (pooled,) if given.of["keepdims"] else (pooled, layers.Flatten())

    return made


def dense(given: Given) -> Made:
    """On a map, Keras's Dense works on the channels of each position: a convolution with one tap."""
    units, bias = given.of["units"], given.of["use_bias"]
    if len(given.shape) == 1:
        return (layers.Linear(given.channels, units, bias),)
    return (of_rank("Conv", len(given.shape) - 1)(given.channels, units, 1, bias=bias),)


def batch_norm(given: Given) -> Made:
    """``BatchNormalization``."""
    affine = bool(given.of["center"])
    if affine != bool(given.of["scale"]):
        raise ConvmathError(
            f"{short(given.call.text)}: only center and scale together, or neither, are covered"
        )
    return (of_rank("BatchNorm", max(len(given.shape) - 1, 1))(given.channels, affine=affine),)


def layer_norm(given: Given) -> Made:
    """``LayerNormalization`` of a vector."""
    if len(given.shape) != 1:
        raise ConvmathError(
            f"{short(given.call.text)} is covered behind Flatten() only; its input is {show(given.shape)}"
        )
    return (layers.LayerNorm(given.shape),)


def zero_padding(given: Given) -> Made:
    """``ZeroPadding2D``: rows first, while PyTorch's columns are."""
    rank = given.rank
    pairs = _pairs(given, "padding", rank)
    return (of_rank("ZeroPad", rank)(tuple(side for pair in reversed(pairs) for side in pair)),)


def cropping(given: Given) -> Made:
    """``Cropping2D``: padding the other way round."""
    rank = given.rank
    pairs = _pairs(given, "cropping", rank)
    return (of_rank("ZeroPad", rank)(tuple(-side for pair in reversed(pairs) for side in pair)),)


def _pairs(given: Given, name: str, rank: int) -> list[tuple[Any, Any]]:
    value = given.of[name]
    if rank == 1 and isinstance(value, tuple) and len(value) == 2:
        return [value]
    return [each if isinstance(each, tuple) else (each, each) for each in given.axes(name, rank)]


def upsampling(given: Given) -> Made:
    """``UpSampling2D``."""
    rank = given.rank
    factors = given.axes("size", rank)
    mode = str(given.of.get("interpolation", "nearest"))
    return (layers.Upsample(scale_factor=factors if len(set(factors)) > 1 else factors[0], mode=mode),)


def reshape(given: Given) -> Made:
    """``Reshape``, its channels moved to the front."""
    *sizes, channels = given.of["target_shape"]
    return (layers.Reshape((channels, *sizes)),)


def activated(given: Given) -> Made:
    """``Activation``: nothing but its activation."""
    return ()


def named(name: str) -> Callable[[Given], Made]:
    """A layer without arguments."""
    return lambda given: (getattr(layers, name)(),)


def prelu(given: Given) -> Made:
    """``PReLU``, whose slopes are one an element; with all sizes in ``shared_axes`` one a channel."""
    shared = given.of["shared_axes"]
    sizes = set(range(1, len(given.shape)))
    if set(shared if isinstance(shared, tuple) else (shared,)) != sizes:
        raise ConvmathError(
            f"{short(given.call.text)} learns a slope for every element of {show(given.shape)}, which no "
            f"layer here does; shared_axes={sorted(sizes)} makes it one a channel"
        )
    return (layers.PReLU(given.shape[0]),)


def dropout(given: Given) -> Made:
    """``Dropout`` and ``SpatialDropout2D``."""
    return (layers.Dropout(float(given.of["rate"])),)
