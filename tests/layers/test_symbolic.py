"""A layer with symbols, evaluated at numbers, is the layer with the numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmath.errors import ConvmathError
from convmath.exact.proof import evaluate
from convmath.explain.twin import twin
from convmath.oracle.strategies import FAMILIES

KINDS = ("multiplications", "additions", "comparisons", "divisions", "functions")


def at(value, values):
    """The value of an expression, or the number it already is."""
    return value if isinstance(value, int) else evaluate(value, values)


def in_floating_point(layer):
    """Whether a factor is no fraction that floating point multiplies exactly."""
    factors = getattr(layer, "scale_factor", None)
    listed = factors if isinstance(factors, tuple) else (factors,)
    return any(isinstance(factor, float) and factor not in (1.5, 2.5) for factor in listed)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
@settings(max_examples=max(10, settings().max_examples // 10))
@given(data=st.data())
def test_symbols_agree_with_numbers(family, data):
    layer, shapes = data.draw(family())
    general, names, values = twin(layer, shapes)
    if in_floating_point(layer):
        with pytest.raises(
            ConvmathError, match="is multiplied in floating point; give numbers for the sizes"
        ):
            general.output_shape(*names)
        return
    assert [at(size, values) for size in general.output_shape(*names)] == list(layer.output_shape(*shapes))
    counted = {k: at(v, values) for k, v in general.parameters(*names).items()}
    assert counted == layer.parameters(*shapes)
    for count in ("operations", "effective_operations"):
        symbolic, numbers = getattr(general, count)(*names), getattr(layer, count)(*shapes)
        for kind in KINDS:
            assert at(getattr(symbolic, kind), values) == getattr(numbers, kind), (
                layer,
                shapes,
                count,
                kind,
            )
