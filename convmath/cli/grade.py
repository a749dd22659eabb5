"""``convmath grade``: a class's answers against a key."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click

from convmath.cli.options import as_json, progress, say, width_of_terminal
from convmath.errors import ConvmathError, near

SUFFIXES = (".csv", ".json", ".html")


@click.command()
@click.argument("key", type=click.Path(path_type=Path))
@click.argument("answers", type=click.Path(path_type=Path))
@click.option(
    "--out",
    "outs",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A .csv, .json or .html file to write.",
)
@click.option(
    "--autograder",
    type=click.Path(path_type=Path),
    help="A folder for a results.json a student, as autograders take it.",
)
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True)
def grade(key: Path, answers: Path, outs: tuple[Path, ...], autograder: Path | None, format_: str) -> None:
    """Grade ANSWERS, a CSV file with a row a student, against KEY, a TOML file with the questions.

    What the key's author expects and what is worked out are compared first. The exit code is 1 where they
    differ or a row could not be graded.

    \b
    convmath grade key.toml answers.csv --out results.csv --out results.html
    convmath grade key.toml answers.csv --autograder results
    """
    from convmath.check.grade import grade as graded
    from convmath.check.grade import read_answers
    from convmath.check.key import load_key
    from convmath.render import grades as render

    for out in outs:
        if out.suffix not in SUFFIXES:
            raise ConvmathError(
                f"--out {out} must end in {', '.join(SUFFIXES)}{near(out.suffix, SUFFIXES)}"
            )
    read = load_key(key)
    rows, skipped = read_answers(answers, read)
    with progress(len(rows), "grading") as step:
        found = graded(read, rows, skipped, step)
    written = _files(found, outs, autograder)
    if written:
        from convmath.network.files import write_whole

        write_whole(written)
    say(as_json(render.plain(found)) if format_ == "json" else render.text(found, width_of_terminal()))
    sys.exit(1 if found.disagreements or found.skipped else 0)


def _files(found: Any, outs: tuple[Path, ...], autograder: Path | None) -> dict[Path, str]:
    from convmath.render import grades as render

    writers = {
        ".csv": render.comma_separated,
        ".json": lambda grades: render.as_text(render.plain(grades)),
        ".html": render.html,
    }
    texts = {out: writers[out.suffix](found) for out in outs}
    if autograder is not None:
        names = _file_names([student.name for student in found.students])
        autograder.mkdir(parents=True, exist_ok=True)
        for student, name in zip(found.students, names, strict=True):
            texts[autograder / f"{name}.json"] = render.as_text(render.autograder(student))
    return texts


def _file_names(students: list[str]) -> list[str]:
    """A file name for every student, each once."""
    names: list[str] = []
    for student in students:
        plain = re.sub(r"[^\w@+-]+", "_", student).strip("_") or "student"
        name = plain
        while name in names:
            name = f"{plain}_{names.count(plain) + len(names)}"
        names.append(name)
    return names
