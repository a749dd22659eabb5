"""Claims that a text makes to the linter: in a fenced ``convmath`` block, or in an HTML comment.

```convmath
Conv2d(3, 100, 5) on 3x300x300
parameters = 7600
output = 100x296x296
```

<!-- convmath: lenet: C1.parameters = 156; parameters = 61,706 -->
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from convmath.check.ask import asked_of
from convmath.check.judge import judged
from convmath.check.notes.finding import Finding
from convmath.check.notes.source import Line
from convmath.errors import ConvmathError
from convmath.read import network_of

COMMENT = re.compile(r"(?<!`)<!--[ \t]*convmath:([^\n]*?)-->")
_ANSWER = re.compile(r"^\s*([A-Za-z][\w. -]*?)\s*=\s*(.+?)\s*$")


def check_block(lines: Sequence[Line]) -> Iterator[Finding]:
    """The claims of a fenced block: a layer or network on its input, then a quantity a line."""
    subject: Line | None = None
    claims: list[tuple[Line, str, str]] = []
    for line in lines:
        found = _ANSWER.match(line.text)
        if found and "(" not in found[1]:
            claims.append((line, found[1], found[2]))
        elif line.text.strip():
            yield from _checked(subject, claims)
            subject, claims = line, []
    yield from _checked(subject, claims)


def check_comment(line: Line) -> Iterator[Finding]:
    """The claims of a comment: a layer or network, a colon, and quantities with semicolons between them."""
    for comment in COMMENT.finditer(line.text):
        subject, colon, rest = comment[1].strip().rpartition(":")
        parts = [(part, _ANSWER.match(part)) for part in rest.split(";") if part.strip()]
        for part, found in parts:
            if found is None:
                yield Finding(
                    line.place, "C02", part.strip(), "not read", "write it like parameters = 7,600"
                )
        claims = [(line, found[1], found[2]) for _, found in parts if found]
        yield from _checked(Line(line.place, subject) if colon and subject.strip() else None, claims)


def _checked(subject: Line | None, claims: Sequence[tuple[Line, str, str]]) -> Iterator[Finding]:
    if not claims:
        return
    if subject is None:
        yield Finding(claims[0][0].place, "C02", claims[0][1], "of no layer", "name one first, like lenet")
        return
    text, _, shape = subject.text.strip().rpartition(" on ")
    text, shape = (text, shape) if text else (shape, "")
    if not is_safe(text):
        yield Finding(subject.place, "C02", text, "not read", "files and modules are not opened from notes")
        return
    try:
        network = network_of(text, shape or None)
    except ConvmathError as error:
        yield Finding(subject.place, "C02", text, "not read", str(error))
        return
    for line, name, answer in claims:
        try:
            (verdict,) = judged(asked_of(network, {name.strip(): answer}))
        except ConvmathError as error:
            yield Finding(line.place, "C02", name, "not read", str(error))
            continue
        if verdict.verdict == "unreadable":
            yield Finding(line.place, "C02", answer, "not read", verdict.said)
        elif verdict.is_wrong:
            from convmath.render.verdict import value_text

            code = verdict.codes[0] if verdict.codes else "C01"
            yield Finding(line.place, code, answer, value_text(verdict.right), verdict.why)


def is_safe(text: str) -> bool:
    """Whether a text names layers or a published network, and no file or module to be opened."""
    return "(" in text or "->" in text or not re.search(r"[:/\\]|\.\w+$", text)
