"""Blocks of notes that convmath writes, between two comments.

<!-- convmath summary lenet -->
...
<!-- convmath end -->
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

from convmath.check.notes.claims import is_safe
from convmath.check.notes.finding import Finding
from convmath.errors import ConvmathError
from convmath.network.files import read_text

_BLOCK = re.compile(
    r"^(?P<head>\ufeff?[ ]{0,3}<!--[ \t]*convmath[ \t]+"
    r"(?P<command>(?:summary|explain)[ \t][^\r\n]*?)[ \t]*-->[ \t]*\r?\n)"
    r"(?P<body>(?:(?![ \t]*<!--[ \t]*convmath[ \t])[^\n]*\n)*?)"
    r"(?P<end>[ \t]*<!--[ \t]*convmath[ \t]+end[ \t]*-->)",
    re.MULTILINE,
)
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,}).*?(?:^[ \t]*\1|\Z)", re.MULTILINE | re.DOTALL)


def stale(path: Path) -> Iterator[Finding]:
    """The generated blocks that are not what would be written today."""
    text = read_text(path)
    for block in _blocks(text):
        place = f"{path}:{text.count(chr(10), 0, block.start()) + 1}"
        try:
            body = _body(block["command"])
        except ConvmathError as error:
            yield Finding(place, "G02", f"convmath {block['command']}", "not written", str(error))
            continue
        if body != block["body"].replace("\r\n", "\n"):
            yield Finding(
                place, "G01", "another block", f"convmath {block['command']}", "--fix writes it again"
            )


def rewritten(path: Path) -> str | None:
    """A file's text with its generated blocks written again; None where they are what they were."""
    text = read_text(path)
    parts, start = [], 0
    for block in _blocks(text):
        try:
            body = _body(block["command"])
        except ConvmathError:
            continue
        body = body.replace("\n", "\r\n") if block["head"].endswith("\r\n") else body
        parts += [text[start : block.start("body")], body]
        start = block.end("body")
    found = "".join([*parts, text[start:]])
    return None if found == text else found


def _blocks(text: str) -> Iterator[re.Match[str]]:
    """The blocks of a text, those left out that are shown as code."""
    shown = [range(*found.span()) for found in _FENCE.finditer(text)]
    return (block for block in _BLOCK.finditer(text) if not any(block.start() in span for span in shown))


def _body(command: str) -> str:
    """What a command writes, in Markdown."""
    try:
        name, *arguments = shlex.split(command)
    except ValueError as error:
        raise ConvmathError(f"{command!r} is no command: {error}") from None
    if not arguments or not is_safe(arguments[0]):
        raise ConvmathError(
            "a generated block is of layers or of a published network; files are not opened"
        )
    shape = None
    if arguments[1:]:
        if arguments[1] != "--input" or len(arguments) != 3:
            raise ConvmathError("a generated block takes a network and --input, nothing else")
        shape = arguments[2]
    return f"{_WRITERS[name](arguments[0], shape).rstrip()}\n"


def _summary(network: str, shape: str | None) -> str:
    from convmath.read import summarise
    from convmath.render.network import markdown

    return markdown(summarise(network, shape))


def _explain(network: str, shape: str | None) -> str:
    from convmath.explain.ask import explain
    from convmath.render.markup import explanation_markdown

    return "\n\n".join(map(explanation_markdown, explain(network, shape)))


_WRITERS: dict[str, Callable[[str, str | None], str]] = {"summary": _summary, "explain": _explain}
