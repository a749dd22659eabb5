"""Hypothesis strategies that construct networks: chains, residual, concatenating, grouped, transposed.

Every block is drawn to fit the shape that reaches it, so nothing is filtered.
"""

from __future__ import annotations

from math import prod
from typing import Any

from hypothesis import strategies as st

from convmath import layers
from convmath.network.network import INPUT, Builder, Network
from convmath.oracle.axes import Draw, composite

Shape = tuple[int, ...]


class _Site:
    """Where a network is being built: the last node and its shape."""

    def __init__(self, shape: Shape) -> None:
        self.build = Builder()
        self.name, self.shape = INPUT, shape
        self.count = 0

    def put(self, layer: Any, *inputs: str) -> str:
        """One more node behind the last, or behind the inputs given."""
        self.count += 1
        return self.build(f"{type(layer).__name__.lower()}{self.count}", layer, *(inputs or (self.name,)))

    def go(self, *run: Any) -> None:
        """Layers one after another."""
        for layer in run:
            self.name, self.shape = self.put(layer), layer.output_shape(self.shape)


@composite
def networks(draw: Draw, rounding: bool = False, pooling: bool = True) -> Network:
    """A network of one to four blocks on a small input of one or two spatial axes.

    ``rounding`` allows layers that round on whole numbers, ``pooling`` those that pick a largest value.
    """
    rank = draw(st.sampled_from((1, 2, 2)))
    site = _Site((draw(st.integers(1, 3)), *(draw(st.integers(6, 14 // rank + 4)) for _ in range(rank))))
    shape = site.shape
    blocks = [chain, residual, concatenating, grouped, transposed]
    blocks += [shuffled] if rank == 2 else []
    for block in draw(st.lists(st.sampled_from(blocks), min_size=1, max_size=4)):
        draw(block(site, rounding, pooling))
    return site.build.network("drawn", shape)


def _kind(name: str, site: _Site) -> Any:
    return getattr(layers, f"{name}{len(site.shape) - 1}d")


@composite
def conv(
    draw: Draw, site: _Site, *, same: bool = False, outputs: int | None = None, groups: int = 1
) -> Any:
    """A convolution that fits; ``same`` keeps every size."""
    least = min(site.shape[1:])
    kernel = draw(st.sampled_from([k for k in (1, 2, 3) if k <= least and (k % 2 or not same)]))
    dilation = draw(st.integers(1, 2)) if least > 2 * kernel else 1
    size = dilation * (kernel - 1) + 1
    padding = size // 2 if same else draw(st.integers(0, size // 2))
    stride = 1 if same else draw(st.integers(1, 2))
    width = outputs or groups * draw(st.integers(1, 2))
    bias = draw(st.booleans())
    return _kind("Conv", site)(site.shape[0], width, kernel, stride, padding, dilation, groups, bias)


@composite
def between(draw: Draw, site: _Site, rounding: bool) -> Any:
    """A layer that keeps every size."""
    exact = (layers.ReLU(), layers.Dropout(), layers.ReLU6())
    features = site.shape[0]
    rounded = (
        *(layers.Sigmoid(), layers.SiLU(), layers.Hardswish(), layers.LeakyReLU()),
        _kind("BatchNorm", site)(features),
        *((layers.GroupNorm(1, features),) if prod(site.shape) > 1 else ()),  # PyTorch wants two values
    )
    return draw(st.sampled_from((*exact, *rounded) if rounding else exact))


@composite
def pool(draw: Draw, site: _Site, rounding: bool, pooling: bool) -> Any:
    """A pool that fits, or nothing where none is allowed."""
    kinds = (["MaxPool"] if pooling else []) + (["AvgPool"] if rounding else [])
    if not kinds or min(site.shape[1:]) < 3:
        return layers.Dropout()
    kernel, stride = draw(st.integers(2, 3)), draw(st.integers(1, 2))
    ceil_mode = draw(st.booleans())
    return _kind(draw(st.sampled_from(kinds)), site)(kernel, stride, kernel // 2, ceil_mode=ceil_mode)


@composite
def chain(draw: Draw, site: _Site, rounding: bool, pooling: bool) -> None:
    """Convolution, activation, pool."""
    site.go(draw(conv(site)))
    site.go(draw(between(site, rounding)))
    site.go(draw(pool(site, rounding, pooling)))


@composite
def residual(draw: Draw, site: _Site, rounding: bool, pooling: bool) -> None:
    """X + f(x), or x gated by a number a channel."""
    before, shape = site.name, site.shape
    if rounding and draw(st.booleans()):
        pooled = layers.AdaptiveAvgPool2d(1) if len(shape) == 3 else layers.AdaptiveAvgPool1d(1)
        site.go(pooled, _kind("Conv", site)(shape[0], shape[0], 1), layers.Sigmoid())
        site.name, site.shape = site.put(layers.Multiply(), before, site.name), shape
        return
    site.go(draw(conv(site, same=True)))
    site.go(draw(between(site, rounding)))
    site.go(draw(conv(site, same=True, outputs=shape[0])))
    site.name = site.put(layers.Add(), before, site.name)


@composite
def concatenating(draw: Draw, site: _Site, rounding: bool, pooling: bool) -> None:
    """Branches of equal sizes side by side, the input itself among them or not."""
    before, shape = site.name, site.shape
    ends, width = ([before], shape[0]) if draw(st.booleans()) else ([], 0)
    for _ in range(draw(st.integers(1, 2)) + (not ends)):
        site.name, site.shape = before, shape
        site.go(draw(conv(site, same=True)))
        site.go(draw(between(site, rounding)))
        ends, width = [*ends, site.name], width + site.shape[0]
    site.name, site.shape = site.put(layers.Concat(), *ends), (width, *shape[1:])


@composite
def grouped(draw: Draw, site: _Site, rounding: bool, pooling: bool) -> None:
    """Depthwise, then pointwise."""
    site.go(draw(conv(site, groups=site.shape[0])))
    site.go(draw(between(site, rounding)))
    site.go(_kind("Conv", site)(site.shape[0], draw(st.integers(1, 3)), 1))


@composite
def transposed(draw: Draw, site: _Site, rounding: bool, pooling: bool) -> None:
    """A transposed convolution or copies of elements, where the map is not large yet."""
    if max(site.shape[1:]) > 12:
        site.go(layers.Dropout())
    elif draw(st.booleans()):
        site.go(layers.Upsample(scale_factor=2))
    else:
        kernel, stride = draw(st.integers(2, 3)), draw(st.integers(1, 2))
        crop = draw(st.integers(0, 1)) if min(site.shape[1:]) > 2 else 0
        site.go(_kind("ConvTranspose", site)(site.shape[0], draw(st.integers(1, 2)), kernel, stride, crop))


@composite
def shuffled(draw: Draw, site: _Site, rounding: bool, pooling: bool) -> None:
    """Half of the channels changed, then dealt out anew."""
    site.go(_kind("Conv", site)(site.shape[0], 4, 1))
    shape, kept = site.shape, site.put(layers.Slice(1, 0, 2))
    site.go(layers.Slice(1, 2, 4))
    site.go(draw(conv(site, same=True, outputs=2)))
    site.name, site.shape = site.put(layers.Concat(), kept, site.name), shape
    site.go(layers.ChannelShuffle(2))
