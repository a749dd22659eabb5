"""The command line: thin commands over the library; no mathematics."""

from __future__ import annotations

import codecs
import io
import sys
from importlib import import_module
from typing import NoReturn

import click

from convmath.errors import ConvmathError, near, short

COMMANDS = {  # command -> its module and its name there, imported when it is asked for
    "explain": ("explain", "explain"),
    "check": ("check", "check"),
    "grade": ("grade", "grade"),
    "worksheet": ("worksheet", "worksheet"),
    "notes": ("notes", "notes"),
    "summary": ("network", "summary"),
    "compare": ("network", "compare"),
    "list": ("network", "list_"),
    "solve": ("solve", "solve"),
    "verify": ("verify", "verify"),
    "derive": ("derive", "derive"),
    "lecture": ("lecture", "lecture"),
}


# For terminals without these letters.
PLAIN = {"\N{HORIZONTAL ELLIPSIS}": "...", "\N{MIDDLE DOT}": "*", "\N{MULTIPLICATION SIGN}": "x"}


class Commands(click.Group):
    """The commands by name, so that none waits for the others' imports."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            raise ConvmathError(f"there is no command {short(cmd_name)}{near(cmd_name, COMMANDS)}")
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="convmath")
def group() -> None:
    """Derive, explain and check the arithmetic of convolutional networks."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; what a user got wrong is one sentence and exit code 2."""
    _speak_plainly()
    try:
        sys.exit(group.main(arguments, prog_name="convmath", standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(0)
    except click.ClickException as error:
        ctx = getattr(error, "ctx", None)
        see = f"see {ctx.command_path if ctx else 'convmath'} --help"
        _refuse(str(ConvmathError(f"{error.format_message().rstrip('.')}; {see}")))
    except ConvmathError as error:
        _refuse(str(error))
    except RecursionError:
        _refuse("the input is nested too deeply; write it more simply")
    except click.Abort:
        raise KeyboardInterrupt from None
    except BrokenPipeError:  # whoever reads has enough
        sys.stdout = None
        sys.exit(1)
    except OSError as error:
        click.echo(f"convmath: {error.strerror or error}", err=True)
        sys.exit(1)


def _refuse(sentence: str) -> NoReturn:
    click.echo(f"convmath: {' '.join(sentence.split())}", err=True)
    sys.exit(2)


def _speak_plainly() -> None:
    """Letters that the terminal does not have are written with those that it has."""
    codecs.register_error("plain", lambda error: (_plain(error), error.end))  # type: ignore[attr-defined]
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="plain")


def _plain(error: UnicodeError) -> str:
    letters = error.object[error.start : error.end]  # type: ignore[attr-defined]
    return "".join(PLAIN.get(letter, "?") for letter in letters)
