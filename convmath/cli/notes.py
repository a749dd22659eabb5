"""``convmath notes``: lecture notes checked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from convmath.cli.options import JSON_TOO, as_json, say
from convmath.errors import ConvmathError


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--fix", is_flag=True, help="Write generated blocks again, in place.")
@click.option("--check", is_flag=True, help="Write nothing; what is found is said. This is the default.")
@JSON_TOO
def notes(files: tuple[Path, ...], fix: bool, check: bool, format_: str) -> None:
    """Find what does not hold in FILES of notes: Markdown, LaTeX, text, notebooks, or folders of them.

    Arithmetic like 3*3*64 = 576 is worked out as it is written, rounded numbers as such. Tables of layers
    are read from row to row, their totals as sums. Claims stand in a fenced block named convmath, or in a
    comment. What cannot be read for sure is passed over. The exit code is 1 where something is found.

    \b
    convmath notes lecture.md exercises.ipynb
    convmath notes --fix README.md
    """
    from convmath.check.notes.generated import rewritten
    from convmath.check.notes.lint import lint
    from convmath.check.notes.source import files_in
    from convmath.network.files import write_whole

    if fix and check:
        raise ConvmathError("--fix writes and --check does not; give one of them")
    files = tuple(file for path in files for file in files_in(path))
    if fix:
        pages = [path for path in files if path.suffix != ".ipynb"]
        changed = {path: text for path in pages if (text := rewritten(path)) is not None}
        write_whole(changed)
        for path in changed:
            click.echo(f"convmath: wrote {path}", err=True)
    found, refused = list[Any](), list[str]()
    for path in files:
        try:
            found += lint(path)
        except ConvmathError as error:
            refused.append(str(error))
    if format_ == "json" and not (refused and not found):
        say(as_json([finding._asdict() for finding in found]))
    elif found:
        say("\n".join(map(str, found)))
    for sentence in refused:
        click.echo(f"convmath: {sentence}", err=True)
    sys.exit(2 if refused else 1 if found else 0)
