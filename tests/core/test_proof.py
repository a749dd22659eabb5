"""Floors in canonical form, and a prover that proves nothing false."""

import math
from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from convmath.exact.canonical import canonical
from convmath.exact.floors import FloorDiv, Gcd
from convmath.exact.proof import evaluate, grid, prove_equal
from convmath.geometry.window import Window

N, M = sympy.symbols("n m", integer=True, positive=True)
Z = sympy.Symbol("z", integer=True, nonnegative=True)
POINTS = st.fixed_dictionaries({N: st.integers(1, 50), M: st.integers(1, 50), Z: st.integers(0, 50)})
COEFFICIENTS = st.integers(-5, 5)
FEW = settings(max_examples=max(20, settings().max_examples // 3))


class Expression:
    """An expression built twice: for SymPy, and as a function of numbers in plain Python."""

    def __init__(self, symbolic, value):
        self.symbolic, self.value = symbolic, value

    def __repr__(self):
        return f"Expression({self.symbolic})"


def linear(parts):
    a, b, c, d = parts
    return Expression(a * N + b * M + c * Z + d, lambda at: a * at[N] + b * at[M] + c * at[Z] + d)


def floored(parts):
    inner, divisor, factor, shift = parts
    return Expression(
        factor * FloorDiv(inner.symbolic, sympy.Integer(divisor)) + shift,
        lambda at: factor * math.floor(Fraction(inner.value(at), divisor)) + shift,
    )


def added(pair):
    first, second = pair
    return Expression(first.symbolic + second.symbolic, lambda at: first.value(at) + second.value(at))


LINEAR = st.tuples(*[COEFFICIENTS] * 4).map(linear)
NESTED = st.recursive(
    LINEAR,
    lambda inner: st.one_of(
        st.tuples(inner, st.integers(1, 6), st.integers(-2, 3), COEFFICIENTS).map(floored),
        st.tuples(inner, inner).map(added),
    ),
    max_leaves=4,
)


@given(NESTED, POINTS)
def test_rewriting_keeps_every_value(expression, at):
    assert evaluate(sympy.sympify(expression.symbolic), at) == expression.value(at)


@given(NESTED, POINTS)
def test_the_canonical_form_keeps_every_value(expression, at):
    assert evaluate(canonical(sympy.sympify(expression.symbolic)), at) == expression.value(at)


@FEW
@given(NESTED, NESTED, st.lists(POINTS, min_size=5, max_size=5))
def test_the_prover_proves_nothing_false_and_refutes_with_true_counterexamples(left, right, points):
    proof = prove_equal(left.symbolic, right.symbolic)
    if proof:
        assert all(left.value(at) == right.value(at) for at in points)
    elif proof.verdict == "refuted":
        at = {N: 1, M: 1, Z: 0} | {
            s: proof.counterexample[s.name] for s in (N, M, Z) if s.name in proof.counterexample
        }
        assert left.value(at) != right.value(at)
    else:
        assert proof.verdict == "agrees"


@FEW
@given(NESTED, st.integers(1, 3))
def test_the_prover_refutes_what_is_off_by_a_constant(expression, by):
    """Expressions without symbols have no point to name, but are refuted all the same."""
    assert prove_equal(expression.symbolic, expression.symbolic + by).verdict == "refuted"


@FEW
@given(LINEAR, st.integers(1, 6))
def test_a_ceiling_is_a_floor(expression, divisor):
    x = expression.symbolic
    assert prove_equal(-FloorDiv(-x, divisor), FloorDiv(x + divisor - 1, divisor)).verdict == "proved"


@FEW
@given(LINEAR, st.integers(1, 6), st.integers(1, 6), COEFFICIENTS)
def test_nested_floors_are_one(expression, inner, outer, shift):
    x = expression.symbolic
    nested = FloorDiv(FloorDiv(x, sympy.Integer(inner)) + shift, sympy.Integer(outer))
    assert prove_equal(nested, FloorDiv(x + inner * shift, sympy.Integer(inner * outer)))


@st.composite
def axis_windows(draw):
    return Window(*(draw(st.integers(low, high)) for low, high in ((1, 5), (1, 4), (0, 3), (0, 3), (1, 3))))


@FEW
@given(st.lists(axis_windows(), min_size=1, max_size=4))
def test_chains_have_one_canonical_size(windows):
    """Counted layer by layer or by the composed window, the size is the same expression."""
    size, composed = N, Window()
    for window in windows:
        size, composed = window.count(size), composed.then(window)
    assert canonical(size) == canonical(composed.count(N))
    assert len(sympy.sympify(size).atoms(FloorDiv)) <= 1


PROVED = (
    (-FloorDiv(-N, M), FloorDiv(N + M - 1, M)),
    (N - FloorDiv(N, 2), FloorDiv(N + 1, 2)),
    (FloorDiv(2 * N, 4), FloorDiv(N, 2)),
    (FloorDiv(FloorDiv(N - 1, 2) + 3, 5), FloorDiv(N + 5, 10)),
    (FloorDiv(N + 2 * M, 2), FloorDiv(N, 2) + M),
    (FloorDiv(N, 3) + FloorDiv(N + 1, 3) + FloorDiv(N + 2, 3), N),  # Hermite's identity
    (Gcd(N, N), N),
)


@pytest.mark.parametrize(("left", "right"), PROVED, ids=str)
def test_proved(left, right):
    assert str(prove_equal(left, right)).startswith("proved (")


REFUTED = (  # equations people write, and the first point where they fail
    (FloorDiv(N, 2), FloorDiv(N + 1, 2), {"n": 1}),
    (FloorDiv(N, 2) * 2, N, {"n": 1}),
    (FloorDiv(N - 1, 2) + 1, FloorDiv(N, 2) + 1, {"n": 2}),
)


@pytest.mark.parametrize(("left", "right", "counterexample"), REFUTED, ids=str)
def test_refuted(left, right, counterexample):
    proof = prove_equal(left, right)
    assert (proof.verdict, proof.counterexample) == ("refuted", counterexample)
    assert "differs at" in str(proof)


def test_what_cannot_be_proved_is_said_to_agree_only():
    """gcd(n, m)*lcm = n*m needs a lemma the prover lacks; it agrees on every point tried."""
    proof = prove_equal(Gcd(N, M), Gcd(M, N))
    assert (proof.verdict, bool(proof)) == ("agrees", False)
    assert str(proof) == f"agrees on {proof.points} points, not proved"


def test_conditions_restrict_where_an_equation_must_hold():
    assert prove_equal(sympy.Max(N - M, 0), 0).verdict == "refuted"
    assert prove_equal(sympy.Max(N - M, 0), 0, given=(N <= M,)).verdict in ("agrees", "proved")


def test_the_grid_is_small_points_first():
    first, *_ = grid([M, N, Z])
    assert first == {M: 1, N: 1, Z: 0}


def test_what_has_no_exact_value_is_refused():
    with pytest.raises(TypeError, match="sin has no exact evaluation"):
        evaluate(sympy.sin(N), {N: 1})


def test_conditions_may_name_symbols_of_their_own():
    least = sympy.Le(N, M, evaluate=False)
    assert prove_equal(FloorDiv(N, 2), FloorDiv(N + 1, 2), given=(least,)).verdict == "refuted"


@pytest.mark.parametrize(
    ("left", "right", "given"),
    [
        (sympy.Max(N - M, 0), 0, (N <= M,)),
        (sympy.Max(N, M) + sympy.Min(N, M), N + M, ()),
        (sympy.Max(FloorDiv(N, 2), FloorDiv(N, 3)), FloorDiv(N, 2), ()),
        (Gcd(6, N) * Gcd(6, N), Gcd(6, N) + Gcd(6, N) * (Gcd(6, N) - 1), ()),
        (sympy.Min(FloorDiv(N + 5, 2), FloorDiv(N + 1, 2) + 1), FloorDiv(N + 1, 2) + 1, ()),
    ],
    ids=str,
)
def test_polyhedra_prove_what_residues_cannot(left, right, given):
    pytest.importorskip(
        "islpy", reason="the polyhedral library ISL is not there: pip install convmath[proof]"
    )
    assert prove_equal(left, right, given=given).verdict == "proved"


def test_polyhedra_find_a_value_far_away():
    """Both are equal up to 10,000: no grid of small numbers tells them apart."""
    pytest.importorskip(
        "islpy", reason="the polyhedral library ISL is not there: pip install convmath[proof]"
    )
    proof = prove_equal(sympy.Max(N, 10_000), 10_000)
    assert (proof.verdict, proof.counterexample["n"] > 10_000) == ("refuted", True)


S, D = sympy.symbols("s d", integer=True, positive=True)


@pytest.mark.parametrize(
    ("expression", "at", "value"),
    [
        (lambda: sympy.Max(S - S / Gcd(S, D), 0), {S: 2, D: 2}, 1),
        (lambda: sympy.Max(M * (FloorDiv(N, S) + 1) - 2, 0), {M: 1, N: 1, S: 2}, 0),
        (lambda: sympy.Max(2 * Gcd(N + M, 2) - 3, 0), {N: 1, M: 2}, 0),
        (lambda: sympy.Min(S, S * Gcd(N, M) - 1), {S: 1, N: 2, M: 3}, 0),
    ],
    ids=range(4),
)
def test_signs_are_not_read_off_the_least_values(expression, at, value):
    """SymPy takes a product of several symbols to be least where they are: not with divisors inside."""
    assert evaluate(expression(), at) == value


def test_values_are_those_that_are_assumed():
    least = sympy.Symbol("r", integer=True, nonpositive=True)
    prime = sympy.Symbol("p", integer=True, prime=True)
    assert prove_equal(sympy.Max(FloorDiv(least, 2), 0), 0).verdict != "refuted"
    assert prove_equal(sympy.Max(FloorDiv(prime, 2), 1), FloorDiv(prime, 2)).verdict != "refuted"
