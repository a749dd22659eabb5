"""``convmath derive``: where the formulas come from."""

from __future__ import annotations

import click

from convmath.cli.options import say
from convmath.errors import ConvmathError, near, short

FORMATS = ("text", "markdown", "latex")


@click.command()
@click.argument("name", required=False)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True)
def derive(name: str | None, format_: str) -> None:
    """Show the derivation NAME step by step, each step verified; without NAME list them all.

    \b
    convmath derive output-size
    convmath derive dense-to-convolution --format markdown
    """
    from convmath.derive import DERIVATIONS
    from convmath.render import markup

    if name is None:
        for known, build in DERIVATIONS.items():
            say(f"{known:<28}{(build.__doc__ or '').strip().splitlines()[0]}")
        return
    if name not in DERIVATIONS:
        raise ConvmathError(f"there is no derivation {short(name)}{near(name, DERIVATIONS)}")
    say(getattr(markup, f"derivation_{format_}")(DERIVATIONS[name]()))
