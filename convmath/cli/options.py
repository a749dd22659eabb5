"""The arguments and options that commands share."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from convmath.errors import ConvmathError, short
from convmath.network.dtypes import BYTES

if TYPE_CHECKING:
    from convmath.layers.base import Shape
    from convmath.network.network import Network

NETWORK = click.argument("network")
_INPUT = click.option(
    "--input",
    "input_text",
    metavar="CxHxW",
    help="Input shape without the batch; the network's own unless given.",
)
_LAYOUT = click.option(
    "--layout",
    type=click.Choice(("CHW", "HWC"), case_sensitive=False),
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, parameter, value: ctx.meta.__setitem__(_ASKED, value),
    help="Whether --input has its channels first or last; as it fits unless given.",
)
_ASKED = "convmath.layout"


def INPUT(command: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N802
    """The options for the input's shape."""
    return _INPUT(_LAYOUT(command))


def asked_network(network: str, input_text: str | None, *, symbolic: bool = False) -> Network:
    """The network that the arguments mean; what had to be understood is said."""
    from convmath.read import network_of

    found = network_of(network, input_text, symbolic=symbolic, layout=layout_asked())
    for remark in found.remarks:
        click.echo(f"convmath: {remark}", err=True)
    return found


def shape_of(input_text: str) -> Shape:
    """The input's shape with channels first."""
    from convmath.parse.shape import fitted, parse_shape

    return fitted(parse_shape(input_text), None, layout=layout_asked()).shape


def layout_asked() -> str | None:
    """CHW or HWC; None where it is left to what fits."""
    found: str | None = click.get_current_context().meta.get(_ASKED)
    return found


NODE = click.option("--node", metavar="NAME", help="One node of the network, like layer1.0.conv1.")
DTYPE = click.option("--dtype", type=click.Choice(list(BYTES)), default="float32", show_default=True)
CONVENTION = click.option(
    "--convention",
    "counting",
    default="macs",
    show_default=True,
    help="What the total counts: macs, flops, thop, timm, torchinfo or connections.",
)
JSON_TOO = click.option(
    "--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True
)


def say(text: str) -> None:
    """Print a text in the terminal's own letters: click would write others past it."""
    click.echo(text, file=sys.stdout)


def as_json(value: Any) -> str:
    """A value as JSON; expressions and fractions as text."""
    return json.dumps(value, indent=2, default=str)


def width_of_terminal() -> int:
    """Columns of the terminal, or of a page where there is none."""
    import shutil

    return shutil.get_terminal_size((140, 24)).columns


@contextmanager
def progress(total: int, what: str) -> Iterator[Callable[..., None]]:
    """A bar on the terminal while something long is done; what is yielded is called after each step."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)

        def step(now: str = "", advance: int = 1) -> None:
            bar.update(task, advance=advance, description=_cut(now or what))

        yield step


def _cut(text: str) -> str:
    return text if len(text) < 40 else text[:37] + "..."


def numbers_of(option: str, text: str, like: str) -> tuple[int, ...]:
    """Whole numbers one an axis, joined by commas or x: ``0,112`` or ``0x112``."""
    parts = re.split(r"[,x]", text.strip())
    if not all(part.strip().isdecimal() and len(part.strip()) < 19 for part in parts):
        raise ConvmathError(f"{option} {short(text)} must be whole numbers, like {like}")
    return tuple(int(part) for part in parts)
