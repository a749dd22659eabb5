"""Counts: parameters, operations and bytes, as points of the index spaces."""

from __future__ import annotations

import sympy
from sympy import Add, Mul

from convmath.derive.derivation import Derivation, Step
from convmath.exact.integers import product
from convmath.geometry.loopnest import Statement, operations, weight_counts, weights_read
from convmath.geometry.notation import symbol
from convmath.geometry.window import Window
from convmath.layers.base import Layer, Shape
from convmath.layers.conv import Conv2d
from convmath.layers.conv_transpose import ConvTranspose2d

n, k, s, p = map(symbol, "nksp")


def _conv_statement() -> tuple[Layer, Shape, Statement]:
    names = ("C_in", "C_out", "k_h", "k_w", "s_h", "s_w", "p_h", "p_w", "g")
    c_in, c_out, k_h, k_w, s_h, s_w, p_h, p_w, g = map(symbol, names)
    layer = Conv2d(c_in, c_out, (k_h, k_w), (s_h, s_w), (p_h, p_w), groups=g)
    shape = (c_in, symbol("H"), symbol("W"))
    return layer, shape, layer.definition(shape)[0]


def parameters() -> Derivation:
    """Parameters of a convolution: the points of its weights' and biases' indices."""
    layer, _, statement = _conv_statement()
    weight = weights_read(statement)[0]
    factors = [factor for block in statement.blocks for factor in block.factors(weight.loops)]
    counts = weight_counts(statement)
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
    counts = weight_counts(statement)
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
