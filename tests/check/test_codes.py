"""Codes are stable: each has one meaning, all are listed, and the tables' are all there."""

import re
from pathlib import Path

import pytest

from convmath.check.codes import FORMS, OTHER_CODES
from convmath.check.facts import Facts, axes_facts, layer_facts
from convmath.check.formula import evaluate, parsed
from convmath.check.rule import at_work, value_of
from convmath.check.rules import operations, parameters, sizes
from convmath.parse.layer import parse_layer
from tests.check.test_misconceptions import OTHERWISE, TABLES

SOURCES = Path(__file__).parents[2] / "convmath" / "check"
LISTED = {rule.code for _, form in FORMS for rule in form.rules} | {
    code for _, rows in OTHER_CODES for code, _ in rows
}
TOLD_APART_NOWHERE = {
    "L10": "a pool left out of a receptive field is R05 or R06",
    "N05": "a point or a comma is read both as a decimal mark and between thousands, and what fits is right",
    "Y02": "tested by itself: it takes an answer in MiB",
    "Y05": "tested by itself: it takes a batch",
}
OF_THE_TABLES = [
    f"{letter}{number:02}"
    for letter, last in {
        "O": 25,
        "P": 22,
        "T": 11,
        "R": 12,
        "M": 12,
        "V": 12,
        "L": 10,
        "F": 12,
        "B": 6,
        "D": 5,
        "Y": 6,
        "N": 8,
    }.items()
    for number in range(1, last + 1)
]


@pytest.mark.parametrize("code", OF_THE_TABLES)
def test_every_code_of_the_tables_is_tested_or_accounted_for(code):
    assert code in {row[0] for row in TABLES} or code in TOLD_APART_NOWHERE


@pytest.mark.parametrize("code", [f"K{number:02}" for number in range(1, 13)])
def test_every_convention_of_the_tables_is_tested(code):
    assert code in {row[0] for row in OTHERWISE}


def test_every_code_in_the_sources_is_listed():
    used = {
        code
        for path in SOURCES.rglob("*.py")
        for code in re.findall(r"\"([A-Z]\d\d)\"", path.read_text(encoding="utf-8"))
    }
    assert used <= LISTED


def test_no_code_of_the_other_lists_is_given_twice():
    codes = [code for _, rows in OTHER_CODES for code, _ in rows if not code.startswith("V")]
    assert len(codes) == len(set(codes))


LAYERS = [
    (
        "Conv2d(6, 16, (3, 5), stride=(2, 1), padding=(1, 2), dilation=(1, 2))",
        (6, 21, 30),
        sizes.CONVOLUTION,
    ),
    ("MaxPool2d(3, stride=2, padding=1)", (6, 21, 30), sizes.POOL),
    ("ConvTranspose2d(6, 4, 3, stride=2, padding=1, output_padding=1)", (6, 7, 9), sizes.TRANSPOSED),
]
COUNTED = [
    ("Conv2d(6, 16, (3, 5), groups=2)", (6, 21, 30), parameters.CONVOLUTION, "parameter_total"),
    ("Conv2d(6, 16, 3, bias=False)", (6, 21, 30), parameters.CONVOLUTION, "parameter_total"),
    ("ConvTranspose2d(6, 4, 3, groups=2)", (6, 7, 9), parameters.CONVOLUTION, "parameter_total"),
    ("Linear(400, 120)", (400,), parameters.DENSE, "parameter_total"),
    ("BatchNorm2d(6)", (6, 7, 9), parameters.BATCH_NORM, "parameter_total"),
    ("MaxPool2d(2)", (6, 8, 8), parameters.POOL, "parameter_total"),
    ("Conv2d(6, 16, 3, stride=2, groups=2)", (6, 21, 30), operations.CONVOLUTION, "multiplications"),
    ("ConvTranspose2d(6, 4, 3, groups=2)", (6, 7, 9), operations.TRANSPOSED, "multiplications"),
    ("Linear(400, 120)", (400,), operations.DENSE, "multiplications"),
]


@pytest.mark.parametrize(("text", "shape", "form"), LAYERS)
def test_the_right_formula_is_the_derived_size(text, shape, form):
    """The right answer never comes from a form; where the two differ no rule is told."""
    placed = parse_layer(text).on(shape)
    assert tuple(value_of(form, axis) for axis in axes_facts(placed)) == placed.output_shape[1:]


@pytest.mark.parametrize(("text", "shape", "form", "count"), COUNTED)
def test_the_right_formula_is_the_derived_count(text, shape, form, count):
    placed = parse_layer(text).on(shape)
    right = placed.operations.multiplications if count == "multiplications" else placed.parameter_total
    assert value_of(form, layer_facts(placed)) == right


@pytest.mark.parametrize(("title", "form"), FORMS)
def test_every_rule_runs_on_symbols_as_on_numbers(title, form):
    """A wrong formula with letters gives what it gives with numbers, once these are put in."""
    import sympy

    names = sorted({name for rule in form.rules for name in form.tree_of(rule).names} | form.tree_names)
    numbers = {name: place + 2 for place, name in enumerate(names)}
    letters = {name: sympy.Symbol(name, integer=True, positive=True) for name in names}
    for rule in form.rules:
        tree = form.tree_of(rule)
        value = evaluate(tree, letters)
        put_in = sympy.sympify(value).subs({letters[name]: numbers[name] for name in names})
        assert put_in == sympy.sympify(evaluate(tree, numbers)), (title, rule.code)


def test_what_is_said_of_a_rule_has_its_numbers_put_in():
    placed = parse_layer("Conv2d(12, 24, 3, stride=2, padding=1, groups=3)").on((12, 9, 9))
    said = [wrong.right for wrong in at_work(parameters.CONVOLUTION, layer_facts(placed))]
    said += [wrong.right for axis in axes_facts(placed) for wrong in at_work(sizes.CONVOLUTION, axis)]
    assert len(said) > 30
    assert not any("{" in sentence for sentence in said)


def test_a_factor_and_a_term_are_dropped_and_nothing_else():
    facts = Facts({"K": 9, "c": 2, "C_out": 8, "bias": 1, "C_in": 2, "spans": 2})
    assert evaluate(parsed("(K*c + bias)*C_out"), facts.values) == 152
    assert {w.code: w.formula for w in at_work(parameters.CONVOLUTION, facts)}["P01"] == "9*2*8"
