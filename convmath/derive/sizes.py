"""Sizes: how many windows fit, how far they spread, what chains of them are."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Add, Le

from convmath.derive.derivation import Derivation, Step
from convmath.exact.floors import FloorDiv
from convmath.exact.integers import steps_within
from convmath.geometry.notation import symbol
from convmath.geometry.window import Window, same_padding

n, k, s, d, p = map(symbol, "nksdp")
p_begin, p_end, p_out = map(symbol, ("p_begin", "p_end", "p_out"))
i = sympy.Symbol("i", integer=True, nonnegative=True)
y = sympy.Symbol("y", integer=True, nonnegative=True)
T = sympy.Symbol("T", integer=True, nonnegative=True)

WINDOW = Window(k, s, p_begin, p_end, d)
SYMMETRIC = {p_begin: p, p_end: p}


def _le(left: Any, right: Any) -> Any:
    return Le(left, right, evaluate=False)


def output_size() -> Derivation:
    """How many windows fit: the output size of convolution and pooling."""
    _, last_tap = WINDOW.reads(i, i)
    slack = WINDOW.slack(n)
    return Derivation(
        "Output size of a convolution or pooling",
        (
            Step(
                _le(last_tap, n - 1 + p_end),
                "window i reads s*i + d*a - p_begin for a = 0 .. k-1; its last tap must not pass the "
                "padded end (its first tap never lies before the padded begin)",
                "given",
            ),
            Step(_le(s * i, slack), "everything but i to the right", "equivalent", i),
            Step(
                _le(i, FloorDiv(slack, s)), "i is an integer, so the quotient rounds down", "equivalent", i
            ),
            Step(WINDOW.count(n), "the windows are i = 0, 1, ...: one more than the last i", "count", i),
            Step(
                Window(k, s, p, p, d).count(n),
                "the same padding p on both sides",
                "substitute",
                where=SYMMETRIC,
            ),
        ),
    )


def ceil_mode() -> Derivation:
    """PyTorch's ceil_mode with its last-window clip is floor mode with more padding at the end."""
    slack, rounded = WINDOW.slack(n), WINDOW.with_ceil_mode()
    return Derivation(
        "Output size with ceil_mode",
        (
            Step(
                _le(s * i, sympy.Min(slack + s - 1, n + p_begin - 1)),
                "rounding up lets the last window overhang by at most s-1; the clip wants it to start "
                "on the input or the padding before it: both bounds hold, so the smaller one does",
                "given",
            ),
            Step(
                _le(s * i, rounded.slack(n)),
                "what both bounds share leaves the minimum: min(s - 1, d*(k-1) - p_end) more padding",
                "equivalent",
                i,
            ),
            Step(rounded.count(n), "count them from i = 0: the floor formula, padded more", "count", i),
        ),
    )


def same() -> Derivation:
    """TensorFlow's SAME: the least total padding T with ceil(n/s) windows."""
    windows = FloorDiv(n + s - 1, s)
    padded = same_padding(n, Window(k, s, dilation=d))
    needed = s * (windows - 1) + WINDOW.size - n
    return Derivation(
        "Padding that SAME needs",
        (
            Step(
                _le(s * (windows - 1), n + T - WINDOW.size),
                "the last of ceil(n/s) windows must fit once T positions are added",
                "given",
            ),
            Step(_le(needed, T), "solved for T", "equivalent", T),
            Step(
                sympy.Max(needed, 0),
                "the least such T, never negative; floor(T/2) goes before, the rest after",
                "least",
                T,
            ),
            Step(padded.begin + padded.end, "what the two sides get", "equal"),
        ),
    )


def transposed_output_size() -> Derivation:
    """How far n windows spread: the output size of a transposed convolution."""
    last = s * (n - 1) + d * (k - 1)
    return Derivation(
        "Output size of a transposed convolution",
        (
            Step(
                _le(y, last - p_begin - p_end + p_out),
                "input i writes to s*i + d*a; the farthest write is i = n-1, a = k-1; padding crops "
                "both ends and output_padding adds at the end",
                "given",
            ),
            Step(WINDOW.span(n) + p_out, "count the positions from y = 0", "count", y),
            Step(
                Window(k, s, p, p, d).span(n) + p_out,
                "the same padding p on both sides",
                "substitute",
                where=SYMMETRIC,
            ),
        ),
    )


def receptive_field() -> Derivation:
    """Two windows in a row are one window."""
    r1, s1, b1, r2, s2, b2 = map(symbol, ("r_1", "s_1", "b_1", "r_2", "s_2", "b_2"))
    first, second = Window(r1, s1, b1), Window(r2, s2, b2)
    low, high = first.reads(*second.reads(i, i))
    composed = first.then(second)
    return Derivation(
        "Receptive field of two layers",
        (
            Step(
                Add(high, -low, 1, evaluate=False),
                "output i of the second layer reads s_2*i - b_2 .. s_2*i - b_2 + r_2 - 1 of the first, "
                "and that reads as far as s_1 times these; the field is last - first + 1",
                "given",
            ),
            Step(
                composed.size,
                "i and the paddings cancel; each tap of the second layer beyond its first adds one stride "
                "of the first layer",
            ),
        ),
    )


def chain_size() -> Derivation:
    """Why a chain's output size is its composed window's own count."""
    A, B, s1, s2 = map(symbol, ("A", "B", "s_1", "s_2"))
    return Derivation(
        "Nested floors merge",
        (
            Step(
                _le(s2 * i, FloorDiv(n + A, s1) + B),
                "i counts where s_2*i stays below a floor: the size of a chain of two layers",
                "given",
            ),
            Step(
                _le(s1 * s2 * i, n + A + s1 * B),
                "an integer is at most floor(x/s_1) exactly if s_1 times it is at most x",
                "equivalent",
                i,
            ),
            Step(
                steps_within(n + A + s1 * B, s1 * s2),
                "so one floor over s_1*s_2 counts the chain's outputs",
                "count",
                i,
            ),
        ),
    )
