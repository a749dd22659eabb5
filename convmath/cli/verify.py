"""``convmath verify``: formulas, reference and PyTorch on whole networks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from convmath.cli.options import INPUT, layout_asked, progress, say, shape_of
from convmath.errors import ConvmathError


@click.command()
@click.argument("networks", nargs=-1)
@INPUT
@click.option("--device", type=click.Choice(("cpu", "cuda")), default="cpu", show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of weights and input.")
@click.option(
    "--record", type=click.Path(path_type=Path), help="A .json file to write, with a page beside it."
)
def verify(
    networks: tuple[str, ...], input_text: str | None, device: str, seed: int, record: Path | None
) -> None:
    """Run networks by formula, by the NumPy reference and by PyTorch, and compare them.

    NETWORKS are names (convmath list), layers or chains of layers, files, or PyTorch modules, which are
    run as they are. Without any, every network of the zoo. The exit code is 1 where one does not hold.

    \b
    convmath verify resnet18 googlenet
    convmath verify "Conv2d(3, 8, 3) -> ReLU()" --input 3x9x9
    convmath verify mynet.py:Net --input 3x32x32
    convmath verify --device cuda --record verification.json
    """
    if record is not None and record.suffix != ".json":
        raise ConvmathError(f"--record {record} must end in .json")
    if record is not None:
        _check_record(record)
    from convmath import zoo
    from convmath.read import is_name

    for text in filter(is_name, networks):
        zoo.full_name(text)  # a name that is not known is said before anything runs
    try:
        from convmath.torch import check_device
    except ImportError:
        raise ConvmathError('verifying runs PyTorch; pip install "convmath[torch]"') from None
    check_device(device)
    verdicts = _verified(list(networks) or zoo.names(), input_text, device, seed)
    _show(verdicts)
    if record is not None:
        from convmath.oracle import record as records

        found = records.read(record) | {device: records.lane(verdicts, device)}
        records.write(record, found)
        say(f"wrote {record} and {record.with_suffix('.md')}")
    sys.exit(0 if all(verdict.holds for verdict in verdicts) else 1)


def _check_record(record: Path) -> None:
    """Before anything runs: what could not be written afterwards."""
    from convmath.oracle import record as records

    if not record.parent.is_dir():
        raise ConvmathError(f"--record {record} cannot be written: there is no folder {record.parent}")
    if not record.is_dir():
        records.read(record)
        return
    raise ConvmathError(f"--record {record} is a folder; name a file")


def _verified(texts: list[str], input_text: str | None, device: str, seed: int) -> list[Any]:
    from convmath.oracle.verify import verify as verify_network

    asked = shape_of(input_text) if input_text and layout_asked() else input_text
    verdicts = []
    with progress(len(texts), "verifying") as step:
        for text in texts:
            step(text, 0)
            verdicts.append(verify_network(text, device, seed, asked))
            step(text)
    return verdicts


def _show(verdicts: list[Any]) -> None:
    from convmath.oracle.record import HEAD, cells
    from convmath.render.table import aligned

    say("\n".join(aligned(HEAD, list(map(cells, verdicts)), frozenset(range(3, 8)))))
    held = sum(verdict.holds for verdict in verdicts)
    say(f"{held} of {len(verdicts)} networks hold")
