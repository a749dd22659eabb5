"""ATen's operators as layers: one entry an operator, under the name that ``torch.export`` writes.

An entry gets a ``Graph`` to put layers into and the call's arguments by their schema's names.  It returns
what the call gives, or None for a case it does not cover.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple, Protocol, TypeAlias

from convmath import layers
from convmath.errors import ConvmathError
from convmath.layers.base import Layer

Shape: TypeAlias = tuple[int, ...]
Arguments: TypeAlias = Mapping[str, Any]


class Value(NamedTuple):
    """The result of a node: its name, and its shape without the batch."""

    name: str
    shape: Shape


class Held(NamedTuple):
    """A tensor of the module's own: its name in the module, its numbers, and whether it is trained."""

    name: str
    array: Any
    trainable: bool


class Graph(Protocol):
    """Where layers are put."""

    def put(self, layer: Layer, *inputs: Value, **weights: Held | None) -> Value:
        """A node that runs ``layer`` on ``inputs``."""

    def value(self, argument: Any, beside: Any = None) -> Value | None:
        """An argument as the result of a node; a held tensor becomes a ``Parameter`` beside another."""

    def made_by(self, value: Value) -> tuple[Layer, Value] | None:
        """The layer that gave a value and the first input it read."""


Entry: TypeAlias = Callable[[Graph, Arguments], Any]


def compact(values: Sequence[Any]) -> Any:
    """One value where all axes have the same."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def ranked(name: str, rank: int) -> Any:
    """The class ``<name><rank>d``."""
    if not 1 <= rank <= 3:
        raise ConvmathError(f"{name} takes one to three spatial axes, not {rank}")
    return getattr(layers, f"{name}{rank}d")


def convolution(graph: Graph, given: Arguments) -> Value | None:
    """conv1d, conv2d, conv3d, with padding in numbers or words."""
    x, weight, bias = given["input"], given["weight"], given["bias"]
    if not isinstance(x, Value) or not isinstance(weight, Held):
        return None
    outputs, inputs, *kernel = weight.array.shape
    groups, rank = given["groups"], len(kernel)
    padding = given["padding"]
    layer = ranked("Conv", rank)(
        inputs * groups,
        outputs,
        compact(kernel),
        stride=compact(spread(given["stride"], rank)),
        padding=padding if isinstance(padding, str) else compact(spread(padding, rank)),
        dilation=compact(spread(given["dilation"], rank)),
        groups=groups,
        bias=bias is not None,
    )
    return graph.put(layer, x, weight=weight, bias=bias)


def transposed(graph: Graph, given: Arguments) -> Value | None:
    """conv_transpose1d, conv_transpose2d, conv_transpose3d."""
    x, weight, bias = given["input"], given["weight"], given["bias"]
    if not isinstance(x, Value) or not isinstance(weight, Held):
        return None
    inputs, outputs, *kernel = weight.array.shape
    names = ("stride", "padding", "output_padding", "dilation")
    axes = {name: compact(spread(given[name], len(kernel))) for name in names}
    groups = given["groups"]
    layer = ranked("ConvTranspose", len(kernel))(
        inputs, outputs * groups, compact(kernel), groups=groups, bias=bias is not None, **axes
    )
    return graph.put(layer, x, weight=weight, bias=bias)


def spread(values: Sequence[int] | int, rank: int) -> list[int]:
    """One value an axis; ATen lets a list of one stand for all."""
    listed = [values] if isinstance(values, int) else list(values)
    return listed * rank if len(listed) == 1 else listed


def linear(graph: Graph, given: Arguments) -> Value | None:
    """A dense layer."""
    x, weight, bias = given["input"], given["weight"], given["bias"]
    if not isinstance(x, Value) or not isinstance(weight, Held):
        return None
    outputs, inputs = weight.array.shape
    return graph.put(layers.Linear(inputs, outputs, bias is not None), x, weight=weight, bias=bias)


def batch_norm(graph: Graph, given: Arguments) -> Value | None:
    """Batch normalisation with stored statistics."""
    x, trained = given["input"], (given["weight"], given["bias"])
    statistics = given["running_mean"], given["running_var"]
    if given["training"] or None in statistics or (trained[0] is None) != (trained[1] is None):
        return None
    rank = max(len(x.shape) - 1, 1)
    layer = ranked("BatchNorm", rank)(x.shape[0], given["eps"], trained[0] is not None)
    weights = dict(zip(("weight", "bias"), trained, strict=True))
    return graph.put(layer, x, **weights, running_mean=statistics[0], running_var=statistics[1])


def group_norm(graph: Graph, given: Arguments) -> Value | None:
    """Normalisation over groups of channels."""
    x, weight, bias = given["input"], given["weight"], given["bias"]
    if (weight is None) != (bias is None):
        return None
    layer = layers.GroupNorm(given["num_groups"], x.shape[0], given["eps"], weight is not None)
    return graph.put(layer, x, weight=weight, bias=bias)


def layer_norm(graph: Graph, given: Arguments) -> Value | None:
    """Normalisation over the last axes."""
    x, weight, bias = given["input"], given["weight"], given["bias"]
    over = tuple(given["normalized_shape"])
    if (weight is None and bias is not None) or len(over) > len(x.shape):
        return None
    layer = layers.LayerNorm(
        over[0] if len(over) == 1 else over, given["eps"], weight is not None, bias is not None
    )
    return graph.put(layer, x, weight=weight, bias=bias)


def pool(name: str) -> Entry:
    """Maximum and average pools; an empty stride is the kernel's size."""

    def entry(graph: Graph, given: Arguments) -> Any:
        x = given.get("self", given.get("input"))
        rank = len(x.shape) - 1
        named = {"padding": 0, "dilation": 1} if name == "MaxPool" else {"padding": 0}
        axes = {
            option: compact(spread(given.get(option, default), rank)) for option, default in named.items()
        }
        flags = {k: given[k] for k in ("ceil_mode", "count_include_pad", "divisor_override") if k in given}
        stride = compact(spread(given["stride"], rank)) if given["stride"] else None
        kernel = compact(spread(given["kernel_size"], rank))
        kept = {option: value for option, value in (axes | flags).items() if value is not None}
        return graph.put(ranked(name, rank)(kernel, None if stride == kernel else stride, **kept), x)

    return entry


def with_indices(entry: Entry) -> Entry:
    """The same where the call gives indices too, which nothing here reads."""

    def first(graph: Graph, given: Arguments) -> Any:
        value = entry(graph, given)
        return value and [value]

    return first


def adaptive(name: str) -> Entry:
    """Adaptive pools."""

    def entry(graph: Graph, given: Arguments) -> Value:
        x, sizes = given["self"], given["output_size"]
        rank = len(x.shape) - 1
        wanted = compact(spread(sizes, rank))
        if rank == 2 and wanted == 1:
            return graph.put(getattr(layers, f"Global{name.removeprefix('Adaptive')}2d")(), x)
        return graph.put(ranked(name, rank)(wanted), x)

    return entry


def plain(layer: Layer) -> Entry:
    """A layer without arguments."""
    return lambda graph, given: graph.put(layer, given.get("self", given.get("input")))


def softmax(graph: Graph, given: Arguments) -> Value | None:
    """Softmax over the channels."""
    x = given["self"]
    return graph.put(layers.Softmax(), x) if given["dim"] % (len(x.shape) + 1) == 1 else None


def gelu(graph: Graph, given: Arguments) -> Value | None:
    """The exact GELU."""
    return graph.put(layers.GELU(), given["self"]) if given["approximate"] == "none" else None


def leaky_relu(graph: Graph, given: Arguments) -> Value:
    """LeakyReLU."""
    return graph.put(layers.LeakyReLU(given["negative_slope"]), given["self"])


def clamp(graph: Graph, given: Arguments) -> Value | None:
    """Clamping below 0, or between 0 and 6."""
    low = given.get("min", given.get("min_val"))
    high = given.get("max", given.get("max_val"))
    if not number(low):
        return None
    kinds: dict[Any, Layer] = {(0, None): layers.ReLU(), (0, 6): layers.ReLU6()}
    layer = kinds.get((low, high)) if high is None or number(high) else None
    return graph.put(layer, given["self"]) if layer else None


def dropout(graph: Graph, given: Arguments) -> Value | None:
    """Dropout at inference."""
    return None if given["train"] else graph.put(layers.Dropout(given["p"]), given["input"])


def number(value: Any) -> bool:
    """Whether an argument is a constant."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def addition(graph: Graph, given: Arguments) -> Value | None:
    """The sum of two tensors, or of a tensor and a constant."""
    return _sum(graph, given["self"], given["other"], given.get("alpha", 1))


def subtraction(graph: Graph, given: Arguments) -> Value | None:
    """The difference of two tensors, or of a tensor and a constant."""
    return _sum(graph, given["self"], given["other"], -given.get("alpha", 1))


def reverse_subtraction(graph: Graph, given: Arguments) -> Value | None:
    """A constant less a tensor."""
    shift = given["other"]
    if given.get("alpha", 1) != 1:
        return None
    return graph.put(layers.Affine(-1.0, float(shift)), given["self"]) if number(shift) else None


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
    x, y = given["self"], given["other"]
    if number(y):
        return graph.put(layers.Affine(float(y)), x)
    values = both(graph, x, y)
    return graph.put(layers.Multiply(), *values) if values else None


def division(graph: Graph, given: Arguments) -> Value | None:
    """A tensor over a constant."""
    y = given["other"]
    exact = number(y) and y != 0 and given.get("rounding_mode") is None
    return graph.put(layers.Affine(1.0 / y), given["self"]) if exact else None


def negation(graph: Graph, given: Arguments) -> Value:
    """A change of sign."""
    return graph.put(layers.Affine(-1.0), given["self"])


def square(graph: Graph, given: Arguments) -> Value | None:
    """A tensor times itself."""
    x = given["self"]
    return graph.put(layers.Multiply(), x, x) if given["exponent"] == 2 else None


def both(graph: Graph, x: Any, y: Any) -> tuple[Value, Value] | None:
    """Two tensors that go together without their batch as they do with it."""
    left, right = graph.value(x, y), graph.value(y, x)
    if left is None or right is None:
        return None
    held = isinstance(x, Held) or isinstance(y, Held)
    return (left, right) if held or len(left.shape) == len(right.shape) else None


def concatenation(graph: Graph, given: Arguments) -> Value | None:
    """Tensors joined along an axis other than the batch."""
    beside = next((x for x in given["tensors"] if isinstance(x, Value)), None)
    values = [graph.value(x, beside) for x in given["tensors"]]
    if None in values:
        return None
    dim = given["dim"] % (len(values[0].shape) + 1)  # type: ignore[union-attr]
    return graph.put(layers.Concat(dim), *values) if dim else None  # type: ignore[arg-type]


def average(graph: Graph, given: Arguments) -> Value | None:
    """The mean over some axes."""
    x = given["self"]
    axes = given.get("dim")
    listed = sorted({axis % (len(x.shape) + 1) for axis in axes}) if axes else [0]
    return None if 0 in listed else graph.put(layers.Mean(tuple(listed), given["keepdim"]), x)


def chunks(graph: Graph, given: Arguments) -> list[Value] | None:
    """Equal parts along an axis, the last one perhaps smaller."""
    x, dim = given["self"], _axis(given)
    n = x.shape[dim - 1]
    return cut(graph, x, dim, range(0, n, -(-n // given["chunks"]))) if dim else None


def splits(graph: Graph, given: Arguments) -> list[Value] | None:
    """Parts of one size along an axis, or of the sizes listed."""
    x, dim = given["self"], _axis(given)
    sizes = given.get("split_sizes", given.get("split_size"))
    if not dim:
        return None
    n = x.shape[dim - 1]
    starts = range(0, n, sizes) if isinstance(sizes, int) else [sum(sizes[:k]) for k in range(len(sizes))]
    return cut(graph, x, dim, starts)


def cut(graph: Graph, x: Value, dim: int, starts: Sequence[int]) -> list[Value]:
    """The parts that begin at ``starts``."""
    stops = [*starts[1:], x.shape[dim - 1]]
    return [graph.put(layers.Slice(dim, a, b), x) for a, b in zip(starts, stops, strict=True)]


def _axis(given: Arguments) -> int:
    return int(given["dim"] % (len(given["self"].shape) + 1))


def sliced(graph: Graph, given: Arguments) -> Value | None:
    """A range of places along an axis; one that keeps all of them is nothing."""
    x, dim = given["self"], _axis(given)
    if dim == 0:
        whole = given["start"] in (None, 0) and given["end"] in (None, 2**63 - 1) and given["step"] == 1
        return x if whole else None
    start, stop, step = slice(given["start"], given["end"], given["step"]).indices(x.shape[dim - 1])
    whole = (start, stop, step) == (0, x.shape[dim - 1], 1)
    return x if whole else graph.put(layers.Slice(dim, start, stop, step), x)


def narrow(graph: Graph, given: Arguments) -> Value | None:
    """A range of places along an axis, by its length."""
    dim, start = _axis(given), given["start"]
    stop = start + given["length"]
    return graph.put(layers.Slice(dim, start, stop), given["self"]) if dim else None


def flatten(graph: Graph, given: Arguments) -> Value | None:
    """Axes merged."""
    x = given["self"]
    first, last = (given[name] % (len(x.shape) + 1) for name in ("start_dim", "end_dim"))
    if first == 0:
        return None
    return x if first == last else reshaped(graph, x, _merged(x.shape, first, last))


def _merged(shape: Shape, first: int, last: int) -> Shape:
    return (*shape[: first - 1], prod(shape[first - 1 : last]), *shape[last:])


def reshaped(graph: Graph, x: Value, shape: Shape) -> Value:
    """The same numbers under another shape: flattened or shuffled where it is that."""
    if shape == x.shape:
        return x
    last = len(x.shape)
    for first in range(1, last + 1):
        for end in range(first + 1, last + 1):
            if _merged(x.shape, first, end) == shape:
                shuffled = _shuffled(graph, x, shape)
                return shuffled or graph.put(layers.Flatten(first, -1 if end == last else end), x)
    return graph.put(layers.Reshape(shape), x)


def _shuffled(graph: Graph, x: Value, shape: Shape) -> Value | None:
    """Groups split, exchanged with their members and merged again: a channel shuffle."""
    exchange = graph.made_by(x)
    split = exchange and graph.made_by(exchange[1])
    if not exchange or not split or not isinstance(split[0], layers.Reshape):
        return None
    order = (0, 2, 1, *range(3, len(x.shape) + 1))
    groups, *rest = split[0].shape
    whole = len(rest) > 0 and (groups * rest[0], *rest[1:]) == shape == split[1].shape
    if exchange[0] != layers.Permute(order) or not whole:
        return None
    return graph.put(layers.ChannelShuffle(groups), split[1])


def permute(graph: Graph, given: Arguments) -> Value | None:
    """Axes in another order."""
    x = given["self"]
    rank = len(x.shape) + 1
    if "dims" in given:
        order = [axis % rank for axis in given["dims"]]
    else:
        order, (a, b) = list(range(rank)), (given["dim0"] % rank, given["dim1"] % rank)
        order[a], order[b] = b, a
    return graph.put(layers.Permute(tuple(order)), x) if order[0] == 0 else None


def upsample(mode: str) -> Entry:
    """Interpolation to a size, or by whole factors."""

    def entry(graph: Graph, given: Arguments) -> Value | None:
        x, size, factors = given["input"], given["output_size"], given["scale_factors"]
        options: dict[str, Any] = {"mode": mode}
        if given.get("align_corners"):
            options["align_corners"] = True
        if size is not None:
            return graph.put(layers.Upsample(size=compact(size), **options), x)
        if any(factor != int(factor) for factor in factors):
            return None
        wanted = compact([int(factor) for factor in factors])
        return graph.put(layers.Upsample(scale_factor=wanted, **options), x)

    return entry


def shuffle(graph: Graph, given: Arguments) -> Value:
    """Channels dealt out anew."""
    return graph.put(layers.ChannelShuffle(given["groups"]), given["self"])


PADS = {"constant": "ConstantPad", "reflect": "ReflectionPad", "replicate": "ReplicationPad"}
PADS |= {"circular": "CircularPad"}


def pad(graph: Graph, given: Arguments) -> Value | None:
    """Spatial axes padded; ATen counts from the last axis."""
    x, sides = given["self"], list(given["pad"])
    rank, value = len(x.shape) - 1, given["value"] or 0
    if len(sides) > 2 * rank or rank > 3:
        return None
    full = tuple(sides + [0] * (2 * rank - len(sides)))
    name = "ZeroPad" if given["mode"] == "constant" and value == 0 else PADS[given["mode"]]
    return graph.put(ranked(name, rank)(full, *([value] if name == "ConstantPad" else [])), x)


def same(graph: Graph, given: Arguments) -> Any:
    """What changes no number."""
    return given.get("self", given.get("input"))


ENTRIES: dict[str, Entry] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), convolution),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), transposed),
    "linear": linear,
    "batch_norm": batch_norm,
    "group_norm": group_norm,
    "layer_norm": layer_norm,
    **dict.fromkeys(("max_pool1d", "max_pool2d", "max_pool3d"), pool("MaxPool")),
    **dict.fromkeys(("max_pool2d_with_indices", "max_pool3d_with_indices"), with_indices(pool("MaxPool"))),
    **dict.fromkeys(("avg_pool1d", "avg_pool2d", "avg_pool3d"), pool("AvgPool")),
    **{f"adaptive_avg_pool{rank}d": adaptive("AdaptiveAvgPool") for rank in (1, 2, 3)},
    **{f"adaptive_max_pool{rank}d": with_indices(adaptive("AdaptiveMaxPool")) for rank in (1, 2, 3)},
    "relu": plain(layers.ReLU()),
    "relu6": plain(layers.ReLU6()),
    "sigmoid": plain(layers.Sigmoid()),
    "tanh": plain(layers.Tanh()),
    "silu": plain(layers.SiLU()),
    "hardsigmoid": plain(layers.Hardsigmoid()),
    "hardswish": plain(layers.Hardswish()),
    "gelu": gelu,
    "leaky_relu": leaky_relu,
    **dict.fromkeys(("clamp", "hardtanh", "clamp_min"), clamp),
    "softmax": softmax,
    **dict.fromkeys(("dropout", "feature_dropout"), dropout),
    "add": addition,
    "sub": subtraction,
    "rsub": reverse_subtraction,
    "mul": multiplication,
    "div": division,
    "neg": negation,
    "pow": square,
    "square": lambda graph, given: square(graph, {**given, "exponent": 2}),
    **dict.fromkeys(("cat", "concat"), concatenation),
    "mean": average,
    "chunk": chunks,
    **dict.fromkeys(("split", "split_with_sizes"), splits),
    "slice": sliced,
    "narrow": narrow,
    "flatten": flatten,
    **dict.fromkeys(("permute", "transpose"), permute),
    "channel_shuffle": lambda graph, given: graph.put(
        layers.ChannelShuffle(given["groups"]), given["self"]
    ),
    "pad": pad,
    **{f"upsample_nearest{rank}d": upsample("nearest") for rank in (1, 2, 3)},
    "upsample_linear1d": upsample("linear"),
    "upsample_bilinear2d": upsample("bilinear"),
    "upsample_trilinear3d": upsample("trilinear"),
    **dict.fromkeys(("contiguous", "clone", "detach", "alias", "lift_fresh_copy"), same),
}
SHAPED = ("view", "reshape", "_unsafe_view", "squeeze", "unsqueeze", "unflatten")  # same numbers, new shape
