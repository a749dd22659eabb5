"""The command line: thin commands over the library; no mathematics."""

from __future__ import annotations

import sys

import click

from convmath.cli.derive import derive
from convmath.cli.explain import explain
from convmath.cli.lecture import lecture
from convmath.errors import ConvmathError

COMMANDS = (explain, derive, lecture)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="convmath")
def group() -> None:
    """Derive, explain and check the arithmetic of convolutional networks."""


for command in COMMANDS:
    group.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; what a user got wrong is one sentence and exit code 2."""
    try:
        group(arguments, prog_name="convmath")
    except ConvmathError as error:
        click.echo(f"convmath: {error}", err=True)
        sys.exit(2)
