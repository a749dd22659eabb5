"""What the linter says."""

from __future__ import annotations

from typing import Any, NamedTuple


def value_text(value: Any) -> str:
    """A value as people write it: fractions as decimals.

    >>> from fractions import Fraction
    >>> value_text(25088), value_text(Fraction(3, 4))
    ('25,088', '0.75')
    """
    if type(value) is int:
        return f"{value:,}"
    try:
        return f"{float(value):,.6g}"
    except OverflowError:
        return "beyond all numbers"


class Finding(NamedTuple):
    """A claim that does not hold: where it stands, its code, what it says, what is, and more."""

    place: str
    code: str
    says: str
    found: str
    more: str = ""

    def __str__(self) -> str:
        more = f" ({self.more})" if self.more else ""
        return f"{self.place}: {self.code}: says {self.says}, is {self.found}{more}"
