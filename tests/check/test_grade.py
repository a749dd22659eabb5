"""Keys, answers of a class, marks, and what is written of them."""

import csv
import io
import json

import pytest

from convmath import ConvmathError
from convmath.check.grade import Row, grade, read_answers
from convmath.check.key import load_key, read_key
from convmath.render import grades as render

KEY = """
title = "Sheet 3"
[credit]
near = 0.5
P01 = 0.75
[[question]]
id = "1a"
about = "100 filters of 5x5 on 300x300 RGB: parameters?"
layers = "Conv2d(3, 100, 5)"
input = "3x300x300"
quantity = "parameters"
points = 2
[[question]]
id = "2a"
layers = "lenet"
node = "C1"
quantity = "output"
[[question]]
id = "2b"
layers = "lenet"
node = "S2"
quantity = "output"
[[question]]
id = "3"
layers = "vgg16"
quantity = "parameters"
accept = ["K09"]
points = 4
"""
ANSWERS = """student,1a,2a,2b,3
ada,7600,6x28x28,6x14x14,"138,357,544"
ben,2600,6x24x24,6x12x12,138344128
cy,7500,28x28x6,,a lot
dee,7601,,6x12x12,61.1 M
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "key.toml").write_text(KEY, encoding="utf-8")
    (tmp_path / "answers.csv").write_text(ANSWERS, encoding="utf-8")
    return tmp_path


def graded(folder):
    key = load_key(folder / "key.toml")
    return grade(key, *read_answers(folder / "answers.csv", key))


def test_a_class_is_graded(folder):
    found = graded(folder)
    words = {student.name: [mark.word for mark in student.marks] for student in found.students}
    assert words == {
        "ada": ["right", "right", "right", "right"],
        "ben": ["known", "known", "follows", "right-if"],
        "cy": ["right-if", "right-if", "no answer", "unreadable"],
        "dee": ["near", "no answer", "known", "wrong"],
    }
    assert {student.name: float(student.points) for student in found.students} == {
        "ada": 2 + 1 + 1 + 4,
        "ben": 0 + 0 + 1 + 4,  # what follows counts, and so do weights alone where they are accepted
        "cy": 1.5 + 1 + 0 + 0,  # the biases left out: three quarters of two points; channels last: all
        "dee": 1 + 0 + 0 + 0,
    }
    assert found.most == 8


def test_every_mark_says_why(folder):
    ben, cy = graded(folder).students[1:3]
    assert ben.marks[0].said.startswith("known (P03): (5^2 + 1)*100 = 2600")
    assert ben.marks[2].said == "follows (E01): right for your output of C1"
    assert "which this key does not accept" in cy.marks[0].said
    assert cy.marks[3].said.endswith("to be read by hand")


def test_the_commonest_mistakes_are_counted(folder):
    found = graded(folder)
    first = found.key.questions[0]
    assert found.codes(first) == {"P03": 1, "P01": 1, "N01": 1} or found.codes(first)["P03"] == 1
    page = render.text(found)
    assert "Sheet" not in page
    assert [line.split()[0] for line in page.splitlines()[1:5]] == ["1a", "2a", "2b", "3"]
    assert "4 students" in page


def test_a_teachers_own_mistake_is_said_first(folder):
    (folder / "key.toml").write_text(
        KEY.replace('quantity = "parameters"\npoints = 2', 'quantity = "parameters"\nexpect = 2600')
    )
    page = render.text(graded(folder))
    assert page.startswith("1a: the key expects 2600, worked out is 7,600 (P03): (5^2 + 1)*100 = 2600")


def test_what_a_teacher_expects_and_is_right_is_not_said(folder):
    for expect in ('"7,600"', "7600", '"7600 = 76*100"'.replace("7600 = ", "")):
        (folder / "key.toml").write_text(KEY.replace("points = 2", f"expect = {expect}"))
        assert graded(folder).disagreements == ()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("eve,1,2", "it has 3 cells, the heading has 5"),
        ("eve,1,2,3,4,5", "it has 6 cells, the heading has 5"),
        (",1,2,3,4", "it has no student"),
        ("ada,1,2,3,4", "'ada' is on line 2 already"),
    ],
)
def test_a_broken_row_is_skipped_and_kept(folder, row, why):
    (folder / "answers.csv").write_text(f"{ANSWERS}{row}\nzoe,7600,,,\n", encoding="utf-8")
    found = graded(folder)
    assert [student.name for student in found.students] == ["ada", "ben", "cy", "dee", "zoe"]
    (skipped,) = found.skipped
    assert (skipped.line, skipped.why) == (6, why)
    assert ",".join(skipped.row) == row
    assert f"line 6: {why}" in render.text(found)
    assert why in render.comma_separated(found)
    assert render.plain(found)["skipped"][0]["row"] == row.split(",")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_tables_of_spreadsheets_are_read(folder, separator, mark):
    rows = list(csv.reader(io.StringIO(ANSWERS)))
    page = io.StringIO()
    csv.writer(page, delimiter=separator).writerows(rows)
    (folder / "answers.csv").write_text(mark + page.getvalue(), encoding="utf-8")
    assert [float(student.points) for student in graded(folder).students] == [8, 5, 2.5, 1]


def test_columns_may_be_missing_or_stand_in_any_order(folder):
    (folder / "answers.csv").write_text("student,3,1a\nada,138357544,7600\n")
    (ada,) = graded(folder).students
    assert [mark.word for mark in ada.marks] == ["right", "no answer", "no answer", "right"]


def test_results_as_csv_read_back(folder):
    rows = list(csv.DictReader(io.StringIO(render.comma_separated(graded(folder)))))
    assert [row["points"] for row in rows] == ["8", "5", "2.5", "1"]
    assert rows[1]["1a why"].startswith("known (P03)")


def test_no_cell_is_a_formula_of_a_spreadsheet(folder):
    (folder / "answers.csv").write_text("student,1a\n=1+1,7600\n")
    assert "'=1+1" in render.comma_separated(graded(folder))


def test_results_as_autograders_take_them(folder):
    ben = render.autograder(graded(folder).students[1])
    assert ben["score"] == 5
    assert [set(test) for test in ben["tests"]] == [{"name", "score", "max_score", "output"}] * 4
    assert ben["tests"][0]["name"] == "1a: 100 filters of 5x5 on 300x300 RGB: parameters?"
    assert ben["tests"][3] == {
        "name": "3",
        "score": 4.0,
        "max_score": 4.0,
        "output": ben["tests"][3]["output"],
    }
    json.dumps(ben)


def test_a_page_names_students_without_doing_what_they_say(folder):
    (folder / "answers.csv").write_text("student,1a\n<script>alert(1)</script>,<b>\n")
    page = render.html(graded(folder))
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[[question]]", "[[questions]]"), r"the key has 'questions', which decides nothing; did you mean question"),
        (('quantity = "parameters"', 'quantity = "paramters"'), r"question '1a': there is no quantity 'paramters'"),
        (('layers = "lenet"', 'layers = "lenett"'), r"question '2a': there is no network 'lenett'"),
        (('node = "C1"', 'node = "C9"'), r"question '2a': lenet@lecture has no node 'C9'"),
        (('id = "2b"', 'id = "2a"'), r"two questions are called '2a'"),
        (("points = 2", "points = 0"), r"points=0 must be larger than 0"),
        (("points = 2", 'points = "two"'), r"points='two' must be a number"),
        (("points = 2", "point = 2"), r"has 'point', which decides nothing; did you mean points"),
        (("P01 = 0.75", "P01 = 2"), r"the credit of P01 is a share between 0 and 1"),
        (('accept = ["K09"]', 'accept = "K09"'), r"must be a list of codes"),
        (("[[question]]", "[question]"), r"is no TOML file|must be|has no question|no table"),
        (('id = "1a"', "id = "), r"is no TOML file"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_key_is_said(folder, change, message):
    (folder / "key.toml").write_text(KEY.replace(*change))
    with pytest.raises(ConvmathError, match=message):
        load_key(folder / "key.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("student,1a,9\nada,1,2\n", r"the column '9' is no question of the key; did you mean|known are 1a"),
        ("1a,2a\n1,2\n", r"the first column must be the student's"),
        ("", r"the first column must be the student's"),
        ("student,1a,1a\nada,1,2\n", r"two columns are headed '1a'"),
    ],
)
def test_what_is_wrong_with_the_answers_is_said(folder, text, message):
    (folder / "answers.csv").write_text(text)
    with pytest.raises(ConvmathError, match=message):
        graded(folder)


def test_files_that_are_not_there_or_no_text(folder):
    key = load_key(folder / "key.toml")
    with pytest.raises(ConvmathError, match=r"cannot be read"):
        read_answers(folder / "none.csv", key)
    (folder / "answers.csv").write_bytes(b"student,1a\nj\xf6rg,1\n")
    with pytest.raises(ConvmathError, match=r"is not written in UTF-8"):
        read_answers(folder / "answers.csv", key)
    with pytest.raises(ConvmathError, match=r"cannot be read"):
        load_key(folder / "none.toml")


def test_answers_are_judged_once_however_many_give_them(folder, monkeypatch):
    key = load_key(folder / "key.toml")
    from convmath.check import key as module

    calls = []
    judge = module.judge
    monkeypatch.setattr(module, "judge", lambda *arguments: calls.append(1) or judge(*arguments))
    grade(key, [Row(f"s{n}", ("7600", "6x28x28", "6x14x14", "1")) for n in range(100)])
    assert len(calls) == 4


def test_a_key_from_python():
    key = read_key({"question": [{"layers": "Conv2d(3, 8, 3)", "input": "3x9x9", "quantity": "macs"}]})
    (student,) = grade(key, [Row("ada", ("10,584",))]).students
    assert (student.marks[0].word, key.questions[0].id) == ("right", "1")


def grade_command(convmath, folder, *options):
    return convmath("grade", str(folder / "key.toml"), str(folder / "answers.csv"), *options)


def test_the_command_writes_every_file(convmath, folder):
    outs = [option for name in ("r.csv", "r.json", "r.html") for option in ("--out", str(folder / name))]
    run = grade_command(convmath, folder, *outs, "--autograder", str(folder / "auto"))
    assert run.code == 0
    assert json.loads((folder / "r.json").read_text())["students"][1]["points"] == 5
    assert json.loads((folder / "auto" / "ben.json").read_text())["score"] == 5
    assert (folder / "r.html").read_text().startswith("<!doctype html>")
    assert grade_command(convmath, folder, "--format", "json").json()["title"] == "Sheet 3"


def test_students_whose_files_would_be_the_same_have_their_own(convmath, folder):
    (folder / "answers.csv").write_text("student,1a\na b,7600\na/b,2600\na_b,1\n")
    grade_command(convmath, folder, "--autograder", str(folder / "auto"))
    assert len(list((folder / "auto").iterdir())) == 3


def test_the_exit_code_says_that_something_is_to_be_looked_at(convmath, folder):
    (folder / "answers.csv").write_text(ANSWERS + "eve\n")
    assert grade_command(convmath, folder).code == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--out", "r.xlsx"], "--out r.xlsx must end in .csv, .json, .html"),
        (["--out", "no/folder/r.csv"], "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_half_written(
    convmath, folder, monkeypatch, options, sentence
):
    monkeypatch.chdir(folder)
    before = sorted(path.name for path in folder.iterdir())
    run = grade_command(convmath, folder, "--out", "good.csv", *options)
    assert (run.code, run.out) == (2, "")
    assert sentence in run.err
    assert sorted(path.name for path in folder.iterdir()) == before
