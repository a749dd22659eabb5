"""Chains: shapes, receptive fields and leftover input compose; poking measures the truth."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given

from convmath import Chain, Conv1d, Conv2d, ConvTranspose1d, MaxPool1d, Network, Window
from convmath.layers.conv import Conv
from convmath.oracle import weight_shapes
from convmath.oracle.execute import run_reference
from convmath.oracle.poke import poked, poked_read
from convmath.oracle.strategies import chains


@given(chains(transposed=True))
def test_shape_is_what_the_reference_gives(case):
    network = case.layer
    weights = {name: np.ones(shape) for name, shape in shapes_of(network).items()}
    x = np.ones((1, *network.input_shape))
    assert network.output_shape() == run_reference(network, x, weights).shape[1:]


def shapes_of(network):
    return {f"{n.name}.{k}": s for n in network.nodes for k, s in weight_shapes(n.layer).items()}


@given(chains(padded=False))
def test_the_field_of_a_chain_without_padding_is_what_poking_changes(case):
    """Every position's field starts and ends where poking says; ceil_mode may overhang."""
    network = case.layer
    trace, rank = network.trace(), len(network.input_shape) - 1
    changed = poked(network)[network.output]
    for place, axes in zip(np.ndindex(*changed.shape[rank:]), poked_read(changed, rank), strict=True):
        for axis, (read, position) in enumerate(zip(axes, place, strict=True)):
            first, last = trace.fields[network.output][axis + 1].span(position)
            assert (first, min(last, network.input_shape[axis + 1] - 1))[0] == min(read)
            ceil = any(getattr(layer, "ceil_mode", False) for layer in network.layers)
            assert last == max(read) or (ceil and last > max(read)), case


@given(chains())
def test_the_composed_window_counts_as_the_layers_do(case):
    """The window algebra: one window instead of many, on every axis (ceil_mode included)."""
    trace = case.layer.trace()
    for axis, n in enumerate(trace.input_shape[1:], start=1):
        windows = [window_of(node, trace, axis - 1) for node in case.layer.nodes]
        assert reduce(Window.then, windows, Window()).count(n) == trace.output_shape[axis]


def window_of(node, trace, axis):
    """The window that a layer moves along an axis; one position for what changes no size."""
    (shape,) = trace.placed[node.name].shapes
    if not hasattr(node.layer, "windows"):
        return Window()
    return (node.layer.windows(shape[1:]) if isinstance(node.layer, Conv) else node.layer.windows())[axis]


@given(chains(transposed=True))
def test_operations_add_up_and_parameters_are_named_by_place(case):
    multiplications, shapes = 0, [case.layer.input_shape]
    for layer in case.layer.layers:
        multiplications += layer.operations(shapes[-1]).multiplications
        shapes.append(layer.output_shape(shapes[-1]))
    assert case.layer.operations().multiplications == multiplications
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
    network = Network.chain(ConvTranspose1d(1, 1, 3, stride=2), (1, 5))
    read = list(poked_read(poked(network)["0"], 1))
    assert [sorted(axis) for (axis,) in read[2:6]] == [[0, 1], [1], [1, 2], [2]]
    field = network.receptive_field()
    assert (field.size, field.varies, float(field.stride[0])) == ((2,), True, 0.5)
