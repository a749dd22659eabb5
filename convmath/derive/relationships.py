"""The fifteen relationships of convolution arithmetic, each a special case of two derived formulas.

Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016): i is the input size, k
the kernel, s the stride, p the padding, d the dilation; a prime marks the transposed layer.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import sympy

from convmath.derive.derivation import Derivation, Step
from convmath.derive.sizes import output_size, transposed_output_size
from convmath.exact.floors import FloorDiv
from convmath.geometry.notation import symbol
from convmath.layers.pool import MaxPool1d

n, k, s, p, d, p_out, C = map(symbol, ("n", "k", "s", "p", "d", "p_out", "C"))
i = sympy.Symbol("i", integer=True, positive=True)
m, q, a = (sympy.Symbol(name, integer=True, nonnegative=True) for name in "mqa")

DIRECT = output_size().result
POOLED = MaxPool1d(k, s, p, d).output_shape((C, n))[1]
TRANSPOSED = transposed_output_size().result
_PLAIN = {d: 1}
_CROPPED = {d: 1, p_out: 0}


class Relationship(NamedTuple):
    """One relationship: the formula it specialises, at which values, and what was published.

    ``checks`` are further equations, one below the other: the round trip through the direct layer.
    """

    number: int
    about: str
    formula: Any
    where: dict[Any, Any]
    published: Any
    checks: tuple[tuple[Any, Any, str], ...] = ()

    def derivation(self) -> Derivation:
        """The special case as a derivation; every step of it verifies."""
        substituted = self.formula.subs(self.where, simultaneous=True)
        values = ", ".join(f"{name} = {value}" for name, value in self.where.items())
        steps = [
            Step(self.formula, "the general formula, as derived", "given"),
            Step(substituted, f"at {values}" if values else "as it is", "substitute", where=self.where),
            Step(self.published, "as published"),
        ]
        for left, right, reason in self.checks:
            steps += [Step(left, reason, "given"), Step(right, "the same number")]
        return Derivation(f"Relationship {self.number}: {self.about}", tuple(steps))


def _returns(padding: Any) -> tuple[Any, Any, str]:
    """Forward and back where the stride divides: from s*q + k - 2p to q + 1 and back."""
    start = s * q + k - 2 * padding
    forward = DIRECT.subs({d: 1, p: padding, n: start}, simultaneous=True)
    back = TRANSPOSED.subs({d: 1, p_out: 0, p: padding, n: forward}, simultaneous=True)
    return back, start, f"from i = {start} forward to {forward} and back: the transposed layer returns i"


_SHRUNK = FloorDiv(i + 2 * p - k, s)
_REST = i + 2 * p - k - s * _SHRUNK  # (i + 2p - k) mod s

RELATIONSHIPS = (
    Relationship(1, "no padding, unit stride", DIRECT, {s: 1, p: 0, d: 1}, (n - k) + 1),
    Relationship(2, "padding, unit stride", DIRECT, {s: 1, d: 1}, (n - k) + 2 * p + 1),
    Relationship(3, "half padding keeps the size", DIRECT, {k: 2 * m + 1, s: 1, p: m, d: 1}, n),
    Relationship(4, "full padding", DIRECT, {s: 1, p: k - 1, d: 1}, n + (k - 1)),
    Relationship(5, "stride without padding", DIRECT, {p: 0, d: 1}, FloorDiv(n - k, s) + 1),
    Relationship(6, "stride and padding", DIRECT, _PLAIN, FloorDiv(n + 2 * p - k, s) + 1),
    Relationship(7, "pooling", POOLED, {p: 0, d: 1}, FloorDiv(n - k, s) + 1),
    Relationship(
        8,
        "transposed, no padding, unit stride",
        TRANSPOSED,
        {s: 1, p: 0, **_CROPPED},
        n + (k - 1),
        (
            (
                DIRECT.subs({s: 1, p: k - 1, d: 1}, simultaneous=True),
                n + (k - 1),
                "a direct convolution with k' = k, s' = 1 and p' = k - 1",
            ),
        ),
    ),
    Relationship(
        9,
        "transposed, padding, unit stride",
        TRANSPOSED,
        {s: 1, **_CROPPED},
        n + (k - 1) - 2 * p,
        (
            (
                DIRECT.subs({s: 1, p: k - p - 1, d: 1}, simultaneous=True),
                n + (k - 1) - 2 * p,
                "a direct convolution with p' = k - p - 1",
            ),
        ),
    ),
    Relationship(10, "transposed half padding", TRANSPOSED, {k: 2 * m + 1, s: 1, p: m, **_CROPPED}, n),
    Relationship(11, "transposed full padding", TRANSPOSED, {s: 1, p: k - 1, **_CROPPED}, n - (k - 1)),
    Relationship(
        12,
        "transposed, stride divides i - k, no padding",
        TRANSPOSED,
        {p: 0, **_CROPPED},
        s * (n - 1) + k,
        (_returns(0),),
    ),
    Relationship(
        13,
        "transposed, stride divides i + 2p - k",
        TRANSPOSED,
        _CROPPED,
        s * (n - 1) + k - 2 * p,
        (_returns(p),),
    ),
    Relationship(
        14,
        "transposed, any stride: a = (i + 2p - k) mod s rows more",
        TRANSPOSED,
        {d: 1, p_out: a},
        s * (n - 1) + a + k - 2 * p,
        (
            (
                TRANSPOSED.subs({d: 1, p_out: _REST, n: _SHRUNK + 1}, simultaneous=True),
                i,
                "forward from any i and back with output padding a",
            ),
        ),
    ),
    Relationship(15, "dilation", DIRECT, {}, FloorDiv(n + 2 * p - k - (k - 1) * (d - 1), s) + 1),
)
