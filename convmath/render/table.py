"""Plain tables for a terminal: columns as wide as they need to be, one folded if there is no room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

GAP = 2
LEAST = 24  # what a column is never folded below
LONG = 40  # a column of numbers this wide holds formulas, which may be folded too


def aligned(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: frozenset[int] = frozenset(),
    width: int = 0,
    folded: int | None = None,
) -> list[str]:
    """The lines of a table, the columns numbered in ``right`` set to the right.

    With a ``width``, formulas and the column ``folded`` are folded until the table fits; names and numbers
    never are.

    >>> for line in aligned(("layer", "parameters"), [("conv1", "9,408"), ("fc", "513")], frozenset({1})):
    ...     print(line)
    layer  parameters
    conv1       9,408
    fc            513
    """
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    if width:
        _narrow(widths, width - GAP * (len(widths) - 1), folded)
    return [line for row in (head, *rows) for line in _lines(row, widths, right)]


def _narrow(widths: list[int], room: int, folded: int | None) -> None:
    """Take from the widest column that may be folded, by turns, until the table fits or none is left."""
    foldable = [c for c, width in enumerate(widths) if c == folded or width > LONG]
    while sum(widths) > room:
        widest = max(foldable, key=widths.__getitem__, default=None)
        if widest is None or widths[widest] <= LEAST:
            return
        widths[widest] -= 1


def _lines(row: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> Iterator[str]:
    if all(len(cell) <= width for cell, width in zip(row, widths, strict=True)):
        yield _line(row, widths, right)
        return
    parts = [_folded(cell, width) for cell, width in zip(row, widths, strict=True)]
    for place in range(max(map(len, parts))):
        yield _line([part[place] if place < len(part) else "" for part in parts], widths, right)


def _folded(cell: str, width: int) -> list[str]:
    return [cell] if len(cell) <= width else wrap(cell, width, break_on_hyphens=False)


def _line(row: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> str:
    cells = (
        cell.rjust(width) if place in right else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return (" " * GAP).join(cells).rstrip()
