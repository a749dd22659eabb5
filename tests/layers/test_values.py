"""Values beyond small whole numbers: NaN, infinities, integers, real numbers within a proved bound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmath import AvgPool1d, Conv1d, MaxPool1d, MaxPool2d
from convmath.oracle import reference_call, weight_shapes
from convmath.oracle.data import fill
from convmath.oracle.strategies import (
    adaptive_pools,
    conv_transposes,
    convs,
    integer_arrays,
    max_pools,
    pads,
)
from convmath.torch import load, run, to_module

U = 2.0**-53
SEEDS = st.integers(0, 10**6)


def both(layer, x, weights=None):
    weights = weights or {}
    return reference_call(layer, (x,), weights), run(load(to_module(layer), weights), x)


@given(max_pools(), SEEDS)
def test_nan_and_infinities_go_through_max_pools(case, seed):
    """NaN wins wherever a window holds it; all-negative maps and -inf are not beaten by padding."""
    (shape,) = case.shapes
    x = fill((1, *shape), seed) - 20
    special = np.random.default_rng(seed).choice(
        [0, np.nan, -np.inf, np.inf], x.shape, p=[0.7, 0.1, 0.1, 0.1]
    )
    reference, torch = both(case.layer, x + special)
    np.testing.assert_array_equal(reference, torch)
    definition = reference_call(case.layer, (x + special,), {}, definition=True)
    np.testing.assert_array_equal(reference, definition.astype(float))


@given(st.one_of(convs(), conv_transposes(), pads(), adaptive_pools()), SEEDS)
def test_integers_give_what_floats_give(case, seed):
    (shape,) = case.shapes
    x = fill((2, *shape), seed)
    weights = {name: fill(size, seed + 1) for name, size in weight_shapes(case.layer).items()}
    whole = {name: w.astype(np.int64) for name, w in weights.items()}
    floats = reference_call(case.layer, (x,), weights)
    integers = reference_call(case.layer, (x.astype(np.int64),), whole)
    assert np.array_equal(integers, floats)


@given(st.one_of(convs(), conv_transposes()), SEEDS)
def test_real_numbers_stay_within_the_bound(case, seed):
    """Higham's bound: K products and sums are off by gamma_K = K*u/(1 - K*u) times the sum of sizes."""
    (shape,) = case.shapes
    draws = np.random.default_rng(seed)
    x = draws.standard_normal((1, *shape))
    weights = {name: draws.standard_normal(size) for name, size in weight_shapes(case.layer).items()}
    reference, torch = both(case.layer, x, weights)
    sizes = {name: np.abs(weight) for name, weight in weights.items()}
    terms = np.prod(weights["weight"].shape) + 1
    gamma = terms * U / (1 - terms * U)
    bound = 2 * gamma * reference_call(case.layer, (np.abs(x),), sizes)
    assert np.all(np.abs(reference - torch) <= bound)


@given(integer_arrays((2, 3, 4)))
def test_drawn_arrays_are_small_whole_numbers(array):
    assert array.shape == (2, 3, 4)
    assert np.all(np.abs(array) <= 8)
    assert np.array_equal(array, np.rint(array))


def test_a_window_of_padding_alone_by_hand():
    """MaxPool1d(2, dilation=2, padding=1) on one element reads -1 and 1: nothing (discrepancies, [L])."""
    x = np.array([[[5.0]]])
    reference, torch = both(MaxPool1d(2, padding=1, dilation=2), x)
    assert reference.tolist() == torch.tolist() == [[[-np.inf]]]
    with pytest.raises(ValueError, match="a window holds only padding, and int64 has no -inf"):
        reference_call(MaxPool1d(2, padding=1, dilation=2), (x.astype(np.int64),), {})


def test_negative_maps_keep_their_largest_by_hand():
    x = -np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    reference, torch = both(MaxPool2d(3, stride=2, padding=1), x)
    assert reference.tolist() == torch.tolist() == [[[[-1, -2], [-4, -5]]]]


def test_what_average_pools_divide_by_by_hand():
    """3 5 7 padded by one: the end windows hold one element and one pad, and count one or two."""
    x = np.array([[[3.0, 5.0, 7.0]]])
    counted, _ = both(AvgPool1d(2, 2, 1), x)
    bare, torch = both(AvgPool1d(2, 2, 1, count_include_pad=False), x)
    assert counted.tolist() == [[[1.5, 6.0]]]
    assert bare.tolist() == torch.tolist() == [[[3.0, 6.0]]]


def test_nan_in_the_weight_meets_padding():
    """PyTorch multiplies zeros of the padding too: NaN * 0 is NaN (discrepancies, [L])."""
    layer = Conv1d(1, 1, 3, padding=1, bias=False)
    reference, torch = both(layer, np.ones((1, 1, 2)), {"weight": np.array([[[np.nan, 1.0, 1.0]]])})
    assert np.isnan(reference).tolist() == np.isnan(torch).tolist() == [[[True, True]]]
