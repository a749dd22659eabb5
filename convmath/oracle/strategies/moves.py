"""The same numbers in other places or fewer of them: axes moved, joined, put together, resized."""

from __future__ import annotations

from hypothesis import strategies as st

from convmath import layers
from convmath.oracle.strategies.cases import Case, Draw, compact, composite, ranks, shapes


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
def reductions(draw: Draw) -> Case:
    """The mean, sum, largest or deviation over some axes, kept or dropped."""
    shape = draw(shapes(draw(st.integers(0, 3))))
    axes = tuple(draw(st.lists(st.integers(1, len(shape)), min_size=1, unique=True)))
    keepdim = len(axes) == len(shape) or draw(st.booleans())
    kind = draw(st.sampled_from((layers.Mean, layers.Sum, layers.Amax, layers.Std)))
    if kind is layers.Std:
        several = any(shape[axis - 1] > 1 for axis in axes)  # one number less is left of them
        return Case(kind(axes, draw(st.integers(0, 1)) if several else 0, keepdim), (shape,))
    return Case(kind(axes, keepdim), (shape,))


@composite
def shuffles(draw: Draw) -> Case:
    """Channels exchanged for positions, and back."""
    channels, height, width = draw(shapes(2))
    r = draw(st.integers(1, 3))
    if draw(st.booleans()):
        return Case(layers.PixelShuffle(r), ((channels * r * r, height, width),))
    return Case(layers.PixelUnshuffle(r), ((channels, height * r, width * r),))


@composite
def parameters(draw: Draw) -> Case:
    """An array of the network's own, trained or not."""
    return Case(layers.Parameter(draw(shapes(draw(st.integers(0, 3)))), draw(st.booleans())), ())


@composite
def upsamples(draw: Draw) -> Case:
    """Interpolation by factors and to any size: nearest, linear, cubic, corners aligned or not."""
    rank = draw(ranks())
    shape = (draw(st.integers(1, 2)), *(draw(st.integers(2, 8 - 2 * rank)) for _ in range(rank)))
    cubic = ("bicubic",) if rank == 2 else ()
    mode = draw(st.sampled_from(("nearest", ("linear", "bilinear", "trilinear")[rank - 1], *cubic)))
    if draw(st.booleans()):
        size = {"size": draw(compact([draw(st.integers(1, 9 - 2 * rank)) for _ in shape[1:]]))}
    else:
        factors = st.sampled_from(
            (1, 2, 0.58, 1.1, 1.5) if rank == 3 else (1, 2, 3, 0.58, 0.7, 1.1, 1.5, 2.1)
        )
        size = {"scale_factor": draw(compact([draw(factors) for _ in shape[1:]]))}
    aligned = mode != "nearest" and draw(st.booleans())
    return Case(layers.Upsample(**size, mode=mode, align_corners=aligned), (shape,))


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
