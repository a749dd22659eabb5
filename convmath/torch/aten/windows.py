"""Convolutions, pools, padding, resizing: what moves along the spatial axes."""

from __future__ import annotations

from typing import Any

from convmath import layers
from convmath.layers.arguments import shortened
from convmath.torch.aten.calls import (
    Arguments,
    Entry,
    Graph,
    Held,
    Value,
    held,
    scaled_and_shifted,
    spread,
    with_indices,
)


def convolution(graph: Graph, given: Arguments) -> Value | None:
    """conv1d, conv2d, conv3d, with padding in numbers or words."""
    x, weight, bias = given["x"], given["weight"], given["bias"]
    if not isinstance(weight, Held):
        return None
    outputs, inputs, *kernel = weight.array.shape
    groups, rank = given["groups"], len(kernel)
    padding = given["padding"]
    layer = layers.of_rank("Conv", rank)(
        inputs * groups,
        outputs,
        kernel,
        stride=spread(given["stride"], rank),
        padding=padding if isinstance(padding, str) else spread(padding, rank),
        dilation=spread(given["dilation"], rank),
        groups=groups,
        bias=isinstance(bias, Held),
    )
    return _biased(graph, graph.put(layer, x, weight=weight, bias=bias if held(bias) else None), bias, rank)


def transposed(graph: Graph, given: Arguments) -> Value | None:
    """conv_transpose1d, conv_transpose2d, conv_transpose3d."""
    x, weight, bias = given["x"], given["weight"], given["bias"]
    if not isinstance(weight, Held):
        return None
    inputs, outputs, *kernel = weight.array.shape
    names = ("stride", "padding", "output_padding", "dilation")
    rank, groups = len(kernel), given["groups"]
    axes = {name: spread(given[name], rank) for name in names}
    layer = layers.of_rank("ConvTranspose", rank)(
        inputs, outputs * groups, kernel, groups=groups, bias=isinstance(bias, Held), **axes
    )
    return _biased(graph, graph.put(layer, x, weight=weight, bias=bias if held(bias) else None), bias, rank)


def _biased(graph: Graph, y: Value, bias: Any, rank: int) -> Value | None:
    """A bias that is worked out is added afterwards."""
    return y if held(bias) else scaled_and_shifted(graph, y, None, bias, below=rank)


def pool(name: str) -> Entry:
    """Maximum and average pools; an empty stride is the kernel's size."""

    def entry(graph: Graph, given: Arguments) -> Any:
        x = given["x"]
        rank = len(x.shape) - 1
        named = {"padding": 0, "dilation": 1} if name == "MaxPool" else {"padding": 0}
        axes = {option: spread(given.get(option, default), rank) for option, default in named.items()}
        flags = {k: given[k] for k in ("ceil_mode", "count_include_pad", "divisor_override") if k in given}
        stride = spread(given["stride"], rank) if given["stride"] else None
        kept = {option: value for option, value in (axes | flags).items() if value is not None}
        return graph.put(layers.of_rank(name, rank)(spread(given["kernel_size"], rank), stride, **kept), x)

    return entry


def adaptive(name: str) -> Entry:
    """Adaptive pools; a function that pools whole maps is no module that others count."""

    def entry(graph: Graph, given: Arguments) -> Value:
        x, rank = given["x"], len(given["x"].shape) - 1
        wanted = spread(given["output_size"], rank)
        if wanted == [1, 1] and not graph.in_layer:
            return graph.put(getattr(layers, f"Global{name.removeprefix('Adaptive')}2d")(), x)
        return graph.put(layers.of_rank(name, rank)(wanted), x)

    return entry


PADS = {"constant": "ConstantPad", "reflect": "ReflectionPad", "replicate": "ReplicationPad"}
PADS |= {"circular": "CircularPad"}


def pad(graph: Graph, given: Arguments) -> Value | None:
    """Spatial axes padded; ATen counts from the last axis."""
    x, sides = given["x"], list(given["pad"])
    rank, value = len(x.shape) - 1, given.get("value") or 0
    if len(sides) > 2 * rank or rank > 3:
        return None
    full = tuple(sides + [0] * (2 * rank - len(sides)))
    mode = given.get("mode", "constant")
    name = "ZeroPad" if mode == "constant" and value == 0 else PADS[mode]
    return graph.put(layers.of_rank(name, rank)(full, *([value] if name == "ConstantPad" else [])), x)


def upsample(mode: str) -> Entry:
    """Interpolation to a size, or by factors."""

    def entry(graph: Graph, given: Arguments) -> Value | None:
        x, size, factors = given["x"], given["output_size"], given["scale_factors"]
        options: dict[str, Any] = {"mode": mode}
        if given.get("align_corners"):
            options["align_corners"] = True
        if size is not None:
            return graph.put(layers.Upsample(size=shortened(tuple(size)), **options), x)
        return graph.put(layers.Upsample(scale_factor=shortened(tuple(factors)), **options), x)

    return entry


def unfold(graph: Graph, given: Arguments) -> Value:
    """Windows as columns."""
    names = ("kernel_size", "dilation", "padding", "stride")
    axes: list[Any] = [spread(given[name], 2) for name in names]
    return graph.put(layers.Unfold(*axes), given["x"])


ENTRIES: dict[str, Entry] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), convolution),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), transposed),
    **dict.fromkeys(("max_pool1d", "max_pool2d", "max_pool3d"), pool("MaxPool")),
    **dict.fromkeys(("max_pool2d_with_indices", "max_pool3d_with_indices"), with_indices(pool("MaxPool"))),
    **dict.fromkeys(("avg_pool1d", "avg_pool2d", "avg_pool3d"), pool("AvgPool")),
    **{f"adaptive_avg_pool{rank}d": adaptive("AdaptiveAvgPool") for rank in (1, 2, 3)},
    **{f"adaptive_max_pool{rank}d": with_indices(adaptive("AdaptiveMaxPool")) for rank in (1, 2, 3)},
    **dict.fromkeys(("pad", "constant_pad_nd"), pad),
    **{f"upsample_nearest{rank}d": upsample("nearest") for rank in (1, 2, 3)},
    "upsample_linear1d": upsample("linear"),
    "upsample_bilinear2d": upsample("bilinear"),
    "upsample_trilinear3d": upsample("trilinear"),
    "upsample_bicubic2d": upsample("bicubic"),
    "im2col": unfold,
}
