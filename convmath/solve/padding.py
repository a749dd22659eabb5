"""Which padding keeps a size, and which arguments turn one size into another: both along one axis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from convmath.errors import ConvmathError
from convmath.geometry.window import Window
from convmath.layers.arguments import check_number

_MOST_COMBINATIONS = 1_000_000


@dataclass(frozen=True)
class KeepingPadding:
    """All padding that keeps a size: ``begin + end`` in ``totals``, split in any way.

    ``symmetric`` are the paddings of both sides alike, and may be empty; ``n=None`` is every size.
    """

    window: Window
    n: int | None
    totals: range
    symmetric: range

    @property
    def pair(self) -> tuple[int, int]:
        """The least padding, as even as it can be; the odd one at the end, as TensorFlow has it."""
        return self.totals[0] // 2, self.totals[0] - self.totals[0] // 2

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Every padding (begin, end).

        >>> list(padding_that_keeps(kernel_size=4).pairs())
        [(0, 3), (1, 2), (2, 1), (3, 0)]
        """
        return ((begin, total - begin) for total in self.totals for begin in range(total + 1))

    def __str__(self) -> str:
        size = "every size" if self.n is None else f"the size {self.n}"
        reach = self.window.size - 1
        total = _in_words(self.totals, "begin + end")
        if self.symmetric:
            return f"{_in_words(self.symmetric, 'padding')} keeps {size}; so does any {total}"
        return (
            f"no symmetric padding keeps {size}: dilation*(kernel_size - 1) = {reach} is odd; "
            f"pad {self.pair}, or any {total}"
        )


def padding_that_keeps(
    kernel_size: int, stride: int = 1, dilation: int = 1, n: int | None = None
) -> KeepingPadding:
    """All padding for which the output is as large as the input, of size ``n`` or of every size.

    At stride 1 the total is ``dilation*(kernel_size - 1)`` whatever the size; at any other stride it grows
    with the size, so there ``n`` must be given.

    >>> print(padding_that_keeps(3, dilation=2))
    padding = 2 keeps every size; so does any begin + end = 4
    >>> padding_that_keeps(4).pair, len(padding_that_keeps(4).symmetric)
    ((1, 2), 0)
    """
    _check(kernel_size=kernel_size, stride=stride, dilation=dilation, n=1 if n is None else n)
    window = Window(kernel_size, stride, dilation=dilation)
    if stride > 1 and n is None:
        raise ConvmathError(
            f"stride={stride} keeps no size for every input, the padding needed grows with it; "
            "give the input size"
        )
    size = 1 if n is None else n
    totals = _totals(window, size, size)
    answer = KeepingPadding(window, n, totals, _halves(totals))
    _verify(window, [1, 2, 223, 224] if n is None else [n], totals)
    return answer


class Arguments(NamedTuple):
    """One kernel size, stride and dilation with all the symmetric paddings that go with them."""

    kernel_size: int
    stride: int
    dilation: int
    padding: range


def arguments(
    n: int,
    output: int,
    kernel_size: range | int = range(1, 8),
    stride: range | int = range(1, 5),
    padding: range | int = range(4),
    dilation: range | int = range(1, 3),
) -> tuple[Arguments, ...]:
    """All arguments within these bounds, or with this one value, that turn size ``n`` into ``output``.

    >>> for found in arguments(224, 112, kernel_size=range(6, 8), dilation=1):
    ...     print(found)
    Arguments(kernel_size=6, stride=2, dilation=1, padding=range(2, 3))
    Arguments(kernel_size=7, stride=2, dilation=1, padding=range(3, 4))
    """
    _check(n=n, output=output)
    kernels, strides, paddings, dilations = map(_range, (kernel_size, stride, padding, dilation))
    _check(kernel_size=kernels.start, stride=strides.start, dilation=dilations.start)
    if paddings.start < 0:
        raise ConvmathError(f"padding={paddings.start} must not be negative; start it at 0")
    combinations = len(kernels) * len(strides) * len(dilations)
    if combinations > _MOST_COMBINATIONS:
        raise ConvmathError(
            f"the bounds hold {combinations} combinations, beyond {_MOST_COMBINATIONS}; narrow them"
        )
    windows = (Window(k, s, dilation=d) for k in kernels for s in strides for d in dilations)
    return tuple(_rows(windows, n, output, paddings))


def _range(bounds: range | int) -> range:
    return range(bounds, bounds + 1) if isinstance(bounds, int) else bounds


def _rows(windows: Iterable[Window], n: int, output: int, bounds: range) -> Iterator[Arguments]:
    for window in windows:
        totals = _totals(window, n, output)
        halves = _halves(totals)
        found = range(max(halves.start, bounds.start), min(halves.stop, bounds.stop))
        if found:
            _verify(window, [n], totals, output)
            k, s, d = map(_int, (window.kernel_size, window.stride, window.dilation))
            yield Arguments(k, s, d, found)


def _totals(window: Window, n: int, output: int) -> range:
    """All ``begin + end`` that fit exactly so many windows, by the window's slack.

    ``stride*(output - 1) <= slack + total < stride*output``.
    """
    slack, stride = _int(window.slack(n)), _int(window.stride)
    return range(max(stride * (output - 1) - slack, 0), max(stride * output - slack, 0))


def _halves(totals: range) -> range:
    """All p for which 2*p is one of the totals."""
    return range((totals.start + 1) // 2, (totals.stop + 1) // 2)


def _verify(window: Window, sizes: Iterable[int], totals: range, output: int | None = None) -> None:
    """Count the windows at both ends of the totals and beyond; a wrong answer is never given."""
    for n in sizes:
        for total in {totals.start - 1, totals.start, totals.stop - 1, totals.stop} - {-1}:
            padded = Window(window.kernel_size, window.stride, total, 0, window.dilation)
            if (padded.count(n) == (n if output is None else output)) != (total in totals):
                raise ConvmathError(f"the padding found for {window} is wrong at {n}; please report it")


def _in_words(values: range, name: str) -> str:
    """A range of whole numbers in words: ``p = 2``, ``2 <= p <= 4``."""
    first, last = values[0], values[-1]
    return f"{name} = {first}" if first == last else f"{first} <= {name} <= {last}"


def _check(**values: int) -> None:
    for name, value in values.items():
        check_number(name, value)


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value
