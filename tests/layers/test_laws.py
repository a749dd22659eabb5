"""Laws that hold without any reference, on the reference's kernels and on PyTorch alike."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmath import Conv1d, Conv2d, ConvTranspose2d, MaxPool2d, ZeroPad2d
from convmath.layers.arguments import per_axis
from convmath.oracle import reference_call, weight_shapes
from convmath.oracle.data import fill
from convmath.oracle.strategies import convs, max_pools
from convmath.torch import load, run, to_module

SEEDS = st.integers(0, 10**6)


def by_reference(layer, x, weights):
    return reference_call(layer, (x,), weights)


def by_torch(layer, x, weights):
    return run(load(to_module(layer), weights), x)


WITNESS = pytest.mark.parametrize("call", [by_reference, by_torch])


def drawn(case, seed):
    weights = {name: fill(shape, seed + 1) for name, shape in weight_shapes(case.layer).items()}
    return case.layer, fill((2, *case.shapes[0]), seed), weights


@WITNESS
@given(convs(), SEEDS)
def test_convolution_is_linear_in_the_input(call, case, seed):
    layer, x, weights = drawn(case, seed)
    other = fill(x.shape, seed + 2)
    zero = call(layer, np.zeros_like(x), weights)
    difference = call(layer, 2 * x - other, weights) - zero
    expected = 2 * (call(layer, x, weights) - zero) - (call(layer, other, weights) - zero)
    assert np.array_equal(difference, expected)


@WITNESS
@given(convs(), SEEDS)
def test_samples_do_not_meet(call, case, seed):
    layer, x, weights = drawn(case, seed)
    assert np.array_equal(call(layer, x, weights)[1:], call(layer, x[1:], weights))


@WITNESS
@given(convs(rank=2).filter(lambda case: case.layer.padding != "same"), SEEDS)
def test_a_stride_takes_every_so_manieth_output(call, case, seed):
    layer, x, weights = drawn(case, seed)
    dense = call(replace(layer, stride=1), x, weights)
    down, across = per_axis(layer, "stride", 2)
    assert np.array_equal(call(layer, x, weights), dense[:, :, ::down, ::across])


@WITNESS
@given(SEEDS, st.integers(1, 3), st.integers(1, 3), st.integers(0, 2), st.integers(1, 3), st.integers(0, 8))
def test_transposed_convolution_is_the_adjoint(call, seed, k, s, p, d, n):
    """<f(x), y> = <x, transposed(y)>, with the rows that the stride leaves over as output padding."""
    n += max(d * (k - 1) + 1 - 2 * p, 1)
    rest = (n + 2 * p - d * (k - 1) - 1) % s
    weight = {"weight": fill((2, 3, k, 1), seed)}
    x = fill((1, 3, n, 4), seed + 1)
    forward = Conv2d(3, 2, (k, 1), (s, 1), (p, 0), (d, 1), bias=False)
    backward = ConvTranspose2d(2, 3, (k, 1), (s, 1), (p, 0), (rest, 0), bias=False, dilation=(d, 1))
    y = fill(forward.output_shape((3, n, 4)), seed + 2)[None]
    assert np.sum(call(forward, x, weight) * y) == np.sum(x * call(backward, y, weight))


@WITNESS
@given(SEEDS, st.integers(1, 4), st.integers(1, 3))
def test_dilation_is_a_kernel_stuffed_with_zeros(call, seed, k, d):
    weight, x = fill((1, 1, k), seed), fill((1, 1, 12), seed + 1)
    stuffed = np.zeros((1, 1, d * (k - 1) + 1))
    stuffed[..., ::d] = weight
    dilated = call(Conv1d(1, 1, k, dilation=d, bias=False), x, {"weight": weight})
    dense = call(Conv1d(1, 1, stuffed.shape[2], bias=False), x, {"weight": stuffed})
    assert np.array_equal(dilated, dense)


@WITNESS
@given(SEEDS, st.integers(1, 3), st.integers(0, 2), st.integers(0, 2))
def test_padding_can_stand_before_the_layer(call, seed, k, begin, end):
    weight, x = {"weight": fill((2, 1, k, k), seed)}, fill((1, 1, 5, 4), seed + 1)
    sides = ((begin, end), (end, begin))
    padded = call(ZeroPad2d(sides), x, {})
    inside = call(Conv2d(1, 2, k, padding=sides, bias=False), x, weight)
    assert np.array_equal(inside, call(Conv2d(1, 2, k, bias=False), padded, weight))


@WITNESS
@given(SEEDS)
def test_groups_are_convolutions_side_by_side(call, seed):
    weight, x = fill((4, 2, 3, 2), seed), fill((1, 4, 5, 6), seed + 1)
    together = call(Conv2d(4, 4, (3, 2), groups=2, bias=False), x, {"weight": weight})
    halves = [
        call(Conv2d(2, 2, (3, 2), bias=False), x[:, half], {"weight": weight[half]})
        for half in (slice(0, 2), slice(2, 4))
    ]
    assert np.array_equal(together, np.concatenate(halves, axis=1))


@WITNESS
@given(max_pools(rank=2), SEEDS)
def test_max_pools_separate_and_keep_their_input(call, case, seed):
    """A k x k pool is a column and then a row, ceil_mode included; every output stands in the input."""
    layer, x, _ = drawn(case, seed)
    whole = call(layer, x, {})
    assert set(whole.flat) <= set(x.flat) | {-np.inf}
    column, row = (only_axis(layer, axis) for axis in (0, 1))
    assert np.array_equal(whole, call(row, call(column, x, {}), {}))


def only_axis(layer, axis):
    """The pool along one axis; along the other it does nothing."""
    stride = layer.kernel_size if layer.stride is None else layer.stride
    settings = {"kernel_size": layer.kernel_size, "stride": stride, "dilation": layer.dilation}
    values = {name: value if isinstance(value, tuple) else (value,) * 2 for name, value in settings.items()}
    padding = layer.padding if isinstance(layer.padding, tuple) else (layer.padding,) * 2
    kept = {
        name: tuple(v if i == axis else 1 for i, v in enumerate(value)) for name, value in values.items()
    }
    sides = tuple(p if i == axis else 0 for i, p in enumerate(padding))
    return MaxPool2d(**kept, padding=sides, ceil_mode=layer.ceil_mode)


@WITNESS
@given(max_pools(), SEEDS)
def test_max_pools_commute_with_increasing_maps(call, case, seed):
    layer, x, _ = drawn(case, seed)
    assert np.array_equal(call(layer, 2 * x**3 + x, {}), (lambda y: 2 * y**3 + y)(call(layer, x, {})))
