"""What an output reads, and what is left over: formulas against poking the reference's inputs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmath import AdaptiveMaxPool1d, Chain
from convmath.oracle.poke import check_reach, poked_fields, poked_leftover
from convmath.oracle.strategies import (
    adaptive_pools,
    avg_pools,
    conv_transposes,
    convs,
    local_response_norms,
    max_pools,
    pads,
    subsamples,
)

FAMILIES = (convs, conv_transposes, max_pools, avg_pools, subsamples, pads, local_response_norms)


def reads_beside(case):
    """Whether what stands beside the input holds no input: not so when it is mirrored or wrapped."""
    layer = case.layer
    return (getattr(layer, "padding_mode", "zeros"), getattr(layer, "mode", "constant")) == (
        "zeros",
        "constant",
    )


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
@given(data=st.data())
def test_a_poked_input_changes_the_outputs_that_read_it(family, data):
    case = data.draw(family().filter(reads_beside))
    (shape,) = case.shapes
    sizes = case.layer.output_shape(shape)[1:]
    check_reach(case.layer, shape, tuple(data.draw(st.integers(0, o - 1)) for o in sizes))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
@given(data=st.data())
def test_leftover_is_what_no_output_notices(family, data):
    """``leftover`` counts what lies past the last window; gaps and padding can leave more unread."""
    case = data.draw(family().filter(reads_beside))
    (shape,) = case.shapes
    formula = Chain((case.layer,)).leftover(shape)
    poked = tuple(poked_leftover((case.layer,), shape, axis) for axis in range(len(shape) - 1))
    assert all(a <= b for a, b in zip(formula, poked, strict=True)), case
    if all(
        map(last_window_reads, case.layer.axis_maps(shape), shape[1:], case.layer.output_shape(shape)[1:])
    ):
        assert formula == poked, case


def last_window_reads(axis_map, n, outputs):
    """Whether the last output reads the input, and every position up to there is read by some output."""
    window = getattr(axis_map, "window", axis_map)
    first, last = axis_map.reads(outputs - 1, outputs - 1)
    return window.dilation == 1 and first <= min(last, n - 1)


@given(adaptive_pools(), st.data())
def test_the_widest_adaptive_window_is_the_receptive_field(case, data):
    (shape,) = case.shapes
    sizes = case.layer.output_shape(shape)[1:]
    corners = [tuple(data.draw(st.integers(0, o - 1)) for o in sizes) for _ in range(2)]
    widest = Chain((case.layer,)).receptive_field(shape).size
    for place in corners:
        for size, (first, last) in zip(widest, poked_fields((case.layer,), shape, place), strict=True):
            assert last - first + 1 <= size


@given(st.integers(1, 12), st.integers(1, 12))
def test_some_adaptive_window_is_as_wide_as_the_receptive_field_says(n, outputs):
    layer = AdaptiveMaxPool1d(outputs)
    fields = [poked_fields((layer,), (1, n), (i,))[0] for i in range(outputs)]
    (size,) = Chain((layer,)).receptive_field((1, n)).size
    assert size == max(last - first + 1 for first, last in fields)
