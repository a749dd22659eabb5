"""``convmath summary``, ``compare`` and ``list``: whole networks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import click

from convmath.cli.options import (
    CONVENTION,
    DTYPE,
    INPUT,
    JSON_TOO,
    NETWORK,
    as_json,
    asked_network,
    say,
    width_of_terminal,
)
from convmath.errors import ConvmathError, short
from convmath.exact.integers import Integer
from convmath.layers.base import show
from convmath.parse.shape import parse_shape

FORMATS = ("table", "text", "markdown", "csv", "latex", "html", "json")


@click.command()
@NETWORK
@INPUT
@click.option("--symbolic", is_flag=True, help="Height H, width W and K classes as symbols.")
@click.option("--batch", default="1", metavar="N", help="Samples at once; a number or a symbol.")
@CONVENTION
@DTYPE
@click.option("--depth", type=int, help="Group layers by so many parts of their names.")
@click.option(
    "--fields", is_flag=True, help="The receptive field of every map: stride, first field, centre."
)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True)
def summary(
    network: str,
    input_text: str | None,
    symbolic: bool,
    batch: str,
    counting: str,
    dtype: str,
    depth: int | None,
    fields: bool,
    format_: str,
) -> None:
    """Every layer of NETWORK with its output shape, parameters, multiplications and receptive field.

    NETWORK is a name (convmath list), a layer or a chain of layers, a .toml or .json file, or a PyTorch
    module as package.module:attribute or file.py:Class.

    \b
    convmath summary resnet50
    convmath summary resnet50@paper --input 3x256x256 --depth 1
    convmath summary unet --symbolic
    convmath summary mynet.py:Net --input 3x32x32
    convmath summary "Conv2d(3, 8, 3) -> ReLU() -> MaxPool2d(2)" --input 3x32x32
    convmath summary vgg16 --fields
    """
    from convmath.network.summary import summary_of

    asked = asked_network(network, input_text, symbolic=symbolic)
    found = summary_of(asked, batch=_samples(batch), counting=counting, dtype=dtype)
    found = found if depth is None else found.grouped(depth)
    if fields and format_ not in ("table", "text"):
        raise ConvmathError(
            f"--fields is a table for the terminal; --format {format_} has every field already"
        )
    say(_rendered(found, "fields" if fields else format_))


def _samples(text: str) -> Integer:
    if not re.fullmatch(r"0*[1-9]\d*|[A-Za-z_]\w*", text.strip()) or "x" in text.lower():
        raise ConvmathError(f"--batch {short(text)} must be one number of at least 1, or a symbol")
    return parse_shape(text)[0]


def _rendered(found: Any, format_: str) -> str:
    from convmath.render import network as render

    writers: dict[str, Callable[[Any], str]] = {
        "markdown": render.markdown,
        "csv": render.comma_separated,
        "latex": render.latex,
        "html": render.html,
        "json": lambda found: as_json(render.plain(found)),
    }
    if format_ in writers:
        return writers[format_](found)
    table = render.fields_text if format_ == "fields" else render.text
    return table(found, max(width_of_terminal(), 80))


@click.command()
@click.argument("networks", nargs=-1, required=True)
@INPUT
@CONVENTION
@JSON_TOO
def compare(networks: tuple[str, ...], input_text: str | None, counting: str, format_: str) -> None:
    """Networks side by side: names, chains of layers, files or PyTorch modules.

    \b
    convmath compare alexnet vgg16 resnet50 densenet121
    """
    from convmath.network.summary import summary_of
    from convmath.render.network import field, number, plain_totals, size_text
    from convmath.render.table import aligned

    found = [summary_of(asked_network(name, input_text), counting=counting) for name in networks]
    if format_ == "json":
        say(as_json(list(map(plain_totals, found))))
        return
    held = [each.memory for each in found]
    rows = [
        ("input", *(show(each.input_shape) for each in found)),
        ("layers", *(number(len(each.rows)) for each in found)),
        ("parameters", *(number(each.parameters) for each in found)),
        (found[0].convention.unit, *(number(each.multiplications) for each in found)),
        ("receptive field", *(field(each.receptive_field) for each in found)),
        ("memory, weights", *(size_text(memory.weights) for memory in held)),
        ("memory, results", *(size_text(memory.activations) for memory in held)),
        ("memory, most at once", *(size_text(memory.peak) for memory in held)),
    ]
    partial = ["partial" if each.network.unknown else "" for each in found]
    rows += [("", *partial)] if any(partial) else []
    head = ("", *(each.network.title for each in found))
    say("\n".join(aligned(head, rows, frozenset(range(1, len(head))))))
    say(f"\n{found[0].convention.unit}: {found[0].convention.meaning}")


@click.command(name="list")
@click.argument("what", type=click.Choice(("networks", "layers")), default="networks")
@JSON_TOO
def list_(what: str, format_: str) -> None:
    """What convmath knows by name: networks, or layers with their arguments.

    \b
    convmath list
    convmath list layers
    """
    if what == "layers":
        from convmath.layers import classes
        from convmath.layers.base import signature

        found = {kind.__name__: signature(kind) for kind in classes()}
        listed = [{"layer": name, "signature": written} for name, written in found.items()]
        say(as_json(listed) if format_ == "json" else "\n".join(found.values()))
        return
    _list_networks(format_)


def _list_networks(format_: str) -> None:
    from convmath import zoo
    from convmath.render.table import aligned

    if format_ == "json":
        listed = [
            {"network": name, "input_shape": e.input_shape, "classes": e.classes, "source": e.source}
            for name, e in zoo.ZOO.items()
        ]
        say(as_json(listed))
        return
    rows = [(name, show(e.input_shape), str(e.classes), e.source) for name, e in zoo.ZOO.items()]
    say("\n".join(aligned(("network", "input", "classes", "source"), rows, frozenset({2}))))
