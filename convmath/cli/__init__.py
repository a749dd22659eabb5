"""The command line: thin commands over the library; no mathematics."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from convmath.cli.derive import derive
from convmath.cli.explain import explain
from convmath.cli.lecture import lecture
from convmath.cli.network import compare, list_, summary
from convmath.cli.solve import solve
from convmath.cli.verify import verify
from convmath.errors import ConvmathError

COMMANDS = (explain, summary, compare, list_, solve, verify, derive, lecture)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="convmath")
def group() -> None:
    """Derive, explain and check the arithmetic of convolutional networks."""


for command in COMMANDS:
    group.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; what a user got wrong is one sentence and exit code 2."""
    try:
        sys.exit(group.main(arguments, prog_name="convmath", standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(0)
    except click.ClickException as error:
        _refuse(f"{error.format_message().rstrip('.')}; see convmath --help")
    except ConvmathError as error:
        _refuse(str(error))
    except RecursionError:
        _refuse("the input is nested too deeply; write it more simply")
    except (click.Abort, OSError) as error:
        click.echo(f"convmath: stopped: {error}", err=True)
        sys.exit(1)


def _refuse(sentence: str) -> NoReturn:
    click.echo(f"convmath: {' '.join(sentence.split())}", err=True)
    sys.exit(2)
