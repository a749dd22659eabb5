"""Run the benchmarks, print their figures, and write the record and its page to docs/."""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "2"  # as many as PyTorch is given; NumPy asks on import
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "reference"))

import click
import convolution
import forward
import startup
import summaries
import sweep
import verdicts
from figures import Result
from page import page
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = {
    "startup": startup,
    "summaries": summaries,
    "convolution": convolution,
    "forward": forward,
    "sweep": sweep,
    "verdicts": verdicts,
}
RECORD = ROOT / "docs" / "benchmarks.json"
PAGE = ROOT / "docs" / "benchmarks.md"
PACKAGES = ("numpy", "torch", "torchinfo", "onnx", "sympy", "click", "rich")


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHMARKS)))
@click.option("--page", "page_only", is_flag=True, help="Write the page from the record, measure nothing.")
def main(names: tuple[str, ...], page_only: bool) -> None:
    """Run all benchmarks and record them; with NAMES, run only those and record nothing."""
    if page_only:
        write_page()
        return
    machine = _machine()
    results = _measure(names or tuple(BENCHMARKS))
    _show(results)
    if not names:
        _write_record(machine | {"load_after": os.getloadavg()[0]}, results)
        write_page()


def write_page() -> None:
    """The page, from the record on disk."""
    PAGE.write_text(page(json.loads(RECORD.read_text("utf-8"))), "utf-8")


def _measure(names: tuple[str, ...]) -> list[Result]:
    """Run in order; the bar is drawn between measurements, never during one."""
    results = []
    with Progress(auto_refresh=False, console=Console(stderr=True)) as progress:
        for name in names:
            benchmark = BENCHMARKS[name]
            task = progress.add_task(name, total=benchmark.STEPS)
            progress.refresh()
            results.append(
                benchmark.measure(lambda task=task: progress.update(task, advance=1, refresh=True))
            )
    return results


def _show(results: list[Result]) -> None:
    table = Table("figure", "target", "measured", "verdict")
    for figure in (figure for result in results for figure in result.figures):
        table.add_row(figure.title, figure.aim, figure.shown, figure.verdict, end_section=not figure.note)
        if figure.note:
            table.add_row("", "", figure.note, "", end_section=True)
    Console().print(table)


def _write_record(machine: dict[str, Any], results: list[Result]) -> None:
    record = {
        "date": date.today().isoformat(),
        "machine": machine,
        "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        "benchmarks": [asdict(result) for result in results],
    }
    RECORD.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _machine() -> dict[str, Any]:
    system = f"{platform.system()} {platform.machine()}"
    return {"cpu": _cpu(), "cores": os.cpu_count(), "system": system, "load": os.getloadavg()[0]}


def _cpu() -> str:
    """The processor's name; Linux alone tells it in a file."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()


if __name__ == "__main__":
    main()
