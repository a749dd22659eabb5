"""``convmath summary``, ``compare`` and ``list``: whole networks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from convmath import zoo
from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_number
from convmath.explain.quantities import BYTES
from convmath.layers import Layer, Reshape, Slice, Upsample
from convmath.layers.base import Shape, show
from convmath.network.network import Network
from convmath.network.parse import parse_chain, parse_shape

FORMATS = ("table", "text", "markdown", "csv", "latex", "html", "json")


def read_network(text: str, shape: Shape | None, symbolic: bool = False) -> Network:
    """A network by name, from a file, out of a Python module, or written as a chain of layers."""
    if ":" in text and "(" not in text:
        return _imported(text, shape, symbolic)
    if "(" in text:
        if shape is None:
            raise ConvmathError("a chain of layers has no default input; give --input 3x224x224")
        return Network.chain(parse_chain(text).layers, _asked(shape, None, symbolic), "chain")
    if text.endswith((".toml", ".json")):
        loaded = Network.load(Path(text))
        return replace(loaded, input_shape=_asked(loaded.input_shape, shape, symbolic))
    entry = zoo.ZOO[zoo.full_name(text)]
    if not symbolic:
        return zoo.network(text, input_shape=shape)
    from convmath.geometry.notation import symbol

    return zoo.network(text, classes=symbol("K"), input_shape=_asked(entry.input_shape, shape, symbolic))


def _asked(own: Shape, shape: Shape | None, symbolic: bool) -> Shape:
    """The input asked for: the network's own unless another is given, its sizes as symbols if wished."""
    asked = own if shape is None else shape
    if not symbolic:
        return asked
    from convmath.geometry.notation import AXES, symbol

    channels, *axes = asked
    return (channels, *map(symbol, AXES.get(len(axes), ())))


def _has_sizes(layer: Layer) -> bool:
    """Whether a layer that was read from a module may hold sizes of the example."""
    resized = isinstance(layer, Upsample) and layer.size is not None
    cut = isinstance(layer, Slice) and layer.dim > 1
    return resized or cut or isinstance(layer, Reshape)


def _imported(text: str, shape: Shape | None, symbolic: bool) -> Network:
    if shape is None or not all(map(is_number, shape)):
        raise ConvmathError(f"{text} has no input of its own; give it in numbers: --input 3x224x224")
    try:
        from convmath.torch.named import network_named
    except ImportError:
        raise ConvmathError(f"reading {text} needs PyTorch; install torch") from None
    found = network_named(text, shape)
    baked = [node for node in found.nodes if _has_sizes(node.layer)]
    if symbolic and baked:
        raise ConvmathError(
            f"{text}: {baked[0].name} = {baked[0].layer!r} has the example's sizes; leave --symbolic out"
        )
    return replace(found, input_shape=_asked(shape, None, symbolic))


@click.command()
@click.argument("network")
@click.option("--input", "input_text", metavar="CxHxW", help="Input shape; the network's own unless given.")
@click.option("--symbolic", is_flag=True, help="Height H, width W and K classes as symbols.")
@click.option("--batch", default="1", metavar="N", help="Samples at once; a number or a symbol.")
@click.option("--convention", "counting", default="macs", show_default=True, help="What the total counts.")
@click.option("--dtype", type=click.Choice(list(BYTES)), default="float32", show_default=True)
@click.option("--depth", type=int, help="Group layers by so many parts of their names.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True)
def summary(
    network: str,
    input_text: str | None,
    symbolic: bool,
    batch: str,
    counting: str,
    dtype: str,
    depth: int | None,
    format_: str,
) -> None:
    """Every layer of NETWORK with its output shape, parameters, multiplications and receptive field.

    NETWORK is a name (convmath list), a .toml or .json file, a PyTorch module as
    package.module:attribute or file.py:Class, or a chain of layers.

    \b
    convmath summary resnet50
    convmath summary resnet50@paper --input 3x256x256 --depth 1
    convmath summary unet --symbolic
    convmath summary mynet.py:Net --input 3x32x32
    convmath summary "Conv2d(3, 8, 3) -> ReLU() -> MaxPool2d(2)" --input 3x32x32
    """
    from convmath.network.summary import summarise

    shape = parse_shape(input_text) if input_text is not None else None
    read = read_network(network, shape, symbolic)
    found = summarise(read, batch=_samples(batch), counting=counting, dtype=dtype)
    found = found if depth is None else found.grouped(depth)
    click.echo(_rendered(found, format_))


def _samples(text: str) -> Integer:
    sizes = parse_shape(text) if text != "0" else ()
    if len(sizes) != 1:
        raise ConvmathError(f"--batch {text} must be one number of at least 1, or a symbol")
    return sizes[0]


def _rendered(found: Any, format_: str) -> str:
    from convmath.render import network as render

    writers = {
        "markdown": render.markdown,
        "csv": render.comma_separated,
        "latex": render.latex,
        "html": render.html,
        "json": render.as_json,
    }
    if format_ not in ("table", "text"):
        return writers[format_](found)
    import shutil

    return render.text(found, width=max(shutil.get_terminal_size((140, 24)).columns, 80))


@click.command()
@click.argument("networks", nargs=-1, required=True)
@click.option(
    "--input", "input_text", metavar="CxHxW", help="Input shape; each network's own unless given."
)
@click.option("--convention", "counting", default="macs", show_default=True, help="What the total counts.")
def compare(networks: tuple[str, ...], input_text: str | None, counting: str) -> None:
    """Networks side by side.

    \b
    convmath compare alexnet vgg16 resnet50 densenet121
    """
    from convmath.network.summary import summarise
    from convmath.render.network import field, number, size_text
    from convmath.render.table import aligned

    shape = parse_shape(input_text) if input_text is not None else None
    found = [summarise(read_network(name, shape), counting=counting) for name in networks]
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
    head = ("", *(each.network.name for each in found))
    click.echo("\n".join(aligned(head, rows, frozenset(range(1, len(head))))))
    click.echo(f"\n{found[0].convention.unit}: {found[0].convention.meaning}")


@click.command(name="list")
def list_() -> None:
    """The networks that convmath knows by name."""
    from convmath.render.table import aligned

    rows = [(name, show(e.input_shape), str(e.classes), e.source) for name, e in zoo.ZOO.items()]
    click.echo("\n".join(aligned(("network", "input", "classes", "source"), rows, frozenset({2}))))
