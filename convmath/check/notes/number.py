"""Numbers as texts write them, with every way to read them and how exact they are meant."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from convmath.check.answer import BYTES, COUNTS
from convmath.exact.integers import ratio

_GAP = "[ \u00a0\u2009\u202f]"
NUMBER = (
    rf"\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\d|,\d)|\d{{1,3}}(?:{_GAP}\d{{3}})+(?!\d|[.,]\d)|\d{{1,3}}(?:'\d{{3}})+(?!\d)|"
    r"\d{1,3}(?:\.\d{3})+(?:,\d+)?(?![\d.])|\d+(?:_\d{3})+(?!\d)|(?<![\d,])\d{1,3},\d+(?![\d,])|"
    r"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2}(?!\w))?|\.\d+"
)
_BYTE_WORDS = tuple(sorted(BYTES, key=len, reverse=True))
_COUNT_WORDS = tuple(sorted(COUNTS, key=len, reverse=True))
SUFFIX = (  # a k may be a letter of a formula, and a B the next answer of a quiz
    rf"\s?(?:%(?!\s*[\d(])|(?:{'|'.join(w for w in _BYTE_WORDS if len(w) > 1)})(?![A-Za-z])|"
    rf"(?:{'|'.join(w for w in _COUNT_WORDS if w not in 'kB')})(?![A-Za-z]|\s*[=≈])|"
    rf"(?:{'|'.join('KMGBT')})(?=FLOP|MAC|Flop|flop)|k(?![A-Za-z]|\s*[-+*/^×·=≈(]))|B(?![A-Za-z.)])"
)
_WRITTEN_OUT = 4  # significant digits that are meant exactly


class Number(NamedTuple):
    """A number: the values it may have, one of its last digit, and what stands behind it."""

    text: str
    values: tuple[Any, ...]
    unit: Any
    suffix: str = ""

    @property
    def is_rounded(self) -> bool:
        """Whether it has a decimal or a suffix, and so may stand for others near it."""
        return bool(self.unit)

    def is_near_in_kilos(self, right: Any) -> bool:
        """Whether it is about the right one if its K, M or G is counted in 1024s."""
        decimal = self.suffix in ("K", "k", "M", "G")
        return decimal and abs(right - self.values[0] * kilos(self.suffix)) <= self.unit

    def last_digit(self) -> Any:
        """One of its last digit that is not 0; 0 of a number that is written out."""
        digits = re.sub(r"\D", "", self.text).lstrip("0")
        kept = digits.rstrip("0")
        if self.unit or len(kept) >= _WRITTEN_OUT or not kept:
            return self.unit
        return 10 ** (len(digits) - len(kept))


def kilos(suffix: str, kilo: int = 1024) -> Any:
    """What K, M, G or T stands for more where a K is ``kilo``."""
    power = {"k": 1, "K": 1, "M": 2, "G": 3, "T": 4}.get(suffix[:1], 0)
    return ratio(kilo**power, 1000**power) if "i" not in suffix else 1


def agrees(number: Number, right: Any, slack: Any = 0) -> bool:
    """Whether a number, rounded or cut off as it is written, is the right one.

    >>> agrees(read_number("150", "K"), 150_528), agrees(read_number("208"), 608)
    (True, False)
    """
    for value in number.values:
        off = right - value
        if value == right or -ratio(number.unit, 2) - slack <= off < number.unit + slack:
            return True
    return number.is_near_in_kilos(right)


def read_number(text: str, suffix: str = "") -> Number:
    """A number with every value it may have.

    >>> [read_number(text).values for text in ("9,800", "9.800", "4,75", "9'800", "2e7")]
    [(9800, Fraction(49, 5)), (Fraction(49, 5), 9800), (Fraction(19, 4),), (9800,), (20000000,)]
    >>> read_number("12.6", "K").values, read_number("12.6", "K").unit
    ((12600,), 100)
    """
    bare = re.sub(rf"[_']|{_GAP}", "", text)
    pairs = [_value(reading) for reading in _readings(bare)]
    word = suffix.strip()
    factor = ratio(1, 100) if word == "%" else {**BYTES, **COUNTS}.get(word, 1)
    if word in ("B", "b"):
        factor = COUNTS["B"]
    values = tuple(ratio(value * factor, 1) for value, _ in pairs)
    decimals = pairs[0][1]
    unit = 0
    if decimals is not None:
        unit = ratio(factor * 10 ** max(-decimals, 0), 10 ** max(decimals, 0))
    elif word:
        unit = _of_zeros(bare, factor)
    return Number(text, values, unit, word)


def _of_zeros(digits: str, factor: Any) -> Any:
    """One of the last digit before a suffix; zeros at the end, as in 800K, may stand for others nearby."""
    zeros = len(digits) - len(digits.rstrip("0"))
    if zeros == 0 or not digits.strip("0"):
        return factor
    return min(10**zeros, max(1, int(digits.replace(",", "")) // 66)) * factor


def _readings(bare: str) -> list[str]:
    """The ways to read points and commas, as plain decimals."""
    if re.fullmatch(r"\d{1,3},\d{3}", bare):
        return [bare.replace(",", ""), bare.replace(",", ".")]
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", bare):
        return [bare.replace(",", "")]
    if re.fullmatch(r"\d{1,3}\.\d{3}", bare):
        return [bare, bare.replace(".", "")]
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", bare):
        return [bare.replace(".", "").replace(",", ".")]
    return [bare.replace(",", ".")]


def _value(plain: str) -> tuple[Any, int | None]:
    """A decimal's value, and how many decimals it has; none of a whole number."""
    from fractions import Fraction

    mantissa, _, power = plain.lower().partition("e")
    decimals = len(mantissa.partition(".")[2]) if "." in mantissa else None
    value = ratio(Fraction(mantissa) * Fraction(10) ** int(power or 0), 1)  # type: ignore[arg-type]
    if power:
        decimals = (decimals or 0) - int(power)
    return value, decimals
