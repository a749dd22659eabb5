"""Chains: each layer is constructed to fit the shape that reaches it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from convmath import layers
from convmath.layers.base import Layer
from convmath.network.chain import Chain
from convmath.oracle.axes import Case, Draw, composite, ranked

Shape = tuple[int, ...]


@composite
def chains(draw: Draw, transposed: bool = False, padded: bool = True) -> Any:
    """A chain of two to four layers and its input shape: (Chain, shape).

    ``transposed`` allows transposed convolutions; ``padded`` allows padding.
    """
    rank = draw(st.sampled_from((1, 1, 2)))
    shape = (draw(st.integers(1, 2)), *(draw(st.integers(5, 12 // rank)) for _ in range(rank)))
    start, steps = shape, []
    for _ in range(draw(st.integers(2, 4))):
        builders = (conv, pool, same_size) + ((transpose,) if transposed else ())
        layer = draw(draw(st.sampled_from(builders))(shape, padded))
        shape = layer.output_shape(shape)
        steps.append(layer)
    return Case(Chain(tuple(steps)), (start,))  # type: ignore[arg-type]


@composite
def fitting_window(draw: Draw, n: int, most_padding: int) -> tuple[int, int, tuple[int, int], int]:
    """Kernel size, stride, padding and dilation of a window that fits on ``n`` positions."""
    sides = st.integers(0, most_padding)
    begin, end, dilation = draw(sides), draw(sides), draw(st.integers(1, 2))
    widest = 1 + (n + begin + end - 1) // dilation
    return draw(st.integers(1, min(3, widest))), draw(st.integers(1, 3)), (begin, end), dilation


@composite
def conv(draw: Draw, shape: Shape, padded: bool) -> Layer:
    """A convolution that fits."""
    axes = [draw(fitting_window(n, 2 if padded else 0)) for n in shape[1:]]
    kernel, stride, padding, dilation = zip(*axes, strict=True)
    outputs = draw(st.integers(1, 2))
    kind = ranked(layers, "Conv", len(axes))
    return kind(shape[0], outputs, kernel, stride, padding, dilation)  # type: ignore[no-any-return]


@composite
def pool(draw: Draw, shape: Shape, padded: bool) -> Layer:
    """A pool that fits; padding is at most half of the kernel."""
    kernel = tuple(draw(st.integers(1, min(3, n))) for n in shape[1:])
    stride = tuple(draw(st.integers(1, 3)) for _ in kernel)
    padding = tuple(draw(st.integers(0, k // 2)) if padded else 0 for k in kernel)
    kind = ranked(layers, draw(st.sampled_from(("MaxPool", "AvgPool"))), len(kernel))
    return kind(kernel, stride, padding, ceil_mode=draw(st.booleans()))  # type: ignore[no-any-return]


@composite
def transpose(draw: Draw, shape: Shape, padded: bool) -> Layer:
    """A transposed convolution that grows the map a little; without dilation its fields have no gaps."""
    rank = len(shape) - 1
    kernel, stride = draw(st.integers(2, 3)), draw(st.integers(1, 2))
    kind = ranked(layers, "ConvTranspose", rank)
    crop = draw(st.integers(0, 1)) if padded and min(shape[1:]) > 1 else 0
    return kind(shape[0], 1, kernel, stride, crop)  # type: ignore[no-any-return]


@composite
def same_size(draw: Draw, shape: Shape, padded: bool) -> Layer:
    """A layer that keeps every size."""
    return draw(st.sampled_from((layers.ReLU(), layers.Dropout(), layers.Sigmoid())))  # type: ignore[no-any-return]
