"""Whole shapes: mistakes that touch the channels, or all axes at once.

Names: C_in and C_out channels; of each axis n, m, p, pad, k and s as for sizes, and of the axis beside it
K2, S2, P2 and D2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from convmath.check.facts import Facts
from convmath.check.formula import UnreadableError, evaluate, parsed
from convmath.check.rule import Wrong


class ShapeRule(NamedTuple):
    """A wrong shape: a formula for its channels and one for each axis."""

    code: str
    channels: str
    axis: str
    said: str
    right: str
    needs: str = ""


_OUT = "a convolution gives one map for each of its filters"
CONVOLUTION = (
    ShapeRule("V01", "C_in", "m", "the channels of the input are kept", _OUT),
    ShapeRule("V02", "C_in*C_out", "m", "channels are multiplied", _OUT),
    ShapeRule("V04", "C_out + pad", "m", "the channels are padded too", "padding stands beside height and width only", "pad"),
    ShapeRule("V10", "C_out", "floor((n + P2 - D2*(K2 - 1) - 1)/S2) + 1", "rows and columns are exchanged", (
        "an argument (a, b) has a for the height and b for the width")),
)  # fmt: skip
_EACH = "a pool works on each channel by itself"
_SIDES = "padding stands on both sides of height and width, never of the channels"
POOL = (
    ShapeRule("L01", "floor((C_in - k)/s) + 1", "m", "the channels are pooled too", _EACH),
    ShapeRule("L02", "floor((C_in - k)/s) + 1", "n", "only the channels are pooled", _EACH),
    CONVOLUTION[3],
)
PAD = (
    ShapeRule("V03", "C_in", "n + p", "the padding is counted on one side only", _SIDES, "pad"),
    ShapeRule("V04", "C_in + pad", "n + pad", "the channels are padded too", _SIDES, "pad"),
    ShapeRule(
        "V05", "C_in + p", "n + p", "one side of every axis is padded, the channels too", _SIDES, "pad"
    ),
    ShapeRule("V06", "C_in + p", "n + pad", "the channels are padded too, on one side", _SIDES, "pad"),
    ShapeRule("V07", "C_in + pad", "n", "only the channels are padded", _SIDES, "pad"),
)


def wrong_shapes(rules: Sequence[ShapeRule], layer: Facts, axes: Sequence[Facts]) -> Iterator[Wrong]:
    """Every wrong shape with its rule."""
    for rule in rules:
        if rule.needs and not any(axis.decides(rule.needs) for axis in axes):
            continue
        try:
            shape = tuple(_values(rule, layer, axes))
        except UnreadableError:
            continue
        yield Wrong(rule.code, "", shape, rule.said, rule.right)


def _values(rule: ShapeRule, layer: Facts, axes: Sequence[Facts]) -> Iterator[Any]:
    yield evaluate(parsed(rule.channels), {**axes[0].values, **layer.values})
    for place, axis in enumerate(axes):
        other = axes[1 - place] if len(axes) == 2 else axes[place]
        beside = {"K2": other.values.get("k"), "S2": other.values.get("s"), "D2": other.values.get("d")}
        yield evaluate(
            parsed(rule.axis), {**layer.values, **axis.values, **beside, "P2": other.values["pad"]}
        )
