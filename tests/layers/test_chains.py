"""Chains: shapes, receptive fields and leftover input compose; poking measures the truth."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convmath import Chain, Conv1d, Conv2d, ConvTranspose1d, MaxPool1d, Window
from convmath.oracle.chain_strategies import chains
from convmath.oracle.poke import poked_fields, poked_leftover, positive


def draw_place(data, sizes):
    return tuple(data.draw(st.integers(0, size - 1)) for size in sizes)


@given(chains(transposed=True))
def test_shape_is_what_the_reference_gives(case):
    (shape,) = case.shapes
    assert case.layer.output_shape(shape) == positive(case.layer.layers)(np.ones((1, *shape))).shape[1:]


@given(chains(padded=False), st.data())
def test_the_field_of_a_chain_without_padding_is_what_poking_changes(case, data):
    (shape,) = case.shapes
    place = draw_place(data, case.layer.output_shape(shape)[1:])
    reaches = case.layer.reaches(shape)
    expected = tuple(
        (first, min(last, n - 1))  # ceil_mode may overhang
        for (first, last), n in zip(
            (reach.reads(i, i) for reach, i in zip(reaches, place, strict=True)), shape[1:], strict=True
        )
    )
    measured = poked_fields(case.layer.layers, shape, place)
    if any(getattr(layer, "ceil_mode", False) for layer in case.layer.layers):
        assert all(a <= x <= y <= b for (a, b), (x, y) in zip(expected, measured, strict=True)), case
    else:
        assert measured == expected, case


@given(chains(transposed=True), st.data())
def test_no_chain_reads_outside_its_field(case, data):
    (shape,) = case.shapes
    place = draw_place(data, case.layer.output_shape(shape)[1:])
    fields = poked_fields(case.layer.layers, shape, place)
    for field, reach, i in zip(fields, case.layer.reaches(shape), place, strict=True):
        first, last = reach.reads(i, i)
        assert field is None or (first <= field[0] and field[1] <= last), case


@settings(max_examples=max(10, settings().max_examples // 3))
@given(chains(transposed=True))
def test_the_receptive_field_is_the_largest_field(case):
    """Far from the borders a field is whole: the composed size bounds every measured field."""
    (shape,) = case.shapes
    whole = case.layer.receptive_field(shape)
    for place in np.ndindex(*case.layer.output_shape(shape)[1:]):
        for size, field in zip(whole.size, poked_fields(case.layer.layers, shape, place), strict=True):
            assert field is None or field[1] - field[0] + 1 <= size


@given(chains(padded=False))
def test_leftover_of_a_chain_without_padding_is_what_no_output_notices(case):
    (shape,) = case.shapes
    if any(getattr(layer, "ceil_mode", False) for layer in case.layer.layers):
        return
    axes = range(len(shape) - 1)
    assert case.layer.leftover(shape) == tuple(poked_leftover(case.layer.layers, shape, a) for a in axes)


@given(chains())
def test_the_composed_window_counts_as_the_layers_do(case):
    """The window algebra: one window instead of many, on every axis (ceil_mode included)."""
    (shape,) = case.shapes
    sizes = case.layer.output_shape(shape)[1:]
    for reach, n, size in zip(case.layer.reaches(shape), shape[1:], sizes, strict=True):
        assert reduce(Window.then, reach.maps, Window()).count(n) == size


@given(chains(transposed=True))
def test_operations_add_up_and_parameters_are_named_by_place(case):
    (shape,) = case.shapes
    multiplications, shapes = 0, [shape]
    for layer in case.layer.layers:
        multiplications += layer.operations(shapes[-1]).multiplications
        shapes.append(layer.output_shape(shapes[-1]))
    assert case.layer.operations(shape).multiplications == multiplications
    assert case.layer.parameter_total() == sum(sum(x.parameters().values()) for x in case.layer.layers)


HAND_WORKED = (  # chain, input, receptive field, effective stride, effective padding
    # Dilations 1, 2, 4 with 3 taps: 1 + 2 + 4 + 8 = 15 (Yu and Koltun 2016, table 1)
    (Chain((Conv2d(1, 1, 3), Conv2d(1, 1, 3, dilation=2), Conv2d(1, 1, 3, dilation=4))), (1, 32, 32), 15, 1, 0),
    # Araujo et al. 2019: r = 1 + sum (k - 1) * strides before; 1 + 2*1 + 2*2 = 7, padded 1 + 2
    (Chain((Conv1d(1, 1, 3, 2, 1), Conv1d(1, 1, 3, 2, 1))), (1, 32), 7, 4, 3),
    (Chain((MaxPool1d(3, 2), MaxPool1d(3, 2), MaxPool1d(3, 2))), (1, 64), 15, 8, 0),
)  # fmt: skip


@pytest.mark.parametrize(("chain", "shape", "size", "stride", "padding"), HAND_WORKED, ids=str)
def test_hand_worked_receptive_fields(chain, shape, size, stride, padding):
    field = chain.receptive_field(shape)
    axes = len(shape) - 1
    assert (field.size, field.stride, field.padding) == (
        (size,) * axes,
        (stride,) * axes,
        (padding,) * axes,
    )


def test_two_phases_of_a_transposed_convolution_read_one_or_two_inputs():
    """Three taps at stride 2: even positions meet taps 0 and 2, odd ones tap 1 alone."""
    layer = ConvTranspose1d(1, 1, 3, stride=2)
    assert [poked_fields((layer,), (1, 5), (y,))[0] for y in range(2, 6)] == [
        (0, 1),
        (1, 1),
        (1, 2),
        (2, 2),
    ]
    field = Chain((layer,)).receptive_field((1, 5))
    assert (field.size, field.varies, float(field.stride[0])) == ((2,), True, 0.5)


@given(chains())
def test_leftover_is_noticed_by_no_output(case):
    """With padding more may go unnoticed: an output's last window can lie beside the input."""
    (shape,) = case.shapes
    for axis, rest in enumerate(case.layer.leftover(shape)):
        assert min(rest, shape[axis + 1]) <= poked_leftover(case.layer.layers, shape, axis), case


def test_leftover_is_at_most_the_whole_input():
    """The second layer's one window lies on its padding: no output reads any of the five rows."""
    chain = Chain((Conv1d(1, 1, 1, 3), Conv1d(1, 1, 1, 3, ((1, 0),))))
    assert poked_leftover(chain.layers, (1, 5), axis=0) == 5
    assert chain.leftover((1, 5)) == (5,)


def test_leftover_behind_padding_between_layers():
    """Of four rows the first layer's one window reads 0 and 1; whatever follows, 2 and 3 are left over."""
    chain = Chain((Conv1d(1, 1, 2, 3), Conv1d(1, 1, 3, padding=1)))
    assert poked_leftover(chain.layers, (1, 4), axis=0) == 2
    assert chain.leftover((1, 4)) == (2,)
