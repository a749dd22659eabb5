from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmath import ConvmathError
from convmath.network.separable import depthwise_separable_conv2d, separate

NUMBERS = st.integers(-9, 9)
LINES = st.lists(NUMBERS, min_size=1, max_size=5)


def outer(column, row):
    return [[a * b for b in row] for a in column]


@given(LINES, LINES)
def test_a_product_is_found_again(column, row):
    kernel = outer(column, row)
    assert outer(*separate(kernel)) == kernel


@given(st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=3, max_size=3))
def test_a_factoring_is_exact_or_refused_for_a_reason(kernel):
    minors = (
        kernel[a][c] * kernel[b][d] - kernel[a][d] * kernel[b][c]
        for a in range(3) for b in range(a) for c in range(3) for d in range(c)
    )  # fmt: skip
    if any(minors):
        with pytest.raises(ConvmathError, match="not a column times a row"):
            separate(kernel)
    else:
        assert outer(*separate(kernel)) == kernel


def test_sobel():
    assert separate([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) == ([1, 2, 1], [-1, 0, 1])


def test_fractions_stay_exact():
    third = Fraction(1, 3)
    assert outer(*separate([[third, 2 * third], [1, 2]])) == [[third, 2 * third], [1, 2]]


def test_identity_does_not_separate():
    with pytest.raises(ConvmathError, match=r"row 1 is no multiple of \[1, 0\]"):
        separate([[1, 0], [0, 1]])


def test_ragged_kernels_are_refused():
    with pytest.raises(ConvmathError, match="rows of equal, positive length"):
        separate([[1, 2], [3]])


def test_published_saving():
    """3 to 128 channels, biases in both parts: 542 instead of 3,584 parameters."""
    assert depthwise_separable_conv2d(3, 128, 3).parameter_total() == 542
