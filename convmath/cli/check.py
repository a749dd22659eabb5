"""``convmath check``: answers to homework, judged."""

from __future__ import annotations

import sys
from typing import Any

import click

from convmath.cli.options import DTYPE, INPUT, NETWORK, NODE, as_json, asked_network, say
from convmath.errors import ConvmathError, short

FORMATS = ("text", "json", "markdown", "html")


@click.command()
@NETWORK
@click.argument("answers", nargs=-1, metavar="QUANTITY=ANSWER...")
@INPUT
@NODE
@DTYPE
@click.option("--batch", type=click.IntRange(1), default=1, show_default=True, help="Samples held at once.")
@click.option(
    "--hint", type=click.IntRange(1, 3), help="1: what to think about, 2: which rule, 3: everything."
)
@click.option("--no-reveal", is_flag=True, help="Do not tell the right answer.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True)
def check(
    network: str,
    answers: tuple[str, ...],
    input_text: str | None,
    node: str | None,
    dtype: str,
    batch: int,
    hint: int | None,
    no_reveal: bool,
    format_: str,
) -> None:
    """Judge answers about NETWORK, and name the mistake that gives a wrong one.

    Quantities are output, height, parameters, weights, biases, multiplications, flops, receptive_field,
    memory, padding, in_features and others, of the whole or as NODE.QUANTITY of one node. Answers are
    numbers, shapes like 128x5x5, sums like 3*3*3*128, rounded ones like 86.4K, or formulas.
    The exit code is 0 where all is right, 1 where something is wrong, 2 where something cannot be read.

    \b
    convmath check "Conv2d(3, 100, 5)" --input 3x300x300 parameters=2600
    convmath check lenet C1.parameters=156 C3.output=16x10x10 parameters=61706
    convmath check "Conv2d(3, 8, k, stride=s)" --input 3xHxW "height=(H - k)/s + 1"
    """
    from convmath.check.ask import Verdicts, asked_of
    from convmath.check.judge import judged

    given = _given(answers)
    read = asked_network(network, input_text)
    verdicts = Verdicts(judged(asked_of(read, given, node=node, dtype=dtype, batch=batch)))
    say(_rendered(verdicts, str(read), format_, hint or 0, not no_reveal))
    unread = any(verdict.verdict == "unreadable" for verdict in verdicts)
    sys.exit(2 if unread else 0 if verdicts.all_right else 1)


def _given(answers: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for answer in answers:
        name, equals, value = answer.partition("=")
        if not equals or not name.strip():
            raise ConvmathError(f"{short(answer)} names no quantity; write it like parameters=2600")
        if name.strip() in found:
            raise ConvmathError(f"{name.strip()} is answered twice; answer it once")
        found[name.strip()] = value
    if not found:
        raise ConvmathError("no answer is given; write the quantity and the answer, like parameters=2600")
    return found


def _rendered(verdicts: Any, read: str, format_: str, hint: int, reveal: bool) -> str:
    if format_ == "json":
        return as_json(verdicts.plain(reveal, hint))
    from convmath.render import verdict as render

    if format_ == "text":
        return f"{read}\n{render.text(verdicts, reveal, hint)}"
    writer = {"markdown": render.markdown, "html": render.html}[format_]
    return writer(verdicts, reveal, hint)
