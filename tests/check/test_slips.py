"""Slips by themselves, each worked by hand."""

from fractions import Fraction

import pytest

from convmath.check.slips import slips


@pytest.mark.parametrize(
    ("value", "right", "codes"),
    [
        (816, 896, ["N01"]),
        (89, 896, ["N01"]),
        (8996, 896, ["N01"]),
        (869, 896, ["N02"]),
        (968, 896, []),
        (895, 896, ["N06", "N01"]),
        (8, 9, ["N06"]),
        (17, 71, ["N02"]),
        (18, 71, []),
        (8960, 896, ["N01", "N03"]),
        (896 * 10**12, 896, ["N03"]),
        (896 * 10**13, 896, []),
        (Fraction(896, 1000), 896, ["N03"]),
        (896 * 1024, 896, ["N04"]),
        (3, 3 * 1024**3, ["N04"]),
        (3 * 1024**4, 3, []),
        (1024 * 500, 1000 * 500, ["N04"]),
        (10**6 * 7, 1024**2 * 7, ["N04"]),
        (1000**3, 1024**3, ["N04"]),
        (1000**4, 1024**4, []),
        (-896, 896, ["N09"]),
        (7, 896, []),
    ],
)
def test_a_slip_is_named(value, right, codes):
    assert [slip.code for slip in slips(value, right, {})] == codes


@pytest.mark.parametrize(
    ("value", "right", "codes"),
    [
        ((8, 7, 9), (8, 9, 7), ["N07"]),
        ((8, 9, 8), (8, 9, 7), ["N06"]),
        ((8, 10, 10), (8, 9, 9), ["N06"]),
        ((8, 10, 12), (8, 9, 9), []),
        ((8, 9), (8, 9, 9), []),
        (8, (8, 9, 9), []),
    ],
)
def test_a_slip_in_a_shape_is_named(value, right, codes):
    assert [slip.code for slip in slips(value, right, {})] == codes


def test_the_answer_to_another_question_is_named():
    others = {"weights": 75, "biases": 1}
    assert [slip.said for slip in slips(75, 7600, others)] == [
        "that is the answer to another question: weights"
    ]
    assert list(slips(1, 7600, others)) == []
