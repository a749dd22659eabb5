"""Files of notes as lines: Markdown, LaTeX, plain text and notebooks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from convmath.errors import ConvmathError
from convmath.network.files import read_text

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})\s*([\w-]*)")
_MARK = "\ufeff"  # that some editors put at a file's start
_PAGES = (".md", ".markdown", ".tex", ".txt", ".ipynb")
_MOST_LETTERS = 20_000_000


class Line(NamedTuple):
    """A line of a text: where it stands, and what it says."""

    place: str
    text: str


class Block(NamedTuple):
    """Lines that belong together: of ``text``, of ``code``, or of ``claims``."""

    kind: str
    lines: tuple[Line, ...]


def files_in(path: Path) -> list[Path]:
    """A file, or the files of notes in a folder and the folders in it, those left out that are hidden."""
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.suffix.lower() in _PAGES and file.is_file())
    shown = [file for file in found if not any(p.startswith(".") for p in file.relative_to(path).parts)]
    if not shown:
        raise ConvmathError(f"{path} has no notes in it; they end in {', '.join(_PAGES)}")
    return shown


def read_blocks(path: Path) -> list[Block]:
    """The blocks of a file.  Raises ConvmathError for one that cannot be read."""
    text = read_text(path)
    if len(text) > _MOST_LETTERS:
        raise ConvmathError(f"{path} has more than {_MOST_LETTERS:,} letters; give a smaller file")
    if path.suffix == ".ipynb":
        return [block for name, source, kind in _cells(path, text) for block in _blocks(name, source, kind)]
    return list(_blocks(str(path), lines_of(text), "text"))


def lines_of(text: str) -> list[str]:
    """A text's lines, as editors count them."""
    return text.removeprefix(_MARK).replace("\r\n", "\n").split("\n")


def _cells(path: Path, text: str) -> Iterator[tuple[str, list[str], str]]:
    """The cells of a notebook, each with its place, its lines and its kind."""
    try:
        found = json.loads(text.removeprefix(_MARK))
        cells: list[Any] = found["cells"]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise ConvmathError(f"{path} is no notebook; it has no cells") from None
    for number, cell in enumerate(cells, 1):
        source = cell.get("source", "") if isinstance(cell, dict) else ""
        lines = lines_of("".join(map(str, source)) if isinstance(source, list) else str(source))
        kind = "code" if isinstance(cell, dict) and cell.get("cell_type") == "code" else "text"
        yield f"{path}:cell {number}", lines, kind


def _blocks(name: str, lines: Sequence[str], kind: str) -> Iterator[Block]:
    """A text's blocks, its front matter left out."""
    numbered = [Line(f"{name}:{number}", line) for number, line in enumerate(lines, 1)]
    place = _front_matter(lines)
    start = place
    while place < len(numbered):
        fence = _FENCE.match(numbered[place].text) if kind == "text" else None
        if fence is None:
            place += 1
            continue
        yield Block(kind, tuple(numbered[start:place]))
        end = place + 1
        while end < len(numbered) and not numbered[end].text.strip().startswith(fence[1]):
            end += 1
        inside = "claims" if fence[2] == "convmath" else "code"
        yield Block(inside, tuple(numbered[place + 1 : end]))
        place = start = end + 1
    yield Block(kind, tuple(numbered[start:]))


def _front_matter(lines: Sequence[str]) -> int:
    """How many lines a text's own data takes before it begins."""
    for mark in ("---", "+++"):
        if lines[:1] == [mark]:
            for place, line in enumerate(lines[1:200], 1):
                if line.strip() == mark:
                    return place + 1
    return 0
