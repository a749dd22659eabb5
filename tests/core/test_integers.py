"""Exact whole numbers: far beyond what a float can tell apart, and elementwise on arrays."""

import math

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from convmath import AvgPool1d, Conv1d, ConvmathError, MaxPool1d, Window
from convmath.exact.integers import (
    ceil_div,
    exact_div,
    floor_div,
    greatest_common_divisor,
    least,
    least_of,
    maximum,
    minimum,
    product,
    steps_within,
    total,
)

LARGE = st.integers(-(10**18), 10**18)
POSITIVE = st.integers(1, 10**9)
SMALL = st.integers(-40, 40)


@given(LARGE, POSITIVE)
def test_floor_and_ceiling_enclose_the_quotient(x, b):
    below, above = floor_div(x, b), ceil_div(x, b)
    assert b * below <= x < b * (below + 1)
    assert b * (above - 1) < x <= b * above


@given(SMALL, st.integers(1, 9), SMALL)
def test_the_least_of_a_floor_is_a_bound_that_is_reached(x, s, c):
    """s*floor(x/s) is x - s + 1 at least, which it is where x + 1 is divisible by s."""
    number, rest = sympy.symbols("x c", integer=True)
    divisor = sympy.Symbol("s", integer=True, positive=True)
    bound = least_of(divisor * floor_div(number, divisor) - rest)
    put_in = int(bound.subs({number: x, divisor: s, rest: c}))
    assert put_in <= s * (x // s) - c
    assert (put_in == s * (x // s) - c) == ((x + 1) % s == 0)
    assert least_of(x) == x


@given(st.integers(1, 40), st.integers(-5, 90))
def test_the_least_that_holds(first, from_here_on):
    assert least(lambda n: n >= from_here_on, first) == max(first, from_here_on)
    assert least(lambda n: n >= 100, first, most=50) is None


@given(st.integers(0, 10**18), POSITIVE)
def test_steps_within_counts_lattice_points(limit, step):
    count = steps_within(limit, step)
    assert step * (count - 1) <= limit < step * count


@given(st.integers(0, 60), st.integers(1, 9))
def test_steps_within_by_enumeration(limit, step):
    assert steps_within(limit, step) == sum(step * i <= limit for i in range(limit + 1))


@given(LARGE, LARGE)
def test_extrema(x, y):
    assert [maximum(x, y), minimum(x, y)] == sorted([x, y], reverse=True)


@given(st.lists(SMALL, min_size=1, max_size=6), SMALL)
def test_arrays_go_through_the_same_code(values, other):
    array = np.array(values)
    for operation in (maximum, minimum):
        assert operation(array, other).tolist() == [operation(value, other) for value in values]
    assert floor_div(array, 7).tolist() == [math.floor(value / 7) for value in values]


@given(st.lists(LARGE, max_size=5))
def test_product(values):
    assert product(values) == math.prod(values)


@given(POSITIVE, POSITIVE)
def test_exact_division_undoes_multiplication_and_refuses_a_rest(x, y):
    assert exact_div(x * y, y) == x
    if y > 1:
        with pytest.raises(ConvmathError, match="is not divisible by"):
            exact_div(x * y + 1, y)


def test_greatest_common_divisor_and_total_by_hand():
    assert greatest_common_divisor(12, 18) == 6
    assert total(lambda a: a * a, 4) == 0 + 1 + 4 + 9


@pytest.mark.parametrize(
    ("n", "expected"),
    [  # (n - 3)//2 + 1: floats would round n - 3 to a neighbour
        (10**17 + 1, 5 * 10**16),
        (10**17 + 2, 5 * 10**16),
        (10**17 + 3, 5 * 10**16 + 1),
        (10**18 - 1, 5 * 10**17 - 1),
        (2**53 + 1, 2**52),
        (2**53 + 3, 2**52 + 1),
    ],
)
def test_sizes_beyond_the_floats(n, expected):
    assert Window(3, 2).count(n) == expected
    assert Conv1d(1, 1, 3, stride=2).output_shape((1, n)) == (1, expected)
    assert MaxPool1d(3, stride=2).output_shape((1, n)) == (1, expected)


def test_huge_layers_count_exactly():
    n = 10**17 + 3
    assert Conv1d(7, 11, 3, bias=False).operations((7, n)).multiplications == 7 * 11 * 3 * (10**17 + 1)
    assert AvgPool1d(1, ceil_mode=True).output_shape((1, n)) == (1, n)


@given(st.integers(10**17, 10**18), st.integers(1, 99), st.integers(1, 99), st.integers(0, 49))
def test_a_huge_axis_is_a_small_one_further_along(n, k, s, p):
    """Moving the input by whole strides moves the count by as many windows."""
    rest = k + (n - k) % s
    assert Window(k, s, p, p).count(n) - Window(k, s, p, p).count(rest) == (n - rest) // s
