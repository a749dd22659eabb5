"""The record of a verification: one lane a device, as JSON and as a page."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from convmath.errors import ConvmathError
from convmath.network.files import write_whole
from convmath.oracle.verify import Verdict

PACKAGES = ("convmath", "numpy", "sympy", "torch")
LANES = ("cpu", "cuda")
HEAD = (
    *("network", "input", "output", "parameters", "multiplications"),
    *("error over bound", "bound", "float32", ""),
)
INTRODUCTION = """\
# Verification

Every network of the zoo, by three witnesses: the formulas give shapes, parameters and multiplications; the
NumPy reference and PyTorch run it on seeded weights. Written by
`convmath verify --record docs/verification.json`; no number is typed in by hand.

- *parameters* are compared with PyTorch's, *multiplications* with half of what its flop counter counts;
  where a connection table leaves taps out, PyTorch multiplies by zeros instead: that is not compared.
- *error over bound* is the largest difference between reference and PyTorch in float64 over the largest
  that rounding can explain, element by element, through all layers: above 1, one of them is wrong.
- *bound* is the largest bound over the largest value of the output; *float32* is the largest difference of
  the reference in single precision to itself in double, over the same.
"""


def lane(verdicts: Sequence[Verdict], device: str) -> dict[str, Any]:
    """What is kept of a run on one device."""
    from convmath.torch import device_name

    return {
        "date": date.today().isoformat(),
        "device": device_name(device),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        "networks": [verdict._asdict() for verdict in verdicts],
    }


def read(path: Path) -> dict[str, Any]:
    """A record, or an empty one where there is none yet."""
    if not path.exists():
        return dict.fromkeys(LANES)
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ConvmathError(f"{path} is no record of a verification: {error}") from None
    if not isinstance(found, dict) or set(found) != set(LANES):
        raise ConvmathError(f"{path} is no record of a verification; name another file")
    return found


def write(path: Path, record: dict[str, Any]) -> None:
    """The record, and its page beside it, each whole or not at all."""
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    write_whole({path: text, path.with_suffix(".md"): page(record)})


def page(record: dict[str, Any]) -> str:
    """The record as Markdown."""
    return "\n".join([INTRODUCTION, *(_section(name, record.get(name)) for name in LANES)])


def _section(name: str, found: dict[str, Any] | None) -> str:
    title = {"cpu": "CPU", "cuda": "GPU"}[name]
    if found is None:
        return f"## {title}\n\nNot run.\n"
    verdicts = [Verdict(**entry) for entry in found["networks"]]
    held = sum(verdict.holds for verdict in verdicts)
    versions = ", ".join(f"{package} {number}" for package, number in found["versions"].items())
    rows = [HEAD, ("---",) * 3 + ("---:",) * 5 + ("---",), *map(cells, verdicts)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return (
        f"## {title}\n\n{held} of {len(verdicts)} networks hold. Run on {found['date']} on "
        f"{found['device']}; {versions}.\n\n{table}\n"
    )


def cells(verdict: Verdict) -> tuple[str, ...]:
    """One network's row."""
    compared = "" if verdict.multiplications_agree is not None else " (not compared)"
    return (
        verdict.network,
        verdict.input_shape,
        verdict.output_shape,
        f"{verdict.parameters:,}",
        f"{verdict.multiplications:,}{compared}",
        f"{verdict.ratio:.1e}",
        f"{verdict.bound:.1e}",
        f"{verdict.single:.1e}",
        "holds" if verdict.holds else "FAILS",
    )
