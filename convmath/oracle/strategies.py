"""Hypothesis strategies that construct valid layers, each with the input shapes it takes.

Nothing is filtered: the output size, kernel, stride, dilation, padding and the remainder that the last
stride leaves are drawn, and the input size follows from them, axis by axis.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from convmath import layers
from convmath.oracle.axes import (
    Case,
    Draw,
    at_least,
    compact,
    composite,
    conv_axis,
    pool_axis,
    ranked,
    ranks,
    shapes,
    transpose_axis,
)
from convmath.oracle.data import fill
from convmath.oracle.pad_strategies import pads


def integer_arrays(shape: tuple[int, ...], largest: int = 8) -> Any:
    """Arrays of whole numbers in [-largest, largest], as float64, in which sums are exact."""
    return st.integers(0, 2**32 - 1).map(lambda seed: fill(shape, seed, largest))


@composite
def convs(draw: Draw, rank: int | None = None) -> Case:
    """Convolutions: asymmetric padding and words, groups or connection tables, flipped kernels."""
    rank = draw(ranks()) if rank is None else rank
    word = draw(st.sampled_from((None, None, None, "valid", "same", "full")))
    mode = draw(st.sampled_from(("zeros", "zeros", "reflect", "replicate", "circular")))
    axes = [draw(conv_axis(rank, word, mode)) for _ in range(rank)]
    inputs, outputs, groups = draw(grouped())
    table = draw(connection_tables(inputs, outputs)) if groups == 1 and draw(st.booleans()) else None
    layer = ranked(layers, "Conv", rank)(
        inputs,
        outputs,
        draw(compact([axis.kernel_size for axis in axes])),
        draw(compact([axis.stride for axis in axes])),
        word if word else draw(compact([axis.padding for axis in axes])),
        draw(compact([axis.dilation for axis in axes])),
        groups,
        draw(st.booleans()),
        mode,
        table,
        draw(st.booleans()),
    )
    return Case(layer, ((inputs, *(axis.n for axis in axes)),))


@composite
def grouped(draw: Draw) -> tuple[int, int, int]:
    """Input channels, output channels and the groups that divide both."""
    groups = draw(st.sampled_from((1, 1, 2, 3)))
    inputs, outputs = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    return groups * inputs, groups * outputs, groups


@composite
def connection_tables(draw: Draw, inputs: int, outputs: int) -> tuple[tuple[int, ...], ...]:
    """For each output channel, some of the input channels, in any order."""
    some = st.permutations(range(inputs)).flatmap(
        lambda order: st.integers(1, inputs).map(lambda size: tuple(order[:size]))
    )
    return tuple(draw(some) for _ in range(outputs))


@composite
def conv_transposes(draw: Draw, rank: int | None = None) -> Case:
    """Transposed convolutions: asymmetric cropping, output padding, dilation, groups."""
    rank = draw(ranks()) if rank is None else rank
    axes = [draw(transpose_axis(rank)) for _ in range(rank)]
    inputs, outputs, groups = draw(grouped())
    layer = ranked(layers, "ConvTranspose", rank)(
        inputs,
        outputs,
        draw(compact([axis.kernel_size for axis in axes])),
        draw(compact([axis.stride for axis in axes])),
        draw(compact([axis.padding for axis in axes])),
        draw(compact([axis.output_padding for axis in axes])),
        groups,
        draw(st.booleans()),
        draw(compact([axis.dilation for axis in axes])),
    )
    return Case(layer, ((inputs, *(axis.n for axis in axes)),))


@composite
def max_pools(draw: Draw, rank: int | None = None) -> Case:
    """Maximum pooling: ceil_mode, dilation, asymmetric padding."""
    rank = draw(ranks()) if rank is None else rank
    ceil_mode = draw(st.booleans())
    axes = [draw(pool_axis(rank, ceil_mode)) for _ in range(rank)]
    layer = ranked(layers, "MaxPool", rank)(
        *draw(pool_arguments(axes)),
        draw(compact([axis.dilation for axis in axes])),
        ceil_mode=ceil_mode,
    )
    return Case(layer, ((draw(st.integers(1, 3)), *(axis.n for axis in axes)),))


@composite
def avg_pools(draw: Draw, rank: int | None = None) -> Case:
    """Average pooling: ceil_mode, what the divisor counts, divisor_override, asymmetric padding."""
    rank = draw(ranks()) if rank is None else rank
    ceil_mode = draw(st.booleans())
    axes = [draw(pool_axis(rank, ceil_mode, dilated=False)) for _ in range(rank)]
    if rank == 3:  # PyTorch's avg_pool3d wants its kernel to fit before padding and ceil_mode
        axes = [axis._replace(n=at_least(axis.kernel_size, axis.n, axis.stride)) for axis in axes]
    layer = ranked(layers, "AvgPool", rank)(
        *draw(pool_arguments(axes)),
        ceil_mode,
        draw(st.booleans()),
        draw(st.sampled_from((None, None, 1, 3, 7))),
    )
    return Case(layer, ((draw(st.integers(1, 3)), *(axis.n for axis in axes)),))


@composite
def pool_arguments(draw: Draw, axes: list[Any]) -> tuple[Any, ...]:
    """Kernel size, stride (left out where it may be) and padding."""
    kernel = draw(compact([axis.kernel_size for axis in axes]))
    stride = draw(compact([axis.stride for axis in axes]))
    implied = all(axis.stride == axis.kernel_size for axis in axes) and draw(st.booleans())
    return kernel, None if implied else stride, draw(compact([axis.padding for axis in axes]))


@composite
def subsamples(draw: Draw) -> Case:
    """LeNet-5's trainable subsampling."""
    axes = [draw(pool_axis(2, False, dilated=False, padded=False)) for _ in range(2)]
    kernel, stride, _ = draw(pool_arguments(axes))
    channels = draw(st.integers(1, 3))
    layer = layers.Subsample2d(kernel, stride, channels=channels)
    return Case(layer, ((channels, *(axis.n for axis in axes)),))


@composite
def adaptive_pools(draw: Draw) -> Case:
    """Adaptive and global pooling: output sizes below, equal to and above the input's, and None."""
    rank = draw(ranks())
    shape = (draw(st.integers(1, 2)), *(draw(st.integers(1, 7 - rank)) for _ in range(rank)))
    kind = draw(st.sampled_from(("AdaptiveMaxPool", "AdaptiveAvgPool")))
    if rank == 2 and draw(st.booleans()):
        return Case(getattr(layers, f"Global{kind[8:]}2d")(), (shape,))
    wanted = [draw(st.sampled_from((None, 1, 2, 3, 5)[: 6 - rank])) for _ in range(rank)]
    return Case(ranked(layers, kind, rank)(draw(compact(wanted))), (shape,))


@composite
def linears(draw: Draw) -> Case:
    """Dense layers on features, or on rows of them; distances from fixed centres."""
    features, outputs = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    if draw(st.integers(0, 3)) == 0:
        return Case(layers.RadialBasis(features, outputs), ((features,),))
    rows = draw(st.lists(st.integers(1, 3), max_size=2))
    return Case(layers.Linear(features, outputs, draw(st.booleans())), ((*rows, features),))


@composite
def batch_norms(draw: Draw) -> Case:
    """Batch normalisation at inference, with and without trained scale and shift."""
    kind, ranks_taken = draw(
        st.sampled_from(
            ((layers.BatchNorm1d, (0, 1)), (layers.BatchNorm2d, (2,)), (layers.BatchNorm3d, (3,)))
        )
    )
    shape = draw(shapes(draw(st.sampled_from(ranks_taken))))
    layer = kind(shape[0], draw(st.sampled_from((1e-5, 1e-3))), draw(st.booleans()))
    return Case(layer, (shape,))


@composite
def local_response_norms(draw: Draw) -> Case:
    """AlexNet's normalisation: windows narrower and wider than the channels."""
    alpha, beta, k = (draw(st.sampled_from(values)) for values in ((1e-4, 1.0), (0.75, 0.5), (1.0, 2.0)))
    layer = layers.LocalResponseNorm(draw(st.integers(1, 5)), alpha, beta, k)
    return Case(layer, (draw(shapes(draw(ranks()))),))


@composite
def group_norms(draw: Draw) -> Case:
    """Group and layer normalisation, with and without trained scale and shift."""
    affine = draw(st.booleans())
    if draw(st.booleans()):
        inputs, _, groups = draw(grouped())
        shape = (inputs, *draw(shapes(draw(ranks())))[1:])
        return Case(layers.GroupNorm(groups, inputs, draw(st.sampled_from((1e-5, 1.0))), affine), (shape,))
    shape = draw(shapes(draw(st.integers(0, 3))))
    over = draw(st.integers(1, len(shape)))
    normalised = shape[-1] if over == 1 and draw(st.booleans()) else shape[-over:]
    return Case(layers.LayerNorm(normalised, 1e-5, affine, draw(st.booleans())), (shape,))


@composite
def activations(draw: Draw) -> Case:
    """Functions of one element, softmax and dropout, of features or maps."""
    shape = draw(shapes(draw(st.integers(0, 3))))
    plain = (
        *(layers.ReLU, layers.ReLU6, layers.Sigmoid, layers.Tanh, layers.SiLU, layers.GELU),
        *(layers.Hardsigmoid, layers.Hardswish, layers.Softmax, layers.Dropout),
    )
    slopes = st.sampled_from((0.01, 0.25, 1.0)).map(layers.LeakyReLU)
    constants = st.builds(layers.Affine, st.sampled_from((1.0, 0.5, -0.1)), st.sampled_from((0.0, 3.0)))
    kinds = st.sampled_from(plain).map(lambda kind: kind())
    return Case(draw(st.one_of(kinds, kinds, slopes, constants)), (shape,))


@composite
def reshapes(draw: Draw) -> Case:
    """The same numbers in other places: flattened, reshaped, permuted, shuffled, cut."""
    shape = draw(shapes(draw(st.integers(0, 3))))
    kind = draw(st.sampled_from(("Flatten", "Reshape", "Permute", "ChannelShuffle", "Slice")))
    if kind == "Flatten":
        start = draw(st.integers(1, len(shape)))
        end = draw(st.one_of(st.just(-1), st.integers(start, len(shape))))
        return Case(layers.Flatten(start, end), (shape,))
    if kind == "Reshape":
        return Case(layers.Reshape(tuple(draw(st.permutations(shape)))), (shape,))
    if kind == "Permute":
        order = draw(st.permutations(range(1, len(shape) + 1)))
        return Case(layers.Permute((0, *order)), (shape,))
    if kind == "ChannelShuffle":
        groups = draw(st.integers(1, 3))
        mapped = draw(shapes(draw(ranks())))  # PyTorch shuffles maps only
        return Case(layers.ChannelShuffle(groups), ((groups * mapped[0], *mapped[1:]),))
    dim = draw(st.integers(1, len(shape)))
    start = draw(st.integers(0, shape[dim - 1] - 1))
    stop, step = draw(st.integers(start + 1, shape[dim - 1])), draw(st.integers(1, 2))
    return Case(layers.Slice(dim, start, stop, step), (shape,))


@composite
def means(draw: Draw) -> Case:
    """Means over some axes, kept or dropped."""
    shape = draw(shapes(draw(st.integers(0, 3))))
    axes = draw(st.lists(st.integers(1, len(shape)), min_size=1, unique=True))
    return Case(layers.Mean(tuple(axes), len(axes) == len(shape) or draw(st.booleans())), (shape,))


@composite
def upsamples(draw: Draw) -> Case:
    """Interpolation by whole factors and to any size, nearest and linear, corners aligned or not."""
    shape = draw(shapes(draw(ranks())))
    mode = draw(st.sampled_from(("nearest", ("linear", "bilinear", "trilinear")[len(shape) - 2])))
    wanted = draw(compact([draw(st.integers(1, 5 - len(shape) // 2)) for _ in shape[1:]]))
    size = {"scale_factor" if draw(st.booleans()) else "size": wanted}
    aligned = mode != "nearest" and draw(st.booleans())
    return Case(layers.Upsample(**size, mode=mode, align_corners=aligned), (shape,))


@composite
def parameters(draw: Draw) -> Case:
    """An array of the network's own, trained or not."""
    return Case(layers.Parameter(draw(shapes(draw(st.integers(0, 3)))), draw(st.booleans())), ())


@composite
def joins(draw: Draw) -> Case:
    """Sums and products of one to three inputs, some of them spread out, and concatenations."""
    shape, inputs = draw(shapes(draw(st.integers(0, 3)))), draw(st.integers(1, 3))
    kind = draw(st.sampled_from((layers.Add, layers.Multiply, layers.Concat)))
    if kind is layers.Concat:
        dim = draw(st.integers(1, len(shape)))
        sizes = [draw(st.integers(1, 3)) for _ in range(inputs)]
        return Case(kind(dim), tuple((*shape[: dim - 1], size, *shape[dim:]) for size in sizes))
    return Case(kind(), (*(draw(narrowed(shape)) for _ in range(inputs - 1)), shape))


@composite
def narrowed(draw: Draw, shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape that spreads out to ``shape``."""
    narrow = tuple(draw(st.sampled_from((size, size, 1))) for size in shape)
    return narrow[draw(st.sampled_from((0, 0, len(shape) - 1))) :]


FAMILIES = (
    *(convs, conv_transposes, max_pools, avg_pools, adaptive_pools, subsamples),
    *(pads, linears, batch_norms, group_norms, local_response_norms, activations, joins),
    *(means, upsamples, reshapes, parameters),
)


def any_layer() -> Any:
    """Any layer of any family with its input shapes."""
    return st.one_of([family() for family in FAMILIES])
