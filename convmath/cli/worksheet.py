"""``convmath worksheet``: problem sheets and their keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from convmath.cli.options import as_json, progress, say

FORMATS = ("markdown", "latex", "html", "json", "moodle")
_SUFFIX = {"latex": "tex", "html": "html", "json": "json", "moodle": "xml"}


@click.command()
@click.argument("template")
@click.option("--variants", "number", type=click.IntRange(1, 1000), default=1, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same sheets.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="markdown", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="A folder to write to.")
def worksheet(template: str, number: int, seed: int, format_: str, out: Path | None) -> None:
    """Make sheets from TEMPLATE: sizes, parameters, fields, multiplications, lenet, or a .toml file.

    Numbers are chosen so that wrong rules give different wrong numbers, and every sheet is checked against
    all rules. Keys can be graded by: convmath grade key-01.toml answers.csv.

    \b
    convmath worksheet sizes
    convmath worksheet parameters --variants 30 --seed 7 --out sheets
    convmath worksheet lenet --variants 30 --format moodle --out sheets
    """
    from convmath.check.worksheet import load_template, variants

    read = load_template(template)
    with progress(number, "choosing numbers") as step:
        found = list(variants(read, number, seed, step))
    if out is None:
        say("\n".join(_texts(found, read.about, format_).values()).rstrip())
        return
    from convmath.network.files import write_whole
    from convmath.render.worksheet import toml_key

    keys = {f"key-{variant.number:02}.toml": toml_key(variant) for variant in found}
    texts = _texts(found, read.about, format_) | keys
    out.mkdir(parents=True, exist_ok=True)
    write_whole({out / name: text for name, text in texts.items()})
    say(f"wrote {len(texts)} files to {out}")


def _texts(found: list[Any], about: str, format_: str) -> dict[str, str]:
    """What is written, by file name."""
    from convmath.render import worksheet as render

    if format_ == "markdown":
        sheets = {f"sheet-{each.number:02}.md": render.markdown_sheet(each, about) for each in found}
        return sheets | {f"key-{each.number:02}.md": render.markdown_key(each) for each in found}
    writers = {
        "latex": lambda: render.latex(found, about),
        "html": lambda: render.html(found, about),
        "json": lambda: as_json(render.plain(found)) + "\n",
        "moodle": lambda: render.moodle(found),
    }
    return {f"sheets.{_SUFFIX[format_]}": writers[format_]()}
