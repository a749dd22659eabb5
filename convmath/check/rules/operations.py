"""Multiplications of single layers, and what pooling keeps.

Names as for parameters, and M positions where windows stand, m one side of them, Q positions of the padded
input.
"""

from __future__ import annotations

from convmath.check.rule import Form, Rule, bent, typed


def _factors(product: str, biases: str) -> tuple[Rule, ...]:
    """What people make of a number of multiplications as such."""
    return (
        typed("M01", f"2*{product}", "operations are counted, two for each multiplication", right=(
            "a multiply-accumulate is one multiplication, and two operations")),
        typed("M02", f"{product}/2", "it is halved, as if two multiplications made one operation", right=(
            "a multiply-accumulate is one multiplication, and two operations")),
        typed("M10", f"{product} + {biases}", "the biases are counted, which are added", "bias", right=(
            "adding a bias multiplies nothing")),
    )  # fmt: skip


CONVOLUTION = Form(
    "M*K*c*C_out",
    {
        "M": "a filter is put down at each of the {M} output positions",
        "K": "a filter has {K} taps on every channel",
        "c": "each filter spans {spans}",
        "C_out": "there is a filter for each of the {C_out} output channels",
    },
    (
        *_factors("M*K*c*C_out", "M*C_out"),
        bent("M03", "the input's positions are counted, not the output's", M="N"),
        bent("M04", "the input channels are left out", "C_in", c=""),
        bent("M05", "the output channels are left out", "C_out", C_out=""),
        bent("M06", "the weights are counted, not how often they are used", M=""),
        bent("M07", "the positions of the padded input are counted", "pad", M="Q"),
        bent(
            "M08",
            "the groups are left out",
            "g",
            c="C_in",
            right="each filter spans {spans}",
        ),
        bent("M09", "the kernel is not squared", "K rank", K="k"),
        typed(
            "M11",
            "M*C_out*(2*K*c - 1)",
            "additions are counted too, one less than products",
            right=("only the products are asked for"),
        ),
        bent("M12", "one side of the output is counted", "rank", M="m"),
    ),
)

TRANSPOSED = Form(
    "N*K*c*C_out",
    {"N": "a transposed convolution multiplies once for each of its {N} input positions"},
    (
        *_factors("N*K*c*C_out", "M*C_out"),
        bent("M03", "the output's positions are counted, not the input's", N="M"),
        bent(
            "M04",
            "the input channels are left out",
            "C_in",
            c="",
            right="every input channel is multiplied",
        ),
        bent(
            "M05",
            "the output channels are left out",
            "C_out",
            C_out="",
            right="every output channel has its weights",
        ),
        bent("M06", "the weights are counted, not how often they are used", N=""),
        bent(
            "M08",
            "the groups are left out",
            "g",
            c="C_in",
            right="channels are multiplied within their group",
        ),
        bent("M09", "the kernel is not squared", "K rank", K="k", right="a kernel has {K} taps"),
    ),
)

DENSE = Form(
    "F_in*F_out",
    {"F_in": "every unit multiplies all {F_in} inputs", "F_out": "there are {F_out} units"},
    (
        *_factors("F_in*F_out", "F_out"),
        bent("M04", "the inputs are left out", F_in=""),
        bent("M05", "the units are left out", F_out=""),
    ),
)

KEPT = Form(
    "1/s^rank",
    {},
    (
        typed(
            "L08",
            "1/s",
            "one side only is divided",
            "rank s",
            "each side is divided: 1/{s} of the rows, and of the columns",
        ),
    ),
)
