"""Answers as they are written, and what is no answer."""

import contextlib
import sys
import time
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from convmath import ConvmathError, check
from convmath.check.answer import read_answer
from convmath.check.formula import UnreadableError, evaluate, read_formula, written

READ = [  # what is written, and every value that it may mean
    ("86,400", [86400]),
    ("86400", [86400]),
    ("86.4K", [86400]),
    ("86.4 k", [86400]),
    ("3*3*3*128", [3456]),
    ("3x3x3x128", [3456]),
    ("3 × 3 × 3 × 128", [3456]),
    ("3·3·3·128", [3456]),
    ("2^20", [1048576]),
    ("2**20", [1048576]),
    ("2²⁰", [1048576]),
    ("12 %", [Fraction(12, 100)]),
    ("12%", [Fraction(12, 100)]),
    ("0.12", [Fraction(12, 100)]),
    ("9/2", [Fraction(9, 2)]),
    ("4.5", [Fraction(9, 2)]),
    ("4,5", [Fraction(9, 2)]),
    ("9 800", [9800]),
    ("9'800", [9800]),
    ("9_800", [9800]),
    ("1.234.567", [1234567]),
    ("9.800", [Fraction(98, 10), 9800]),
    ("1,234.5", [Fraction(12345, 10)]),
    ("1.234,5", [Fraction(12345, 10)]),
    ("12万", [120000]),
    ("1.2 亿", [120000000]),
    ("25.6 million", [25600000]),
    ("4.1 GMACs", [4100000000]),
    ("7600 parameters", [7600]),
    ("**7600**", [7600]),
    ("= 7600", [7600]),
    ("about 25 M", [25000000]),
    ("2e7", [20000000]),
    ("2×10⁷", [20000000]),
    ("1.38 x 10^8", [138000000]),
    ("8(5*5 + 1)", [208]),
    ("[(9 - 3 + 2(0))/1] + 1", [7]),
    ("⌊(20-3)/2⌋ + 1", [9]),
    (r"\lfloor\frac{20-3}{2}\rfloor + 1", [9]),
    (r"$\left\lfloor \frac{20-3}{2} \right\rfloor + 1$", [9]),
    ("17//2", [8]),
    ("（9+2*1-3）/1+1", [9]),
    ("max(3, 4) - min(1, 2)", [3]),
    ("-3", [-3]),
]


@pytest.mark.parametrize(("text", "values"), READ, ids=range(len(READ)))
def test_a_number_is_read_as_it_is_written(text, values):
    assert [reading.values[0] for reading in read_answer(text).readings] == values


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("128x5x5", (128, 5, 5)),
        ("128 x 5 x 5", (128, 5, 5)),
        ("(5,5,128)", (5, 5, 128)),
        ("[5, 5, 128]", (5, 5, 128)),
        ("5 5 128", (5, 5, 128)),
        ("5×5×128", (5, 5, 128)),
        ("5*5*128", (5, 5, 128)),
        ("6@28x28", (6, 28, 28)),
        ("C=6, H=28, W=28", (6, 28, 28)),
        ("(2*3) x (9 - 2) x 14/2", (6, 7, 7)),
        ("5", (5,)),
        ("1,000", (1000,)),
    ],
)
def test_a_shape_is_read_as_it_is_written(text, shape):
    assert read_answer(text, shaped=True).first.values == shape


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [
        ("97 MiB", 97 * 2**20),
        ("97MB", 97 * 10**6),
        ("18816 bytes", 18816),
        ("18.4 KiB", Fraction(184, 10) * 1024),
        ("2 B", 2),
    ],
)
def test_memory_has_units(text, bytes_):
    assert read_answer(text, memory=True).value == bytes_


@pytest.mark.parametrize(
    ("text", "right", "holds"),
    [
        ("25.6M", 25_557_032, True),  # rounded
        ("25.5M", 25_557_032, True),  # cut off
        ("25.4M", 25_557_032, False),
        ("25.7M", 25_557_032, False),
        ("12 %", Fraction(137, 1152), True),
        ("11 %", Fraction(137, 1152), True),
        ("13 %", Fraction(137, 1152), False),
        ("18,000", 18_605, False),  # written out: meant exactly
        ("about 18,000", 18_605, True),
        ("about 7,280", 7_240, False),  # four digits written out
        ("1.38e8", 138_357_544, True),
        (r"1.38 \times 10^{8}", 138_357_544, True),
        ("3.89e-4 G", 389_344, True),
        ("~100", 199, False),
        ("1K", 1_999, False),
        ("1K", 1_024, True),
        ("1.39e8", 138_357_544, False),
    ],
)
def test_a_number_is_as_exact_as_it_is_written(text, right, holds):
    assert read_answer(text).first.equals(right) is holds


HOSTILE = [
    "", " ", "9**9**9", "9^9^9^9", "2**100000", "(" * 500 + "1" + ")" * 500, "-" * 500 + "1", "1/0", "2^(1/3)",
    "__import__('os').system('true')", "().__class__", "a.b", "lambda: 1", "{0.__class__}", "%s%n", "f'{1}'",
    "9" * 5000, "1e999999999", "0x1F", "1;2", "1\n2", "NaN", "inf", "∞", "1 2 3 4 5", "①", "½", "𝟗", "٣",
    "floor(", "floor()", "max()", "frac", "\\frac{1}", "][", "!5", "5!", "@", "x" * 900, "1" + "+1" * 600,
    "2^2^2^2^2^2", "(1,2", "#", "'; DROP TABLE", "\x00", "\u202e7600", "1.2.3", "1,2,3,", "10**-500",
    "max(" + "1," * 300 + "1)",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("quantity", ["parameters", "output", "memory", "padding"])
def test_what_strangers_write_is_judged_or_unreadable_at_once(text, quantity):
    start = time.process_time()
    (verdict,) = check("Conv2d(3, 100, 5)", "3x300x300", {quantity: text})
    assert verdict.verdict != "right"
    assert time.process_time() - start < 1  # a hang would be seen, slowness is none of this test


def test_brackets_and_signs_have_a_last_one():
    assert evaluate(read_formula("-" * 49 + "1"), {}) == -1
    with pytest.raises(UnreadableError, match="too many signs"):
        read_formula("-" * 50 + "1")


def test_unreadable_answers_are_not_wrong_ones():
    (verdict,) = check("Conv2d(3, 100, 5)", "3x300x300", parameters="seven thousand")
    assert verdict.verdict == "unreadable"
    assert verdict.codes == []
    assert "'seven thousand' cannot be read" in verdict.why


HALF = type("Half", (), {"numerator": 1})()


@pytest.mark.parametrize(
    "given", [True, None, float("nan"), float("inf"), {"a": 1}, object(), [1, "x"], HALF]
)
def test_what_python_gives_that_is_no_answer(given):
    (verdict,) = check("Conv2d(3, 100, 5)", "3x300x300", parameters=given)
    assert verdict.verdict == "unreadable"


LETTERS = "0123456789+-*/^%()[]{}xXkKMGB.,'_ ²³×·⌊⌋\\floorceilfracmaxminnp=≈~e"


@given(st.text(LETTERS, max_size=40) | st.text(max_size=40))
@example("9**9**9")
def test_no_text_does_anything_but_be_judged(text):
    for shaped in (False, True):
        for memory in (False, True):
            with contextlib.suppress(UnreadableError):
                read_answer(text, {"n": 7, "p": 2}, shaped=shaped, memory=memory)


TREES = st.recursive(
    st.integers(0, 99).map(str) | st.sampled_from(["n", "p"]),
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*/^"), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})")
        | inner.map(lambda t: f"floor({t})")
        | inner.map(lambda t: f"-{t}")
    ),
    max_leaves=8,
)


@given(TREES)
def test_a_formula_reads_itself_back(text):
    """What is written of a tree is the same tree, with other brackets at most."""
    tree, values = read_formula(text), {"n": 7, "p": 2}
    try:
        value = evaluate(tree, values)
    except UnreadableError:
        return
    assert evaluate(read_formula(written(tree)), values) == value


@given(TREES)
def test_a_formula_means_what_python_says(text):
    try:
        value = evaluate(read_formula(text), {"n": 7, "p": 2})
    except UnreadableError:
        return
    names = {"n": Fraction(7), "p": Fraction(2), "floor": lambda x: Fraction(x.__floor__())}
    python = "".join(
        f"Fraction({part})" if part.isdigit() else part for part in _parts(text.replace("^", "**"))
    )
    assert value == eval(python, {"Fraction": Fraction, **names})


def _parts(text):
    import re

    return re.findall(r"\d+|\D+", text)


def test_nothing_is_executed(monkeypatch):
    called = []
    for name in ("eval", "exec", "compile"):
        monkeypatch.setattr(f"builtins.{name}", lambda *arguments: called.append(arguments))
    for text in ("__import__('os')", "eval('1')", "1+1", "floor(7/2)"):
        check("Conv2d(3, 100, 5)", "3x300x300", parameters=text)
    assert called == []
    assert "sympy.parsing" not in sys.modules or sys.modules["sympy.parsing"]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"paramters": 1}, r"there is no quantity 'paramters'; did you mean parameters"),
        ({"height": 1}, r"has no height"),
        ({"ratio": 1}, r"a ratio is that of a depthwise separable convolution"),
        ({"conv9.parameters": 1}, r"has no node 'conv9'"),
        ({}, r"no answer is given"),
    ],
)
def test_what_cannot_be_asked_is_said(answers, message):
    with pytest.raises(ConvmathError, match=message):
        check("Linear(400, 10)", "400", answers)
