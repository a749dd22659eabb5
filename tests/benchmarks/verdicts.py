"""What is found out about answers: how many of the mistakes, how fast, and what strangers' texts can do."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from figures import Figure, Result, Table
from timing import Step

from convmath import check
from convmath.check.answer import read_answer
from convmath.check.formula import UnreadableError
from convmath.check.grade import Row, grade
from convmath.check.key import read_key
from tests.check.drawn import DRAWN, Problem

PROBLEMS = 10_000
TEXTS = 100_000
STUDENTS, QUESTIONS = 300, 20
STEPS = len(DRAWN) + 2
FIRST = {
    "conv_size": 60,
    "parameters": 90,
    "multiplications": 90,
}  # per cent, that the right rule comes first
METHOD = f"""\
{PROBLEMS:,} random problems, a fifth of each kind, with their right answers and every wrong one that a rule of the
collected tables gives, by formulas written a second time (tests/check/drawn.py). A rule counts as listed where its
code is among a verdict's, and as first where it is the first of them. {TEXTS:,} texts, drawn at random and made
from answers by changing letters, are read as numbers, shapes and bytes. {STUDENTS} students answer
{QUESTIONS} questions, half of them right."""


class Tally(NamedTuple):
    """How often a kind's rules were listed, and first; right answers that were not right; verdicts and seconds."""

    kind: str
    wrong: int
    listed: int
    first: int
    missed: int
    verdicts: int
    seconds: float


def measure(step: Step) -> Result:
    """Draw, judge and count."""
    tallies = []
    for draw in DRAWN:
        tallies.append(_tally(draw, PROBLEMS // len(DRAWN)))
        step()
    texts = _texts()
    step()
    seconds = _class()
    step()
    rows = [
        [
            t.kind,
            f"{t.wrong:,}",
            f"{100 * t.listed / t.wrong:.2f} %",
            f"{100 * t.first / t.wrong:.1f} %",
            str(t.missed),
        ]
        for t in tallies
    ]
    table = Table(["problems", "wrong answers", "rule listed", "rule first", "right called wrong"], rows)
    return Result("Verdicts", METHOD, list(_figures(tallies, texts, seconds)), table, 0, 0)


def _tally(draw: Callable[[random.Random], Problem], number: int) -> Tally:
    source = random.Random(8)
    wrong = listed = first = missed = verdicts = 0
    start = time.perf_counter()
    for _ in range(number):
        problem = draw(source)
        (right,) = check(problem.layer, problem.shape, {problem.quantity: str(problem.right)})
        missed += right.verdict != "right"
        verdicts += 1 + len(problem.wrong)
        for code, value in problem.wrong.items():
            (verdict,) = check(problem.layer, problem.shape, {problem.quantity: str(value)})
            wrong += 1
            listed += code in verdict.codes
            first += verdict.codes[:1] == [code]
    return Tally(draw.__name__, wrong, listed, first, missed, verdicts, time.perf_counter() - start)


class Read(NamedTuple):
    """Texts that were read: how many, how many raised what they should not, and the longest milliseconds."""

    number: int
    raised: int
    longest: float


LETTERS = "0123456789+-*/^%()[]{}xXkKMGB.,'_ ²³×·⌊⌋\\floorceilfracmaxminnp=≈~e"
ANSWERS = ("128x5x5", "(5,5,128)", "86,400", "86.4K", "3*3*3*128", "2^20", "12 %", "97 MiB", "floor((n-k)/s)+1",
           r"\lfloor\frac{n-k}{s}\rfloor+1", "9/2", "1.38e8", "25.6 million", "8(5*5+1)")  # fmt: skip


def _strange(source: random.Random) -> Iterator[str]:
    for _ in range(TEXTS // 2):
        yield "".join(source.choice(LETTERS) for _ in range(source.randint(0, 30)))
    for _ in range(TEXTS - TEXTS // 2):
        letters = list(source.choice(ANSWERS))
        for _ in range(source.randint(1, 4)):
            place = source.randrange(len(letters) + 1)
            letters[place : place + source.randint(0, 2)] = source.choice(LETTERS) * source.randint(1, 9)
        yield "".join(letters)


def _texts() -> Read:
    raised, longest = 0, 0.0
    names = {"n": 7, "k": 3, "s": 2}
    for number, text in enumerate(_strange(random.Random(8))):
        start = time.perf_counter()
        try:
            read_answer(text, names, shaped=number % 2 == 0, memory=number % 3 == 0)
        except UnreadableError:
            pass
        except Exception:
            raised += 1
        longest = max(longest, time.perf_counter() - start)
    return Read(TEXTS, raised, longest * 1e3)


def _class() -> float:
    """Seconds to grade a class."""
    source = random.Random(8)
    problems = [draw(source) for _ in range(QUESTIONS // len(DRAWN)) for draw in DRAWN]
    rows: list[dict[str, Any]] = [
        {"layers": p.layer, "input": p.shape, "quantity": p.quantity} for p in problems
    ]
    key = read_key({"question": rows})
    answers = [
        Row(
            str(student),
            tuple(
                str(
                    p.right
                    if source.random() < 0.5
                    else source.choice([*p.wrong.values(), source.random()])
                )
                for p in problems
            ),
        )
        for student in range(STUDENTS)
    ]
    start = time.perf_counter()
    grade(key, answers)
    return time.perf_counter() - start


def _figures(tallies: list[Tally], texts: Read, seconds: float) -> Iterator[Figure]:
    wrong, listed = sum(t.wrong for t in tallies), sum(t.listed for t in tallies)
    missed = sum(t.missed for t in tallies)
    yield Figure("Right answers called wrong", f"of {PROBLEMS:,}", missed, 0, "", True)
    yield Figure("Wrong rules listed", f"of {wrong:,} wrong answers", 100 * listed / wrong, 99, " %", False)
    for tally in tallies:
        share = 100 * tally.first / tally.wrong
        if tally.kind in FIRST:
            name = tally.kind.replace("_", " ")
            yield Figure(
                f"Wrong rules first, {name}",
                f"of {tally.wrong:,} wrong answers",
                share,
                FIRST[tally.kind],
                " %",
                False,
            )
    rate = 60 * sum(t.verdicts for t in tallies) / sum(t.seconds for t in tallies)
    yield Figure("Verdicts", "one after the other, in one process", rate, 10_000, " a minute", False)
    yield Figure("Texts that raise", f"of {texts.number:,} read as answers", texts.raised, 0, "", True,
                 f"the longest took {texts.longest:.3g} ms")  # fmt: skip
    yield Figure("A class", f"{STUDENTS} students, {QUESTIONS} questions", seconds, 10, " s", True)
