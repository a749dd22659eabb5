"""Problem sheets with numbers that tell the wrong rules apart, each variant with its key."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from convmath.check.formula import UnreadableError, evaluate, read_formula
from convmath.check.judge import Verdict
from convmath.check.key import Key, Question, check_fields, read_key
from convmath.check.rule import Wrong
from convmath.check.wrongs import wrong_answers
from convmath.errors import ConvmathError, near, short
from convmath.network.files import read_text

TEMPLATES = ("sizes", "parameters", "fields", "multiplications", "lenet")
_DRAWS = 25  # of numbers for one variant, of which the best is kept
_HOLE = re.compile(r"\{([^{}]*)\}")


class Template(NamedTuple):
    """A sheet with holes: its title, its questions as they are written, and the numbers for each hole."""

    title: str
    about: str
    questions: tuple[Mapping[str, Any], ...]
    numbers: Mapping[str, Sequence[int]]


class Problem(NamedTuple):
    """A question, its right answer, and what wrong rules give; so many of these look ``alike``."""

    question: Question
    verdict: Verdict
    wrongs: tuple[Wrong, ...]
    alike: int

    @property
    def right(self) -> Any:
        """The right answer."""
        return self.verdict.right


class Variant(NamedTuple):
    """A sheet: its number, the numbers drawn, its problems, and how many rules look alike in it."""

    number: int
    drawn: Mapping[str, int]
    problems: tuple[Problem, ...]
    alike: int
    key: Mapping[str, Any]


def load_template(name: str) -> Template:
    """A template by its name, or from a TOML file.

    Raises ConvmathError for one that is not there, or that is none.

    >>> load_template("sizes").title
    'Output sizes'
    """
    if name in TEMPLATES:
        text = files("convmath.check").joinpath("templates", f"{name}.toml").read_text(encoding="utf-8")
    elif not name.endswith(".toml"):
        known = near(name, TEMPLATES)
        raise ConvmathError(f"there is no template {short(name)}{known}, or give a .toml file")
    else:
        text = read_text(Path(name))
    try:
        return _template(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConvmathError(f"{name} is no TOML file: {error}") from None
    except ConvmathError as error:
        raise ConvmathError(f"{name}: {error}") from None


def _template(found: Mapping[str, Any]) -> Template:
    check_fields("the template", found, ("title", "about", "question", "numbers"))
    rows, numbers = found.get("question"), found.get("numbers", {})
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConvmathError("the template has no question; write each as a table [[question]]")
    if not isinstance(numbers, dict):
        raise ConvmathError('numbers must be a table, like {k = "3, 5, 7", n = "20..64"}')
    drawn = {str(name): _choices(str(name), text) for name, text in numbers.items()}
    return Template(str(found.get("title", "")), str(found.get("about", "")), tuple(rows), drawn)


def _choices(name: str, given: Any) -> list[int]:
    """The numbers that may stand in a hole: ``"3, 5, 7"``, ``"20..64"``, or both."""
    found: list[int] = []
    for part in str(given).split(","):
        first, dots, last = part.strip().partition("..")
        if not first.isdecimal() or (dots and not last.isdecimal()) or len(part) > 20:
            raise ConvmathError(f'{name}={given!r} must be whole numbers, like "3, 5, 7" or "20..64"')
        found += range(int(first), int(last if dots else first) + 1)
        if len(found) > 100_000:
            raise ConvmathError(f"{name}={given!r} has too many numbers; give a smaller range")
    if not found:
        raise ConvmathError(f"{name}={given!r} holds no number; give the smaller one first")
    return found


def variants(
    template: Template, number: int, seed: int = 0, step: Callable[[], None] = lambda: None
) -> Iterator[Variant]:
    """So many different variants, each the best of many draws; the same seed gives the same.

    Raises ConvmathError where no draw makes a sheet.
    """
    source = random.Random(seed)
    seen: set[tuple[int, ...]] = set()
    for place in range(1, number + 1):
        found = _best(template, place, source, seen)
        seen.add(tuple(found.drawn.values()))
        step()
        yield found


def _best(template: Template, place: int, source: random.Random, seen: set[tuple[int, ...]]) -> Variant:
    best: Variant | None = None
    said = ""
    for _ in range(_DRAWS):
        drawn = {name: source.choice(choices) for name, choices in template.numbers.items()}
        if tuple(drawn.values()) in seen:
            continue
        try:
            variant = _variant(template, place, drawn)
        except ConvmathError as error:
            said = str(error)
            continue
        if best is None or variant.alike < best.alike:
            best = variant
        if best.alike == 0:
            break
    if best is None:
        reason = said or "all variants that its numbers make are used; give it more numbers"
        raise ConvmathError(f"no variant {place} of {short(template.title)} was found: {reason}")
    return best


def _variant(template: Template, place: int, drawn: Mapping[str, int]) -> Variant:
    rows = [{name: filled(value, drawn) for name, value in row.items()} for row in template.questions]
    written = {"title": f"{template.title}, variant {place}", "question": rows}
    problems = tuple(map(_problem, read_key(written).questions))
    return Variant(place, drawn, problems, sum(problem.alike for problem in problems), written)


def filled(value: Any, drawn: Mapping[str, int]) -> Any:
    """A text with numbers in its holes, which may hold formulas: ``{2*c}``.

    >>> filled("Conv2d({c}, {2*c}, 3)", {"c": 8})
    'Conv2d(8, 16, 3)'
    """
    return _HOLE.sub(lambda hole: _worked(hole[1], drawn), value) if isinstance(value, str) else value


def _worked(hole: str, drawn: Mapping[str, int]) -> str:
    try:
        tree = read_formula(hole)
        missing = sorted(tree.names - drawn.keys())
        if missing:
            raise ConvmathError(f"{{{hole}}} asks for {missing[0]}, of which no numbers are given")
        return str(evaluate(tree, drawn))
    except UnreadableError as error:
        raise ConvmathError(f"{{{hole}}} is no formula: {error}") from None


def _problem(question: Question) -> Problem:
    """A question with everything that is known of it, checked against all rules."""
    right = question.asked.quantity.right(question.asked.subject)
    verdict = question.judged(right if isinstance(right, tuple) else str(right))
    if verdict.verdict != "right":
        raise ConvmathError(f"question {short(question.id)}: its right answer {right} is {verdict.verdict}")
    found = list(wrong_answers(question.asked.quantity, question.asked.subject))
    wrongs = tuple(wrong for wrong in found if wrong.value != right and is_answer(wrong.value))
    return Problem(question, verdict, wrongs, len(found) - len({wrong.value for wrong in wrongs}))


def is_answer(value: Any) -> bool:
    """Whether somebody could give a value as an answer: whole numbers of at least 0."""
    if isinstance(value, tuple):
        return all(map(is_answer, value))
    return type(value) is int and value >= 0


def key_of(variant: Variant) -> Key:
    """A variant's key, as it is graded by."""
    return read_key(variant.key)
