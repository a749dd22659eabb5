"""``convmath explain``: a layer or chain on an input."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from convmath.errors import ConvmathError
from convmath.explain.quantities import BYTES, general_input, quantities
from convmath.layers.base import Shape
from convmath.network.chain import Chain
from convmath.network.parse import parse_chain, parse_shape

FORMATS = ("text", "markdown", "latex", "html", "json")


@click.command()
@click.argument("layers")
@click.option(
    "--input", "input_text", metavar="CxHxW", help="Input shape without the batch, like 3x224x224."
)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--only", metavar="NAMES", help="Quantities to show, separated by commas.")
@click.option("--dtype", type=click.Choice(list(BYTES)), default="float32", show_default=True)
@click.option("--element", metavar="I,J,...", help="Work out one output element, like 0,1,1.")
@click.option("--x", "x_text", metavar="JSON", help="Numbers of the input for --element, as nested lists.")
@click.option("--w", "w_text", metavar="JSON", help="Numbers of the weights for --element.")
@click.option("--b", "b_text", metavar="JSON", help="Numbers of the biases for --element.")
def explain(
    layers: str,
    input_text: str | None,
    format_: str,
    only: str | None,
    dtype: str,
    element: str | None,
    **texts: str | None,
) -> None:
    """Explain LAYERS: for each quantity the formula, the numbers put in, the value and why.

    LAYERS is PyTorch's constructor call, or several joined by ->.  Names that are not numbers are
    symbols.

    \b
    convmath explain "Conv2d(3, 128, 3, bias=False)" --input 3x7x7
    convmath explain "Conv2d(3, 8, 3) -> ReLU() -> MaxPool2d(2)" --input 3x32x32 --format json
    convmath explain "Conv2d(C, 2*C, k, stride=s, padding=p)" --input CxHxW
    convmath explain "Conv2d(1, 1, 2, bias=False)" --input 1x2x2 --element 0,0,0 --x "[[1,2],[3,4]]" \\
        --w "[[1,0],[0,1]]"
    """
    chain = parse_chain(layers)
    shape = parse_shape(input_text) if input_text is not None else general_input(chain)
    if element is None and any(text is not None for text in texts.values()):
        raise ConvmathError("--x, --w and --b are numbers for --element; give --element 0,0,0 too")
    if element is not None:
        click.echo(_element(chain, shape, element, texts))
    elif format_ == "json":
        click.echo(_json(chain, shape, only, dtype))
    else:
        click.echo(_rendered(chain, shape, only, dtype, format_))


def _json(chain: Chain, shape: Shape, only: str | None, dtype: str) -> str:
    found = quantities(chain, shape, dtype)
    kept = found if only is None else {name: found[name] for name in _names(only, list(found))}
    return json.dumps({"input_shape": shape, **kept} if only is None else kept, default=str, indent=2)


def _names(only: str, known: list[str]) -> list[str]:
    names = [_alike(name, known) for name in only.split(",")]
    for name in names:
        if name not in known:
            raise ConvmathError(f"--only {name!r} is no quantity here; known are {', '.join(known)}")
    return names


def _alike(name: str, known: list[str]) -> str:
    """The known quantity that is written so but for spaces and underscores."""
    plain = name.strip().replace("_", " ")
    return next((each for each in known if each.replace("_", " ") == plain), name.strip())


def _rendered(chain: Chain, shape: Shape, only: str | None, dtype: str, format_: str) -> str:
    from convmath.explain import explain as explain_chain

    explanations = explain_chain(chain, shape, dtype)
    known = list(dict.fromkeys(q.name for part in explanations for q in part.quantities))
    chosen = None if only is None else frozenset(_names(only, known))
    render = _renderer(format_)
    return "\n\n".join(render(part, chosen) for part in explanations)


def _renderer(format_: str) -> Callable[..., str]:
    if format_ == "text":
        from convmath.render.text import explanation_text

        return explanation_text
    from convmath.render import markup

    renderer: Callable[..., str] = getattr(markup, f"explanation_{format_}")
    return renderer


def _element(chain: Chain, shape: Shape, element: str, texts: dict[str, str | None]) -> str:
    from convmath.explain.element import read_arrays, work_out
    from convmath.render.element import element_text

    if len(chain.layers) != 1:
        raise ConvmathError("--element works out one layer; give a single layer instead of a chain")
    try:
        target = tuple(map(int, element.split(",")))
    except ValueError:
        raise ConvmathError(f"--element {element!r} must be whole numbers like 0,1,1") from None
    given = {name[0].upper(): _parsed(name[0], text) for name, text in texts.items() if text is not None}
    arrays = read_arrays(chain.layers[0], shape, given)
    return element_text(work_out(chain.layers[0], shape, target, arrays))


def _parsed(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        shown = text if len(text) <= 60 else text[:57] + "..."
        raise ConvmathError(f"--{name} {shown!r} is no list of numbers; write [[1, 2], [3, 4]]") from None
