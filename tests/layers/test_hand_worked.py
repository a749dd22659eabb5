"""Every layer against numbers worked by hand or published elsewhere."""

import numpy as np
import pytest

from convmath import Add, Chain, Concat, Conv2d, Linear, Subsample2d, parse_chain, parse_layer
from convmath.geometry.window import Window, same_padding
from convmath.oracle import reference_call
from convmath.torch import load, run, to_module
from tests.layers.examples import BORDERS, C3, EXAMPLES, VALUES


@pytest.mark.parametrize(
    ("text", "shape", "output", "parameters", "multiplications", "source"),
    EXAMPLES,
    ids=[f"{text[:50]}-{shape}" for text, shape, *_ in EXAMPLES],
)
def test_layer(text, shape, output, parameters, multiplications, source):
    layer = parse_layer(text)
    inputs = () if shape is None else (shape,)
    assert layer.output_shape(*inputs) == output, source
    if parameters is not None:
        assert sum(layer.parameters(*inputs).values()) == parameters, source
    if multiplications is not None:
        assert layer.operations(*inputs).multiplications == multiplications, source


@pytest.mark.parametrize(("text", "weights", "x", "expected"), VALUES, ids=[row[0] for row in VALUES])
def test_values(text, weights, x, expected):
    """By both readings of the reference, and by PyTorch."""
    layer, sample = parse_layer(text), np.array([x], float)
    arrays = {name: np.array(values, float) for name, values in weights.items()}
    found = [reference_call(layer, (sample,), arrays, definition=d).astype(float) for d in (False, True)]
    for y in (*found, run(load(to_module(layer), arrays), sample)):
        assert y.shape == np.array([expected]).shape
        assert y[0] == pytest.approx(np.array(expected, float), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("text", "expected"), BORDERS)
def test_borders(text, expected):
    x = np.array([[[1, 2, 3, 4]]])
    assert reference_call(parse_layer(text), (x,), {}).tolist() == [[expected]]


LENET5 = (  # layer, input, connections with biases: LeCun et al. 1998, section II.B
    (Conv2d(1, 6, 5), (1, 32, 32), 122_304),
    (Subsample2d(2, channels=6), (6, 28, 28), 5_880),
    (Conv2d(6, 16, 5, connections=C3), (6, 14, 14), 151_600),
    (Subsample2d(2, channels=16), (16, 10, 10), 2_000),
    (Conv2d(16, 120, 5), (16, 5, 5), 48_120),
    (Linear(120, 84), (120,), 10_164),
)


@pytest.mark.parametrize(("layer", "shape", "connections"), LENET5, ids=lambda v: str(v)[:20])
def test_lenet5_connections(layer, shape, connections):
    """A connection is a tap or a bias; S2 counts four inputs and a bias for each output."""
    counts = layer.operations(shape)
    outputs = int(np.prod(layer.output_shape(shape)))
    taps = counts.multiplications if not isinstance(layer, Subsample2d) else counts.additions
    assert taps + outputs == connections


CHAINS = (  # layers, input, output, parameters in total, receptive field
    ("Conv2d(3, 3, 3, groups=3) -> Conv2d(3, 128, 1)", (3, 7, 7), (128, 5, 5), 542, 3),  # forum 19582
    ("Conv2d(1, 1, 5, dilation=2) -> MaxPool2d(2) -> Conv2d(1, 1, 5)", (1, 64, 64), None, None, 18),  # RMIT
    ("Conv2d(1, 1, 5) -> MaxPool2d(2) -> Conv2d(1, 1, 5)", (1, 64, 64), None, None, 14),  # RMIT
    ("Conv2d(1, 1, 5) -> MaxPool2d(2) -> Conv2d(1, 1, 3) -> MaxPool2d(2)", (1, 64, 64), None, None, 12),
    ("Conv2d(1, 32, 3) -> Conv2d(32, 64, 3) -> MaxPool2d(2) -> Flatten()", (1, 28, 28), (9216,), None, 6),
    (  # google-research/receptive_field: AlexNet
        "Conv2d(3, 1, 11, 4) -> MaxPool2d(3, 2) -> Conv2d(1, 1, 5) -> MaxPool2d(3, 2) -> "
        "Conv2d(1, 1, 3) -> Conv2d(1, 1, 3) -> Conv2d(1, 1, 3) -> MaxPool2d(3, 2)",
        *((3, 500, 500), None, None, 195),
    ),
    (  # google-research/receptive_field: VGG-16 at pool5
        " -> ".join(
            ["Conv2d(1, 1, 3, padding=1) -> Conv2d(1, 1, 3, padding=1) -> MaxPool2d(2)"] * 2
            + ["Conv2d(1, 1, 3, padding=1) -> " * 3 + "MaxPool2d(2)"] * 3
        ),
        *((1, 224, 224), (1, 7, 7), None, 212),
    ),
    ("Conv2d(8, 8, 3, bias=False) -> " * 2 + "Conv2d(8, 8, 3, bias=False)", (8, 9, 9), (8, 3, 3), 27 * 64, 7),
    ("Conv2d(8, 8, 7, bias=False)", (8, 9, 9), (8, 3, 3), 49 * 64, 7),  # CS231n: three 3x3 against one 7x7
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shape", "output", "parameters", "field"), CHAINS, ids=lambda v: str(v)[:24]
)
def test_chain(text, shape, output, parameters, field):
    chain = parse_chain(text)
    assert output is None or chain.output_shape(shape) == output
    assert parameters is None or chain.parameter_total() == parameters
    assert chain.receptive_field(shape).size == (field, field)


def test_joins_by_hand():
    """Three maps added take two additions an element; GoogLeNet's first block stacks 64+128+32+32."""
    assert Add().operations((2, 3), (2, 3), (2, 3)).additions == 12
    branches = tuple((channels, 28, 28) for channels in (64, 128, 32, 32))
    assert Concat().output_shape(*branches) == (256, 28, 28)


def test_same_pads_more_at_the_end():
    """TensorFlow's documented case: 224 rows, 7 taps, stride 2 get 2 rows before and 3 after."""
    window = same_padding(224, Window(7, 2))
    assert (window.begin, window.end) == (2, 3)


def test_keras_lenet_parameters():
    """RMIT COSC2779, week 5: LeNet in Keras on 32x32x1 has 61,706 parameters."""
    layers = (Conv2d(1, 6, 5), Conv2d(6, 16, 5), Linear(400, 120), Linear(120, 84), Linear(84, 10))
    assert sum(Chain((layer,)).parameter_total() for layer in layers) == 61_706


def test_unread_rows_by_hand():
    """Dumoulin and Visin, figure 2.7: of 6 rows padded by 1, the padded last one is never read."""
    assert Chain((Conv2d(1, 1, 3, 2, 1),)).leftover((1, 6, 6)) == (0, 0)
    assert Chain((Conv2d(1, 1, 3, 2),)).leftover((1, 6, 6)) == (1, 1)
