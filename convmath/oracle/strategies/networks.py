"""Networks, every block of which is drawn to fit the shape that reaches it: nothing is filtered."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from hypothesis import strategies as st

from convmath import layers
from convmath.network.network import Builder, Network
from convmath.network.nodes import INPUT
from convmath.oracle.strategies.cases import Case, Draw, composite

Shape = tuple[int, ...]
LARGEST = 14  # positions an axis


class Site:
    """Where a network is being built: the last node and its shape."""

    def __init__(self, shape: Shape, rounding: bool = False, pooling: bool = True) -> None:
        self.build = Builder()
        self.name, self.shape = INPUT, shape
        self.rounding, self.pooling = rounding, pooling
        self.count = 0

    def put(self, layer: Any, *inputs: str) -> str:
        """One more node behind the last, or behind the inputs given."""
        self.count += 1
        return self.build(f"{type(layer).__name__.lower()}{self.count}", layer, *(inputs or (self.name,)))

    def go(self, *run: Any) -> None:
        """Layers one after another."""
        for layer in run:
            self.name, self.shape = self.put(layer), layer.output_shape(self.shape)

    def join(self, layer: Any, *branches: tuple[str, Shape]) -> None:
        """Branches put together."""
        self.name = self.put(layer, *(name for name, _ in branches))
        self.shape = layer.output_shape(*(shape for _, shape in branches))

    def at(self, branch: tuple[str, Shape]) -> None:
        """Go on from an earlier node."""
        self.name, self.shape = branch

    @property
    def here(self) -> tuple[str, Shape]:
        """The last node and its shape."""
        return self.name, self.shape

    def kind(self, name: str) -> Any:
        """The layer of this family for the map's axes."""
        return layers.of_rank(name, len(self.shape) - 1)


Block = Callable[[Site], Any]


@composite
def networks(draw: Draw, rounding: bool = False, pooling: bool = True) -> Network:
    """A network of one to four blocks on a small input of one or two spatial axes.

    ``rounding`` allows layers that round on whole numbers, ``pooling`` those that pick a largest value.
    """
    rank = draw(st.sampled_from((1, 2, 2)))
    shape = (draw(st.integers(1, 3)), *(draw(st.integers(6, 14 // rank + 4)) for _ in range(rank)))
    site = Site(shape, rounding, pooling)
    blocks = [straight, residual, concatenating, grouped, transposed, *([shuffled] if rank == 2 else [])]
    for block in draw(st.lists(st.sampled_from(blocks), min_size=1, max_size=4)):
        draw(block(site))
    return site.build.network("drawn", shape)


@composite
def chains(draw: Draw, transposed: bool = False, padded: bool = True) -> Case:
    """A chain of two to four windows on a map of one or two axes.

    ``transposed`` allows transposed convolutions; ``padded`` allows padding.
    """
    rank = draw(st.sampled_from((1, 1, 2)))
    site = Site((draw(st.integers(1, 2)), *(draw(st.integers(5, 12 // rank)) for _ in range(rank))))
    shape = site.shape
    steps = [window(site, padded), plain_pool(site, padded), kept()]
    for _ in range(draw(st.integers(2, 4))):
        more = [scatter(site, padded)] if transposed and max(site.shape[1:]) <= LARGEST else []
        site.go(draw(draw(st.sampled_from([*steps, *more]))))
    return Case(site.build.network("chain", shape), (shape,))


@composite
def maps(draw: Draw, gates: bool = True) -> Network:
    """A network of everything that moves positions: what single positions read is looked at."""
    rank = draw(st.sampled_from((1, 1, 1, 2)))
    most = 9 if rank == 1 else 6
    site = Site((draw(st.integers(1, 2)), *(draw(st.integers(3, most)) for _ in range(rank))))
    shape = site.shape
    blocks = [
        windowed,
        windowed,
        adapted,
        resized,
        scattered,
        bordered,
        cut,
        beside,
        drifting,
        added,
        picked,
        mixed,
    ]
    blocks += [gated] if gates else []
    blocks += [exchanged, turned] if rank == 2 else []
    site.go(draw(kept()))
    for block in draw(st.lists(st.sampled_from(blocks), min_size=1, max_size=4)):
        draw(block(site))
    return site.build.network("maps", shape)


# --- layers that fit ---


@composite
def fitting(draw: Draw, n: int, most_padding: int) -> tuple[int, int, tuple[int, int], int]:
    """Kernel size, stride, padding and dilation of a window that fits on ``n`` positions."""
    sides = st.integers(0, most_padding)
    begin, end, dilation = draw(sides), draw(sides), draw(st.integers(1, 2))
    widest = 1 + (n + begin + end - 1) // dilation
    return draw(st.integers(1, min(3, widest))), draw(st.integers(1, 3)), (begin, end), dilation


@composite
def window(draw: Draw, site: Site, padded: bool = True, mode: str = "zeros") -> Any:
    """A convolution that fits."""
    least = {"reflect": -1, "circular": 0}  # padding below the size
    axes = [draw(fitting(n, min(2, n + least.get(mode, 2)) if padded else 0)) for n in site.shape[1:]]
    kernel, stride, padding, dilation = zip(*axes, strict=True)
    outputs = draw(st.integers(1, 2))
    kind = site.kind("Conv")
    return kind(site.shape[0], outputs, kernel, stride, padding, dilation, padding_mode=mode)


@composite
def plain_pool(draw: Draw, site: Site, padded: bool = True) -> Any:
    """A pool that fits; padding is at most half of the kernel."""
    kernel = tuple(draw(st.integers(1, min(3, n))) for n in site.shape[1:])
    stride = tuple(draw(st.integers(1, 3)) for _ in kernel)
    padding = tuple(draw(st.integers(0, k // 2)) if padded else 0 for k in kernel)
    kind = site.kind(draw(st.sampled_from(("MaxPool", "AvgPool"))))
    return kind(kernel, stride, padding, ceil_mode=draw(st.booleans()))


@composite
def scatter(draw: Draw, site: Site, padded: bool = True) -> Any:
    """A transposed convolution that grows the map a little; without dilation its fields have no gaps."""
    kernel, stride = draw(st.integers(2, 3)), draw(st.integers(1, 2))
    crop = draw(st.integers(0, 1)) if padded and min(site.shape[1:]) > 1 else 0
    return site.kind("ConvTranspose")(site.shape[0], 1, kernel, stride, crop)


def kept() -> Any:
    """A layer that keeps every size."""
    return st.sampled_from((layers.ReLU(), layers.Dropout(), layers.Identity()))


@composite
def conv(draw: Draw, site: Site, *, same: bool = False, outputs: int | None = None, groups: int = 1) -> Any:
    """A convolution that fits; ``same`` keeps every size."""
    least = min(site.shape[1:])
    kernel = draw(st.sampled_from([k for k in (1, 2, 3) if k <= least and (k % 2 or not same)]))
    dilation = draw(st.integers(1, 2)) if least > 2 * kernel else 1
    size = dilation * (kernel - 1) + 1
    padding = size // 2 if same else draw(st.integers(0, size // 2))
    stride = 1 if same else draw(st.integers(1, 2))
    width = outputs or groups * draw(st.integers(1, 2))
    bias = draw(st.booleans())
    return site.kind("Conv")(site.shape[0], width, kernel, stride, padding, dilation, groups, bias)


@composite
def between(draw: Draw, site: Site) -> Any:
    """A layer that keeps every size."""
    exact = (layers.ReLU(), layers.Dropout(), layers.ReLU6())
    features = site.shape[0]
    rounded = (
        *(layers.Sigmoid(), layers.SiLU(), layers.Hardswish(), layers.LeakyReLU(), layers.Softplus()),
        site.kind("BatchNorm")(features),
        *((layers.GroupNorm(1, features),) if prod(site.shape) > 1 else ()),  # PyTorch wants two values
    )
    return draw(st.sampled_from((*exact, *rounded) if site.rounding else exact))


@composite
def pool(draw: Draw, site: Site) -> Any:
    """A pool that fits, or nothing where none is allowed."""
    kinds = (["MaxPool"] if site.pooling else []) + (["AvgPool"] if site.rounding else [])
    if not kinds or min(site.shape[1:]) < 3:
        return layers.Dropout()
    kernel, stride = draw(st.integers(2, 3)), draw(st.integers(1, 2))
    ceil_mode = draw(st.booleans())
    return site.kind(draw(st.sampled_from(kinds)))(kernel, stride, kernel // 2, ceil_mode=ceil_mode)


# --- blocks of networks that run ---


@composite
def straight(draw: Draw, site: Site) -> None:
    """Convolution, activation, pool."""
    site.go(draw(conv(site)))
    site.go(draw(between(site)))
    site.go(draw(pool(site)))


@composite
def residual(draw: Draw, site: Site) -> None:
    """X + f(x), or x gated by a number a channel."""
    before = site.here
    if site.rounding and draw(st.booleans()):
        _gate(site)
        site.join(layers.Multiply(), before, site.here)
        return
    site.go(draw(conv(site, same=True)))
    site.go(draw(between(site)))
    site.go(draw(conv(site, same=True, outputs=before[1][0])))
    site.join(layers.Add(), before, site.here)


def _gate(site: Site) -> None:
    """A number a channel from the whole map."""
    site.go(
        site.kind("AdaptiveAvgPool")(1),
        site.kind("Conv")(site.shape[0], site.shape[0], 1),
        layers.Sigmoid(),
    )


@composite
def concatenating(draw: Draw, site: Site) -> None:
    """Branches of equal sizes side by side, the input itself among them or not."""
    before = site.here
    ends = [before] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, 2)) + (not ends)):
        site.at(before)
        site.go(draw(conv(site, same=True)))
        site.go(draw(between(site)))
        ends.append(site.here)
    site.join(layers.Concat(), *ends)


@composite
def grouped(draw: Draw, site: Site) -> None:
    """Depthwise, then pointwise."""
    site.go(draw(conv(site, groups=site.shape[0])))
    site.go(draw(between(site)))
    site.go(site.kind("Conv")(site.shape[0], draw(st.integers(1, 3)), 1))


@composite
def transposed(draw: Draw, site: Site) -> None:
    """A transposed convolution or copies of elements, where the map is not large yet."""
    if max(site.shape[1:]) > 12:
        site.go(layers.Dropout())
    elif draw(st.booleans()):
        site.go(layers.Upsample(scale_factor=2))
    else:
        kernel, stride = draw(st.integers(2, 3)), draw(st.integers(1, 2))
        crop = draw(st.integers(0, 1)) if min(site.shape[1:]) > 2 else 0
        site.go(site.kind("ConvTranspose")(site.shape[0], draw(st.integers(1, 2)), kernel, stride, crop))


@composite
def shuffled(draw: Draw, site: Site) -> None:
    """Half of the channels changed, then dealt out anew."""
    site.go(site.kind("Conv")(site.shape[0], 4, 1))
    before = site.here
    site.go(layers.Slice(1, 0, 2))
    first = site.here
    site.at(before)
    site.go(layers.Slice(1, 2, 4))
    site.go(draw(conv(site, same=True, outputs=2)))
    site.join(layers.Concat(), first, site.here)
    site.go(layers.ChannelShuffle(2))


# --- blocks that move positions ---


@composite
def windowed(draw: Draw, site: Site) -> None:
    """A convolution with any border, or a pool."""
    mode = draw(st.sampled_from(("zeros", "zeros", "reflect", "replicate", "circular")))
    site.go(draw(st.one_of(window(site, mode=mode), plain_pool(site))))


@composite
def adapted(draw: Draw, site: Site) -> None:
    """Pooled to a size that need not divide."""
    sizes = tuple(draw(st.integers(1, n + 1)) for n in site.shape[1:])
    site.go(site.kind(draw(st.sampled_from(("AdaptiveAvgPool", "AdaptiveMaxPool"))))(sizes))


@composite
def resized(draw: Draw, site: Site) -> None:
    """Resized to a size or by a factor."""
    linear = ("linear", "bilinear")[len(site.shape) - 2]
    mode = draw(st.sampled_from(("nearest", linear)))
    aligned = mode != "nearest" and draw(st.booleans())
    if draw(st.booleans()):
        size: Any = {"size": tuple(draw(st.integers(1, LARGEST // 2)) for _ in site.shape[1:])}
    else:
        size = {"scale_factor": 2 if max(site.shape[1:]) <= LARGEST // 2 and draw(st.booleans()) else 0.7}
    if size.get("scale_factor") != 0.7 or min(site.shape[1:]) > 1:
        site.go(layers.Upsample(**size, mode=mode, align_corners=aligned))


@composite
def scattered(draw: Draw, site: Site) -> None:
    """A transposed convolution, dilated or not."""
    if max(site.shape[1:]) > LARGEST // 2:
        return
    kernel, stride, dilation = (draw(st.integers(1, most)) for most in (3, 2, 2))
    spread = (min(site.shape[1:]) - 1) * stride + dilation * (kernel - 1) + 1
    crop = draw(st.integers(0, min(1, (spread - 1) // 2)))
    site.go(site.kind("ConvTranspose")(site.shape[0], 1, kernel, stride, crop, dilation=dilation))


@composite
def bordered(draw: Draw, site: Site) -> None:
    """Padded in some mode."""
    kinds = (
        "ZeroPad",
        "ReplicationPad",
        *(("ReflectionPad", "CircularPad") if min(site.shape[1:]) > 2 else ()),
    )
    pairs = tuple((draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in site.shape[1:])
    site.go(site.kind(draw(st.sampled_from(kinds)))(pairs))


@composite
def cut(draw: Draw, site: Site) -> None:
    """Some positions of an axis."""
    dim = draw(st.integers(2, len(site.shape)))
    n = site.shape[dim - 1]
    start = draw(st.integers(0, n - 1))
    site.go(layers.Slice(dim, start, draw(st.integers(start + 1, n)), draw(st.integers(1, 2))))


@composite
def beside(draw: Draw, site: Site) -> None:
    """The map behind another map, or behind itself, along a spatial axis."""
    dim, before = draw(st.integers(2, len(site.shape))), site.here
    if site.shape[dim - 1] > LARGEST // 2:
        return
    if draw(st.booleans()):
        site.go(site.kind("Conv")(site.shape[0], site.shape[0], 3, 1, 1))
    site.join(layers.Concat(dim), before, site.here)


@composite
def drifting(draw: Draw, site: Site) -> None:
    """Paths of different strides that meet: half of the positions, and every other one."""
    dim, before = draw(st.integers(2, len(site.shape))), site.here
    half = site.shape[dim - 1] // 2
    if half == 0:
        return
    site.go(layers.Slice(dim, 0, half))
    first = site.here
    site.at(before)
    site.go(layers.Slice(dim, 0, 2 * half, 2))
    site.join(draw(st.sampled_from((layers.Add(), layers.Concat()))), first, site.here)


@composite
def added(draw: Draw, site: Site) -> None:
    """A convolution beside the map itself."""
    before = site.here
    dilation = draw(st.integers(1, 2))
    site.go(site.kind("Conv")(site.shape[0], site.shape[0], 3, 1, dilation, dilation))
    site.join(draw(st.sampled_from((layers.Add(), layers.Concat()))), before, site.here)


@composite
def mixed(draw: Draw, site: Site) -> None:
    """The last axis put together, in one place or in each."""
    last, n = len(site.shape), site.shape[-1]
    site.go(draw(st.sampled_from((layers.Mean((last,), keepdim=True), layers.Linear(n, 2)))))


@composite
def gated(draw: Draw, site: Site) -> None:
    """Each channel times a number from the whole map."""
    before = site.here
    pooled = site.kind(draw(st.sampled_from(("AdaptiveAvgPool", "AdaptiveMaxPool"))))(1)
    site.go(pooled, site.kind("Conv")(site.shape[0], site.shape[0], 1))
    site.join(layers.Multiply(), before, site.here)


@composite
def exchanged(draw: Draw, site: Site) -> None:
    """Channels exchanged for positions, or positions for channels."""
    even = all(n % 2 == 0 for n in site.shape[1:])
    if even and draw(st.booleans()):
        site.go(layers.PixelUnshuffle(2))
        site.go(draw(st.sampled_from(_AFTERWARDS))(site.shape[0]))
    elif max(site.shape[1:]) <= LARGEST // 2:
        site.go(layers.Conv2d(site.shape[0], 4, 1), layers.PixelShuffle(2))


_AFTERWARDS = (  # what is done with channels that see different positions
    lambda channels: layers.Conv2d(channels, 1, 1),
    lambda channels: layers.Conv2d(channels, channels, 2, 1, 1, groups=channels),
    lambda _: layers.PixelShuffle(2),
    lambda channels: layers.Slice(1, 1, channels - 1),
)


@composite
def picked(draw: Draw, site: Site) -> None:
    """Maps one behind the other in the channels, and some of these."""
    before = site.here
    site.go(site.kind("Conv")(site.shape[0], 2, 3, 1, 1))
    site.join(layers.Concat(), before, site.here)
    start = draw(st.integers(0, site.shape[0] - 1))
    site.go(layers.Slice(1, start, draw(st.integers(start + 1, site.shape[0]))))


@composite
def turned(draw: Draw, site: Site) -> None:
    """Height and width exchanged, or one of them mixed whole."""
    if draw(st.booleans()):
        site.go(layers.Permute((0, 1, 3, 2)))
    else:
        site.go(layers.Linear(site.shape[2], draw(st.integers(1, 4))))
