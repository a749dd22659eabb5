"""``convmath explain``: a layer, a chain, a network or one of its nodes on an input."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from convmath.cli.options import DTYPE, INPUT, NETWORK, NODE, as_json, asked_network, numbers_of, say
from convmath.errors import ConvmathError, short
from convmath.explain.quantities import chosen, of_node, plainly
from convmath.network.network import Network

FORMATS = ("text", "markdown", "latex", "html", "json")


@click.command()
@NETWORK
@INPUT
@NODE
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--only", metavar="NAMES", help="Quantities to show, separated by commas: macs,params,rf.")
@DTYPE
@click.option("--position", metavar="I,J,...", help="What a position of a map reads, like 3,4 or 3..5,4.")
@click.option("--element", metavar="I,J,...", help="Work out one output element, like 0,1,1.")
@click.option("--x", "x_text", metavar="JSON", help="Numbers of the input for --element, as nested lists.")
@click.option("--w", "w_text", metavar="JSON", help="Numbers of the weights for --element.")
@click.option("--b", "b_text", metavar="JSON", help="Numbers of the biases for --element.")
@click.option("--array", "others", metavar="NAME=JSON", multiple=True, help="Numbers of another array.")
def explain(
    network: str,
    input_text: str | None,
    node: str | None,
    format_: str,
    only: str | None,
    dtype: str,
    position: str | None,
    element: str | None,
    others: tuple[str, ...],
    **texts: str | None,
) -> None:
    """Explain NETWORK: for each quantity the formula, the numbers put in, the value and why.

    NETWORK is a layer as PyTorch's constructor call, several joined by ->, a name (convmath list), a file
    or a PyTorch module.  Names that are not numbers are symbols.

    \b
    convmath explain "Conv2d(3, 128, 3, bias=False)" --input 3x7x7
    convmath explain "Conv2d(3, 8, 3) -> ReLU() -> MaxPool2d(2)" --input 3x32x32 --format json
    convmath explain "Conv2d(C, 2*C, k, stride=s, padding=p)" --input CxHxW --only output_size,macs
    convmath explain resnet50 --node layer1.0.conv1
    convmath explain resnet50 --node layer2.0.add --position 3,4
    convmath explain "Conv2d(1, 1, 2, bias=False)" --input 1x2x2 --element 0,0,0 --x "[[1,2],[3,4]]" \\
        --w "[[1,0],[0,1]]"
    """
    arrays = _arrays(texts, others)
    if arrays and element is None:
        raise ConvmathError("--x, --w and --b are numbers for --element; give --element 0,0,0 too")
    if sum(asked is not None for asked in (only, position, element)) > 1:
        raise ConvmathError("--only, --position and --element are three questions; ask one at a time")
    asked = asked_network(network, input_text)
    if element is not None:
        say(_element(asked, node, element, arrays, format_))
    elif position is not None:
        say(_position(asked, node, position, format_))
    elif format_ == "json":
        say(as_json(plainly(asked, dtype, node, only)))
    else:
        say(_rendered(asked, node, only, dtype, format_))


def _rendered(read: Network, node: str | None, only: str | None, dtype: str, format_: str) -> str:
    from convmath.explain.layer import explained

    explanations = explained(read, dtype, node)
    known = [quantity.name for part in explanations for quantity in part.quantities]
    wanted = None if only is None else frozenset(_wanted(read, only, known))
    render = _renderer(format_)
    kept = (part for part in explanations if wanted is None or part.shown(wanted))
    return "\n\n".join(render(part, wanted) for part in kept)


def _wanted(read: Network, only: str, known: list[str]) -> list[str]:
    """The quantities asked for; those that only single layers have need a node's name."""
    single = {} if len(read.nodes) == 1 else of_node(read.trace(), read.nodes[0])
    found = chosen(only, [*known, *single, "weight", "bias"] if single else known)
    for name in found:
        if name not in known:
            raise ConvmathError(f"{name} is of a single layer; name one with --node, or use --format json")
    return found


def _renderer(format_: str) -> Callable[..., str]:
    if format_ == "text":
        from convmath.render.text import explanation_text

        return explanation_text
    from convmath.render import markup

    renderer: Callable[..., str] = getattr(markup, f"explanation_{format_}")
    return renderer


def _position(read: Network, node: str | None, position: str, format_: str) -> str:
    from convmath.explain.place import seen
    from convmath.render.place import seen_plain, seen_text

    if format_ not in ("text", "json"):
        raise ConvmathError(f"--position is a small table; --format {format_} is not one of text, json")
    region = [_run(part, position) for part in position.split(",")]
    found = seen(read, region, node)
    name = node or read.trace().last_map
    if format_ == "json":
        return as_json({"network": read.name, "node": name, "axes": seen_plain(found)})
    return f"position {position} of {name}, of {read.name}\n\n{seen_text(found)}"


def _run(text: str, position: str) -> tuple[int, int]:
    first, dots, last = text.partition("..")
    ends = first, last if dots else first
    if not all(end.strip().isdecimal() and len(end.strip()) < 19 for end in ends):
        raise ConvmathError(f"--position {short(position)} must be whole numbers, like 3,4 or 3..5,4")
    return int(ends[0]), int(ends[1])


def _element(read: Network, node: str | None, element: str, arrays: dict[str, Any], format_: str) -> str:
    from convmath.explain.element import read_arrays, work_out
    from convmath.render import element as render

    if node is None and len(read.nodes) != 1:
        raise ConvmathError(
            "--element works out one layer; name one of them with --node, or give a single layer"
        )
    name = read.output if node is None else read[node].name
    placed = read.trace().placed[name]
    layer, shapes = placed.layer, placed.shapes
    target = numbers_of("--element", element, "0,1,1")
    worked = work_out(layer, shapes, target, read_arrays(layer, shapes, arrays))
    if format_ == "json":
        return as_json(render.element_plain(worked))
    writer: Callable[..., str] = getattr(render, f"element_{format_}")
    return writer(worked)


def _arrays(texts: dict[str, str | None], others: tuple[str, ...]) -> dict[str, Any]:
    """The numbers by the letters of the definition."""
    given = {
        name[0].upper(): _parsed(f"--{name[0]}", text) for name, text in texts.items() if text is not None
    }
    for other in others:
        name, equals, text = other.partition("=")
        if not equals:
            raise ConvmathError(f"--array {short(other)} must be a name and its numbers, like X1=[[1, 2]]")
        given[name.strip()] = _parsed(f"--array {name}", text)
    return given


def _parsed(option: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ConvmathError(
            f"{option} {short(text)} is no list of numbers; write [[1, 2], [3, 4]]"
        ) from None
