"""An operator that convmath does not know, kept in its place so that what follows can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from convmath.geometry.loopnest import Access, Operations, Statement
from convmath.layers.base import AxisMap, Counts, Fields, Layer, Shape


@dataclass(frozen=True, repr=False)
class Opaque(Layer):
    """What an import could not read: its name, the shape it gave, and how many inputs it reads.

    Nothing is counted for it; a network that holds one says that its totals are partial.
    """

    operator: str
    shape: Shape
    reads: int = 1

    @property
    def inputs(self) -> Any:  # type: ignore[override]
        """As many as it was given."""
        return self.reads

    def counts(self, *shapes: Shape) -> Counts:
        return Counts(self.shape, {}, Operations())

    def carried(self, fields: Sequence[Fields], maps: Sequence[AxisMap], shapes: Sequence[Shape]) -> Fields:
        return (None,) * len(self.shape)

    def axis_maps(self, *shapes: Shape) -> tuple[AxisMap, ...]:
        return ()

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        return (Statement(Access("Y"), self.shape, (), ()),)
