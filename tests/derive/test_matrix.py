"""Convolutions as matrices: against the reference, and the transpose against the transposed layer."""

import numpy as np
import pytest

import convmath_reference as reference
from convmath import Conv1d, Conv2d, ConvmathError, ConvTranspose2d, MaxPool2d
from convmath.explain.matrix import convolution_matrix, fill, transpose

RNG = np.random.default_rng(7)
LAYERS = [
    (Conv2d(2, 3, (2, 3), bias=False), (2, 4, 5)),
    (Conv2d(2, 4, 3, stride=2, padding=1, groups=2, bias=False), (2, 5, 6)),
    (Conv2d(1, 2, 2, dilation=(2, 1), padding=((0, 1), (2, 0)), bias=False), (1, 5, 4)),
]


def arguments(layer):
    return {
        "stride": layer.stride,
        "padding": layer.padding,
        "dilation": layer.dilation,
        "groups": layer.groups,
    }


@pytest.mark.parametrize(("layer", "shape"), LAYERS)
def test_matrix_is_what_probing_the_reference_finds(layer, shape):
    kernel = (2, 3) if layer.kernel_size == (2, 3) else (layer.kernel_size,) * 2
    weight = RNG.integers(1, 9, (layer.out_channels, layer.in_channels // layer.groups, *kernel))
    probed = reference.matrix(lambda x: reference.conv(x, weight, **arguments(layer)), (1, *shape))
    assert np.array_equal(np.array(fill(convolution_matrix(layer, shape), weight)), probed)


def test_transpose_is_the_transposed_convolution():
    weight = RNG.integers(1, 9, (3, 2, 3, 3))
    direct = convolution_matrix(Conv2d(2, 3, 3, stride=2, bias=False), (2, 5, 5))
    back = convolution_matrix(ConvTranspose2d(3, 2, 3, stride=2, bias=False), (3, 2, 2))
    assert fill(transpose(direct), weight) == fill(back, weight)


def test_toeplitz_by_hand():
    assert fill(convolution_matrix(Conv1d(1, 1, 3, bias=False), (1, 4)), [[[5, 6, 7]]]) == [
        [5, 6, 7, 0],
        [0, 5, 6, 7],
    ]


def test_pooling_has_no_matrix():
    with pytest.raises(ConvmathError, match="is no convolution"):
        convolution_matrix(MaxPool2d(2), (1, 4, 4))


def test_an_element_read_twice_is_refused():
    layer = Conv1d(1, 1, 3, padding=1, padding_mode="replicate")
    with pytest.raises(ConvmathError, match="reads an input element twice"):
        convolution_matrix(layer, (1, 4))
