"""What positions of a map read, as a table for a terminal or for a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convmath.render.table import aligned

if TYPE_CHECKING:
    from convmath.explain.place import Seen

HEAD = ("along", "position", "field", "pixels", "centre", "read")


def seen_text(axes: Sequence[Seen]) -> str:
    """One line an axis, and what the columns mean."""
    rows = [
        (
            axis.axis,
            span(axis.positions),
            "at most the pixels" if axis.field is None else span(axis.field),
            "none" if axis.box is None else span(axis.box),
            "" if axis.centre is None else str(axis.centre),
            str(len(axis.pixels)),
        )
        for axis in axes
    ]
    note = (
        "field: from the first tap to the last, padding included; pixels: what of it lies on the input; "
        "read: how many"
    )
    return "\n".join([*aligned(HEAD, rows, frozenset(range(1, 6))), "", f"({note})"])


def span(ends: tuple[int, int]) -> str:
    """A range of positions: ``3``, ``-2..13``."""
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]}..{ends[1]}"


def seen_plain(axes: Sequence[Seen]) -> list[dict[str, Any]]:
    """The same for a program."""
    return [axis._asdict() for axis in axes]
