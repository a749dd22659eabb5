"""A class's grades, as tables for people and as files for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from fractions import Fraction
from html import escape
from typing import Any, TypeAlias

from convmath.render.table import aligned

Grades: TypeAlias = Any  # of ``convmath.check.grade``, which stands above
Student: TypeAlias = Any
_MOST_CODES = 3


def points_text(points: Fraction) -> str:
    """Points for people: ``2``, ``1.5``."""
    return f"{float(points):g}"


def text(grades: Grades, width: int = 0) -> str:
    """Doubts about the key first, then a line a question, then what could not be graded."""
    parts = [*_doubts(grades), "\n".join(_questions(grades, width)), *_skipped(grades)]
    return "\n\n".join(parts)


def _doubts(grades: Grades) -> Iterator[str]:
    for question, verdict in grades.disagreements:
        codes = f" ({', '.join(verdict.codes)})" if verdict.codes else ""
        why = f": {verdict.why}" if verdict.why else ""
        right = _right(verdict)
        yield f"{question.id}: the key expects {verdict.answer}, worked out is {right}{codes}{why}"


def _right(verdict: Any) -> str:
    from convmath.render.verdict import value_text

    return value_text(verdict.right)


def _questions(grades: Grades, width: int) -> list[str]:
    rows = []
    for question in grades.key.questions:
        marks = grades.marks(question)
        full = sum(mark.points == question.points for mark in marks)
        reached = sum((mark.points for mark in marks), Fraction(0))
        share = reached / (question.points * len(marks)) if marks else Fraction(0)
        by_hand = sum(mark.word == "unreadable" for mark in marks)
        codes = ", ".join(
            f"{code} {count}" for code, count in grades.codes(question).most_common(_MOST_CODES)
        )
        rows.append(
            (
                question.id,
                str(full),
                f"{float(share):.0%}",
                str(by_hand or ""),
                codes,
                question.asked.quantity.title,
            )
        )
    whole = sum((student.points for student in grades.students), Fraction(0))
    mean = whole / len(grades.students) if grades.students else Fraction(0)
    head = ("question", "full points", "reached", "by hand", "commonest mistakes", "asks for")
    points = f"{points_text(round(mean, 2))} of {points_text(grades.most)} points on average"
    last = f"{len(grades.students)} students, {points}"
    return [*aligned(head, rows, frozenset({1, 2, 3}), width, folded=4), "", last]


def _skipped(grades: Grades) -> Iterator[str]:
    if grades.skipped:
        lines = [f"line {row.line}: {row.why}" for row in grades.skipped]
        yield "\n".join([f"{len(lines)} rows were not graded:", *lines])


def comma_separated(grades: Grades) -> str:
    """A row a student, a column a question, and the skipped rows with what is wrong with them."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    ids = [question.id for question in grades.key.questions]
    writer.writerow(["student", "points", *ids, *(f"{each} why" for each in ids)])
    for student in grades.students:
        points = [points_text(mark.points) for mark in student.marks]
        whys = [_harmless(mark.said) for mark in student.marks]
        writer.writerow([_harmless(student.name), points_text(student.points), *points, *whys])
    for row in grades.skipped:
        writer.writerow([f"line {row.line} not graded: {row.why}", "", *map(_harmless, row.row)])
    return page.getvalue()


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def plain(grades: Grades) -> dict[str, Any]:
    """Everything for a program."""
    return {
        "title": grades.key.title,
        "points": float(grades.most),
        "doubts": [
            {
                "question": question.id,
                "expected": verdict.answer,
                "right": _right(verdict),
                "why": verdict.why,
            }
            for question, verdict in grades.disagreements
        ],
        "questions": [
            {
                "question": question.id,
                "points": float(question.points),
                "codes": dict(grades.codes(question)),
            }
            for question in grades.key.questions
        ],
        "students": [_student(student) for student in grades.students],
        "skipped": [{"line": row.line, "why": row.why, "row": list(row.row)} for row in grades.skipped],
    }


def _student(student: Student) -> dict[str, Any]:
    marks = [
        {
            "question": mark.question.id,
            "answer": mark.answer,
            "verdict": mark.word,
            "codes": mark.verdict.codes if mark.verdict else [],
            "points": float(mark.points),
            "why": mark.said,
        }
        for mark in student.marks
    ]
    return {"student": student.name, "points": float(student.points), "marks": marks}


def autograder(student: Student) -> dict[str, Any]:
    """One student's results as autograders take them: Gradescope's results.json."""
    tests = [
        {
            "name": f"{mark.question.id}: {mark.question.about}"
            if mark.question.about
            else mark.question.id,
            "score": float(mark.points),
            "max_score": float(mark.question.points),
            "output": mark.said,
        }
        for mark in student.marks
    ]
    return {"score": float(student.points), "tests": tests}


def html(grades: Grades) -> str:
    """A page with the questions, the students, and what could not be graded."""
    title = escape(grades.key.title or "Grades")
    head = ("student", "points", *(question.id for question in grades.key.questions))
    cells = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    rows = "".join(f"<tr>{''.join(_html_cells(student))}</tr>" for student in grades.students)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1><pre>{escape(text(grades))}</pre>"
        f"<table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></html>\n"
    )


def _html_cells(student: Student) -> Iterator[str]:
    yield f"<td>{escape(student.name)}</td><td>{points_text(student.points)}</td>"
    for mark in student.marks:
        kind, said = mark.word.replace(" ", "-"), escape(mark.said)
        yield f'<td class="{kind}" title="{said}">{points_text(mark.points)}</td>'


_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#222}table{border-collapse:collapse}"
    "th,td{border:1px solid #ccc;padding:.2rem .6rem;text-align:right}td:first-child{text-align:left}"
    ".right{background:#e4f3e4}.right-if,.follows{background:#eef6dd}.near{background:#fdf3d8}"
    ".known,.wrong{background:#f8dfdd}.unreadable{background:#e3e8f6}pre{overflow-x:auto}"
)


def as_text(value: Any) -> str:
    """A value as the JSON of a file."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
