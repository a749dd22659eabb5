"""Windows that slide: convolutions, pools, and windows as columns.

Nothing is filtered: the output size, kernel, stride, dilation, padding and the remainder that the last
stride leaves are drawn, and the input size follows from them, axis by axis.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from convmath import layers
from convmath.oracle.strategies.cases import (
    Case,
    Draw,
    at_least,
    compact,
    composite,
    conv_axis,
    pool_axis,
    ranks,
    transpose_axis,
)


@composite
def convs(draw: Draw, rank: int | None = None) -> Case:
    """Convolutions: asymmetric padding and words, groups or connection tables, flipped kernels."""
    rank = draw(ranks()) if rank is None else rank
    word = draw(st.sampled_from((None, None, None, "valid", "same", "full")))
    mode = draw(st.sampled_from(("zeros", "zeros", "reflect", "replicate", "circular")))
    axes = [draw(conv_axis(rank, word, mode)) for _ in range(rank)]
    inputs, outputs, groups = draw(grouped())
    table = draw(connection_tables(inputs, outputs)) if groups == 1 and draw(st.booleans()) else None
    layer = layers.of_rank("Conv", rank)(
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
    layer = layers.of_rank("ConvTranspose", rank)(
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
    layer = layers.of_rank("MaxPool", rank)(
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
    layer = layers.of_rank("AvgPool", rank)(
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
    return Case(layers.of_rank(kind, rank)(draw(compact(wanted))), (shape,))


@composite
def lp_pools(draw: Draw) -> Case:
    """Power-average pooling."""
    rank, ceil_mode = draw(ranks()), draw(st.booleans())
    axes = [draw(pool_axis(rank, ceil_mode, dilated=False, padded=False)) for _ in range(rank)]
    if rank == 3:  # PyTorch pools it by avg_pool3d
        axes = [axis._replace(n=at_least(axis.kernel_size, axis.n, axis.stride)) for axis in axes]
    kernel, stride, _ = draw(pool_arguments(axes))
    layer = layers.of_rank("LPPool", rank)(
        draw(st.sampled_from((1.0, 2.0, 3.0))), kernel, stride, ceil_mode
    )
    return Case(layer, ((draw(st.integers(1, 3)), *(axis.n for axis in axes)),))


@composite
def unfolds(draw: Draw) -> Case:
    """Windows of a map as columns."""
    axes = [draw(conv_axis(2, None, "zeros")) for _ in range(2)]
    padding = [max(axis.padding) for axis in axes]
    layer = layers.Unfold(
        draw(compact([axis.kernel_size for axis in axes])),
        draw(compact([axis.dilation for axis in axes])),
        draw(compact(padding)),
        draw(compact([axis.stride for axis in axes])),
    )
    return Case(layer, ((draw(st.integers(1, 2)), *(axis.n for axis in axes)),))
