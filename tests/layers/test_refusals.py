"""What PyTorch refuses, convmath refuses; where they differ on purpose, a table says so."""

import inspect
import re
import warnings
from array import array

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

import convmath
from convmath import ConvmathError
from convmath.geometry.notation import symbol
from convmath.torch import run

# ---- arguments drawn independently, valid or not: both refuse, or both give the same shape

SMALL = st.integers(0, 4)
PER_AXIS = st.one_of(st.integers(-1, 4), st.tuples(SMALL, SMALL), st.tuples(SMALL, SMALL, SMALL))
FLAGS = st.booleans()
CHANNELS = st.integers(1, 4)

CALLS = {
    "Conv2d": {
        "in_channels": CHANNELS,
        "out_channels": CHANNELS,
        "kernel_size": PER_AXIS,
        "stride": PER_AXIS,
        "padding": st.one_of(PER_AXIS, st.sampled_from(("same", "valid", "half"))),
        "dilation": PER_AXIS,
        "groups": st.integers(0, 3),
        "padding_mode": st.sampled_from(("zeros", "reflect", "replicate", "circular", "mirror")),
    },
    "ConvTranspose2d": {
        "in_channels": CHANNELS,
        "out_channels": CHANNELS,
        "kernel_size": PER_AXIS,
        "stride": PER_AXIS,
        "padding": PER_AXIS,
        "output_padding": PER_AXIS,
        "groups": st.integers(0, 3),
        "dilation": PER_AXIS,
    },
    "MaxPool2d": {
        "kernel_size": PER_AXIS,
        "stride": st.one_of(st.none(), PER_AXIS),
        "padding": PER_AXIS,
        "dilation": PER_AXIS,
        "ceil_mode": FLAGS,
    },
    "AvgPool2d": {
        "kernel_size": PER_AXIS,
        "stride": st.one_of(st.none(), PER_AXIS),
        "padding": PER_AXIS,
        "ceil_mode": FLAGS,
    },
    "AdaptiveMaxPool2d": {"output_size": PER_AXIS},
    "AdaptiveAvgPool2d": {"output_size": PER_AXIS},
    "ReflectionPad2d": {"padding": st.one_of(SMALL, st.tuples(SMALL, SMALL, SMALL, SMALL))},
    "ReplicationPad2d": {"padding": st.one_of(SMALL, st.tuples(SMALL, SMALL, SMALL, SMALL))},
    "CircularPad2d": {"padding": st.one_of(SMALL, st.tuples(SMALL, SMALL, SMALL, SMALL))},
    "ZeroPad2d": {"padding": st.one_of(SMALL, st.tuples(*[st.integers(-3, 3)] * 4))},
    "Linear": {"in_features": st.integers(1, 3), "out_features": st.integers(1, 3)},
    "BatchNorm2d": {"num_features": CHANNELS},
}
REFUSALS = (
    RuntimeError,
    ValueError,
    TypeError,
    IndexError,
    NotImplementedError,
    OverflowError,
    AssertionError,
)


@st.composite
def calls(draw, name):
    """A change or two to a valid call, so that both verdicts are common; and an input shape."""
    arguments = {key: draw(VALID[key]) for key in CALLS[name] if key in VALID}
    for key in draw(st.lists(st.sampled_from(sorted(CALLS[name])), max_size=2, unique=True)):
        arguments[key] = draw(CALLS[name][key])
    given_channels = arguments.get("in_channels", arguments.get("num_features", 2))
    channels = draw(st.sampled_from((given_channels, given_channels, given_channels, 1)))
    sizes = (draw(st.integers(1, 6)), draw(st.integers(1, 6)))
    return arguments, (sizes[1],) if name == "Linear" else (channels, *sizes)


VALID = {
    "in_channels": CHANNELS,
    "out_channels": CHANNELS,
    "in_features": CHANNELS,
    "out_features": CHANNELS,
    "num_features": CHANNELS,
    "kernel_size": st.integers(1, 3),
    "padding": st.integers(0, 1),
    "output_size": st.integers(1, 4),
}


def torch_shape(name, arguments, shape):
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Initializing zero-element tensors is a no-op")
            module = getattr(nn, name)(**arguments).eval()
        return run(module, np.zeros((1, *shape))).shape[1:]
    except REFUSALS as refusal:
        return refusal


def convmath_shape(name, arguments, shape):
    try:
        return getattr(convmath, name)(**arguments).output_shape(shape)
    except ConvmathError as refusal:
        return refusal


def differs_on_purpose(name, arguments, shape):
    return any(applies(name, arguments, shape) for applies, _ in DIFFERENCES)


def some(value):
    return value if isinstance(value, tuple) else (value,)


def same_with_stride(name, arguments, shape):
    return arguments.get("padding") == "same" and set(some(arguments.get("stride", 1))) != {1}


def nothing_left(name, arguments, shape):
    if name == "ZeroPad2d":
        return any(n + begin + end == 0 for begin, end, n in zero_pad_axes(arguments, shape))
    return name.startswith("Adaptive") and 0 in some(arguments["output_size"])


def zero_pad_axes(arguments, shape):
    padding = arguments["padding"]
    left, right, top, bottom = padding if isinstance(padding, tuple) else (padding,) * 4
    return (top, bottom, shape[1]), (left, right, shape[2])


def ignored_extra_values(name, arguments, shape):
    return any(isinstance(value, tuple) and len(value) == 3 for value in arguments.values())


DIFFERENCES = (  # where PyTorch and convmath part, and why convmath stays as it is
    (same_with_stride, "PyTorch refuses strided 'same'; convmath gives TensorFlow's SAME"),
    (nothing_left, "PyTorch makes empty maps; convmath wants at least one position"),
    (ignored_extra_values, "PyTorch ignores or misreads a third value for two axes; convmath refuses it"),
)


@pytest.mark.parametrize("name", CALLS)
@given(data=st.data())
def test_both_refuse_or_agree(name, data):
    arguments, shape = data.draw(calls(name))
    if differs_on_purpose(name, arguments, shape):
        return
    ours, theirs = convmath_shape(name, arguments, shape), torch_shape(name, arguments, shape)
    refused = isinstance(ours, Exception), isinstance(theirs, Exception)
    assert refused == (True, True) or ours == theirs, (
        f"{name}({arguments}) on {shape}: {ours!r} and {theirs!r}"
    )


def test_both_verdicts_are_common():
    """The draws are worth something: of 200, many are accepted and many refused."""
    verdicts = []

    @given(calls("Conv2d"))
    def draw(call):
        verdicts.append(isinstance(convmath_shape("Conv2d", *call), Exception))

    draw()
    assert 0.1 < sum(verdicts) / len(verdicts) < 0.9


BEYOND_TORCH = (  # accepted by convmath, refused by PyTorch: (constructor, arguments, input, output)
    ("Conv2d", {"in_channels": 1, "out_channels": 1, "kernel_size": 3, "stride": 2, "padding": "same"}, (1, 5, 5), (1, 3, 3)),
    ("Conv1d", {"in_channels": 1, "out_channels": 1, "kernel_size": 3, "padding": ((0, 2),)}, (1, 5), (1, 5)),
    ("Conv1d", {"in_channels": 1, "out_channels": 1, "kernel_size": 3, "padding": "full"}, (1, 5), (1, 7)),
    ("MaxPool1d", {"kernel_size": 2, "padding": ((0, 1),)}, (1, 5), (1, 3)),
    ("AvgPool3d", {"kernel_size": (1, 1, 2), "stride": 2, "ceil_mode": True}, (1, 1, 1, 1), (1, 1, 1, 1)),
    ("AvgPool3d", {"kernel_size": (1, 1, 2), "stride": 1, "padding": (0, 0, 1)}, (1, 1, 1, 1), (1, 1, 1, 2)),
    ("AdaptiveMaxPool1d", {"output_size": None}, (1, 5), (1, 5)),
)  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "shape", "output"), BEYOND_TORCH, ids=lambda v: str(v)[:40])
def test_what_convmath_takes_and_pytorch_does_not(name, arguments, shape, output):
    assert convmath_shape(name, arguments, shape) == output
    assert isinstance(torch_shape(name, arguments, shape), Exception)


def test_pooling_to_nothing():
    assert torch_shape("AdaptiveAvgPool2d", {"output_size": 0}, (1, 5, 5)) == (1, 0, 0)
    with pytest.raises(ConvmathError, match="output_size=0 must be at least 1"):
        convmath.AdaptiveAvgPool2d(0)


def test_dilated_max_pools_pad_by_half_of_the_bare_kernel():
    """PyTorch's message speaks of the effective kernel, its check of the bare one; so does convmath's."""
    with pytest.raises(RuntimeError, match="half of kernel size"):
        nn.MaxPool2d(3, dilation=2, padding=2)(torch.zeros(1, 1, 9, 9))
    with pytest.raises(ConvmathError, match="padding=2 must be at most half of kernel_size=3"):
        convmath.MaxPool2d(3, dilation=2, padding=2)


MESSAGES = (  # every refusal names the value and the remedy
    (
        lambda: convmath.Conv2d(6, 4, 3, groups=4),
        "in_channels=6 is not divisible by groups=4; groups can be 1, 2",
    ),
    (lambda: convmath.Conv2d(1, 1, 0), "kernel_size=0 must be at least 1"),
    (lambda: convmath.Conv2d(1, 1, 3, stride=1.5), "stride=1.5 must be a whole number"),
    (lambda: convmath.Conv2d(1, 1, (3, 3, 3)), "kernel_size=(3, 3, 3) has 3 values for 2 spatial axes"),
    (
        lambda: convmath.Conv2d(1, 1, 3, padding=-1),
        "padding=-1 must not be negative; crop the input instead",
    ),
    (
        lambda: convmath.Conv2d(1, 1, 3, padding="half"),
        "padding='half' is not known; use a number or 'valid'",
    ),
    (
        lambda: convmath.Conv2d(1, 1, 3, padding_mode="mirror"),
        "padding_mode='mirror' is not known; use one of zeros",
    ),
    (
        lambda: convmath.Conv2d(1, 1, 9).output_shape((1, 5, 5)),
        "covers 9 positions but the padded input has 5",
    ),
    (lambda: convmath.Conv2d(3, 1, 3).output_shape((1, 5, 5)), "takes 3 channels, the input 1x5x5 has 1"),
    (lambda: convmath.Conv2d(3, 1, 3).output_shape((3, 5)), "takes channels and 2 spatial sizes, got 3x5"),
    (lambda: convmath.Conv2d(2, 1, 3, connections=((0, 2),)), "connections has (0, 2); each entry needs"),
    (
        lambda: convmath.Conv2d(2, 2, 3, connections=((0,),)),
        "connections lists 1 output channels, out_channels=2",
    ),
    (
        lambda: convmath.Conv2d(2, 2, 3, groups=2, connections=((0,), (1,))),
        "connections and groups=2 exclude",
    ),
    (
        lambda: convmath.Conv1d(1, 1, 5, padding=4, padding_mode="reflect").output_shape((1, 4)),
        "needs at least 5",
    ),
    (lambda: convmath.ConvTranspose1d(1, 1, 3, output_padding=1), "output_padding=1 must be smaller than"),
    (
        lambda: convmath.ConvTranspose1d(1, 1, 3, padding=2).output_shape((1, 1)),
        "crops everything, -1 rows are left",
    ),
    (lambda: convmath.MaxPool1d(2, padding=2), "padding=2 must be at most half of kernel_size=2"),
    (lambda: convmath.AvgPool1d(2, divisor_override=0), "divisor_override=0 must be at least 1"),
    (lambda: convmath.ZeroPad2d((1, 2, 3)), "does not fit 2 axes; give one number, 4 numbers"),
    (lambda: convmath.ReflectionPad1d(3).output_shape((1, 3)), "needs at least 4 positions on each axis"),
    (lambda: convmath.ReflectionPad1d(-1), "padding=-1 must not be negative; crop with ZeroPad"),
    (lambda: convmath.ZeroPad1d(-2).output_shape((1, 4)), "leaves nothing of an axis of 4; crop less"),
    (lambda: convmath.ConstantPad1d(1, (1, 2)).output_shape((3, 4)), "has 2 entries, the input 3 channels"),
    (lambda: convmath.Linear(400, 10).output_shape((16, 5, 5)), "flatten 16x5x5 first"),
    (lambda: convmath.Linear(4, 10).output_shape((5,)), "takes 4 features, the input 5 has 5"),
    (lambda: convmath.BatchNorm1d(3).output_shape((3, 4, 4)), "use BatchNorm2d or 3d"),
    (lambda: convmath.Dropout(1.5), "p=1.5 must lie between 0 and 1"),
    (lambda: convmath.LeakyReLU(2.0), "negative_slope=2.0 must lie between 0 and 1"),
    (
        lambda: convmath.GroupNorm(4, 6),
        "num_channels=6 is not divisible by groups=4; groups can be 1, 2, 3, 6",
    ),
    (lambda: convmath.LayerNorm(0), "normalized_shape=0 must hold sizes of at least 1"),
    (lambda: convmath.LayerNorm(4).output_shape((2, 5)), "takes an input that ends in 4, got 2x5"),
    (lambda: convmath.Upsample(), "Upsample takes either size or scale_factor"),
    (
        lambda: convmath.Upsample(scale_factor=2, mode="cubic"),
        "mode='cubic' must be one of nearest, linear",
    ),
    (lambda: convmath.Upsample(scale_factor=2, align_corners=True), "nearest has no corners"),
    (lambda: convmath.Upsample((2, 2)).output_shape((3, 4)), "size=(2, 2) has 2 values for 1 spatial axes"),
    (
        lambda: convmath.Upsample(4, mode="bilinear").output_shape((3, 4)),
        "does not take 3x4; use linear",
    ),
    (lambda: convmath.Mean((0,)), "dim=(0,) must be a tuple of different axes from 1"),
    (lambda: convmath.Mean((1,)).output_shape((3,)), "leaves no axis of 3; use keepdim=True"),
    (lambda: convmath.Permute((1, 0)), "dims=(1, 0) must hold each axis once, the batch 0 in front"),
    (lambda: convmath.Permute((0, 1)).output_shape((3, 4)), "orders 2 axes, batch included"),
    (lambda: convmath.Slice(1, 2, 2), "start=2 must lie before stop=2"),
    (lambda: convmath.Slice(1, 0, 9).output_shape((4, 2)), "axis 1 of 4x2 ends before stop=9"),
    (lambda: convmath.Slice(3, 0, 1).output_shape((4, 2)), "needs an axis 3, the input 4x2 has none"),
    (lambda: convmath.ChannelShuffle(4).output_shape((6, 2)), "channels=6 is not divisible by groups=4"),
    (lambda: convmath.Flatten(3).output_shape((6, 2)), "names an axis that the input 6x2 does not have"),
    (lambda: convmath.Flatten(0), "must be axes from 1 on"),
    (lambda: convmath.Parameter(()), "shape=() must be a tuple of sizes"),
    (lambda: convmath.Parameter((0,)), "must hold whole numbers of at least 1"),
    (
        lambda: convmath.Add().output_shape((1, 2), (1, 3)),
        "Add() needs sizes that are equal or 1, got 1x2 and 1x3",
    ),
    (
        lambda: convmath.Concat().output_shape((1, 2), (1, 3)),
        "Concat() needs equal sizes on its other axes, got 1x2 and 1x3",
    ),
    (lambda: convmath.Chain(()), "a chain needs at least one layer"),
)


@pytest.mark.parametrize(("refused", "message"), MESSAGES, ids=[message[:40] for _, message in MESSAGES])
def test_message(refused, message):
    with pytest.raises(ConvmathError, match=re.escape(message)):
        refused()


EMPTY = {
    "Conv1d": {"in_channels": 1, "out_channels": 1, "kernel_size": 1},
    "MaxPool1d": {"kernel_size": 1},
    "ConvTranspose1d": {"in_channels": 1, "out_channels": 1, "kernel_size": 3},
    "AdaptiveMaxPool1d": {"output_size": 2},
}


@pytest.mark.parametrize("name", EMPTY)
def test_pytorch_refuses_empty_axes(name):
    assert isinstance(torch_shape(name, EMPTY[name], (1, 0)), RuntimeError)


@pytest.mark.parametrize("name", EMPTY)
def test_convmath_refuses_empty_axes(name):
    """Without exception; PyTorch lets empty maps through padding, batch norm and average pools to 1."""
    assert isinstance(convmath_shape(name, EMPTY[name], (1, 0)), ConvmathError)


def test_cropping_beyond_the_input_is_refused():
    with pytest.raises(ConvmathError, match=r"crop less"):
        convmath.ZeroPad1d((-3, 4)).output_shape((1, 2))


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (convmath.Conv1d(1, 8, 3), (3, 9), r"takes 1 channel, the input 3x9 has 3"),
        (convmath.Conv1d(2, 8, 3), (3, 9), r"takes 2 channels, the input 3x9 has 3"),
        (convmath.Conv1d(3, 8, 3), (1, 3, 9), r"got 1x3x9; leave the batch out and write the input as CxL"),
        (
            convmath.Linear(5, 8),
            (3, 9),
            r"flatten 3x9 first and write Linear\(27, 8\), or for the last axis",
        ),
        (convmath.Linear(27, 8), (3, 9), r"takes 27 features, the input 3x9 has 9; flatten 3x9 first$"),
        (convmath.Linear(5, 8), (9,), r"the input 9 has 9; write Linear\(9, 8\)$"),
    ],
)
def test_a_remedy_fits_what_is_wrong(layer, shape, message):
    with pytest.raises(ConvmathError, match=message):
        layer.output_shape(shape)


def test_values_by_channel_with_symbolic_channels():
    channels, length = symbol("C"), symbol("L")
    assert convmath.ConstantPad1d(1, (1, 2)).output_shape((channels, length)) == (channels, length + 2)


def test_arguments_carry_pytorch_names():
    """Every argument of PyTorch's that decides shapes exists here under the same name."""
    not_arithmetic = {
        "self",
        "device",
        "dtype",
        "inplace",
        "return_indices",
        "momentum",
        "track_running_stats",
        "dim",
        "padding_mode",
    }
    for name in CALLS:
        theirs = set(inspect.signature(getattr(nn, name)).parameters) - not_arithmetic
        assert theirs <= set(inspect.signature(getattr(convmath, name)).parameters) | {"bias"}, name


@pytest.mark.parametrize(
    "kernel_size",
    [[3, 5], np.array([3, 5]), torch.tensor([3, 5]), torch.Size((3, 5)), array("l", [3, 5])],
    ids=lambda given: type(given).__module__,
)
def test_arguments_are_kept_as_tuples(kernel_size):
    layer = convmath.Conv2d(np.int64(1), np.array(1), kernel_size)
    assert layer == convmath.Conv2d(1, 1, (3, 5))
    assert hash(layer) == hash(convmath.Conv2d(1, 1, (3, 5)))


@pytest.mark.parametrize("text", ["CELU(0)", "CELU(-1.0)", "Softplus(0.0)", "Softplus(-2)"])
def test_what_would_divide_by_nothing_is_refused(text):
    with pytest.raises(ConvmathError, match="must be larger than 0"):
        convmath.parse_layer(text)
