"""Sums over lines: a rule, and below it the sum of what stands above."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from convmath.check.notes.finding import Finding, value_text
from convmath.check.notes.number import NUMBER, SUFFIX, Number, agrees, read_number
from convmath.check.notes.plain import plain_line
from convmath.check.notes.source import Line

_RULE = re.compile(r"^\s*[-_=─—+]{3,}\s*$")
_SUM = re.compile(rf"^\s*(?:total|sum|合计)?\s*[=:]\s*({NUMBER})({SUFFIX})?\s*$", re.IGNORECASE)
_LAST = re.compile(rf"[=≈]\s*({NUMBER})({SUFFIX})?\s*$")


def check_sums(lines: Sequence[Line]) -> Iterator[Finding]:
    """Sums below a rule that are not the sum of the lines above it."""
    for place in range(2, len(lines)):
        found = _SUM.match(plain_line(lines[place].text)) if _RULE.match(lines[place - 1].text) else None
        if found is None:
            continue
        parts = list(_above(lines, place - 2))
        if len(parts) < 2:
            continue
        whole = sum(part.values[0] for part in parts)
        number = read_number(found[1], found[2] or "")
        if not agrees(number, whole, sum(part.unit for part in parts)):
            yield Finding(
                lines[place].place, "S03", number.text, value_text(whole), f"the sum of {len(parts)} lines"
            )


def _above(lines: Sequence[Line], place: int) -> Iterator[Number]:
    """What each line ends in, up to the first that ends in no number."""
    while place >= 0:
        found = _LAST.search(plain_line(lines[place].text))
        if found is None:
            return
        yield read_number(found[1], found[2] or "")
        place -= 1
