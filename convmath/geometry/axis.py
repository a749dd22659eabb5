"""How an output of a layer reads positions of its input along one axis, and what is cut off there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, takewhile
from typing import Any, NamedTuple, TypeAlias

from convmath.exact.integers import Integer, is_nonnegative, is_number, least_of, ratio
from convmath.geometry.window import Scatter, Window

MOST_CASES = 100_000  # outputs and taps gone through one by one


class Whole(NamedTuple):
    """Every output reads all ``n`` positions: pooled whole, or mixed by a dense layer."""

    n: Integer


class Listed(NamedTuple):
    """Outputs of which each reads positions of its own: resized, pooled to a size, wrapped at the borders.

    ``sources_of`` lists what one output reads, in numbers; ``cases`` is how many there are.  In symbols
    it is only known that output i reads within ``stride*i + low .. stride*i + high``.  ``pace`` is how far
    outputs are apart on the input but for its borders.
    """

    sources_of: Callable[[int], frozenset[int]]
    cases: Integer
    stride: Any
    low: Any
    high: Any
    pace: Any

    def sources(self, outputs: Iterable[int]) -> set[int]:
        """The positions that these outputs read; numbers only."""
        return {position for output in outputs for position in self.sources_of(output)}


AxisMap: TypeAlias = "Window | Scatter | Listed | Whole"
IDENTITY = Window()


def countable(axis_map: AxisMap) -> bool:
    """Whether what single outputs read can be listed: all in numbers."""
    if isinstance(axis_map, Whole):
        return False
    if isinstance(axis_map, Listed):
        return is_number(axis_map.cases) and axis_map.cases <= MOST_CASES
    window = axis_map.window if isinstance(axis_map, Scatter) else axis_map
    assert isinstance(window, Window)
    kernel_size, stride, begin, _, dilation, _ = window
    return type(kernel_size) is type(stride) is type(begin) is type(dilation) is int


def reach(axis_map: Window | Scatter | Listed) -> tuple[Any, Any, Any]:
    """``stride``, ``first`` and ``last``: output i reads within ``stride*i + first .. stride*i + last``."""
    if isinstance(axis_map, Window):
        first, last = axis_map.reads(0, 0)
        return axis_map.stride, first, last
    if isinstance(axis_map, Listed):
        return axis_map.stride, axis_map.low, axis_map.high
    window = axis_map.window
    first = ratio(window.begin - window.size + 1, window.stride)
    return ratio(1, window.stride), first, ratio(window.begin, window.stride)


def pace(axis_map: Window | Scatter | Listed) -> Any:
    """How far outputs are apart on the input, a fraction where there are more of them."""
    return axis_map.pace if isinstance(axis_map, Listed) else reach(axis_map)[0]


def next_end(axis_map: AxisMap, outputs: Integer, inputs: Integer) -> int | None:
    """Where windows that slide over all of the input would end next, in numbers.

    None where any is cut off, reads padding alone, or leaves positions over: what is not so plain.
    """
    if not isinstance(axis_map, Window):
        return None
    kernel_size, stride, begin, _, dilation, _ = axis_map
    numbers = (kernel_size, stride, begin, outputs, inputs)
    if dilation != 1 or not all(type(number) is int for number in numbers) or not 0 <= begin < kernel_size:
        return None
    last = stride * (outputs - 1) - begin
    plain = last < inputs <= last + max(kernel_size, stride) and inputs < last + stride + kernel_size
    return last + stride + kernel_size - 1 if plain else None


def is_covered(axis_map: AxisMap, outputs: Integer, inputs: Integer) -> bool:
    """Whether it is known, in numbers, that every position of the input is read."""
    if isinstance(axis_map, Whole) or (axis_map is IDENTITY and outputs == inputs):
        return True
    if not _few(axis_map, outputs, inputs):
        return False
    read = axis_map.sources(set(range(int(outputs))))
    return len(read.intersection(range(int(inputs)))) == inputs


def _few(axis_map: AxisMap, outputs: Integer, inputs: Integer) -> bool:
    """Whether all that outputs read can be listed, in numbers."""
    if not (is_number(outputs) and is_number(inputs) and countable(axis_map)):
        return False
    cases = axis_map.cases if isinstance(axis_map, Listed) else outputs * axis_map.taps  # type: ignore[union-attr]
    return bool(max(cases, inputs) <= MOST_CASES)


def leaves_holes(axis_map: AxisMap, outputs: Integer, inputs: Integer) -> bool:
    """Whether, in numbers, an output between others reads nothing."""
    if not _few(axis_map, outputs, inputs):
        return False
    found = [axis_map.sources({output}) for output in range(int(outputs))]  # type: ignore[union-attr]
    return any(not any(0 <= source < inputs for source in sources) for sources in found)


def cuts(axis_map: Window | Scatter | Listed, outputs: Integer, inputs: Integer) -> tuple[bool, bool]:
    """Whether positions are cut off, and whether some are left over that the next output would read.

    Cut off they are where outputs next to the first and the last one would read nothing but the input:
    padding that is put there again reads nothing then, and is no position of the input's.
    """
    if isinstance(axis_map, Listed):
        return False, False
    if not (is_number(outputs) and is_number(inputs) and countable(axis_map)):
        if isinstance(axis_map, Scatter):
            return _crops(axis_map.window, outputs, inputs), False
        _, behind = axis_map.reads(outputs, outputs)
        ends = (axis_map.begin, behind - inputs) if axis_map.kernel_size == 1 else (axis_map.begin,)
        return not all(map(is_nonnegative, map(least_of, ends))), False
    beside = min(axis_map.period, MOST_CASES)  # what lies farther off reads less of the input
    next_ones = chain(range(-beside, 0), range(int(outputs), int(outputs) + beside))
    cut = any(_reads_within(axis_map, output, inputs) for output in next_ones)
    (_, read), (behind, _) = axis_map.reads(outputs - 1, outputs - 1), axis_map.reads(outputs, outputs)
    return cut, read + 1 < inputs and behind < inputs


def _crops(window: Window, outputs: Integer, inputs: Integer) -> bool:
    """Whether, in symbols, positions may be cropped away that the next ones do not overlap."""
    end = (inputs - 1) * window.stride + window.size - window.begin - outputs
    crops = (crop for crop in (window.begin, end) if not (is_number(crop) and crop <= 0))
    return not all(is_nonnegative(window.size - window.stride - crop) for crop in crops)


def _reads_within(axis_map: Window | Scatter, output: int, inputs: Integer) -> bool:
    """Whether an output reads something, and no padding."""
    found = axis_map.reads(output, output) if isinstance(axis_map, Window) else axis_map.sources({output})
    return bool(found) and min(found) >= 0 and max(found) < inputs


def hollowed(
    axis_map: AxisMap, outputs: Integer, inputs: Integer, hollow: tuple[int, int]
) -> tuple[int, int]:
    """How many outputs at the start and at the end read padding alone; ``hollow`` says it of inputs."""
    if axis_map is IDENTITY and outputs == inputs:
        return hollow
    plain = isinstance(axis_map, Window) and axis_map.dilation == 1
    if not (is_number(outputs) and is_number(inputs) and (plain or _few(axis_map, outputs, inputs))):
        return 0, 0
    first, last, size = hollow[0], inputs - 1 - hollow[1], int(outputs)

    def is_hollow(output: int) -> bool:
        if isinstance(axis_map, Window) and axis_map.dilation == 1:
            low, high = axis_map.reads(output, output)
            return bool(high < first or low > last)
        return not any(first <= source <= last for source in axis_map.sources({output}))  # type: ignore[union-attr]

    before = sum(1 for _ in takewhile(is_hollow, range(size)))
    behind = sum(1 for _ in takewhile(is_hollow, range(size - 1, before - 1, -1)))
    return before, behind
