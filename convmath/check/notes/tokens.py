"""A plain line as tokens: numbers, signs, brackets, relations and words."""

from __future__ import annotations

import re
from typing import NamedTuple

from convmath.check.notes.number import NUMBER, SUFFIX, Number, read_number
from convmath.check.notes.plain import RANGE

_TOKEN = re.compile(
    rf"""(?P<scientific>(?P<mantissa>\d+(?:[.,]\d+)?)\s*[×x*·]\s*10\s*\^\s*\{{?(?P<power>\d{{1,2}})\}}?(?!\d))
    |(?P<number>{NUMBER})(?P<suffix>{SUFFIX})?
    |(?P<relation>=>|->|<=|>=|==|!=|:=|\+=|-=|\*=|/=|<-|[=≈~<>])
    |(?P<sign>//|[-+*/^×·÷%{RANGE}])
    |(?P<open>[(\[⌊⌈])|(?P<close>[)\]⌋⌉])
    |(?P<word>[\u3040-\u9fff]+|(?:(?![\u3040-\u9fff])[^\W\d_])(?:(?![\u3040-\u9fff])\w)*)
    |(?P<other>\S)""",
    re.VERBOSE,
)
_PAIRS = {"(": ")", "[": "]", "⌊": "⌋", "⌈": "⌉"}
_FUNCTIONS = ("floor", "ceil", "int", "max", "min")


class Token(NamedTuple):
    """A piece of a line: its kind, its text, where it stands, and its number if it is one."""

    kind: str
    text: str
    start: int
    end: int
    number: Number | None = None


def tokens_of(line: str) -> list[Token]:
    """The tokens of a plain line.

    >>> [token.kind for token in tokens_of("conv1: 5*5 = 25")]
    ['word', 'other', 'number', 'sign', 'number', 'relation', 'number']
    """
    found: list[Token] = []
    for match in _TOKEN.finditer(line):
        kind = match.lastgroup or ""
        start, end = match.span()
        if match["scientific"]:
            text = f"{match['mantissa'].replace(',', '.')}e{match['power']}"
            found.append(Token("number", match[0], start, end, read_number(text)))
        elif match["number"]:
            number = read_number(match["number"], match["suffix"] or "")
            found.append(Token("number", match[0], start, end, number))
        else:
            found.append(Token("function" if match[0] in _FUNCTIONS else kind, match[0], start, end))
    return _without_words(found)


def _without_words(found: list[Token]) -> list[Token]:
    """The tokens without words in brackets."""
    kept: list[Token] = []
    place = 0
    while place < len(found):
        token = found[place]
        if token.text == "(" and _only_words(found, place):
            while found[place].text != ")":
                place += 1
        else:
            kept.append(token)
        place += 1
    return kept


def _only_words(found: list[Token], place: int) -> bool:
    """Whether a bracket holds words and no numbers: ``30 (weights)``."""
    for token in found[place + 1 :]:
        if token.text == ")":
            return True
        if token.kind not in ("word", "other") or token.text in "|,;:=":
            return False
    return False


def closes(tokens: list[Token], place: int) -> int | None:
    """Where the bracket that opens at a place is closed."""
    depth = 0
    for at in range(place, len(tokens)):
        depth += (tokens[at].kind == "open") - (tokens[at].kind == "close")
        if depth == 0:
            return at if tokens[at].text == _PAIRS.get(tokens[place].text) else None
    return None


def opens(tokens: list[Token], place: int) -> int | None:
    """Where the bracket that is closed at a place opens."""
    depth = 0
    for at in range(place, -1, -1):
        depth += (tokens[at].kind == "close") - (tokens[at].kind == "open")
        if depth == 0:
            return at if _PAIRS.get(tokens[at].text) == tokens[place].text else None
    return None
