"""``convmath verify``: formulas, reference and PyTorch on whole networks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from convmath.errors import ConvmathError


@click.command()
@click.argument("networks", nargs=-1)
@click.option("--device", type=click.Choice(("cpu", "cuda")), default="cpu", show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of weights and input.")
@click.option(
    "--record", type=click.Path(path_type=Path), help="A .json file to write, with a page beside it."
)
def verify(networks: tuple[str, ...], device: str, seed: int, record: Path | None) -> None:
    """Run networks by formula, by the NumPy reference and by PyTorch, and compare them.

    Without names, every network of the zoo. The exit code is 1 where one does not hold.

    \b
    convmath verify resnet18 googlenet
    convmath verify --device cuda --record verification.json
    """
    from convmath import zoo

    if record is not None and record.suffix != ".json":
        raise ConvmathError(f"--record {record} must end in .json")
    if record is not None:
        _check_record(record)
    names = [zoo.full_name(name) for name in networks] or zoo.names()
    try:
        from convmath.torch import check_device
    except ImportError:
        raise ConvmathError("verifying runs PyTorch; install torch") from None
    check_device(device)
    verdicts = _verified(names, device, seed)
    _show(verdicts)
    if record is not None:
        from convmath.oracle import record as records

        found = records.read(record) | {device: records.lane(verdicts, device)}
        records.write(record, found)
        click.echo(f"wrote {record} and {record.with_suffix('.md')}")
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


def _verified(names: list[str], device: str, seed: int) -> list[Any]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from convmath.oracle.verify import runnable
    from convmath.oracle.verify import verify as verify_network

    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    verdicts = []
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(names))
        for name in names:
            progress.update(task, description=name)
            verdicts.append(verify_network(runnable(name), device, seed))
            progress.advance(task)
    return verdicts


def _show(verdicts: list[Any]) -> None:
    from convmath.oracle.record import HEAD, cells
    from convmath.render.table import aligned

    click.echo("\n".join(aligned(HEAD, list(map(cells, verdicts)), frozenset(range(3, 8)))))
    held = sum(verdict.holds for verdict in verdicts)
    click.echo(f"{held} of {len(verdicts)} networks hold")
