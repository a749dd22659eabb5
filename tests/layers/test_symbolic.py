"""A layer with symbols, evaluated at numbers, is the layer with the numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmath.exact.proof import evaluate
from convmath.explain.twin import twin
from convmath.oracle.strategies import (
    activations,
    adaptive_pools,
    avg_pools,
    batch_norms,
    conv_transposes,
    convs,
    group_norms,
    linears,
    local_response_norms,
    max_pools,
    pads,
    subsamples,
)

FAMILIES = (
    *(adaptive_pools, avg_pools, batch_norms, conv_transposes, convs, linears),
    *(local_response_norms, max_pools, pads, activations, group_norms, subsamples),
)
KINDS = ("multiplications", "additions", "comparisons", "divisions", "functions")


def at(value, values):
    """The value of an expression, or the number it already is."""
    return value if isinstance(value, int) else evaluate(value, values)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
@settings(max_examples=max(10, settings().max_examples // 10))
@given(data=st.data())
def test_symbols_agree_with_numbers(family, data):
    layer, (shape,) = data.draw(family())
    symbolic, names, values = twin(layer, shape)
    assert [at(size, values) for size in symbolic.output_shape(names)] == list(layer.output_shape(shape))
    assert {k: at(v, values) for k, v in symbolic.parameters(names).items()} == layer.parameters(shape)
    for count in ("operations", "effective_operations"):
        general, particular = getattr(symbolic, count)(names), getattr(layer, count)(shape)
        for kind in KINDS:
            assert at(getattr(general, kind), values) == getattr(particular, kind), (
                layer,
                shape,
                count,
                kind,
            )
