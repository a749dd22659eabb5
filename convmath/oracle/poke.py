"""Receptive fields and leftover input: what the formulas say against what poking inputs changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from convmath.geometry.reach import Reach
from convmath.geometry.window import Window
from convmath.layers.base import Layer
from convmath.network.chain import Chain
from convmath.oracle.reference import reference_call, weight_shapes
from convmath_reference import receptive_field

Hull = tuple[int, int] | None


def positive(layers: tuple[Layer, ...]) -> Callable[[Any], Any]:
    """The layers one after another, all weights 1, so that nothing cancels."""
    weights = [{name: np.ones(shape) for name, shape in weight_shapes(x).items()} for x in layers]
    steps = list(zip(layers, weights, strict=True))
    return lambda x: reduce(lambda y, step: reference_call(step[0], (y,), step[1]), steps, x)


def poked_fields(
    layers: tuple[Layer, ...], shape: tuple[int, ...], place: tuple[int, ...]
) -> tuple[Hull, ...]:
    """Per spatial axis, the first and last input position that changes the output at ``place``.

    >>> from convmath import Conv1d
    >>> poked_fields((Conv1d(1, 1, 3, stride=2, padding=1),), (1, 7), (0,))
    ((0, 1),)
    """
    hull = receptive_field(positive(layers), (1, *shape), (0, 0, *place))
    return tuple(hull[2:]) if hull else (None,) * len(place)


def poked_leftover(layers: tuple[Layer, ...], shape: tuple[int, ...], axis: int) -> int:
    """How many positions at the end of a spatial axis can change without any output noticing.

    >>> from convmath import MaxPool1d
    >>> poked_leftover((MaxPool1d(2),), (1, 7), axis=0)
    1
    """
    function, ones = positive(layers), np.ones((1, *shape))
    before = function(ones)
    for rest in range(shape[axis + 1]):
        poked = np.moveaxis(ones.copy(), axis + 2, 0)
        poked[shape[axis + 1] - 1 - rest] += 1
        if np.any(function(np.moveaxis(poked, 0, axis + 2)) != before):
            return rest
    return shape[axis + 1]


def read_positions(reach: Reach, output: int) -> list[int]:
    """The input positions between the first and last that the formula says an output reads.

    Along one window the taps are a dilation apart; elsewhere all positions between count.
    """
    first, last = reach.reads(output, output)
    (axis_map,) = reach.maps if len(reach.maps) == 1 else (None,)
    step = axis_map.dilation if isinstance(axis_map, Window) else 1
    return [q for q in range(int(first), int(last) + 1, int(step)) if 0 <= q < reach.n]


def check_reach(layer: Layer, shape: tuple[int, ...], place: tuple[int, ...]) -> None:
    """Raise AssertionError unless the layer reads exactly the positions the formulas say.

    For zero padding only: other padding modes read inside the input instead of beside it.  The field of
    a dilated transposed convolution has gaps, so it is only bounded.
    """
    measured = poked_fields((layer,), shape, place)
    reads = [read_positions(r, i) for r, i in zip(Chain((layer,)).reaches(shape), place, strict=True)]
    for axis, (field, expected) in enumerate(zip(measured, reads, strict=True)):
        hull = (expected[0], expected[-1]) if all(reads) else None
        if _gaps(layer, shape, axis):
            assert field is None or _inside(field, hull), _message(layer, shape, place, field, hull)
        else:
            assert field == hull, _message(layer, shape, place, field, hull)


def _gaps(layer: Layer, shape: tuple[int, ...], axis: int) -> bool:
    maps = layer.axis_maps(shape)
    return any(not isinstance(m, Window) and m.window.dilation > 1 for m in maps)


def _inside(field: Hull, hull: Hull) -> bool:
    return field is None or (hull is not None and hull[0] <= field[0] and field[1] <= hull[1])


def _message(layer: Layer, shape: Any, place: Any, field: Hull, hull: Hull) -> str:
    return f"{layer!r} on {shape}: output {place} reads {field} when poked, {hull} by formula"
