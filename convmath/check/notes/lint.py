"""The linter: every level on every block of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from convmath.check.notes.arithmetic import slips
from convmath.check.notes.claims import check_block, check_comment
from convmath.check.notes.facts import check_facts
from convmath.check.notes.finding import Finding, value_text
from convmath.check.notes.generated import stale
from convmath.check.notes.plain import plain_line
from convmath.check.notes.source import Block, Line, read_blocks
from convmath.check.notes.sums import check_sums
from convmath.check.notes.tables import check_tables
from convmath.check.notes.windows import check_windows

_GOES_ON = re.compile(r"^\s*(?:&\s*)?(?:=|≈|\\approx)(?!=)")
_RULE = re.compile(r"^\s*[-_=─—]{3,}\s*$")


def lint(path: str | Path) -> list[Finding]:
    """What does not hold in a file of notes, in its order.

    Raises ConvmathError for a file that cannot be read.
    """
    path = Path(path)
    found = [finding for block in read_blocks(path) for finding in _block(block)]
    if path.suffix != ".ipynb":
        found += stale(path)
    return sorted(dict.fromkeys(found), key=_in_order)


def lint_text(text: str, name: str = "text") -> list[Finding]:
    """What does not hold in a text of Markdown.

    >>> [str(finding) for finding in lint_text("7*7*512 = 25,008")]
    ['text:1: A01: says 25,008, is 25,088']
    """
    from convmath.check.notes.source import _blocks, lines_of

    found = [finding for block in _blocks(name, lines_of(text), "text") for finding in _block(block)]
    return sorted(dict.fromkeys(found), key=_in_order)


def _in_order(finding: Finding) -> tuple[str, int]:
    name, _, line = finding.place.rpartition(":")
    return name, int(line)


def _block(block: Block) -> Iterator[Finding]:
    if block.kind == "claims":
        yield from check_block(block.lines)
        return
    found = [finding for line in _joined(block.lines) for finding in _arithmetic(line)]
    yield from found
    if block.kind == "text":
        places = frozenset(finding.place for finding in found)
        for line in block.lines:
            yield from check_comment(line)
        yield from check_tables(block.lines, places)
        yield from check_facts(block.lines, places)
        yield from check_windows(block.lines)
    yield from check_sums(block.lines)


def _arithmetic(lines: Sequence[Line]) -> Iterator[Finding]:
    """The equalities of a line, with those that go on with it."""
    text, starts = "", []
    for line in lines:
        starts.append(len(plain_line(text)))
        text = f"{text} {line.text.strip()}" if text else line.text
    for slip in slips(text):
        at = max(place for place, start in enumerate(starts) if start <= slip.at)
        percent = slip.says.rstrip().endswith("%")
        found = f"{value_text(slip.found * 100)}%" if percent else value_text(slip.found)
        yield Finding(lines[at].place, "A01", slip.says, found, slip.hint)


def _joined(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines with those after them that begin with an equals sign; below a rule that is a sum of its own."""
    waiting: list[Line] = []
    for place, line in enumerate(lines):
        ruled = place > 0 and _RULE.match(lines[place - 1].text)
        if waiting and _GOES_ON.match(line.text) and not ruled:
            waiting.append(line)
            continue
        if waiting:
            yield waiting
        waiting = [] if _is_broken(lines, place) else [line]
    if waiting:
        yield waiting


def _is_broken(lines: Sequence[Line], place: int) -> bool:
    """Whether a number at the end of a line goes on in the next: ``= 6`` and then ``K``."""
    after = lines[place + 1].text.strip() if place + 1 < len(lines) else ""
    ends = re.search(r"[=≈]\s*[\d.,]+\.?\s*$", lines[place].text)
    return bool(ends and re.match(r"^(?:[KMGB]\b|million|billion|万|亿|\.\d|,\d{3}|\d)", after))
