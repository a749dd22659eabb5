"""Every step of every derivation verifies, and a tampered step does not."""

from dataclasses import replace

import pytest
import sympy

from convmath.derive import DERIVATIONS, Derivation, Step

STEPS = [(name, number) for name, build in DERIVATIONS.items() for number in range(len(build().steps))]


@pytest.mark.parametrize(("name", "number"), STEPS, ids=lambda value: str(value))
def test_step(name, number):
    proof = DERIVATIONS[name]().verify()[number]
    assert proof.verdict == "proved", proof


CHECKED = [(n, i) for n, i in STEPS if DERIVATIONS[n]().steps[i].rule not in ("given", "fewer")]


@pytest.mark.parametrize(("name", "number"), CHECKED, ids=lambda value: str(value))
def test_a_tampered_step_is_refuted(name, number):
    """One more than right: sizes by one, bounds by one."""
    derivation = DERIVATIONS[name]()
    steps = list(derivation.steps)
    steps[number] = replace(steps[number], statement=one_more(steps[number].statement))
    proof = Derivation(derivation.title, tuple(steps)).verify()[number]
    assert proof.verdict == "refuted", proof
    assert not proof


def one_more(statement):
    if isinstance(statement, sympy.core.relational.Relational):
        return sympy.Le(statement.lhs, statement.rhs + 1, evaluate=False)
    return statement + 1


FEWER = [(n, i) for n, i in STEPS if DERIVATIONS[n]().steps[i].rule == "fewer"]


@pytest.mark.parametrize(("name", "number"), FEWER, ids=lambda value: str(value))
def test_more_is_not_fewer(name, number):
    derivation = DERIVATIONS[name]()
    steps = list(derivation.steps)
    steps[number] = replace(steps[number], statement=steps[number].statement + steps[number - 1].statement)
    assert Derivation(derivation.title, tuple(steps)).verify()[number].verdict == "refuted"


def test_the_first_step_must_be_given():
    with pytest.raises(ValueError, match="the first step of a derivation must be given"):
        Derivation("empty", (Step(sympy.Integer(1), "from nothing"),)).verify()


def test_results_by_hand():
    """(224 + 2*3 - 7)/2 + 1 rounded down is 112; ConvTranspose2d(k=4, s=2, p=1) doubles 7 to 14."""
    values = {"n": 224, "k": 7, "s": 2, "p": 3, "d": 1}
    result = DERIVATIONS["output-size"]().result
    assert result.subs({s: values[s.name] for s in result.free_symbols}) == 112
    values = {"n": 7, "k": 4, "s": 2, "p": 1, "d": 1, "p_out": 0}
    result = DERIVATIONS["transposed-output-size"]().result
    assert result.subs({s: values[s.name] for s in result.free_symbols}) == 14


def test_numbers_put_in_are_one_more_step():
    derivation = DERIVATIONS["chain-size"]()
    longer = derivation.at(dict.fromkeys(derivation.result.free_symbols, 2), "all of them 2")
    assert len(longer.steps) == len(derivation.steps) + 1
    assert all(longer.verify()[-1:]), "substitution verifies"
