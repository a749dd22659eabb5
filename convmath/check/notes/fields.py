"""Receptive fields in tables of layers: each row's from the rows above it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from convmath.check.notes.finding import Finding
from convmath.check.notes.rows import TOTAL, Kind
from convmath.check.rules.fields import wrong_fields
from convmath.geometry.window import Window
from convmath.layers import AvgPool2d, BatchNorm2d, Conv2d, MaxPool2d, ReLU

_FIELD = re.compile(r"\W*(\d{1,6})(?:\s*[×xX*]\s*\1)?\W*")
_STRIDES = {"conv": (1, 2), "pool": (2, 3, 1)}  # that a row without one may mean
_MOST_WAYS = 64


class Cells(NamedTuple):
    """What a row says: where it stands, its first cell, its layer, and its receptive field."""

    place: str
    name: str
    kind: Kind | None
    field: str


class Reach(NamedTuple):
    """How far one position sees, how far apart two of them start, and the windows behind it."""

    field: int = 1
    jump: int = 1
    windows: tuple[tuple[Window, bool], ...] = ()

    def behind(self, window: Any, is_pool: bool) -> Reach:
        """What it is behind one window more; ``is_pool`` says of what kind."""
        windows = (*self.windows, (window, is_pool))
        return Reach(self.field + (window.size - 1) * self.jump, self.jump * window.stride, windows)


def check_fields(rows: Sequence[Cells]) -> Iterator[Finding]:
    """The receptive fields that do not follow from the rows above them.

    A row whose window is not said ends what can be followed; a stride that is not said may be any usual
    one.  A mistake that goes on is said once.

    >>> conv, pool = Kind("conv", kernel=3, stride=1), Kind("pool", kernel=2, stride=2)
    >>> said = [(Kind("input"), "1"), (conv, "3"), (pool, "4"), (conv, "6"), (conv, "8")]
    >>> rows = [Cells(f"text:{line}", "a row", kind, field) for line, (kind, field) in enumerate(said, 1)]
    >>> [str(finding) for finding in check_fields(rows)]
    ['text:4: R02: says 6, is 8 (receptive field of a row: strides are left out)']
    """
    rows = [row for row in rows if not TOTAL.match(row.name)]
    said = [int(found[1]) if (found := _FIELD.fullmatch(row.field)) else None for row in rows]
    known = [field for field in said if field is not None]
    if (known and known[0] > known[-1]) or _are_their_own(rows, said):
        return  # counted from the output down, or of each layer alone
    reached: list[Reach] = []
    blamed = ""
    for row, field in zip(rows, said, strict=True):
        if row.kind is not None and row.kind.name == "input":
            reached = [Reach()]
            continue
        ways = _windows(row.kind)
        pairs = itertools.product(reached or [Reach()], ways)
        after = [reach.behind(window, _is_pool(row.kind)) for reach, window in pairs][:_MOST_WAYS]
        if field is None:
            reached = after if reached else []
            continue
        fit = [reach for reach in after if reach.field == field]
        if reached and after and not fit:
            code, why = _mistake(after, field)
            if code != blamed:
                more = f"receptive field of {row.name}{why}"
                yield Finding(row.place, code, str(field), _either(after), more)
            blamed = code if why else ""
            fit = after if why else [*after, *(reach._replace(field=field) for reach in after)]
        reached = fit


def _are_their_own(rows: Sequence[Cells], said: Sequence[int | None]) -> bool:
    """Whether each row's field is that of its layer alone."""
    pairs = [(field, _windows(row.kind)) for row, field in zip(rows, said, strict=True) if field]
    return all(field == ways[0].size for field, ways in pairs if ways and ways[0].size > 1)


def _either(after: Sequence[Reach]) -> str:
    return " or ".join(dict.fromkeys(str(reach.field) for reach in after))


def _mistake(after: Sequence[Reach], field: int) -> tuple[str, str]:
    """The known mistake that gives a field, and how it is said; that of no rule where there is none."""
    for reach in after:
        for wrong in wrong_fields(reach.windows):
            if wrong.value == field:
                return wrong.code, f": {wrong.said}"
    return "S08", ""


def _is_pool(kind: Kind | None) -> bool:
    return kind is not None and (kind.name == "pool" or isinstance(kind.layer, (MaxPool2d, AvgPool2d)))


def _windows(kind: Kind | None) -> list[Window]:
    """The windows that a row's layer may have; none where that is not known."""
    if kind is None or kind.repeated > 1:
        return []
    if kind.layer is not None:
        return _windows_of(kind.layer)
    if kind.name in ("same", "norm"):
        return [Window(1)]
    strides = (kind.stride,) if kind.stride else _STRIDES.get(kind.name, ())
    return [Window(kind.kernel, stride) for stride in strides] if kind.kernel else []


def _windows_of(layer: Any) -> list[Window]:
    if isinstance(layer, (ReLU, BatchNorm2d)):
        return [Window(1)]
    if not isinstance(layer, (Conv2d, MaxPool2d, AvgPool2d)):
        return []
    given = (layer.kernel_size, layer.stride or layer.kernel_size, getattr(layer, "dilation", 1))
    sides: list[set[Any]] = [{*each} if isinstance(each, (tuple, list)) else {each} for each in given]
    if any(len(each) > 1 or not all(type(side) is int for side in each) for each in sides):
        return []  # sides that differ, or are not known
    kernel, stride, dilation = (each.pop() for each in sides)
    return [Window(kernel, stride, dilation=dilation)]
