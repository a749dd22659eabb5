"""``convmath lecture``: the lecture's worked numbers, checked."""

from __future__ import annotations

import click


@click.command()
@click.option("--wrong", is_flag=True, help="Only the claims that do not hold.")
def lecture(wrong: bool) -> None:
    """Check every worked number of the lecture: what it says, what convmath finds, and why they differ."""
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from convmath.lecture import CLAIMS, shown

    chosen = [claim for claim in CLAIMS if not (wrong and claim.right())]
    table = Table(title="The lecture's numbers, computed again", box=box.SIMPLE_HEAD)
    for heading in ("", "about, and how it comes about", "lecture", "convmath", ""):
        number = heading in ("lecture", "convmath")
        table.add_column(heading, justify="right" if number else "left", no_wrap=number or not heading)
    for claim in chosen:
        verdict = "right" if claim.right() else "[bold red]wrong[/]"
        about = "\n".join(filter(None, (claim.about, claim.worked())))
        cells = (claim.section, about, shown(claim.says), shown(claim.found()))
        table.add_row(*map(escape, cells), verdict)
    console = Console()
    console.print(table)
    for claim in chosen:
        if not claim.right():
            console.print(
                f"[bold red]wrong[/] {claim.section} {escape(claim.about)}: {escape(claim.remark)}."
            )
    right = sum(claim.right() for claim in chosen)
    console.print(f"\n{right} right, {len(chosen) - right} wrong", highlight=False)
