"""``convmath lecture``: the lecture's worked numbers, checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from convmath.cli.options import JSON_TOO, as_json, say

if TYPE_CHECKING:
    from rich.table import Table

    from convmath.lecture import Claim

NARROW = 70  # columns, in which a table has no room


@click.command()
@click.option("--wrong", is_flag=True, help="Only the claims that do not hold.")
@JSON_TOO
def lecture(wrong: bool, format_: str) -> None:
    """Check every worked number of the lecture: what it says, what convmath finds, and why they differ."""
    from rich.console import Console
    from rich.markup import escape

    from convmath.lecture import CLAIMS

    chosen = [claim for claim in CLAIMS if not (wrong and claim.right())]
    if format_ == "json":
        say(as_json(list(map(_plain, chosen))))
        return
    console = Console()
    if console.width < NARROW:
        for claim in chosen:
            console.print(_paragraph(claim), highlight=False)
    else:
        console.print(_table(chosen, plain=not console.encoding.startswith("utf")))
    for claim in chosen:
        if not claim.right():
            console.print(
                f"[bold red]wrong[/] {claim.section} {escape(claim.about)}: {escape(claim.remark)}."
            )
    right = sum(claim.right() for claim in chosen)
    console.print(f"\n{right} right, {len(chosen) - right} wrong", highlight=False)


def _plain(claim: Claim) -> dict[str, Any]:
    from convmath.lecture import told

    return {
        "section": claim.section,
        "about": claim.about,
        "worked": claim.worked(),
        "lecture": told(claim.says),
        "convmath": told(claim.found()),
        "right": claim.right(),
        "remark": claim.remark,
    }


def _cells(claim: Claim) -> tuple[str, str, str, str]:
    from convmath.lecture import told

    about = "\n".join(filter(None, (claim.about, claim.worked())))
    return claim.section, about, told(claim.says), told(claim.found())


def _verdict(claim: Claim) -> str:
    return "right" if claim.right() else "[bold red]wrong[/]"


def _paragraph(claim: Claim) -> str:
    from rich.markup import escape

    section, about, says, found = map(escape, _cells(claim))
    return f"{section} {about}\n  lecture {says}, convmath {found}: {_verdict(claim)}"


def _table(claims: Sequence[Claim], plain: bool) -> Table:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(
        title="The lecture's numbers, computed again", box=box.ASCII2 if plain else box.SIMPLE_HEAD
    )
    table.add_column("", no_wrap=True)
    table.add_column("about, and how it comes about")
    for heading in ("lecture", "convmath"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for claim in claims:
        table.add_row(*map(escape, _cells(claim)), _verdict(claim))
    return table
