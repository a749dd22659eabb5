"""Problem sheets: numbers that tell rules apart, keys that grade, and every form they are written in."""

import json
import tomllib
import xml.etree.ElementTree as ElementTree

import pytest

from convmath import ConvmathError
from convmath.check.grade import Row, grade
from convmath.check.key import read_key
from convmath.check.worksheet import TEMPLATES, filled, load_template, variants
from convmath.render import worksheet as render
from convmath.render.verdict import value_text

SMALL = """
title = "Small"
[numbers]
c = "2..9"
n = "8, 16"
[[question]]
id = "a"
about = "{c} channels on {n}x{n}, to {2*c}: parameters?"
layers = "Conv2d({c}, {2*c}, 3)"
input = "{c}x{n}x{n}"
quantity = "parameters"
"""


def written(tmp_path, text):
    path = tmp_path / "t.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def sheets():
    return {name: list(variants(load_template(name), 2, seed=7)) for name in TEMPLATES}


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_ready_sheet_is_right_and_its_wrong_answers_are_wrong(sheets, name):
    for variant in sheets[name]:
        key = read_key(variant.key)
        right = Row("right", tuple(value_text(problem.right) for problem in variant.problems))
        (student,) = grade(key, [right]).students
        assert student.points == sum(question.points for question in key.questions)
        for place, problem in enumerate(variant.problems):
            assert len(problem.wrongs) >= 5
            for codes, value, _ in render.mistakes(problem):
                answers = ["" for _ in variant.problems]
                answers[place] = value
                (wrong,) = grade(key, [Row("wrong", tuple(answers))]).students
                verdict = wrong.marks[place].verdict
                assert set(codes.split(", ")) <= set(verdict.codes)
                assert verdict.verdict in ("known", "right-if")


def test_the_rules_of_parameters_and_multiplications_all_give_numbers_of_their_own(sheets):
    for variant in sheets["multiplications"]:
        assert variant.alike == 0
    for variant in sheets["parameters"]:
        for problem in variant.problems[:2]:  # single convolutions
            assert len({wrong.value for wrong in problem.wrongs}) == len(problem.wrongs)


def test_the_same_seed_gives_the_same_sheets_and_another_others():
    template = load_template("sizes")
    one, again, other = (next(variants(template, 1, seed)) for seed in (3, 3, 4))
    assert one.drawn == again.drawn != other.drawn


def test_no_variant_comes_twice(tmp_path):
    template = load_template(written(tmp_path, SMALL))
    drawn = [tuple(variant.drawn.values()) for variant in variants(template, 12, 1)]
    assert len(set(drawn)) == 12


def test_a_template_without_enough_numbers_says_so(tmp_path):
    template = load_template(written(tmp_path, SMALL.replace("2..9", "2..3")))
    with pytest.raises(ConvmathError, match=r"no variant 5 of 'Small' was found: all variants"):
        list(variants(template, 9, 1))


def test_a_layer_that_does_not_fit_is_drawn_again_or_said(tmp_path):
    template = load_template(written(tmp_path, SMALL.replace("8, 16", "1, 16")))
    assert next(variants(template, 1, 1)).drawn["n"] == 16
    never = load_template(written(tmp_path, SMALL.replace("8, 16", "1, 2")))
    with pytest.raises(
        ConvmathError, match=r"no variant 1 of 'Small' was found: question 'a': .* covers 3 positions"
    ):
        next(variants(never, 1, 1))


def test_holes_hold_formulas():
    assert filled("{c} and {2*c + 1}, {c^2}", {"c": 4}) == "4 and 9, 16"
    assert filled(3, {}) == 3
    with pytest.raises(ConvmathError, match=r"\{d\} asks for d, of which no numbers are given"):
        filled("{d}", {"c": 4})
    with pytest.raises(ConvmathError, match=r"\{c.__class__\} is no formula"):
        filled("{c.__class__}", {"c": 4})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('c = "2..9"', 'c = "two"'), r"c='two' must be whole numbers"),
        (('c = "2..9"', 'c = "9..2"'), r"c='9..2' holds no number"),
        (('c = "2..9"', 'c = "1..99999999"'), r"has too many numbers"),
        (
            ("[numbers]", "[number]"),
            r"the template has 'number', which decides nothing; did you mean numbers",
        ),
        (("[[question]]", "[question]"), r"the template has no question"),
        (('title = "Small"', "title = "), r"is no TOML file"),
    ],
)
def test_what_is_wrong_with_a_template_is_said(tmp_path, change, message):
    with pytest.raises(ConvmathError, match=message):
        load_template(written(tmp_path, SMALL.replace(*change)))


def test_templates_that_are_not_there():
    with pytest.raises(ConvmathError, match=r"there is no template 'size'; did you mean sizes"):
        load_template("size")
    with pytest.raises(ConvmathError, match=r"none.toml cannot be read"):
        load_template("none.toml")


def test_a_key_as_toml_is_the_key(sheets):
    for variant in sheets["lenet"]:
        assert tomllib.loads(render.toml_key(variant)) == json.loads(json.dumps(variant.key))


def test_moodle_gets_one_right_answer_and_one_without_credit_for_each_wrong_number(sheets):
    tree = ElementTree.fromstring(render.moodle(sheets["lenet"]))
    questions = [each for each in tree if each.get("type") != "category"]
    problems = [problem for variant in sheets["lenet"] for problem in variant.problems]
    assert len(questions) == len(problems)
    for question, problem in zip(questions, problems, strict=True):
        fractions = [answer.get("fraction") for answer in question.findall("answer")]
        assert fractions == ["100", *["0"] * len(list(render.mistakes(problem)))]
        assert question.find("answer/text").text == value_text(problem.right).replace(",", "")
        assert question.get("type") == ("shortanswer" if isinstance(problem.right, tuple) else "numerical")


def test_latex_has_no_letter_that_means_something_else(sheets):
    page = render.latex(sheets["parameters"], "50 % of _all_ & more #1")
    assert r"50 \% of \_all\_ \& more \#1" in page
    assert page.count(r"\begin{longtable}") == page.count(r"\end{longtable}") == 8


def test_sheets_do_not_hold_their_answers(sheets):
    for variant in sheets["parameters"]:
        page = render.markdown_sheet(variant, "")
        for problem in variant.problems:
            assert value_text(problem.right) not in page
            assert problem.question.about in page


@pytest.mark.parametrize(
    ("format_", "name"),
    [
        ("markdown", "sheet-02.md"),
        ("latex", "sheets.tex"),
        ("html", "sheets.html"),
        ("json", "sheets.json"),
        ("moodle", "sheets.xml"),
    ],
)
def test_the_command_writes_sheets_and_keys_that_grade(convmath, tmp_path, format_, name):
    run = convmath(
        "worksheet",
        "multiplications",
        "--variants",
        "2",
        "--seed",
        "7",
        "--format",
        format_,
        "--out",
        str(tmp_path / "out"),
    )
    assert run.code == 0
    assert (tmp_path / "out" / name).exists()
    (tmp_path / "answers.csv").write_text("student,a,b,c\nada,1,1,1\n")
    graded = convmath(
        "grade", str(tmp_path / "out" / "key-02.toml"), str(tmp_path / "answers.csv"), "--format", "json"
    )
    assert graded.json()["title"] == "Multiplications, variant 2"


def test_the_command_prints_where_no_folder_is_named(convmath):
    run = convmath("worksheet", "fields", "--seed", "1")
    assert run.out.startswith("# Receptive fields, variant 1\n")
    assert "| R05 |" in run.out or "R05" in run.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing"], "there is no template 'nothing'"),
        (["sizes", "--variants", "0"], "0 is not in the range"),
        (["sizes", "--format", "docx"], "'docx' is not one of"),
    ],
)
def test_what_cannot_be_made_is_one_sentence(convmath, arguments, sentence):
    run = convmath("worksheet", *arguments)
    assert (run.code, run.out) == (2, "")
    assert sentence in run.err
