"""Worked examples of pooling: whether the windows that are listed are as far apart as the stride says."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from convmath.check.notes.finding import Finding
from convmath.check.notes.plain import plain_line
from convmath.check.notes.source import Line

Window: TypeAlias = tuple[tuple[int, ...], ...]
_POOL = re.compile(
    r"(\d)\s*×\s*(\d)\D{0,12}(?:max|average|avg|mean)?\W{0,3}(?:pool|最大池化|平均池化|池化)", re.IGNORECASE
)
_STRIDE = re.compile(r"(?:strides?|步长|步幅)\D{0,6}(\d)", re.IGNORECASE)
_MATRIX = re.compile(r"\[\s*\[[-\d,\s]+\](?:\s*,\s*\[[-\d,\s]+\])+\s*\]")
_FURTHER = 15  # lines that an example may take


def check_windows(lines: Sequence[Line]) -> Iterator[Finding]:
    """Examples whose windows overlap although the stride is as large as the window."""
    for place, line in enumerate(lines):
        plain = plain_line(line.text)
        pool, stride = _POOL.search(plain), _STRIDE.search(plain)
        if pool is None or stride is None or pool[1] != pool[2] or int(stride[1]) < int(pool[1]):
            continue
        size = int(pool[1])
        windows = [w for each in lines[place : place + _FURTHER] for w in _windows(each.text, size)]
        for first, second in itertools.pairwise(windows):
            shift = _shift(first, second, size)
            if shift:
                more = f"the windows that follow start {shift} apart: {_shown(first)}, {_shown(second)}"
                yield Finding(line.place, "S05", f"stride {stride[1]}", f"stride {shift}", more)
                break


def _windows(text: str, size: int) -> Iterator[Window]:
    """The matrices of a line that are as large as the window, what is said to come of them left out."""
    for found in _MATRIX.finditer(text):
        try:
            window = tuple(tuple(row) for row in json.loads(found[0]))
        except ValueError:  # commas without numbers
            continue
        different = {number for row in window for number in row}  # or they may be alike by chance
        if len(window) == size and all(len(row) == size for row in window) and len(different) == size**2:
            yield window


def _shift(first: Window, second: Window, size: int) -> int | None:
    """How far a window lies to the right of another, or below it, where the two overlap."""
    for shift in range(1, size):
        beside = [row[shift:] for row in first] == [row[: size - shift] for row in second]
        below = first[shift:] == second[: size - shift]
        if (beside or below) and first != second:
            return shift
    return None


def _shown(window: Window) -> str:
    return json.dumps(window, separators=(",", ":"))
