"""``convmath solve``: the questions backwards."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import click

from convmath.cli.options import (
    DTYPE,
    INPUT,
    JSON_TOO,
    NETWORK,
    NODE,
    as_json,
    asked_network,
    numbers_of,
    say,
    shape_of,
)
from convmath.errors import ConvmathError, short
from convmath.layers.base import Shape, show
from convmath.network.network import Network
from convmath.render import solve as render
from convmath.render.solve import ends

if TYPE_CHECKING:
    from convmath.solve import Most


@click.group()
def solve() -> None:
    """Ask backwards: which inputs fit, which padding keeps the size, what a budget allows."""


@solve.command()
@NETWORK
@INPUT
@click.option("--output", type=int, metavar="N", help="Only the inputs that give this size on every axis.")
@NODE
@JSON_TOO
def inputs(
    network: str, input_text: str | None, output: int | None, node: str | None, format_: str
) -> None:
    """All input sizes that fit NETWORK: every window, every join, every dense layer.

    NETWORK is a name (convmath list), a layer or a chain of layers, a file or a PyTorch module.  --output
    is the size of --node, the last map unless one is named.

    \b
    convmath solve inputs unet
    convmath solve inputs resnet50 --output 7
    convmath solve inputs "Conv2d(3, 64, 7, stride=2, padding=3)" --output 112
    """
    from convmath.solve import inputs as solved

    found = solved(_read(network, input_text), output, node)
    say(as_json(render.inputs_plain(found)) if format_ == "json" else render.inputs_text(found))


@solve.command()
@NETWORK
@click.option("--pixel", required=True, metavar="ROW,COLUMN", help="Of the input, counted from 0.")
@INPUT
@NODE
@JSON_TOO
def reaches(network: str, pixel: str, input_text: str | None, node: str | None, format_: str) -> None:
    """Which positions of a map an input pixel reaches, axis by axis.

    \b
    convmath solve reaches resnet50 --pixel 0,112 --node layer2.0.add
    """
    from convmath.solve import reached

    read = _read(network, input_text)
    place = numbers_of("--pixel", pixel, "0,112")
    axes = reached(read, place, node)
    trace = read.trace()
    name = node or trace.last_map
    if format_ == "json":
        say(as_json({"network": read.name, "node": name, "reached": [sorted(axis) for axis in axes]}))
        return
    shown = " x ".join(render.runs(sorted(axis)) for axis in axes)
    say(f"pixel {pixel} reaches {shown} of {name}, {show(trace.shapes[name])}")


@solve.command()
@NETWORK
@INPUT
@JSON_TOO
def smallest(network: str, input_text: str | None, format_: str) -> None:
    """The smallest input that NETWORK takes.

    \b
    convmath solve smallest vgg16
    """
    from convmath.solve import smallest_input

    read = _read(network, input_text)
    shape = smallest_input(read)
    say(as_json({"network": read.name, "smallest": shape}) if format_ == "json" else show(shape))


@solve.command()
@click.option("--kernel-size", type=int, required=True)
@click.option("--stride", type=int, default=1, show_default=True)
@click.option("--dilation", type=int, default=1, show_default=True)
@click.option("--input", "n", type=int, metavar="N", help="The size to keep; every size unless given.")
@JSON_TOO
def padding(kernel_size: int, stride: int, dilation: int, n: int | None, format_: str) -> None:
    """All padding that keeps the size of an axis.

    \b
    convmath solve padding --kernel-size 3 --dilation 2
    convmath solve padding --kernel-size 3 --stride 2 --input 224
    """
    from convmath.solve import padding_that_keeps

    found = padding_that_keeps(kernel_size, stride, dilation, n)
    plain = {"totals": ends(found.totals), "symmetric": ends(found.symmetric), "pair": found.pair}
    say(as_json(plain | {"text": str(found)}) if format_ == "json" else str(found))


@solve.command()
@click.option("--input", "n", type=int, required=True, metavar="N", help="Size of the axis before.")
@click.option("--output", type=int, required=True, metavar="N", help="Size of the axis after.")
@click.option("--kernel-size", default="1..7", show_default=True, metavar="A..B")
@click.option("--stride", default="1..4", show_default=True, metavar="A..B")
@click.option("--padding", default="0..3", show_default=True, metavar="A..B")
@click.option("--dilation", default="1..2", show_default=True, metavar="A..B")
@JSON_TOO
def arguments(n: int, output: int, format_: str, **bounds: str) -> None:
    """All arguments within bounds that turn one size into another.

    \b
    convmath solve arguments --input 224 --output 112 --kernel-size 7
    """
    from convmath.solve import arguments as solved

    found = solved(n, output, **{name: _bounds(name, text) for name, text in bounds.items()})
    if format_ == "json":
        say(as_json([row._asdict() | {"padding": ends(row.padding)} for row in found]))
        return
    say(render.arguments_text(found) or f"nothing within these bounds turns {n} into {output}")


@solve.command()
@click.option("--receptive-field", type=int, required=True, metavar="N", help="The history to see.")
@click.option("--kernel-size", type=int, required=True)
@click.option(
    "--base", type=int, default=2, show_default=True, help="How dilations grow from level to level."
)
@click.option("--convolutions", type=int, default=1, show_default=True, help="Of each level.")
@JSON_TOO
def dilations(receptive_field: int, kernel_size: int, base: int, convolutions: int, format_: str) -> None:
    """The dilations of the fewest levels that see a history of N positions.

    \b
    convmath solve dilations --kernel-size 3 --receptive-field 500
    convmath solve dilations --kernel-size 8 --convolutions 2 --receptive-field 1000
    """
    from convmath.solve import dilations_for

    found = dilations_for(receptive_field, kernel_size, base, convolutions)
    if format_ == "json":
        say(as_json({"levels": len(found.dilations), **found._asdict()}))
        return
    listed = ", ".join(map(str, found.dilations))
    say(f"{len(found.dilations)} levels with dilation {listed} see {found.receptive_field:,} positions")


def _limited(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a budget."""
    for option in (
        JSON_TOO,
        DTYPE,
        click.option("--memory", metavar="BYTES", help="At most so many bytes of results."),
        click.option("--multiplications", metavar="N", help="At most so many, like 1e9."),
        click.option("--parameters", metavar="N", help="At most so many, like 100000."),
    ):
        command = option(command)
    return command


@solve.command()
@click.argument("chain")
@INPUT
@click.option("--receptive-field", metavar="N", help="Instead of a budget: the fewest that see so much.")
@_limited
def depth(
    chain: str,
    input_text: str | None,
    receptive_field: str | None,
    format_: str,
    dtype: str,
    **limits: str | None,
) -> None:
    """How often CHAIN can follow itself within a budget, or must to see so many positions.

    \b
    convmath solve depth "Conv2d(64, 64, 3, padding=1) -> ReLU()" --input 64x56x56 \\
        --multiplications 1e9
    convmath solve depth "Conv2d(64, 64, 3, padding=1) -> ReLU()" --receptive-field 224
    """
    from convmath.solve import depth_for, largest_depth

    wanted = _limits(limits)
    if receptive_field is None:
        if input_text is None:
            raise ConvmathError("a budget depends on the input; give --input 3x224x224")
        _show(largest_depth(chain, _numbers(input_text), wanted, dtype=dtype), "depth", format_)
        return
    if wanted:
        raise ConvmathError(
            "--receptive-field asks for the fewest, a budget for the most; give one of them"
        )
    size = _count("receptive_field", receptive_field)
    found = depth_for(chain, size, None if input_text is None else _numbers(input_text))
    if format_ == "json":
        say(as_json({"depth": found.value, "receptive_field": found.receptive_field}))
        return
    say(f"depth {found.value}: a receptive field of {show(found.receptive_field)}")


@solve.command()
@click.argument("chain")
@INPUT
@click.option("--multiple-of", type=int, default=1, show_default=True, metavar="N")
@_limited
def width(
    chain: str, input_text: str | None, multiple_of: int, format_: str, dtype: str, **limits: str | None
) -> None:
    """How wide CHAIN can be within a budget: the largest number for its one symbol.

    CHAIN may also be the name of a network that takes a width.

    \b
    convmath solve width "Conv2d(3, w, 3) -> ReLU() -> Conv2d(w, w, 3)" --input 3x32x32 \\
        --parameters 100000
    convmath solve width resnet18 --parameters 1e6 --multiple-of 8
    """
    from convmath.solve import largest_width

    shape = None if input_text is None else _numbers(input_text)
    _show(
        largest_width(chain, _limits(limits), shape, multiple_of=multiple_of, dtype=dtype), "width", format_
    )


def _read(text: str, input_text: str | None) -> Network:
    if input_text is not None:
        _numbers(input_text)
    return asked_network(text, input_text)


def _numbers(text: str) -> Shape:
    shape = shape_of(text)
    for size in shape:
        if not isinstance(size, int):
            raise ConvmathError(f"--input {text} has the symbol {size}; give numbers, like 3x224x224")
    return shape


def _limits(texts: dict[str, str | None]) -> dict[str, int]:
    return {name: _count(name, text) for name, text in texts.items() if text is not None}


def _count(name: str, text: str) -> int:
    """A whole number, however it is written: 1000000, 1_000_000 or 1e6."""
    try:
        value = Decimal(text)
        whole = value.is_finite() and abs(value.adjusted()) < 30 and value == int(value)
    except InvalidOperation:
        whole = False
    if not whole:
        raise ConvmathError(
            f"--{name.replace('_', '-')} {short(text)} is no whole number; write it like 1000000 or 1e6"
        )
    return int(value)


def _bounds(name: str, text: str) -> range:
    first, dots, last = text.partition("..")
    try:
        found = range(int(first), int(last if dots else first) + 1)
    except ValueError:
        found = range(0)
    if not found:
        option = name.replace("_", "-")
        raise ConvmathError(f"--{option} {text!r} is no range of whole numbers; write it like 3 or 1..7")
    return found


def _show(most: Most, name: str, format_: str) -> None:
    say(as_json(render.most_plain(most, name)) if format_ == "json" else render.most_text(most, name))
