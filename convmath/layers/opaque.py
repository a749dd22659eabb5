"""An operator that convmath does not know, kept in its place so that what follows can be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from convmath.geometry.loopnest import Access, Statement
from convmath.layers.arguments import Sizes
from convmath.layers.base import Layer, Shape


@dataclass(frozen=True, repr=False)
class Opaque(Layer):
    """What an import could not read: its name, the shape it gave, and how many inputs it reads.

    Nothing is counted for it; a network that holds one says that its totals are partial.
    """

    operator: str
    shape: Sizes
    reads: int = 1

    @property
    def arity(self) -> Any:  # type: ignore[override]
        """As many as it was given."""
        return self.reads

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        return (Statement(Access("Y"), tuple(self.shape), (), 0),)

    def __repr__(self) -> str:
        return f"{self.operator} (not read)"

    def keeps_positions(self, *shapes: Shape) -> bool:
        return False
