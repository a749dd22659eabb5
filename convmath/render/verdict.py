"""Verdicts on answers, as text, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

WORDS = {
    "unreadable": "cannot be read",
    "right": "right",
    "right-if": "right, under another convention",
    "follows": "wrong, but it follows from your own answer before",
    "known": "wrong",
    "near": "nearly",
    "wrong": "wrong",
}
Verdict: TypeAlias = Any  # of ``convmath.check``, which stands above
_MOST_CAUSES = 5
_SIGNS = {"right": "\N{CHECK MARK}", "right-if": "\N{CHECK MARK}", "unreadable": "?"}


def value_text(value: Any) -> str:
    """A value for people: ``128x5x5``, ``86,400``, ``3/2``."""
    if isinstance(value, tuple):
        return "x".join(f"({size})" if " " in str(size) else str(size) for size in value)
    return f"{value:,}" if type(value) is int else str(value).replace("**", "^")


def text(verdicts: Sequence[Verdict], reveal: bool = True, hint: int = 0) -> str:
    """The verdicts one under the other, each with its reason."""
    return "\n".join("\n".join(_lines(verdict, reveal, hint)) for verdict in verdicts)


def _lines(verdict: Verdict, reveal: bool, hint: int) -> Iterator[str]:
    codes = f" ({', '.join(verdict.codes[:_MOST_CAUSES])})" if verdict.codes and not hint else ""
    yield f"{name_of(verdict)} = {verdict.answer}: {WORDS[verdict.verdict]}{codes}"
    if verdict.read_as:
        yield f"  {verdict.read_as}"
    if verdict.verdict == "right":
        if verdict.said:
            yield f"  {verdict.said}"
        return
    if hint:
        yield from (f"  {line}" for line in _hints(verdict, hint))
        return
    yield from (f"  {line}" for line in _reasons(verdict, reveal))
    if reveal and verdict.verdict != "unreadable":
        yield f"  right: {_right(verdict)}"


def name_of(verdict: Verdict) -> str:
    """What was asked: ``conv1.parameters``."""
    return f"{verdict.node}.{verdict.quantity}" if verdict.node else verdict.quantity


def _right(verdict: Verdict) -> str:
    value = value_text(verdict.right)
    if verdict.quantity.endswith("memory") and type(verdict.right) is int:
        from convmath.render.network import size_text

        value = f"{value} bytes ({size_text(verdict.right)})"
    simple = not verdict.working or verdict.working == str(verdict.right)
    return value if simple else f"{value}, {verdict.working}"


def _reasons(verdict: Verdict, reveal: bool) -> Iterator[str]:
    """Why: the likeliest cause with what is right instead, then the others, a line each."""
    if verdict.said and (reveal or verdict.verdict == "unreadable"):
        yield verdict.said
    conventions = [cause for cause in verdict.causes if cause.is_convention]
    others = [cause for cause in verdict.causes if cause not in conventions]
    for cause in conventions:
        yield f"{cause.said} ({cause.code})"
    for place, cause in enumerate(others[:_MOST_CAUSES]):
        lead = "or " if place or conventions else ""
        right = f"; {cause.right}" if cause.right and reveal else ""
        yield f"{lead}{cause}{right} ({cause.code})" if len(verdict.causes) > 1 else f"{cause}{right}"
    if len(others) > _MOST_CAUSES:
        rest = ", ".join(cause.code for cause in others[_MOST_CAUSES:])
        yield f"or {len(others) - _MOST_CAUSES} more: {rest}"


def _hints(verdict: Verdict, hint: int) -> Iterator[str]:
    """What to think about, then which rule, then all of the derivation."""
    first = verdict.causes[0] if verdict.causes else None
    topic = (first.topic if first else "") or f"what makes up the {verdict.quantity.replace('_', ' ')}"
    if verdict.verdict == "unreadable":
        yield verdict.said
    elif hint == 1:
        yield f"think about {topic}"
    elif hint == 2:
        yield first.right or first.said if first else f"think about {topic}"
    else:
        yield from _reasons(verdict, True)
        yield f"right: {_right(verdict)}"


def hinted(verdict: Verdict, hint: int) -> str:
    """A hint in a line."""
    return "" if verdict.verdict == "right" else "; ".join(_hints(verdict, hint))


def unrevealed(verdict: Verdict) -> str:
    """What went wrong, without what is right."""
    return "; ".join(_reasons(verdict, False))


HEAD = ("quantity", "answer", "verdict", "codes", "right", "why")


def cells(verdict: Verdict, reveal: bool = True, hint: int = 0) -> tuple[str, ...]:
    """A verdict as a row of a table."""
    right = _right(verdict) if reveal and hint in (0, 3) and verdict.verdict != "unreadable" else ""
    why = hinted(verdict, hint) if hint else " ".join(_reasons(verdict, reveal))
    shown = f"{_SIGNS.get(verdict.verdict, 'x')} {WORDS[verdict.verdict]}"
    codes = "" if hint in (1, 2) else ", ".join(verdict.codes)
    return (name_of(verdict), verdict.answer, shown, codes, right, why)


def markdown(verdicts: Sequence[Verdict], reveal: bool = True, hint: int = 0) -> str:
    """The verdicts as a Markdown table."""
    rows = [HEAD, ("---",) * len(HEAD), *(cells(verdict, reveal, hint) for verdict in verdicts)]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '&#124;').replace('*', '&ast;') for cell in row)} |"
        for row in rows
    )


def html(verdicts: Sequence[Verdict], reveal: bool = True, hint: int = 0) -> str:
    """The verdicts as an HTML table."""
    from html import escape

    head = "".join(f"<th>{escape(name)}</th>" for name in HEAD)
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells(verdict, reveal, hint))}</tr>"
        for verdict in verdicts
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
