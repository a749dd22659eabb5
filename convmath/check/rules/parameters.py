"""Parameters of single layers.

Names: K taps of a kernel, c = C_in/g channels that a filter spans, C_out filters, bias = 1 where there is
one, g groups, o = C_out/g, E taps of the kernel with its gaps, M output and N input positions, ksum = k + k.
"""

from __future__ import annotations

from convmath.check.rule import Form, bent, typed

_SHARED = "the same weights serve all {M} output positions"
_SPANS = "each filter spans {spans}"
CONVOLUTION = Form(
    "(K*c + bias)*C_out",
    {
        "c": "each filter spans {spans}",
        "K": "a filter has {K} taps on every channel",
        "bias": "each of the {C_out} filters has one bias",
        "C_out": "there is a filter for each of the {C_out} output channels",
    },
    (
        bent("P03", "the input channels are left out", "C_in", c=""),
        bent("P01", "the biases are left out", "bias", bias=""),
        typed("P02", "K*c*C_out + bias", "one bias is counted for the whole layer", "bias C_out", right=(
            "each of the {C_out} filters has one bias")),
        bent("P05", "input channels and biases are left out", "C_in", c="", bias="", right=(
            "each filter spans {spans} and has a bias")),
        typed("P04", "K*C_out + bias", "the input channels are left out, and one bias is counted for all", "C_in bias",
            "each filter spans {spans} and has a bias"),
        bent("P06", "one filter is counted", "C_out", C_out=""),
        bent("P07", "the kernel is not squared", "K rank", K="k"),
        bent("P08", "the kernel's sides are added, not multiplied", "rank", K="ksum"),
        typed("P09", "(K + bias)*c*C_out", "a bias is counted for every channel of a filter", "bias C_in", right=(
            "each of the {C_out} filters has one bias, however many channels it spans")),
        typed("P10", "K*c*C_out + bias*C_in", "a bias is counted for every input channel", "bias", right=(
            "each of the {C_out} filters has one bias")),
        typed("P11", "M*C_out*(K*c + bias)", "every output position is given weights of its own", right=_SHARED),
        typed("P12", "N*K*c*C_out + bias*C_out", "the weights are multiplied by the input's positions", right=_SHARED),
        typed("P18", "(N*C_in + bias)*C_out", "that is a dense layer", right=(
            "a filter sees {K} positions at a time, not the whole input")),
        bent("P13", "the gaps of the dilated kernel are counted", "d", K="E", right="a gap has no weight"),
        bent("P14", "the groups are left out", "g", c="C_in", right=_SPANS),
        typed("P15", "K*c*o + bias*C_out", "one group only is counted", "g", right=(
            "each of the {g} groups has {o} filters over {c} channels")),
        typed("P16", "g*K*C_in*C_out + bias*C_out", "it is multiplied by the groups", "g", right=_SPANS),
        typed("P17", "K*c*C_out + bias*o", "the biases are divided by the groups", "g bias", right=(
            "each of the {C_out} filters has one bias")),
        typed("P19", "(K*c + bias)*C_out^2", "the output channels are counted twice", "C_out", right=(
            "there are {C_out} filters, each with {K} taps on {c} channels")),
        typed("P20", "K*(c + C_out) + bias*C_out", "channels are added, not multiplied", right=(
            "each of the {C_out} filters spans {c} channels")),
        bent("P21", "three input channels are taken, as of a colour picture", c="3"),
        typed("F11", "(K*C_0 + bias)*C_out", "the channels of the network's input are taken again", "C_0", right=(
            "the layer before gives {C_in} channels")),
        typed("P22", "M*C_out", "the outputs are counted", right="parameters are weights and biases, not results"),
        typed("B06", "(K*c + 1)*C_out", "biases are counted though there are none", "unbiased", right=(
            "the layer has bias=False")),
    ),
)  # fmt: skip

DENSE = Form(
    "(F_in + bias)*F_out",
    {
        "bias": "each of the {F_out} units has one bias",
        "F_in": "each unit has a weight for all {F_in} inputs",
    },
    (
        bent("F01", "the biases are left out", "bias", like="P01", bias=""),
        typed("F02", "F_in*F_out + bias", "one bias is counted for the whole layer", "bias F_out", like="P02", right=(
            "each of the {F_out} units has one bias")),
        typed("F03", "F_in*F_out + bias*F_in", "a bias is counted for every input", "bias", like="P10", right=(
            "each of the {F_out} units has one bias")),
        typed("B06", "(F_in + 1)*F_out", "biases are counted though there are none", "unbiased", right="the layer has bias=False"),
        typed("F04", "(A + bias)*F_out", "the channels of the map are left out", "A", like="P03", right=(
            "flattening keeps all channels: {F_in} inputs")),
        typed("F05", "(3*A + bias)*F_out", "three channels are taken, as of a colour picture", "A", right=(
            "the map has {F_in} values")),
    ),
)  # fmt: skip

BATCH_NORM = Form(
    "2*C_out",
    {},
    (
        typed("B01", "0", "it is taken to have none", right="a scale and a shift are learned for each channel"),
        typed("B02", "C_out", "one is counted for each channel", right="each channel has a scale and a shift"),
        typed("B04", "4*C_out", "the moving statistics are counted as trained", right=(
            "a mean and a variance for each channel are kept, not trained")),
        typed("B05", "2*C_out*N", "they are counted for every position", right="all positions of a channel share them"),
    ),
)  # fmt: skip

BATCH_NORM_TOTAL = Form(
    "4*C_out",
    {},
    (
        typed("B03", "2*C_out", "the moving statistics are left out of the total", right=(
            "each channel has a scale, a shift, a mean and a variance")),
        typed("B01", "0", "it is taken to have none", right="a scale and a shift are learned for each channel"),
        typed("B02", "C_out", "one is counted for each channel", right="each channel has a scale and a shift"),
        typed("B05", "2*C_out*N", "they are counted for every position", right="all positions of a channel share them"),
    ),
)  # fmt: skip

_NONE = "a pool has nothing to learn"
POOL = Form(
    "0",
    {},
    (
        typed("L06", "K*C_out", "weights are counted for a pool", right=_NONE),
        typed("L06", "K*C_out + C_out", "weights and biases are counted for a pool", right=_NONE),
    ),
)
