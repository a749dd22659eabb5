"""Plain tables for a terminal: columns as wide as they need to be, long text folded into its column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

GAP = 2
LEAST = 12  # what a column is never folded below


def aligned(
    head: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset(), width: int = 0
) -> list[str]:
    """The lines of a table, the columns numbered in ``right`` set to the right.

    With a ``width`` the widest columns are folded until the table fits, numbers last.

    >>> for line in aligned(("layer", "parameters"), [("conv1", "9,408"), ("fc", "513")], frozenset({1})):
    ...     print(line)
    layer  parameters
    conv1       9,408
    fc            513
    """
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    if width:
        _narrow(widths, width - GAP * (len(widths) - 1), right)
    return [line for row in (head, *rows) for line in _lines(row, widths, right)]


def _narrow(widths: list[int], room: int, right: frozenset[int]) -> None:
    """Take from the widest column of text, then of numbers, until the table fits."""
    for columns in ([c for c in range(len(widths)) if c not in right], sorted(right)):
        while columns and sum(widths) > room:
            widest = max(columns, key=widths.__getitem__)
            if widths[widest] <= LEAST:
                break
            widths[widest] = max(widths[widest] - (sum(widths) - room), LEAST, _second(widths, columns))


def _second(widths: list[int], columns: Sequence[int]) -> int:
    """One less than the widest of the columns but one: narrowing goes by turns."""
    return (sorted(widths[c] for c in columns)[-2] - 1) if len(columns) > 1 else 0


def _lines(row: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> Iterator[str]:
    if all(len(cell) <= width for cell, width in zip(row, widths, strict=True)):
        yield _line(row, widths, right)
        return
    folded = [_folded(cell, width) for cell, width in zip(row, widths, strict=True)]
    for place in range(max(map(len, folded))):
        yield _line([part[place] if place < len(part) else "" for part in folded], widths, right)


def _folded(cell: str, width: int) -> list[str]:
    return [cell] if len(cell) <= width else wrap(cell, width, break_on_hyphens=False)


def _line(row: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> str:
    cells = (
        cell.rjust(width) if place in right else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return (" " * GAP).join(cells).rstrip()
