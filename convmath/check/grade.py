"""A class's answers graded against a key: marks, partial credit, and which mistakes are made how often."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from convmath.check.judge import Asked, Verdict
from convmath.check.key import Key, Question
from convmath.errors import ConvmathError, near, short
from convmath.network.files import read_text

NO_ANSWER = "no answer"
_NAMES = ("student", "name", "id", "email", "login")


class Mark(NamedTuple):
    """An answer to a question with its verdict, None where there is no answer, and its points."""

    question: Question
    answer: str
    verdict: Verdict | None
    points: Fraction

    @property
    def word(self) -> str:
        """The verdict in a word."""
        return self.verdict.verdict if self.verdict else NO_ANSWER

    @property
    def said(self) -> str:
        """Why it has these points."""
        if self.verdict is None:
            return NO_ANSWER
        codes = ", ".join(self.verdict.codes)
        lead = f"{self.verdict.verdict} ({codes})" if codes else self.verdict.verdict
        why = self.verdict.why
        if self.verdict.verdict == "unreadable":
            why = f"{why}; to be read by hand"
        if self.verdict.verdict == "right-if" and self.points < self.question.points:
            why = f"{why}, which this key does not accept"
        return f"{lead}: {why}" if why else lead


class Student(NamedTuple):
    """A student's marks, a mark a question."""

    name: str
    marks: tuple[Mark, ...]

    @property
    def points(self) -> Fraction:
        """All points together."""
        return sum((mark.points for mark in self.marks), Fraction(0))


class Skipped(NamedTuple):
    """A row that could not be graded: its line, why, and its text."""

    line: int
    why: str
    row: tuple[str, ...]


class Row(NamedTuple):
    """A student's answers as they were handed in, in the order of the key."""

    student: str
    answers: tuple[str, ...]


def read_answers(path: str | Path, key: Key) -> tuple[list[Row], list[Skipped]]:
    """The rows of a CSV file: a column of names, then a column for each question under its id.

    Rows that cannot be graded are told apart and kept.  Raises ConvmathError for a file that cannot be read
    and for a heading that names no question.
    """
    path = Path(path)
    text = read_text(path).removeprefix("\ufeff")
    if "\x00" in text:
        raise ConvmathError(f"{path} is no table of text")
    head, *rows = _table(text) or [(0, [])]
    places = _places(path, [cell.strip() for cell in head[1]], key)
    return _sorted(rows, len(head[1]), places)


def _table(text: str) -> list[tuple[int, list[str]]]:
    """The rows with the line that each ends on, empty ones left out."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise ConvmathError(f"the answers are no table (line {reader.line_num}): {error}") from None


def _places(path: Path, head: Sequence[str], key: Key) -> list[int | None]:
    """The column of each question; None where there is none."""
    ids = [question.id for question in key.questions]
    named = [place for place, cell in enumerate(head) if cell.lower() in _NAMES]
    if not head or named[:1] != [0]:
        raise ConvmathError(f"{path}: the first column must be the student's, headed student")
    for cell in head[1:]:
        if cell not in ids and cell.lower() not in _NAMES:
            raise ConvmathError(
                f"{path}: the column {short(cell)} is no question of the key{near(cell, ids)}"
            )
        if head.count(cell) > 1:
            raise ConvmathError(f"{path}: two columns are headed {short(cell)}")
    return [head.index(name) if name in head else None for name in ids]


def _sorted(
    rows: Iterable[tuple[int, list[str]]], width: int, places: Sequence[int | None]
) -> tuple[list[Row], list[Skipped]]:
    kept: list[Row] = []
    skipped: list[Skipped] = []
    seen: dict[str, int] = {}
    for line, row in rows:
        student = row[0].strip()
        why = ""
        if len(row) != width:
            why = f"it has {len(row)} cells, the heading has {width}"
        elif not student:
            why = "it has no student"
        elif student in seen:
            why = f"{short(student)} is on line {seen[student]} already"
        if why:
            skipped.append(Skipped(line, why, tuple(row)))
            continue
        seen[student] = line
        kept.append(Row(student, tuple("" if place is None else row[place].strip() for place in places)))
    return kept, skipped


class Grader:
    """Grades rows against a key; what many students answer is judged once."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self._known: dict[tuple[str, str], Verdict] = {}

    def grade(self, row: Row) -> Student:
        """One student's marks."""
        before: list[tuple[Asked, Verdict]] = []
        return Student(row.student, tuple(self._marks(row, before)))

    def _marks(self, row: Row, before: list[tuple[Asked, Verdict]]) -> Iterator[Mark]:
        for question, answer in zip(self.key.questions, row.answers, strict=True):
            if not answer:
                yield Mark(question, answer, None, Fraction(0))
                continue
            verdict = self._judged(question, answer, before)
            before.append((question.asked, verdict))
            yield Mark(question, answer, verdict, question.share(verdict) * question.points)

    def _judged(self, question: Question, answer: str, before: list[tuple[Asked, Verdict]]) -> Verdict:
        place = question.id, answer
        if place not in self._known:
            self._known[place] = question.judged(answer)
        alone = self._known[place]
        own = question.asked.subject.trace
        could_follow = any(v.is_wrong and asked.subject.trace is own for asked, v in before)
        return question.judged(answer, before) if alone.is_wrong and could_follow else alone


class Grades(NamedTuple):
    """A class's marks, what could not be graded, and where the key's own answers are doubted."""

    key: Key
    students: tuple[Student, ...]
    skipped: tuple[Skipped, ...]
    disagreements: tuple[tuple[Question, Verdict], ...]

    @property
    def most(self) -> Fraction:
        """The points of all questions."""
        return sum((question.points for question in self.key.questions), Fraction(0))

    def marks(self, question: Question) -> list[Mark]:
        """Everybody's marks of a question."""
        place = self.key.questions.index(question)
        return [student.marks[place] for student in self.students]

    def codes(self, question: Question) -> Counter[str]:
        """How often each code is the likeliest of a question's wrong answers."""
        wrong = [
            mark.verdict for mark in self.marks(question) if mark.verdict and mark.points < question.points
        ]
        return Counter(verdict.codes[0] for verdict in wrong if verdict.codes)


def grade(
    key: Key, rows: Sequence[Row], skipped: Sequence[Skipped] = (), step: Callable[[], None] = lambda: None
) -> Grades:
    """Grade a class; ``step`` is called after every student."""
    grader = Grader(key)
    students = []
    for row in rows:
        students.append(grader.grade(row))
        step()
    return Grades(key, tuple(students), tuple(skipped), tuple(key.disagreements()))
