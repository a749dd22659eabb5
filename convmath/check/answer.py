"""Answers as people write them: ``128x5x5``, ``86,400``, ``86.4K``, ``3*3*3*128``, ``12 %``, ``97 MiB``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from convmath.check.formula import (
    LONGEST,
    Tree,
    UnreadableError,
    check_names,
    evaluate,
    read_formula,
    without_latex,
)
from convmath.errors import short
from convmath.exact.integers import is_symbolic, ratio
from convmath.parse.characters import plain_letters

COUNTS = {
    **dict.fromkeys(("k", "K", "thousand", "千"), 10**3),
    **dict.fromkeys(("万", "萬"), 10**4),
    **dict.fromkeys(("M", "Mio", "Mil", "mil", "mln", "Million", "million", "millions", "百万"), 10**6),
    "亿": 10**8,
    **dict.fromkeys(("G", "B", "bn", "Billion", "billion", "billions"), 10**9),
    **dict.fromkeys(("T", "trillion", "trillions"), 10**12),
}
BYTES = {
    **dict.fromkeys(("B", "b", "byte", "bytes", "Bytes"), 1),
    **{f"{letter}{b}": 1000**power for power, letter in enumerate("KMGT", 1) for b in ("B", "b", "bytes")},
    "kB": 1000,
    **{f"{letter}iB": 1024**power for power, letter in enumerate("KMGT", 1)},
    **{
        word + s: 1000**power
        for power, word in enumerate(("kilobyte", "megabyte", "gigabyte"), 1)
        for s in ("", "s")
    },
}
DECIMAL = {f"{letter}B": f"{letter}iB" for letter in "KMGT"} | {"kB": "KiB"}
_WORDS = (
    r"(?:\s*(?:(?:learn|train)able|in\s+total|total|flops?|macs?|mult(?:iplication)?s?|multiply-add(?:s|itions)?|"
    r"madds?|ops|operations|additions|params?|parameters?|weights?|biases|pixels?|px|neurons?|units?|elements?|"
    r"features?|positions?|channels?|rows?|columns?|个参数|个|次|像素))+\.?$"
)
_ABOUT = r"^(?:≈|~|≃|≅|\\approx\b|about|approx(?:imately|\.)?|ca\.|约|大约)\s*"
_NUMBER = r"\d[\d.,'_\u00a0\u2009\u202f ]*\d|\d"
_CROSS = r"(?<=[\d)])\s*x\s*(?=[\d(])"  # an x between numbers, where one number is asked for
_SCIENTIFIC = r"(\d+(?:\.(\d+))?)(?:[eE]\+?|\s*[×x*·]\s*10\s*\^\s*)\(?(-?\d{1,2})\)?"
_SHARE = 10  # how many times its unit a number is at least that is rounded to whole units
_EXACT_FROM = 4  # significant digits: a number written with so many is meant exactly
ZERO = ("zero", "none", "nothing", "no parameters", "null", "keine")
_BATCH = r"^([(\[]?)\s*(?:None|N|B|-1|batch)\s*[,x×]\s*(?=\w)"
NONE = (
    "none",
    "invalid",
    "impossible",
    "no",
    "doesn't fit",
    "does not fit",
    "not possible",
    "error",
    "不能整除",
)


class Reading(NamedTuple):
    """One way to read an answer: its values, how exact they are meant, and what it was read as.

    ``unit`` is one of the last digit that is written, 0 where the answer is exact; ``suffix`` what stood
    behind it; ``trees`` are its formulas.
    """

    values: tuple[Any, ...]
    unit: Any = 0
    suffix: str = ""
    said: str = ""
    trees: tuple[Tree, ...] = ()
    around: bool = False

    def equals(self, right: Any) -> bool:
        """Whether a number is what this reading means, rounded or cut off as it is written."""
        return len(self.values) == 1 and self._near(self.values[0], right)

    def _near(self, value: Any, right: Any) -> bool:
        if is_symbolic(value) or is_symbolic(right) or right is None:
            return bool(value == right)
        if self.unit == 0 or value == right:
            return bool(value == right)
        off = right - value
        least = -self.unit if self.around else -self.unit / 2
        return bool(least <= off < self.unit)


class Answer(NamedTuple):
    """An answer with the ways to read it, the likeliest first."""

    text: str
    readings: tuple[Reading, ...]

    @property
    def first(self) -> Reading:
        """The likeliest reading."""
        return self.readings[0]

    @property
    def value(self) -> Any:
        """The value of an answer that has one; None of one that has several."""
        return self.first.values[0] if len(self.first.values) == 1 else None


def read_answer(
    given: Any, names: Mapping[str, Any] | None = None, *, shaped: bool = False, memory: bool = False
) -> Answer:
    """An answer, with the symbols ``names``; of a ``shaped`` quantity it may have several numbers.

    ``memory`` is counted in bytes.  Raises UnreadableError for what is none.

    >>> read_answer("(5, 5, 128)", shaped=True).first.values
    (5, 5, 128)
    >>> [read_answer(text).value for text in ("86,400", "86.4K", "3*3*3*128", "2^20", "12 %", "9/2")]
    [86400, 86400, 3456, 1048576, Fraction(3, 25), Fraction(9, 2)]
    >>> read_answer("25.6M").first.equals(25_557_032), read_answer("25.6M").first.equals(25_757_033)
    (True, False)
    """
    if isinstance(given, bool) or given is None:
        raise UnreadableError(f"{given} is no answer; give a number, a shape or a formula")
    if isinstance(given, (tuple, list)):
        values = tuple(_plain(value) for value in given)
        return Answer("x".join(map(str, values)), (Reading(values),))
    if hasattr(given, "tolist") and getattr(given, "ndim", 0) > 0:
        return read_answer(tuple(given.tolist()), names, shaped=shaped, memory=memory)
    if not isinstance(given, (str, float)):
        return Answer(str(given), (Reading((_plain(given),)),))
    text = str(given)
    if len(text) > LONGEST:
        raise UnreadableError(f"the answer has {len(text)} characters; at most {LONGEST} are read")
    readings = tuple(_readings(text, names or {}, shaped, memory))
    return Answer(text.strip(), readings)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return read_answer(value).value
    if hasattr(value, "__index__"):
        return int(value)
    if is_symbolic(value) or (hasattr(value, "numerator") and hasattr(value, "denominator")):
        return value
    if type(value).__name__ == "Decimal":
        return read_answer(str(value)).value
    raise UnreadableError(f"{short(repr(value))} is no answer; give a number, a shape or a formula")


def _readings(text: str, names: Mapping[str, Any], shaped: bool, memory: bool) -> Iterator[Reading]:
    if text.isdecimal() and len(text) < 20:
        yield Reading((int(text),))
        return
    plainly = without_latex(plain_letters(text)).strip(" `*_'\"\t\n")
    around = re.match(_ABOUT, plainly, re.IGNORECASE)
    plainly = plainly[around.end() :] if around else plainly
    plainly = plainly.rpartition("=")[2].strip() if not shaped or plainly.count("=") == 1 else plainly
    plainly = re.sub(r"(?<=[\d)])\.$", "", plainly)
    if not shaped and plainly.lower() in ZERO:
        yield Reading((0,))
        return
    if shaped:
        plainly = re.sub(_BATCH, r"\1", re.sub(r"^(?:torch\.Size|tf\.TensorShape)", "", plainly))
        parts = _parts(plainly)
        if len(parts) > 1:
            trees = [read_formula(part) for part in parts]
            yield Reading(tuple(_valued(tree, names, text) for tree in trees), trees=tuple(trees))
            return
        if re.fullmatch(r"\d{1,3},\d{3}", plainly):  # a number, or the shape of a row of channels
            yield Reading((int(plainly.replace(",", "")),))
            yield Reading(tuple(map(int, plainly.split(","))))
            return
    body, factor, suffix = _scaled(plainly, memory)
    found = list(_numbers(body))
    body = re.sub(_CROSS, "*", body)
    for value, decimals, said in found:
        unit = 0
        if decimals is not None:
            unit = ratio(factor * 10 ** max(-decimals, 0), 10 ** max(decimals, 0))
        elif factor != 1:
            unit = min(factor, ratio(abs(value) * factor, _SHARE))
        elif around:
            unit = min(_last_digit(value), ratio(abs(value), _SHARE))
        yield Reading((_times(value, factor),), unit, suffix, said, around=around is not None)
    if not found:
        tree = read_formula(body)
        yield Reading((_times(_valued(tree, names, text), factor),), 0, suffix, trees=(tree,))


def _valued(tree: Tree, names: Mapping[str, Any], text: str) -> Any:
    check_names(tree, names, text)
    return evaluate(tree, names)


def _times(value: Any, factor: Any) -> Any:
    return value if factor == 1 else ratio(value * factor, 1) if not is_symbolic(value) else value * factor


def _parts(text: str) -> list[str]:
    """The numbers of a shape; one alone where there is no shape."""
    bare = _unwrapped(text).rstrip(",; ")
    bare = re.sub(r"\b[A-Za-z]\w*\s*=\s*", "", bare)
    if re.fullmatch(r"\d+(?:\s*[x×X*·,;@]\s*\d+|\s+\d+)+", bare):
        groups = re.fullmatch(r"\d{1,3}(?:,\d{3})+", bare) and "(" not in text and "[" not in text
        return [text] if groups and "," in bare and bare.count(",") == 1 else re.findall(r"\d+", bare)
    if re.fullmatch(r"\w+(?:[x×@]\w+)+", bare) and not re.search(r"[×@]", bare):
        pieces = bare.split("x")
        if all(pieces):
            return pieces
    return [part for part in _split(bare) if part.strip()] or [text]


def _unwrapped(text: str) -> str:
    """The text without brackets around all of it."""
    while text[:1] in ("(", "[", "{") and _closes(text) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _closes(text: str) -> int:
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter in "([{⌊⌈") - (letter in ")]}⌋⌉")
        if depth == 0:
            return place
    return -1


def _split(text: str) -> list[str]:
    """A text at its commas, at × and at an x that stands by itself, outside of brackets."""
    found, start = [], 0
    for sign in re.finditer(r"[,;×@]|(?<!\w)x(?!\w)", text):
        before = text[: sign.start()]
        if sum(map(before.count, "([{⌊⌈")) == sum(map(before.count, ")]}⌋⌉")):
            found.append(text[start : sign.start()])
            start = sign.end()
    return [*found, text[start:]]


def _scaled(text: str, memory: bool) -> tuple[str, Any, str]:
    """A text without what stands behind its number, what that multiplies it by, and what it was."""
    bare = re.sub(_WORDS, "", text, flags=re.IGNORECASE) if re.match(r"[\d(\[⌊]", text) else text
    if bare.endswith("%"):
        return bare[:-1].rstrip(), ratio(1, 100), "%"
    found = re.search(r"(?<=[\d)\]\s])\s*([A-Za-z]+|[千万萬亿百]+)$", bare)
    if found is None:
        return bare, 1, ""
    for known in (BYTES, COUNTS) if memory else (COUNTS, BYTES):
        if found[1] in known and not (known is BYTES and not memory and len(found[1]) == 1):
            return bare[: found.start()].rstrip(), known[found[1]], found[1]
    return bare, 1, ""


def _numbers(body: str) -> Iterator[tuple[Any, int | None, str]]:
    """A number by itself: its value, how many decimals it has if any, and what was understood."""
    scientific = re.fullmatch(_SCIENTIFIC, body)
    if scientific:
        power = int(scientific[3])
        yield (
            read_formula(f"{scientific[1]}*10^{power}").parts[0].value * 10**power,
            len(scientific[2] or "") - power,
            "",
        )
        return
    if not re.fullmatch(_NUMBER, body):
        return
    for separator, point in ((",", "."), (".", ","), ("'", "."), ("_", "."), (" ", ".")):
        grouped = rf"\d{{1,3}}(?:{re.escape(separator)}\d{{3}})+(?:{re.escape(point)}\d+)?"
        if not re.fullmatch(grouped, body):
            continue
        plainly = body.replace(separator, "").replace(point, ".")
        once = body.count(separator) == 1 and point not in body
        if separator == "." and once:
            yield from _decimal(body)
        yield from _decimal(
            plainly, f"{body} is read as {int(float(plainly)):,}" if separator == "." else ""
        )
        return
    if re.fullmatch(r"\d+,\d+", body):
        yield from _decimal(body.replace(",", "."), f"{body} is read as {body.replace(',', '.')}")
    elif re.fullmatch(r"\d+(?:\.\d+)?", body):
        yield from _decimal(body)


def _decimal(text: str, said: str = "") -> Iterator[tuple[Any, int | None, str]]:
    tree = read_formula(text)
    decimals = len(text.partition(".")[2]) if "." in text else None
    yield tree.value, decimals, said


def _last_digit(value: Any) -> int:
    """What one of the last digit that is not 0 counts; 0 of numbers that are written out."""
    digits = str(value)
    significant = digits.rstrip("0")
    return 0 if len(significant) >= _EXACT_FROM else 10 ** (len(digits) - len(significant))
