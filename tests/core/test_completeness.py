"""A layer is complete: declared, explained, worked by hand, drawn, in the reference and in PyTorch."""

import inspect

import pytest
from hypothesis import Phase, given, settings

import convmath_reference
from convmath import parse_layer
from convmath.layers import classes
from convmath.oracle.reference import operator_name
from convmath.oracle.strategies import FAMILIES, any_layer, pads
from convmath.torch import to_module
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
