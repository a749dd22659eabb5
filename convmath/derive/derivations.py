"""The derivations: from a layer's definition to its formulas, each built by the code that computes.

``DERIVATIONS`` names them; every step of every one verifies (``Derivation.verify``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Add, Expr, Le, Mul

from convmath.derive.derivation import Derivation, Step
from convmath.exact.floors import FloorDiv
from convmath.exact.integers import product, steps_within
from convmath.geometry.loopnest import (
    Access,
    Block,
    Statement,
    loop,
    operations,
    parameter_counts,
    points,
    single,
)
from convmath.geometry.notation import symbol
from convmath.geometry.window import AdaptiveWindow, Window, same_padding
from convmath.layers.base import Layer, Shape
from convmath.layers.conv import Conv2d
from convmath.layers.conv_transpose import ConvTranspose2d

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


def adaptive_taps() -> Derivation:
    """How many elements adaptive pooling reads on one axis of n positions with o windows."""
    o = symbol("o")
    window = AdaptiveWindow(n, o)
    borders = FloorDiv(i * n + o - 1, o) - FloorDiv(i * n, o)
    return Derivation(
        "Taps of adaptive pooling",
        (
            Step(
                sympy.Sum(window.stop(i) - window.start(i), (i, 0, o - 1)),
                "window i reads from floor(i*n/o) up to ceil((i+1)*n/o)",
                "given",
            ),
            Step(
                n + sympy.Sum(borders, (i, 1, o - 1)),
                "each inner border i*n/o ends one window and starts the next; the outer ones give n",
            ),
            Step(
                window.taps,
                "a border that is no whole number is read twice: all o - 1 but gcd(n, o) - 1 of them",
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


def _conv_statement() -> tuple[Layer, Shape, Statement]:
    names = ("C_in", "C_out", "k_h", "k_w", "s_h", "s_w", "p_h", "p_w", "g")
    c_in, c_out, k_h, k_w, s_h, s_w, p_h, p_w, g = map(symbol, names)
    layer = Conv2d(c_in, c_out, (k_h, k_w), (s_h, s_w), (p_h, p_w), groups=g)
    shape = (c_in, symbol("H"), symbol("W"))
    return layer, shape, layer.definition(shape)[0]


def parameters() -> Derivation:
    """Parameters of a convolution: the points of its weights' and biases' indices."""
    layer, _, statement = _conv_statement()
    weight = statement.factors[0]
    factors = [block.project(weight.loops) for block in statement.blocks]
    counts = parameter_counts(statement)
    return Derivation(
        "Parameters of a convolution",
        (
            Step(
                Add(Mul(*factors, evaluate=False), counts["bias"], evaluate=False),
                "W has one entry for every group, output channel and input channel in it, and tap; "
                "B has one for every output channel; no index of an output position occurs in either",
                "given",
            ),
            Step(sum(layer.parameters().values()), "g output groups of C_out/g channels", "equal"),
        ),
    )


def multiplications() -> Derivation:
    """Multiplications of a convolution: the points of its iteration domain."""
    _, _, statement = _conv_statement()
    names = {statement.shape[1]: symbol("H_out"), statement.shape[2]: symbol("W_out")}
    extents = [e for block in statement.blocks for e in block.extents]
    return Derivation(
        "Multiplications of a convolution",
        (
            Step(
                Mul(*(names.get(e, e) for e in extents), evaluate=False),
                "one product for every value of all loops: g, o, c, and per axis output and tap",
                "given",
            ),
            Step(
                operations(statement).multiplications,
                "the output sizes put in, and g times C_out/g is C_out",
                "substitute",
                where={after: before for before, after in names.items()},
            ),
        ),
    )


def additions() -> Derivation:
    """Additions of a convolution with bias: as many as multiplications."""
    _, _, statement = _conv_statement()
    outputs = product(statement.shape)
    domain = product(block.points for block in statement.blocks)
    return Derivation(
        "Additions of a convolution",
        (
            Step(
                Add(domain, -outputs, outputs, evaluate=False),
                "summing K products takes K - 1 additions, so all sums take one less for each output; "
                "the bias adds one for each output again",
                "given",
            ),
            Step(operations(statement).additions, "they cancel: with a bias, one addition a product"),
        ),
    )


def effective_multiplications() -> Derivation:
    """Multiplications that do not fall on padding, along one axis: a sum over taps."""
    a = sympy.Symbol("a", integer=True, nonnegative=True)
    unit = Window(3, 1, 1, 1)
    return Derivation(
        "Taps beside the padding (k = 3, s = 1, p = 1, one axis)",
        (
            Step(
                sympy.Sum(n - sympy.Abs(a - 1), (a, 0, 2)),
                "tap a reads input i + a - 1, which n - |a - 1| of the n outputs find inside",
                "given",
            ),
            Step(3 * n - 2, "the two outer taps each miss one output", "equal"),
            Step(unit.landing_taps(n, n), "what the lattice count gives", "equal"),
        ),
    )


def transposed_multiplications() -> Derivation:
    """Multiplications of a transposed convolution go with its input's positions."""
    c_in, c_out, g, H, W = map(symbol, ("C_in", "C_out", "g", "H", "W"))
    layer = ConvTranspose2d(c_in, c_out, k, s, p, groups=g)
    statement = layer.definition((c_in, H, W))[0]
    extents = [e for block in statement.blocks for e in block.extents]
    return Derivation(
        "Multiplications of a transposed convolution",
        (
            Step(
                Mul(*extents, evaluate=False),
                "every input element meets every tap of its group's filters, cropped or not",
                "given",
            ),
            Step(operations(statement).multiplications, "collected", "equal"),
        ),
    )


def memory() -> Derivation:
    """Bytes that a convolution's output and weights take at b bytes a number."""
    layer, shape, statement = _conv_statement()
    width = symbol("b")
    counts = parameter_counts(statement)
    return Derivation(
        "Memory of a convolution's output and weights",
        (
            Step(
                Add(*(width * product(t) for t in (statement.shape, (sum(counts.values()),)))),
                "b bytes for every element of Y, and for every entry of W and B",
                "given",
            ),
            Step(
                width * (product(layer.output_shape(shape)) + sum(layer.parameters().values())), "b leaves"
            ),
        ),
    )


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


DERIVATIONS: dict[str, Callable[[], Derivation]] = {
    "output-size": output_size,
    "ceil-mode": ceil_mode,
    "same": same,
    "transposed-output-size": transposed_output_size,
    "adaptive-taps": adaptive_taps,
    "chain-size": chain_size,
    "receptive-field": receptive_field,
    "parameters": parameters,
    "multiplications": multiplications,
    "effective-multiplications": effective_multiplications,
    "transposed-multiplications": transposed_multiplications,
    "additions": additions,
    "memory": memory,
    "dense-to-convolution": dense_to_convolution,
}
