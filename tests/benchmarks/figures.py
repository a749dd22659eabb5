"""What a benchmark hands back: figures with their targets, and the table they were taken from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured number beside the target it was measured for."""

    title: str
    compared: str
    measured: float
    target: float
    unit: str
    at_most: bool
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the measured number is on the target's good side."""
        return self.measured <= self.target if self.at_most else self.measured >= self.target

    @property
    def aim(self) -> str:
        """The target in words."""
        return f"{'at most' if self.at_most else 'at least'} {self.target:g}{self.unit}"

    @property
    def shown(self) -> str:
        """The measured number with its unit."""
        return f"{self.measured:.3g}{self.unit}"

    @property
    def verdict(self) -> str:
        """Met or not, in words."""
        return "met" if self.met else "**not met**"


@dataclass(frozen=True)
class Table:
    """The samples behind the figures, ready to print."""

    columns: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Result:
    """A benchmark's outcome: how it was measured, its figures and its table.

    ``noisy`` of its ``turns`` were taken while another process was busy.
    """

    title: str
    method: str
    figures: list[Figure]
    table: Table
    turns: int
    noisy: int

    @classmethod
    def read(cls, data: dict[str, Any]) -> Result:
        """The inverse of ``dataclasses.asdict``."""
        figures = [Figure(**figure) for figure in data["figures"]]
        return cls(**data | {"figures": figures, "table": Table(**data["table"])})
