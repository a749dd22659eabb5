"""The published relationships: proved in symbols, and checked with the guide's own numbers."""

import pytest

from convmath import Conv1d, ConvTranspose1d, MaxPool1d
from convmath.derive.relationships import RELATIONSHIPS


@pytest.mark.parametrize("relationship", RELATIONSHIPS, ids=lambda r: str(r.number))
def test_every_step_is_proved(relationship):
    verdicts = [proof.verdict for proof in relationship.derivation().verify()]
    assert verdicts == ["proved"] * len(verdicts)


def test_all_fifteen_are_there():
    assert [r.number for r in RELATIONSHIPS] == list(range(1, 16))


def test_a_wrong_relationship_is_refuted():
    right = RELATIONSHIPS[5]
    wrong = right._replace(published=right.published + 1)
    assert wrong.derivation().verify()[2].verdict == "refuted"


# Dumoulin and Visin's figures: relationship, layer, input size, output size
FIGURES = [
    (1, Conv1d(1, 1, 3), 4, 2),
    (2, Conv1d(1, 1, 4, padding=2), 5, 6),
    (3, Conv1d(1, 1, 3, padding=1), 5, 5),
    (4, Conv1d(1, 1, 3, padding=2), 5, 7),
    (5, Conv1d(1, 1, 3, stride=2), 5, 2),
    (6, Conv1d(1, 1, 3, stride=2, padding=1), 6, 3),
    (7, MaxPool1d(3, stride=1), 5, 3),
    (8, ConvTranspose1d(1, 1, 3), 2, 4),
    (9, ConvTranspose1d(1, 1, 4, padding=2), 6, 5),
    (10, ConvTranspose1d(1, 1, 3, padding=1), 5, 5),
    (11, ConvTranspose1d(1, 1, 3, padding=2), 7, 5),
    (12, ConvTranspose1d(1, 1, 3, stride=2), 2, 5),
    (13, ConvTranspose1d(1, 1, 3, stride=2, padding=1), 3, 5),
    (14, ConvTranspose1d(1, 1, 3, stride=2, padding=1, output_padding=1), 3, 6),
    (15, Conv1d(1, 1, 3, dilation=2), 7, 3),
]


@pytest.mark.parametrize(("number", "layer", "size", "expected"), FIGURES)
def test_the_guides_own_figures(number, layer, size, expected):
    assert layer.output_shape((1, size)) == (1, expected)
