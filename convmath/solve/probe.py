"""What a layer says when it is asked at numbers: the sizes it accepts, and how it moves along an axis."""

from __future__ import annotations

from collections.abc import Callable

from convmath.errors import ConvmathError
from convmath.exact.integers import is_number
from convmath.geometry.window import Window
from convmath.layers.base import AxisMap, Layer
from convmath.solve.size import BEYOND, Step

_MOST_TRIED = 10_000  # sizes tried one by one, where a layer refuses some in between


def probe(layer: Layer, channels: int, rank: int) -> tuple[int, ...]:
    """An input that the layer accepts, of one size on all axes."""
    size = 1
    while True:
        shape = (channels, *(size,) * rank)
        try:
            layer.output_shape(shape)
        except ConvmathError:
            if size > BEYOND or not rank:
                raise
            size = 2 * size
        else:
            return shape


def accepted(
    layer: Layer, shape: tuple[int, ...], axis: int, axis_map: AxisMap
) -> tuple[int, tuple[int, ...]]:
    """The smallest size of an axis that the layer accepts, and larger ones that it does not.

    A layer refuses sizes that are too small, so there are none of those; but padding that depends on the
    size (SAME) and reflects or wraps may ask for more than a smaller size did, below the window's.
    """

    def accepts(size: int) -> bool:
        return _accepts(layer, (*shape[:axis], size, *shape[axis + 1 :]))

    if isinstance(axis_map, Window) and axis_map.fits is not None and not accepts(1):
        return _tried(layer, accepts, whole(axis_map.size))
    return first_where(accepts, 1, shape[axis]), ()


def _tried(layer: Layer, accepts: Callable[[int], bool], window: int) -> tuple[int, tuple[int, ...]]:
    """The same, size by size up to the window's, from where on all are accepted."""
    if window > _MOST_TRIED:
        raise ConvmathError(f"{layer!r} covers {window} positions, beyond {_MOST_TRIED}; use a smaller one")
    good = [size for size in range(1, window + 1) if accepts(size)]
    return good[0], tuple(size for size in range(good[0], window) if size not in good)


def _accepts(layer: Layer, shape: tuple[int, ...]) -> bool:
    try:
        layer.output_shape(shape)
    except ConvmathError:
        return False
    return True


def first_where(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The first of ``low .. high`` from which on it holds, by bisection; it holds at ``high``."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def step(layer: Layer, axis_map: AxisMap, before: int, after: int) -> Step:
    """How the layer moves along an axis, given one size before and after it."""
    if not isinstance(axis_map, Window):
        stride = whole(axis_map.window.stride)
        return Step(stride, after - stride * before)
    stride = whole(axis_map.stride)
    slack = whole(axis_map.slack(0)) if axis_map.fits is None else -1  # SAME: one window per stride begun
    found = Step(1, slack + stride, stride)
    if found.at(before) != after:
        raise ConvmathError(f"{layer!r} changes sizes in a way that is not solved; leave it out")
    return found


def whole(value: object) -> int:
    """A size as a plain number."""
    if not is_number(value):
        raise ConvmathError(f"{value} is no whole number; sizes are solved with numbers only")
    assert isinstance(value, int)
    return value
