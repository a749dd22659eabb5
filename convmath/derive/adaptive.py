"""How many elements adaptive pooling reads: a sum over windows that Euclid's algorithm works out."""

from __future__ import annotations

import sympy
from sympy import Sum

from convmath.derive.derivation import Derivation, Step
from convmath.exact.floors import FloorDiv
from convmath.geometry.notation import symbol
from convmath.geometry.window import AdaptiveWindow

n, o = symbol("n"), symbol("o")
i = sympy.Symbol("i", integer=True, nonnegative=True)


def adaptive_taps() -> Derivation:
    """How many elements adaptive pooling reads on one axis of n positions with o windows."""
    window = AdaptiveWindow(n, o)
    below, above = FloorDiv(i * n, o), FloorDiv(i * n + o - 1, o)
    return Derivation(
        "Taps of adaptive pooling",
        (
            Step(
                Sum(window.stop(i) - window.start(i), (i, 0, o - 1)),
                "window i reads from floor(i*n/o) up to ceil((i+1)*n/o)",
                "given",
            ),
            Step(
                n + Sum(above - below, (i, 1, o - 1)),
                "each inner border i*n/o ends one window and starts the next; the outer ones give n",
            ),
            Step(
                n + o - Sum(1 + below - above, (i, 1, o)),
                "a border is read twice unless it is a whole number: 1 less where o*j = i*n for some j, as "
                "it is for the last border, i = o",
            ),
            Step(
                window.taps,
                "how many i there are with o*j = i*n is gcd(n, o): the count is the same for n + o, it is "
                "the same with n and o exchanged, for it counts pairs (i, j), and it is o where n = o",
                "euclid",
            ),
        ),
    )
