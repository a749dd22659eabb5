"""The lecture's road from a dense layer on an image to a convolution."""

from __future__ import annotations

import sympy
from sympy import Expr

from convmath.derive.derivation import Derivation, Step
from convmath.geometry.loopnest import Access, Block, loop, points, single
from convmath.geometry.notation import symbol
from convmath.layers.conv import Conv2d

k = symbol("k")


def dense_to_convolution() -> Derivation:
    """The lecture's road from a dense layer on an image to a convolution, counting parameters."""
    H, W, delta = symbol("H"), symbol("W"), sympy.Symbol("Delta", integer=True, nonnegative=True)
    wide, high = 2 * W - 1, 2 * H - 1
    dense = (single("i", H), single("j", W), single("k", H), single("l", W))
    moved = (Block(("i", "a"), (H, high), H * H), Block(("j", "b"), (W, wide), W * W))
    local = (single("a", 2 * delta + 1), single("b", 2 * delta + 1))
    inside = {H: delta < H, W: delta < W}
    return Derivation(
        "From a dense layer to a convolution",
        (
            Step(
                _count_weights(dense, "ijkl", "ij"),
                "a dense layer on an H x W image: every output has a weight for every pixel",
                "given",
                equation="H[i,j] = U[i,j] + sum over k, l of W[i,j,k,l] * X[k,l]",
            ),
            Step(
                _count_weights(moved, "ijab", "ij"),
                "count pixels from the output's own place, k = i + a and l = j + b: only the names change",
                "equal",
                equation="H[i,j] = U[i,j] + sum over a, b of V[i,j,a,b] * X[i+a,j+b]",
            ),
            Step(
                _count_weights(moved, "ab", ""),
                "translation invariance: the weights do not depend on (i, j)",
                "fewer",
                equation="H[i,j] = u + sum over a, b of V[a,b] * X[i+a,j+b]",
            ),
            Step(
                _count_weights(local, "ab", ""),
                "locality: only |a|, |b| <= Delta matter; the kernel is 2*Delta + 1 wide",
                "fewer",
                where=inside,
                equation="H[i,j] = u + sum over |a|, |b| <= Delta of V[a,b] * X[i+a,j+b]",
            ),
            Step(
                Conv2d(1, 1, k).parameters()["weight"] + Conv2d(1, 1, k).parameters()["bias"],
                "which is a convolution with one channel and k = 2*Delta + 1",
                "given",
            ),
            Step(
                (2 * delta + 1) ** 2 + 1,
                "as many parameters as before: it is the same layer",
                "substitute",
                where={k: 2 * delta + 1},
            ),
        ),
    )


def _count_weights(blocks: tuple[Block, ...], weight: str, bias: str) -> Expr:
    weights, biases = (Access("W", tuple(map(loop, names))).loops for names in (weight, bias))
    return points(blocks, weights) + points(blocks, biases)
