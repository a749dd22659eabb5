"""An element worked out by the definition, term by term, is the one that the reference gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmath.explain.element import work_out
from convmath.geometry.notation import input_letters
from convmath.layers.norm import BatchNorm
from convmath.oracle.compare import Trial
from convmath.oracle.rounding import allowed
from convmath.oracle.strategies import FAMILIES


def arrays(trial):
    """The first sample and the weights by the letters of the definition; a batch norm's statistics folded."""
    given = dict(zip(input_letters(len(trial.shapes)), (x[0] for x in trial.arrays), strict=True))
    weights = trial.weights
    if isinstance(trial.layer, BatchNorm):
        scale = weights.get("weight", 1) / np.sqrt(weights["running_var"] + trial.layer.eps)
        return given | {"W": scale, "B": weights.get("bias", 0) - weights["running_mean"] * scale}
    letters = {}
    for statement in trial.layer.on(*trial.shapes).statements:
        letters |= statement.arrays
    return given | {letter: weights[name] for letter, name in letters.items() if name in weights}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
@settings(max_examples=max(10, settings().max_examples // 3))
@given(data=st.data(), seed=st.integers(0, 10**6))
def test_an_element_is_what_the_reference_gives(family, data, seed):
    case = data.draw(family())
    trial = Trial(case.layer, case.shapes, seed)
    kernel = trial.kernel
    place = tuple(data.draw(st.integers(0, n - 1)) for n in kernel.shape[1:])
    named = {letter: array.tolist() for letter, array in arrays(trial).items()}
    element = work_out(case.layer, case.shapes, place, named)
    errors = np.broadcast_to(allowed(case.layer, trial.arrays, trial.weights, kernel), kernel.shape)
    assert element.missing == ()
    np.testing.assert_allclose(float(element.value), kernel[(0, *place)], rtol=0, atol=errors[(0, *place)])
