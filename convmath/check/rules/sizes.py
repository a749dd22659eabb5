"""Output sizes along one axis.

Names: n input positions, k taps, s stride, d dilation, p padding on one side and pad on both, reach =
d*(k - 1) + 1, first = 1 for the window at the start, op output padding, m the right size.
"""

from __future__ import annotations

from convmath.check.rule import Form, bent, typed

_PARTS = {
    "pad": "the padding stands on both sides, {pad} positions in all",
    "reach": "the window reaches over d*(k - 1) + 1 = {reach} positions",
    "s": "windows start every {s} positions: divide by the stride",
    "first": "the window at the very start counts too: add 1 after dividing",
}
_ROUND = "only whole windows count: round down"

CONVOLUTION = Form(
    "floor((n + pad - reach)/s) + first",
    _PARTS,
    (
        bent("O01", "the +1 is missing", first=""),
        typed("O01", "ceil((n + pad - reach)/s)", "the +1 is missing, and it is rounded up", "s", _PARTS["first"]),
        bent("O03", "the padding is left out", "pad", pad=""),
        bent("O04", "the stride is left out", "s", s=""),
        bent("O02", "the padding is counted on one side only", "pad", pad="p"),
        bent("O09", "the dilation is left out", "d", reach="k"),
        typed("O05", "ceil((n + pad - reach)/s) + 1", "it is rounded up", right=_ROUND),
        typed("O08", "floor((n + pad - reach + 1)/s)", "the +1 stands inside the fraction", right=_PARTS["first"]),
        typed("O15", "ceil(n/s)", "the input is only divided by the stride, rounded up", "s", _PARTS["reach"]),
        typed("O14", "floor(n/s)", "the input is only divided by the stride", "s", _PARTS["reach"]),
        typed("O16", "n", "the size is kept, though the stride is not 1", "s", _PARTS["s"]),
        typed("O23", "floor(n/2)", "the size is halved, as by a pool", right="a convolution halves only with a stride of 2"),
        typed("O06", "(n + pad - reach)/s + 1", "it is not rounded", "s", _ROUND),
        typed("O07", "floor((n + pad - reach)/s + 1 + 1/2)", "it is rounded to the nearest", "s", _ROUND),
        bent("O20", "the padding is doubled twice", "pad", pad="2*pad"),
        bent("O22", "the padding is subtracted", "pad", pad="-pad"),
        bent("O10", "the kernel is taken to reach over k*d positions", "d", reach="k*d"),
        bent("O11", "only one gap of the dilated kernel is counted", "d", reach="(k + d - 1)"),
        bent("O12", "the dilation is read as the number of holes", "d", reach="(k + (k - 1)*d)"),
        bent("O13", "two gaps are counted, as a kernel of 3 has", "d", reach="(k + 2*(d - 1))"),
        bent("O17", "the kernel is left out", reach="", first="", right=_PARTS["reach"]),
        typed("O18", "floor((n + pad)/s) - reach + 1", "the stride divides before the kernel is subtracted", "s", right=(
            "subtract the window first, then divide")),
        typed("O19", "floor((n - reach)/s) + 1 + pad", "the padding is added after the division", "pad s", right=(
            "the padded input is what windows slide over: add the padding first")),
        bent("O21", "the kernel is added", reach="-reach"),
        bent("O24", "the stride is squared", "s", s="s^2", right="the stride divides each axis once"),
        typed("O25", "(n - 1)*s - pad + reach", "that is the size of a transposed convolution", right=(
            "a convolution divides by its stride")),
    ),
)  # fmt: skip

POOL = Form(
    CONVOLUTION.formula,
    _PARTS,
    (
        bent("L03", "the +1 is missing", first="", like="O01"),
        typed("L03", "ceil((n + pad - reach)/s)", "the +1 is missing, and it is rounded up", "s", _PARTS["first"], "O01"),
        bent("L04", "the stride is taken to be 1", "s", s="", right="a pool's stride is {s} here", like="O04"),
        typed("L05", "floor(n/2)", "a pool is taken to halve always", right=_PARTS["s"], like="O23"),
        typed("L07", "ceil((n + pad - reach)/s) + 1", "it is rounded up", right=_ROUND, like="O05"),
        bent("L09", "the padding is left out: pools can have some", "pad", pad="", like="O03"),
        *(rule for rule in CONVOLUTION.rules if rule.code not in ("O01", "O03", "O04", "O05", "O16", "O23", "O25")),
    ),
)  # fmt: skip

TRANSPOSED = Form(
    "(n - 1)*s - pad + reach + op",
    {
        "pad": "the padding is cropped from both sides, {pad} positions in all",
        "reach": "the last window adds its whole reach, d*(k - 1) + 1 = {reach}",
        "op": "the output padding of {op} is added once, at the end",
        "s": "windows are written every {s} positions",
    },
    (
        typed("T01", "floor((n + pad - reach)/s) + 1", "that is the size of a convolution", right=(
            "a transposed convolution multiplies by its stride")),
        typed("T02", "n*s", "the stride alone is taken to enlarge", right="{n} windows have {n} - 1 steps between them"),
        bent("T03", "the output padding is left out", "op", op=""),
        bent("T04", "the padding is added", "pad", pad="-pad"),
        typed("T05", "n*s - pad + reach + op", "n steps are counted instead of n - 1", right=(
            "{n} windows have {n} - 1 steps between them")),
        bent("T06", "the padding is cropped on one side only", "pad", pad="p"),
        bent("T07", "the kernel is left out", reach="1"),
        bent("T08", "the output padding is added on both sides", "op", op="2*op"),
        typed("T09", "(n - 1)*s - pad + reach + op + 1", "1 is added to the kernel", right=(
            "the last window adds its whole reach, d*(k - 1) + 1 = {reach}")),
        bent("T10", "the dilation is left out", "d", reach="k"),
        bent("T11", "the padding is left out", "pad", pad=""),
    ),
)  # fmt: skip

SAME = Form(
    "ceil(n/s)",
    {},
    (
        typed("V12", "floor(n/s)", "it is rounded down", "s", "SAME padding makes ceil(n/s) windows fit"),
        typed(
            "O16",
            "n",
            "the size is kept, though the stride is not 1",
            "s",
            "SAME padding makes ceil(n/s) windows fit",
        ),
        bent("O04", "the stride is left out", "s", s=""),
    ),
)
