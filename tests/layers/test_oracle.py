"""The oracle itself: each of its comparisons fails when one witness is wrong."""

import re
from dataclasses import dataclass, replace

import numpy as np
import pytest

import convmath_reference
from convmath import AvgPool1d, BatchNorm1d, Conv1d, Conv2d, MaxPool1d, Network
from convmath.errors import ConvmathError
from convmath.geometry.loopnest import Access, Operations
from convmath.geometry.operation import Apply, Reduce
from convmath.geometry.window import Window
from convmath.layers.base import Layer
from convmath.oracle import check, reference_call, weight_shapes
from convmath.oracle.poke import check_fields
from convmath.torch import load, run, to_module

LAYER, SHAPE = Conv2d(2, 3, (3, 2), stride=(2, 1), padding=(1, 0)), (2, 5, 6)


def test_the_layer_used_here_is_right():
    check(LAYER, SHAPE)


class WrongShape(Conv2d):
    def output_shape(self, *shapes):
        channels, height, width = super().output_shape(*shapes)
        return channels, height + 1, width


class WrongParameters(Conv2d):
    def parameters(self, *shapes):
        return super().parameters(*shapes) | {"bias": 1}


class WrongOperations(Conv2d):
    def operations(self, *shapes):
        return super().operations(*shapes) + Operations(additions=1)


class WrongEffectiveOperations(Conv2d):
    def effective_operations(self, *shapes):
        return super().operations(*shapes)


SABOTAGED = (
    (WrongShape, "output shape"),
    (WrongParameters, "parameters"),
    (WrongOperations, "operations"),
    (WrongEffectiveOperations, "effective operations"),
)


@pytest.mark.parametrize(("kind", "what"), SABOTAGED, ids=lambda value: getattr(value, "__name__", ""))
def test_a_wrong_formula_is_found(kind, what):
    with pytest.raises(AssertionError, match=f"^{what} of"):
        check(kind(2, 3, (3, 2), (2, 1), (1, 0)), SHAPE)


class WrongPaths(Conv2d):
    def definition(self, *shapes):
        """Reads one position further down than it should."""
        (statement,) = super().definition(*shapes)
        return (statement._replace(value=shifted(statement.value)),)


def shifted(value):
    """The definition with every read of the input one row further down."""
    if isinstance(value, Access):
        if value.array != "X":
            return value
        channel, row, *others = value.indices
        return value.__class__("X", (channel, row._replace(offset=row.offset + 1), *others), value.outside)
    if isinstance(value, Apply):
        return Apply(value.operation, tuple(map(shifted, value.operands)))
    return Reduce(value.operation, shifted(value.body)) if isinstance(value, Reduce) else value


def test_a_wrong_field_is_found():
    check_fields(Network.chain(LAYER, SHAPE))
    with pytest.raises(AssertionError, match="when poked"):
        check_fields(Network.chain(WrongPaths(2, 3, (3, 2), (2, 1), (1, 0)), SHAPE))


@pytest.mark.parametrize("name", ["conv", "conv_definition"])
def test_a_wrong_reference_is_found(monkeypatch, name):
    right = getattr(convmath_reference, name)
    wrong = lambda *args, **named: np.flip(right(*args, **named), axis=-1)  # noqa: E731
    monkeypatch.setattr(convmath_reference, name, wrong)
    with pytest.raises(AssertionError, match="kernel and definition differ"):
        check(LAYER, SHAPE, torch=False)


def test_a_wrong_torch_module_is_found(monkeypatch):
    monkeypatch.setattr(
        "convmath.torch.to_module", lambda layer: to_module(replace(layer, flip_kernel=True))
    )
    with pytest.raises(AssertionError, match="kernel and torch differ"):
        check(LAYER, SHAPE)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [(AvgPool1d(3), (1, 9)), (BatchNorm1d(2), (2, 5))],
    ids=str,
)
def test_bounds_let_no_more_than_rounding_through(monkeypatch, layer, shape):
    """A relative change of 1e-12, thousands of units in the last place, is too much."""
    check(layer, shape)
    monkeypatch.setattr("convmath.torch.run", lambda *args, **named: run(*args, **named) * (1 + 1e-12))
    with pytest.raises(AssertionError, match="kernel and torch differ"):
        check(layer, shape)


@dataclass(frozen=True, repr=False)
class Unknown(Layer):
    """A layer that nobody gave a face."""


def test_layers_without_a_face_are_refused():
    with pytest.raises(ConvmathError, match="Unknown has no reference; write it in convmath_reference"):
        reference_call(Unknown(), (), {})
    with pytest.raises(ConvmathError, match=re.escape("Unknown() has no PyTorch module")):
        to_module(Unknown())
    assert weight_shapes(Unknown()) == {}


def test_weights_that_a_module_lacks_are_refused():
    with pytest.raises(ConvmathError, match="MaxPool1d has no weight; it has no weights"):
        load(to_module(MaxPool1d(2)), {"weight": [1]})


def test_gather_and_taps_by_hand():
    """Two taps of (1, 10) at stride 2 with one row before: 10*1, 2 + 10*3."""
    module = load(to_module(Conv1d(1, 1, 2, 2, ((1, 0),), bias=False)), {"weight": [[[1, 10]]]})
    assert run(module, np.array([[[1, 2, 3]]])).tolist() == [[[10, 32]]]
    assert Window(2, 2, 1).count(3) == 2
