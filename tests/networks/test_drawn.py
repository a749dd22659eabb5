"""Networks that Hypothesis draws: formulas, reference and PyTorch say the same of every one."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convmath import summarise
from convmath.oracle.execute import run_bounded, run_reference, seeded_integers, seeded_weights
from convmath.oracle.reference import weight_shapes
from convmath.oracle.strategies import networks
from convmath.solve import reached
from convmath.torch import counted_flops, from_torch, load, parameter_counts, run, to_torch
from convmath_reference import receptive_field

SEEDS = st.integers(0, 2**32 - 1)


def integers(shape, seed):
    return np.random.default_rng(seed).integers(-3, 4, shape).astype(np.float64)


@given(network=networks(), seed=SEEDS)
def test_whole_numbers_come_out_equal(network, seed, device):
    weights, x = seeded_integers(network, seed), integers((2, *network.input_shape), seed)
    ours = run_reference(network, x, weights)
    theirs = run(load(to_torch(network), weights), x, device=device)
    assert ours.shape == theirs.shape == (2, *network.output_shape())
    assert np.array_equal(ours, theirs)


@given(network=networks(rounding=True), seed=SEEDS)
def test_real_numbers_come_out_within_the_bound(network, seed, device):
    weights = seeded_weights(network, seed)
    x = np.random.default_rng(seed).normal(size=(2, *network.input_shape))
    ours = run_bounded(network, x, weights)
    theirs = run(load(to_torch(network), weights), x, device=device)
    assert np.all(np.abs(ours.value - theirs) <= 2 * ours.error)


@given(network=networks(rounding=True))
def test_counts_are_pytorchs(network):
    summary, module = summarise(network), to_torch(network).double()
    trained = sum(
        sum(parameter_counts(part).values()) for part in module.modules() if not [*part.children()]
    )
    assert summary.parameters == trained
    flops, _ = counted_flops(lambda: run(module, np.zeros((1, *network.input_shape))))
    assert 2 * summary.multiplications == flops


@settings(max_examples=max(10, settings().max_examples // 3))
@given(network=networks(rounding=True))
def test_there_and_back_again(network):
    again = from_torch(to_torch(network), network.input_shape)
    assert again.unknown == ()
    assert again.output_shape() == network.output_shape()
    ours, theirs = summarise(network), summarise(again)
    assert (ours.parameters, ours.multiplications) == (theirs.parameters, theirs.multiplications)
    assert ours.receptive_field == theirs.receptive_field


def positive(network):
    """Weights under which nothing cancels and nothing is cut off."""
    return {
        f"{node.name}.{name}": np.full(shape, 0.01)
        if "weight" in name or "var" in name
        else np.zeros(shape)
        for node in network.nodes
        for name, shape in weight_shapes(node.layer).items()
    }


def expected(network, place):
    """Per spatial axis what the formula says: the span an output reads, and whether that is exact."""
    for axis, n in zip(network.trace().fields[network.output][1:], network.input_shape[1:], strict=True):
        yield axis.span(place[0]), axis.bound, n
        place = place[1:]


def agrees(measured, network, place):
    """Whether a measured hull is the span, or lies in it where the span is cut off or only a bound."""
    for hull, (span, bound, n) in zip(measured, expected(network, place), strict=True):
        if span is None or hull is None:
            assert hull is None
            continue
        inside = span[0] <= hull[0] and hull[1] <= span[1]
        whole = span[0] >= 0 and span[1] < n
        assert hull == span if whole and not bound else inside, (hull, span, n)


def middle(network):
    return tuple(size // 2 for size in network.output_shape()[1:])


@settings(max_examples=max(10, settings().max_examples // 2))
@given(network=networks())
def test_receptive_fields_when_inputs_are_poked(network):
    weights, place = positive(network), middle(network)
    hull = receptive_field(
        lambda x: run_reference(network, x, weights).sum(axis=1, keepdims=True),
        (1, *network.input_shape),
        (0, 0, *place),
    )
    agrees(hull[2:] if hull else (None,) * len(place), network, place)


@given(network=networks(pooling=False))
def test_receptive_fields_by_gradients(network):
    module, place = load(to_torch(network), positive(network)), middle(network)
    x = torch.ones((1, *network.input_shape), dtype=torch.float64, requires_grad=True)
    module(x)[(0, slice(None), *place)].sum().backward()
    reached = x.grad[0].abs().sum(0).nonzero()
    hull = zip(reached.min(0).values.tolist(), reached.max(0).values.tolist(), strict=True)
    agrees(list(hull) if len(reached) else [None] * len(place), network, place)


@settings(max_examples=max(10, settings().max_examples // 2))
@given(network=networks(), data=st.data())
def test_what_a_pixel_reaches(network, data):
    """Poke one pixel of positive input: the hull of what changes, axis by axis, is what is said."""
    pixel = tuple(data.draw(st.integers(0, n - 1)) for n in network.input_shape[1:])
    x, weights = np.ones((1, *network.input_shape)), positive(network)
    poked = x.copy()
    poked[(0, slice(None), *pixel)] += 1
    changed = np.argwhere((run_reference(network, poked, weights) != run_reference(network, x, weights))[0])
    axes = reached(network, pixel, network.output)
    if len(changed):
        assert [set(column) for column in changed.T[1:]] == [set(axis) for axis in axes]
    else:
        assert not all(axes)
