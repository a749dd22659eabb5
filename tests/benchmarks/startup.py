"""What a question at the command line costs, as a multiple of importing what it cannot do without."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from figures import Figure, Result, Table
from timing import Quiet, Step, by_turns

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 21
PATIENCE = 120
EXPLAIN = ["explain", "Conv2d(3, 128, 3, bias=False)", "--input", "3x7x7", "--format"]
CHECK = ["check", "Conv2d(3, 100, 5)", "--input", "3x300x300", "parameters=2600"]
CHECK_SYMBOLS = ["check", "Conv2d(3, 8, k, stride=s)", "--input", "3xHxW", "height=floor((H - k)/s)"]


class Race(NamedTuple):
    """A question, the imports it is held against, and the most their ratio may be."""

    title: str
    question: list[str]
    imports: str
    target: float


RACES = (
    Race("`--format json`", [*EXPLAIN, "json"], "import click", 1.6),
    Race("`--format text`", [*EXPLAIN, "text"], "import sympy, click, rich", 1.5),
    Race("`check` of numbers", CHECK, "import click", 2),
    Race("`check` of a formula", CHECK_SYMBOLS, "import sympy, click", 1.5),
)
STEPS = len(RACES)
METHOD = f"""\
Each side is a whole process, from start to exit: {ROUNDS} runs of each, by turns, after one that writes the
.pyc files. The questions are `python -m convmath explain "Conv2d(3, 128, 3, bias=False)" --input 3x7x7`,
`check "Conv2d(3, 100, 5)" --input 3x300x300 parameters=2600` and
`check "Conv2d(3, 8, k, stride=s)" --input 3xHxW "height=floor((H - k)/s)"`.
The figure is the ratio of the shortest times, because other processes can only add to a run."""


def measure(step: Step) -> Result:
    """Race every format of the answer against its imports."""
    quiet = Quiet(PATIENCE)
    figures, rows = [], []
    for race in RACES:
        ours, theirs = _times(race, quiet)
        figures.append(_figure(race, ours, theirs))
        rows += [_row(f"convmath, {race.title}", ours), _row(f"`{race.imports}`", theirs)]
        step()
    table = Table(["process", "shortest", "median"], rows)
    return Result("Start-up", METHOD, figures, table, quiet.waits, quiet.noisy)


def _times(race: Race, quiet: Quiet) -> tuple[list[float], list[float]]:
    ours = partial(
        run_python, ["-m", "convmath", *race.question], race.question[0] != "check"
    )  # which may be wrong
    theirs = partial(run_python, ["-c", race.imports])
    samples = by_turns({"ours": ours, "theirs": theirs}, ROUNDS, quiet=quiet)
    return samples["ours"], samples["theirs"]


def run_python(arguments: Sequence[str], check: bool = True) -> None:
    """Run Python to its end, in this checkout, with .pyc files allowed; raise if it fails."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=check, stdout=subprocess.DEVNULL)


def _figure(race: Race, ours: list[float], theirs: list[float]) -> Figure:
    return Figure(
        title=f"Start-up, {race.title}",
        compared=f'whole process, against `python -c "{race.imports}"`',
        measured=min(ours) / min(theirs),
        target=race.target,
        unit=" times as long",
        at_most=True,
        note=f"ratio of medians: {median(ours) / median(theirs):.3g}",
    )


def _row(process: str, seconds: list[float]) -> list[str]:
    return [process, f"{min(seconds) * 1e3:.0f} ms", f"{median(seconds) * 1e3:.0f} ms"]
