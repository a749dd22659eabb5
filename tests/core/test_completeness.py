"""A layer is complete: declared, explained, worked by hand, drawn, in the reference and in PyTorch."""

import inspect

import pytest
from hypothesis import Phase, given, settings

import convmath_reference
from convmath import ConvmathError, parse_layer
from convmath.layers import classes
from convmath.oracle.reference import operator_name
from convmath.oracle.strategies import FAMILIES, any_layer, pads
from convmath.torch import from_torch, to_module, to_torch
from tests.layers.examples import EXAMPLES

EVERY_LAYER = pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)


@EVERY_LAYER
def test_has_a_reference(kind):
    assert hasattr(convmath_reference, operator_name(kind))


@EVERY_LAYER
def test_has_a_torch_module(kind):
    examples = [layer for layer in map(parse_layer, (text for text, *_ in EXAMPLES)) if type(layer) is kind]
    assert all(hasattr(to_module(layer), "forward") for layer in examples)


@EVERY_LAYER
def test_has_a_docstring(kind):
    assert len(inspect.cleandoc(kind.__doc__ or "")) > 20


@EVERY_LAYER
def test_has_a_hand_worked_example(kind):
    assert kind in {type(parse_layer(text)) for text, *_ in EXAMPLES}


READ_OTHERWISE = {  # what torch.export does not show as one operator, or shows as another layer's
    **dict.fromkeys(("Subsample2d", "RadialBasis", "Affine"), "as the layers it is made of"),
    **dict.fromkeys(("GlobalAvgPool2d", "GlobalMaxPool2d"), "adaptive pooling to size 1"),
    "AdaptiveMaxPool2d": "its example keeps the size of an axis, which is read as a number",
    **dict.fromkeys(("Dropout1d", "Dropout2d", "Dropout3d"), "as Dropout"),
    "ConstantPad1d": "its examples pad with 0",
    **dict.fromkeys(("SymmetricPad1d", "SymmetricPad2d", "SymmetricPad3d"), "not read: index_select"),
    **dict.fromkeys(("LPPool1d", "LPPool2d", "LPPool3d", "LocalResponseNorm"), "not read: pow"),
    "Identity": "no operator at all",
    **dict.fromkeys(("Add", "Concat", "Multiply", "Parameter"), "read where branches meet"),
}


@EVERY_LAYER
def test_is_read_from_pytorch(kind):
    examples = [(parse_layer(text), shape) for text, shape, *_ in EXAMPLES]
    own = [(layer, shape) for layer, shape in examples if type(layer) is kind and layer.arity == 1]
    assert any(_read_back(layer, shape) for layer, shape in own) == (kind.__name__ not in READ_OTHERWISE)


def _read_back(layer, shape):
    try:
        return from_torch(to_torch(layer), shape).layers == (layer,)
    except ConvmathError:
        return False


def test_every_layer_is_drawn():
    drawn = set()
    for family in FAMILIES:

        @settings(
            max_examples=800 if family is pads else 300,
            phases=[Phase.generate],
            derandomize=True,
            database=None,
        )
        @given(family())
        def draw(case):
            drawn.add(type(case.layer))

        draw()
    assert drawn == set(classes())


def test_every_reference_operator_has_both_readings():
    definitions = [name for name in convmath_reference.__all__ if name.endswith("_definition")]
    kernels = {name for name in convmath_reference.__all__ if not name.endswith("_definition")}
    assert {operator_name(kind) for kind in classes()} <= kernels & {
        name.removesuffix("_definition") for name in definitions
    }
    for name in definitions:
        kernel = getattr(convmath_reference, name.removesuffix("_definition"))
        definition = getattr(convmath_reference, name)
        assert list(inspect.signature(kernel).parameters) == list(inspect.signature(definition).parameters)


def test_layers_are_named_once():
    names = [kind.__name__ for kind in classes()]
    assert len(set(names)) == len(names) > 90


@given(any_layer())
def test_a_layer_reads_back_from_what_it_shows(case):
    assert parse_layer(repr(case.layer)) == case.layer
