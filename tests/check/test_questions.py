"""Published exam and homework questions: convmath's own answer is the published one."""

import tomllib
from pathlib import Path

import pytest

from convmath import check

QUESTIONS = tomllib.loads((Path(__file__).with_name("questions.toml")).read_text(encoding="utf-8"))[
    "question"
]


@pytest.mark.parametrize("question", QUESTIONS, ids=[each["id"] for each in QUESTIONS])
def test_a_published_question_is_answered_as_its_source_does(question):
    (verdict,) = check(
        question["layers"], question.get("input"), {question["quantity"]: question["expect"]}
    )
    accepted = question.get("accept", [])
    assert verdict.verdict == ("right-if" if accepted else "right")
    assert verdict.codes[:1] == accepted
