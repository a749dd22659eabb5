"""The record as a page of Markdown."""

from __future__ import annotations

from typing import Any

from figures import Figure, Result, Table

INTRODUCTION = """\
# Benchmarks

Written by `python tests/benchmarks/run.py` from its record, `benchmarks.json`; no number is typed in by hand.
The targets were set before measuring. Contestants take turns, and a turn waits (within reason) until no other
process keeps the machine busy. A figure that misses its target says so, and no test depends on one.
"""
HOW_TO_RUN = """\
## How to run

    pip install -e ".[dev,benchmarks]"
    python tests/benchmarks/run.py            # measure everything, print a table, write the record and this page
    python tests/benchmarks/run.py startup    # measure one benchmark, print its table, write nothing
    python tests/benchmarks/run.py --page     # write this page again from the record, measure nothing
"""


def page(record: dict[str, Any]) -> str:
    """The whole page."""
    results = [Result.read(data) for data in record["benchmarks"]]
    figures = [figure for result in results for figure in result.figures]
    sections = [INTRODUCTION, _table(_summary(figures)), _conditions(record)]
    return "\n".join([*sections, *map(_section, results), HOW_TO_RUN])


def _summary(figures: list[Figure]) -> Table:
    rows = [[f.title, f.compared, f.aim, f.shown, f.verdict] for f in figures]
    return Table(["figure", "what was compared", "target", "measured", "verdict"], rows)


def _conditions(record: dict[str, Any]) -> str:
    machine = record["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    return (
        f"Measured on {record['date']} on {machine['cpu']}, {machine['cores']} cores, {machine['system']}; "
        f"load average at the start {machine['load']:.2f}, at the end {machine['load_after']:.2f}. "
        f"Versions: {versions}.\n"
    )


def _section(result: Result) -> str:
    notes = [f"{figure.title}: {figure.note}." for figure in result.figures if figure.note]
    notes.append(
        f"{result.noisy} of {result.turns} turns began while another process kept the machine busy."
    )
    listed = "".join(f"- {note}\n" for note in notes)
    return "\n".join([f"## {result.title}\n", f"{result.method}\n", listed, _table(result.table)])


def _table(table: Table) -> str:
    lines = [table.columns, ["---"] * len(table.columns), *table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
