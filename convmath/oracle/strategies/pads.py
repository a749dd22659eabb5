"""Padding layers in every mode and in each way of writing the padding."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from convmath import layers
from convmath.oracle.strategies.cases import Case, Draw, composite, ranks

NEEDED = {"ReflectionPad": 1, "SymmetricPad": 0, "CircularPad": 0}  # rows more than the padding
KINDS = ("ConstantPad", "ZeroPad", "ReflectionPad", "SymmetricPad", "ReplicationPad", "CircularPad")


@composite
def pads(draw: Draw) -> Case:
    """Padding layers; constants may crop, and may differ by channel."""
    rank, kind = draw(ranks()), draw(st.sampled_from(KINDS))
    crops = kind in ("ConstantPad", "ZeroPad")
    axes = [draw(padded_axis(crops, NEEDED.get(kind))) for _ in range(rank)]
    channels = draw(st.integers(1, 3))
    value = st.integers(-8, 8)
    per_channel = st.lists(value, min_size=channels, max_size=channels).map(tuple)
    fill = [draw(st.one_of(value, per_channel))] if kind == "ConstantPad" else []
    layer = layers.of_rank(kind, rank)(draw(written([padding for _, padding in axes])), *fill)
    return Case(layer, ((channels, *(n for n, _ in axes)),))


@composite
def padded_axis(draw: Draw, crops: bool, needed: int | None) -> tuple[int, tuple[int, int]]:
    """A size and the padding on its sides, which leaves at least one row."""
    least = -1 if crops else 0
    begin, end = draw(st.integers(least, 3)), draw(st.integers(least, 3))
    smallest = 1 + max(-begin, 0) + max(-end, 0)
    if needed is not None:
        smallest = max(smallest, max(begin, end) + needed)
    return draw(st.integers(smallest, smallest + 2)), (begin, end)


@composite
def written(draw: Draw, pairs: list[tuple[int, int]]) -> Any:
    """The pairs as they are, flat with the last axis first, or one number where all are equal."""
    sides = [side for pair in reversed(pairs) for side in pair]
    ways: list[Any] = [tuple(pairs), tuple(sides)]
    return draw(st.sampled_from(ways + sides[:1] if len(set(sides)) == 1 else ways))
