"""One axis at a time: sizes drawn so that every layer is valid, then put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from hypothesis import strategies as st

Draw: TypeAlias = Callable[[Any], Any]

LARGEST = {1: 4, 2: 3, 3: 2}  # windows and taps an axis, by rank, so that definitions run fast


class Case(NamedTuple):
    """A layer, or a chain of them, and the shapes of its inputs, channels first, without the batch."""

    layer: Any
    shapes: tuple[tuple[int, ...], ...]


class AxisCase(NamedTuple):
    """The arguments of one axis and the input size they are valid for."""

    n: int
    kernel_size: int
    stride: int
    dilation: int
    padding: tuple[int, int] = (0, 0)
    output_padding: int = 0


def composite(build: Callable[..., Any]) -> Callable[..., Any]:
    """``hypothesis.strategies.composite``, with types."""
    strategy: Callable[..., Any] = st.composite(build)
    return strategy


def ranks() -> Any:
    """One, two or three spatial axes."""
    return st.sampled_from((1, 2, 2, 3))


@composite
def shapes(draw: Draw, rank: int) -> tuple[int, ...]:
    """Channels and ``rank`` small sizes."""
    return (draw(st.integers(1, 4)), *(draw(st.integers(1, 4)) for _ in range(rank)))


@composite
def compact(draw: Draw, values: list[Any]) -> Any:
    """One value per axis as a user may write them: a single one where all are equal, no equal pairs."""
    short = [v[0] if isinstance(v, tuple) and v[0] == v[1] and draw(st.booleans()) else v for v in values]
    single = len(set(map(repr, short))) == 1 and not isinstance(short[0], tuple)
    return short[0] if single and draw(st.booleans()) else tuple(short)


@composite
def window(draw: Draw, rank: int, dilated: bool = True) -> tuple[int, int, int, int]:
    """Kernel size, stride, dilation and the size they span."""
    kernel_size = draw(st.integers(1, LARGEST[rank]))
    stride = draw(st.integers(1, LARGEST[rank]))
    dilation = draw(st.integers(1, 3)) if dilated else 1
    return kernel_size, stride, dilation, dilation * (kernel_size - 1) + 1


def at_least(least: int, n: int, stride: int) -> int:
    """``n`` raised by whole strides, so that its remainder stays, to at least ``least``."""
    return n if n >= least else next(m for m in range(n, least + stride, stride) if m >= least)


@composite
def conv_axis(draw: Draw, rank: int, word: str | None, mode: str) -> AxisCase:
    """An axis of a convolution whose padding mode can fill the padding."""
    k, s, d, size = draw(window(rank))
    sides = st.tuples(st.integers(0, 3), st.integers(0, 3))
    drawn = {"valid": (0, 0), "same": (size // 2, size // 2), "full": (size - 1, size - 1)}
    padding = drawn[word] if word else draw(st.one_of(sides, st.integers(0, 3).map(lambda p: (p, p))))
    needed = {"zeros": 1, "replicate": 1, "circular": max(padding), "reflect": max(padding) + 1}
    windows, remainder = draw(st.integers(1, LARGEST[rank])), draw(st.integers(0, s - 1))
    n = (windows - 1) * s + size + remainder - sum(padding)
    return AxisCase(at_least(max(needed[mode], 1), n, s), k, s, d, padding)


@composite
def pool_axis(
    draw: Draw, rank: int, ceil_mode: bool, dilated: bool = True, padded: bool = True
) -> AxisCase:
    """An axis of a pool: padding up to half the kernel; with ceil_mode, a single window may overhang."""
    k, s, d, size = draw(window(rank, dilated))
    most = k // 2 if padded else 0
    padding = (draw(st.integers(0, most)), draw(st.integers(0, most)))
    windows, remainder = draw(st.integers(1, LARGEST[rank])), draw(st.integers(0, s - 1))
    overhang = draw(st.integers(0, min(s - 1, size - 1 - padding[1]))) if ceil_mode else 0
    n = (windows - 1) * s + size + remainder - sum(padding) - overhang
    return AxisCase(at_least(1, n, s), k, s, d, padding)


@composite
def transpose_axis(draw: Draw, rank: int) -> AxisCase:
    """An axis of a transposed convolution that leaves at least one row after cropping."""
    k, s, d, size = draw(window(rank))
    n, extra = draw(st.integers(1, LARGEST[rank])), draw(st.integers(0, max(s, d) - 1))
    spread = (n - 1) * s + size + extra
    begin = draw(st.integers(0, min(3, spread - 1)))
    end = draw(st.one_of(st.just(begin), st.integers(0, 3)))
    return AxisCase(n, k, s, d, (begin, min(end, spread - 1 - begin)), extra)
