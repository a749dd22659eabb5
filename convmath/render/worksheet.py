"""Problem sheets and their keys: Markdown, LaTeX, HTML, JSON, TOML keys, and Moodle's XML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, TypeAlias

from convmath.render.verdict import value_text

Variant: TypeAlias = Any  # of ``convmath.check.worksheet``, which stands above
Problem: TypeAlias = Any


def title_of(variant: Variant) -> str:
    """A sheet's title, with the number of its variant."""
    found: str = variant.key["title"]
    return found


def _points(problem: Problem) -> str:
    points = problem.question.points
    return f"{float(points):g} point{'s' * (points != 1)}"


def _solution(problem: Problem) -> str:
    """The right answer with its formula."""
    working = problem.verdict.working
    right = value_text(problem.right)
    return f"{right} = {working}" if working and working != str(problem.right) else right


def mistakes(problem: Problem) -> Iterator[tuple[str, str, str]]:
    """Every wrong answer that a rule gives, once: its codes, itself, and what was done."""
    found: dict[Any, list[Any]] = {}
    for wrong in problem.wrongs:
        found.setdefault(wrong.value, []).append(wrong)
    for value, wrongs in found.items():
        codes = ", ".join(dict.fromkeys(wrong.code for wrong in wrongs))
        first = wrongs[0]
        said = f"{first.said}; {first.right}" if first.right else first.said
        yield codes, value_text(value), said


# --- Markdown ---


def markdown_sheet(variant: Variant, about: str) -> str:
    """A sheet to be handed out."""
    lines = [f"# {title_of(variant)}", "", *([about, ""] if about else [])]
    for problem in variant.problems:
        lines += [f"**{problem.question.id})** {problem.question.about} ({_points(problem)})", ""]
    return "\n".join(lines)


def markdown_key(variant: Variant) -> str:
    """The right answers, and what the wrong rules give."""
    lines = [f"# {title_of(variant)}: key", ""]
    for problem in variant.problems:
        lines += [f"**{problem.question.id})** {_plain_stars(_solution(problem))}", ""]
        rows = [(codes, value, _plain_stars(said)) for codes, value, said in mistakes(problem)]
        if rows:
            lines += ["| code | answer | mistake |", "| --- | ---: | --- |"]
            lines += [f"| {' | '.join(row)} |" for row in rows] + [""]
    return "\n".join(lines)


def _plain_stars(text: str) -> str:
    return text.replace("*", "\\*")


# --- LaTeX ---

_LATEX = {
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "*": r"$\cdot$",
}


def latex_text(text: str) -> str:
    """A text for LaTeX, its special letters written out."""
    return "".join(_LATEX.get(letter, letter) for letter in text)


def latex(variants: Sequence[Variant], about: str) -> str:
    """A document with all sheets, then all keys, each on pages of its own."""
    parts = [
        r"\documentclass[11pt]{article}",
        r"\usepackage[margin=25mm]{geometry}",
        r"\usepackage[utf8]{inputenc}",
        r"\usepackage[T1]{fontenc}",
        r"\usepackage{longtable}",
        r"\setlength{\parindent}{0pt}",
        r"\begin{document}",
    ]
    for variant in variants:
        parts += [
            rf"\section*{{{latex_text(title_of(variant))}}}",
            latex_text(about),
            r"\begin{description}",
        ]
        parts += [
            rf"\item[{latex_text(problem.question.id)})] {latex_text(problem.question.about)} "
            rf"\hfill ({_points(problem)})\\[12mm]"
            for problem in variant.problems
        ]
        parts += [r"\end{description}", r"\clearpage"]
    for variant in variants:
        parts.append(rf"\section*{{{latex_text(title_of(variant))}: key}}")
        for problem in variant.problems:
            parts.append(rf"\textbf{{{latex_text(problem.question.id)})}} {latex_text(_solution(problem))}")
            parts += _latex_mistakes(problem)
        parts.append(r"\clearpage")
    return "\n".join([*parts, r"\end{document}", ""])


def _latex_mistakes(problem: Problem) -> list[str]:
    rows = [
        rf"{latex_text(codes)} & {latex_text(value)} & {latex_text(said)} \\"
        for codes, value, said in mistakes(problem)
    ]
    return [r"\begin{longtable}{lrp{100mm}}", *rows, r"\end{longtable}"] if rows else [""]


# --- HTML ---

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "li{margin:1rem 0}table{border-collapse:collapse;font-size:.9em}"
    "td,th{border:1px solid #ccc;padding:.2rem .6rem}"
    ".points{color:#666}section{break-after:page}"
)


def html(variants: Sequence[Variant], about: str) -> str:
    """A page with all sheets, then all keys."""
    title = escape(title_of(variants[0]).rpartition(",")[0] or title_of(variants[0]))
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    parts = [f'<!doctype html><html lang="en">{head}']
    for variant in variants:
        items = "".join(
            f"<li><b>{escape(problem.question.id)})</b> {escape(problem.question.about)} "
            f'<span class="points">({_points(problem)})</span></li>'
            for problem in variant.problems
        )
        parts.append(f"<section><h1>{escape(title_of(variant))}</h1><p>{escape(about)}</p>")
        parts.append(f'<ul style="list-style:none;padding:0">{items}</ul></section>')
    for variant in variants:
        parts.append(f"<section><h1>{escape(title_of(variant))}: key</h1>")
        for problem in variant.problems:
            parts.append(f"<p><b>{escape(problem.question.id)})</b> {escape(_solution(problem))}</p>")
            rows = "".join(f"<tr>{_cells(row)}</tr>" for row in mistakes(problem))
            parts.append(f"<table><tr><th>code<th>answer<th>mistake</tr>{rows}</table>" if rows else "")
        parts.append("</section>")
    return "".join(parts) + "</html>\n"


def _cells(row: Sequence[str]) -> str:
    return "".join(f"<td>{escape(cell)}</td>" for cell in row)


# --- for programs ---


def plain(variants: Sequence[Variant]) -> list[dict[str, Any]]:
    """Every variant with its numbers, questions, right answers and the wrong ones by their codes."""
    return [
        {
            "title": title_of(variant),
            "numbers": dict(variant.drawn),
            "questions": [_problem(problem) for problem in variant.problems],
        }
        for variant in variants
    ]


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "id": problem.question.id,
        "about": problem.question.about,
        "points": float(problem.question.points),
        "right": value_text(problem.right),
        "working": problem.verdict.working,
        "mistakes": [
            {"codes": codes.split(", "), "answer": value, "said": said}
            for codes, value, said in mistakes(problem)
        ],
    }


def toml_key(variant: Variant) -> str:
    """The key that answers are graded by."""
    lines = [f"title = {_quoted(variant.key['title'])}"]
    for row in variant.key["question"]:
        lines += ["", "[[question]]", *(f"{name} = {_quoted(value)}" for name, value in row.items())]
    return "\n".join([*lines, ""])


def _quoted(value: Any) -> str:
    """A value as TOML writes it; its strings are JSON's."""
    return json.dumps(value, ensure_ascii=False)


# --- Moodle ---


def moodle(variants: Sequence[Variant]) -> str:
    """Questions for Moodle: the right answer, and one answer without credit for each wrong number."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    for variant in variants:
        category = escape(title_of(variant))
        parts.append(f'<question type="category"><category><text>{category}</text></category></question>')
        parts += [_moodle(variant, problem) for problem in variant.problems]
    return "\n".join([*parts, "</quiz>", ""])


def _moodle(variant: Variant, problem: Problem) -> str:
    kind = "shortanswer" if isinstance(problem.right, tuple) else "numerical"
    name = escape(f"{title_of(variant)}, {problem.question.id}")
    about = escape(f"<p>{escape(problem.question.about)}</p>")
    answers = [_moodle_answer(100, _bare(problem.right), _solution(problem), kind)]
    for codes, value, said in mistakes(problem):
        answers.append(_moodle_answer(0, value.replace(",", ""), f"{codes}: {said}", kind))
    return (
        f'<question type="{kind}"><name><text>{name}</text></name>'
        f'<questiontext format="html"><text>{about}</text></questiontext>'
        f"<defaultgrade>{float(problem.question.points):g}</defaultgrade><penalty>0</penalty>"
        f"{'<usecase>0</usecase>' if kind == 'shortanswer' else ''}{''.join(answers)}</question>"
    )


def _bare(value: Any) -> str:
    return value_text(value).replace(",", "")


def _moodle_answer(fraction: int, value: str, said: str, kind: str) -> str:
    tolerance = "<tolerance>0</tolerance>" if kind == "numerical" else ""
    feedback = f'<feedback format="plain_text"><text>{escape(said)}</text></feedback>'
    return f'<answer fraction="{fraction}"><text>{escape(value)}</text>{tolerance}{feedback}</answer>'
