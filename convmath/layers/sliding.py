"""Windows that slide: the padding, windows and loops that convolutions and pools share."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeAlias

from convmath.errors import ConvmathError
from convmath.exact.demand import need_at_least
from convmath.exact.integers import Integer, is_number
from convmath.geometry.loopnest import Index
from convmath.geometry.window import Window, full_padding, same_padding
from convmath.layers.arguments import is_whole, per_axis
from convmath.layers.base import Layer, Shape

PADDING_WORDS = ("valid", "same", "full")
LEAST_INPUT = {"reflect": 1, "symmetric": 0, "circular": 0}  # how much larger than the padding
Sides: TypeAlias = "str | tuple[Integer, Integer]"


def check_padding(layer: Layer, words: tuple[str, ...] = PADDING_WORDS) -> None:
    """Refuse padding that is neither a word nor whole numbers, one or a pair per axis."""
    padding = layer.padding  # type: ignore[attr-defined]
    if isinstance(padding, str):
        if padding not in words:
            instead = f"a number or {', '.join(map(repr, words))}" if words else "a number"
            raise ConvmathError(f"padding={padding!r} is not known; use {instead}")
        return
    for entry in padding if isinstance(padding, tuple) else (padding,):
        pair = entry if isinstance(entry, tuple) else (entry, entry)
        if len(pair) != 2 or not all(map(is_whole, pair)):
            raise ConvmathError(
                f"padding={padding!r}: each axis takes a whole number or a (begin, end) pair of them"
            )
        if any(p < 0 if is_number(p) else bool(p.is_negative) for p in pair):
            raise ConvmathError(f"padding={padding} must not be negative; crop the input instead")


def padding_pairs(layer: Layer, rank: int) -> tuple[Sides, ...]:
    """The padding of each axis: a word, or what stands before and after."""
    entries = per_axis(layer, "padding", rank)
    return tuple(p if isinstance(p, (str, tuple)) else (p, p) for p in entries)


def padded(window: Window, padding: Sides, n: Integer) -> Window:
    """The window with its padding on an axis of ``n`` positions."""
    if padding == "same":
        return same_padding(n, window)
    if padding == "full":
        return full_padding(window)
    begin, end = (0, 0) if isinstance(padding, str) else padding
    return Window(window.kernel_size, window.stride, begin, end, window.dilation)


def windows_of(layer: Layer, rank: int, sizes: Shape = ()) -> tuple[Window, ...]:
    """The padded window of each spatial axis, from PyTorch's arguments; SAME padding asks for the sizes.

    Without a stride windows stand side by side, without a dilation taps do.
    """
    kernels = per_axis(layer, "kernel_size", rank)
    strides = kernels if layer.stride is None else per_axis(layer, "stride", rank)  # type: ignore[attr-defined]
    dilations = per_axis(layer, "dilation", rank) if hasattr(layer, "dilation") else (1,) * rank
    axes = zip(kernels, strides, dilations, padding_pairs(layer, rank), sizes or (0,) * rank, strict=True)
    return tuple(padded(Window(k, s, dilation=d), padding, n) for k, s, d, padding, n in axes)


def position(window: Window, output: str, tap: str, wrap: str = "") -> Index:
    """The input position that window ``output`` reads with ``tap``: ``s*i + d*a - p``."""
    return Index(((window.stride, output), (window.dilation, tap)), -window.begin, wrap=wrap)


def check_fits(layer: Layer, windows: Sequence[Window], sizes: Shape) -> None:
    """Refuse an input smaller than the window, padding included."""
    for window, n in zip(windows, sizes, strict=True):
        slack = window.slack(n)
        if window.fits is None and (type(slack) is not int or slack < 0):
            need_at_least(slack, 0, partial(_too_small, layer, window, n))


def _too_small(layer: Layer, window: Window, n: Integer) -> str:
    return (
        f"{layer!r}: the window covers {window.size} positions but the padded input has "
        f"{n + window.begin + window.end}; pad more or give a larger input"
    )


def check_wrap(layer: Layer, mode: str, windows: Sequence[Window], sizes: Shape) -> None:
    """Refuse reflection or wrapping that would need more positions than the input has."""
    larger = LEAST_INPUT.get(mode)
    if larger is None:
        return
    for window, n in zip(windows, sizes, strict=True):
        for p in (window.begin, window.end):
            if p != 0:
                need_at_least(n - p, larger, partial(_too_few, layer, p + larger, n))


def _too_few(layer: Layer, needed: Integer, n: Integer) -> str:
    return (
        f"{layer!r} needs at least {needed} positions on each axis, the input has {n}; "
        "pad less or give a larger input"
    )
