"""Formulas, reference and PyTorch agree on every family: shapes, parameters, operations, values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmath.oracle import check
from convmath.oracle.strategies import FAMILIES

SEEDS = st.integers(0, 10**6)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
@given(data=st.data(), seed=SEEDS)
def test_all_witnesses_agree(family, device, data, seed):
    case = data.draw(family())
    check(case.layer, *case.shapes, seed=seed, device=device)
