"""Facts about layers in running text: only what names its own mistake is said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from convmath.check.ask import check
from convmath.check.notes.finding import Finding
from convmath.check.notes.number import NUMBER, read_number
from convmath.check.notes.plain import plain_line
from convmath.check.notes.source import Line
from convmath.layers import Conv2d, Linear

_N = rf"({NUMBER})"
_COUNT = r"(?:parameters?|params?|weights and biases|参数)"
_DENSE = re.compile(
    rf"(?<![\d×*/.])(\d{{2,6}})\s*->\s*(\d{{1,6}})\s*[:：]\s*{_N}\s*(?={_COUNT}|[,;.)]|$)", re.IGNORECASE
)
_FILTERS = re.compile(
    rf"(\d{{1,5}})\s*(?:filters?|kernels?|个卷积核)\s*(?:of\s*(?:size\s*)?)?(\d{{1,2}})×(\d{{1,2}})\s*[:：]\s*{_N}\s*(?:{_COUNT})?"
)
_CHANNELS = re.compile(
    r"(?:input\D{0,12}|输入\D{0,6})?(\d{1,4})\s*(?:input )?(?:channels|通道)|(\bRGB\b)", re.IGNORECASE
)
_GREY = re.compile(r"gr[ae]y|MNIST|black and white|one channel|灰度", re.IGNORECASE)
_SHORT = 60  # letters of a line that says nothing but the input
_MISTAKES = (
    "P02",
    "P03",
    "P04",
    "P05",
    "P06",
    "P09",
    "P10",
    "F02",
    "F03",
)  # that no other reading explains


def check_facts(lines: Sequence[Line], slipped: frozenset[str]) -> Iterator[Finding]:
    """Numbers of parameters beside the layer that they are of."""
    channels: int | None = None
    for place, line in enumerate(lines):
        plain = plain_line(line.text)
        said = _CHANNELS.search(plain)
        before = plain_line(lines[place - 1].text) if place else ""
        said = said or (_CHANNELS.search(before) if len(before) < _SHORT else None)
        channels = (3 if said[2] else int(said[1])) if said else None
        if line.place in slipped or "|" in line.text or _GREY.search(before + plain):
            continue
        for found in _DENSE.finditer(plain):
            yield from _checked(line, "Linear", (int(found[1]), int(found[2])), found[3])
        for found in _FILTERS.finditer(plain):
            if channels and found[2] == found[3]:
                yield from _checked(line, "Conv2d", (channels, int(found[1]), int(found[2])), found[4])


def _checked(line: Line, name: str, arguments: tuple[int, ...], text: str) -> Iterator[Finding]:
    number = read_number(text)
    if not all(0 < each < 10**6 for each in arguments):
        return
    layer: Any = {"Linear": Linear, "Conv2d": Conv2d}[name](*arguments)
    shape = arguments[:1] if name == "Linear" else (arguments[0], 64, 64)
    (verdict,) = check(layer, shape, parameters=str(number.values[0]))
    if verdict.verdict == "known" and verdict.codes[0] in _MISTAKES:
        cause = verdict.causes[0]
        yield Finding(
            line.place, cause.code, text, f"{verdict.right:,}", f"parameters of {layer!r}: {cause.said}"
        )
