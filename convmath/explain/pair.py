"""A layer beside its symbolic twin."""

from __future__ import annotations

from typing import Any

from convmath.errors import ConvmathError
from convmath.explain.twin import Twin, twin
from convmath.geometry.loopnest import Statement
from convmath.geometry.notation import AXES, symbol
from convmath.layers.base import Placed


class Pair:
    """A layer with its twin: statements side by side, and the value of every symbol."""

    def __init__(self, placed: Placed) -> None:
        layer, shapes, actual = placed.layer, placed.shapes, placed.statements
        self.layer, self.shapes, self.actual = layer, shapes, actual
        self.twin: Twin = twin(layer, shapes)
        try:
            self.general = self.twin.layer.definition(*self.twin.shapes)
        except ConvmathError:  # a factor that is multiplied in floating point: the numbers are all there is
            self.twin, self.general = Twin(layer, shapes, {}), actual
        self.axes = AXES.get(len(actual[-1].shape) - 1, ())
        self.values = dict(self.twin.values)
        self.named: dict[Any, Any] = {}
        self._name_output_sizes()

    def _name_output_sizes(self) -> None:
        """Call an output size H_out where its formula would clutter the counts."""
        sizes, result = self.actual[-1].shape[1:], self.general[-1].shape[1:]
        if len(result) != len(self.axes):
            return
        for axis, formula, size in zip(self.axes, result, sizes, strict=True):
            if not getattr(formula, "is_Symbol", False):
                name = symbol(f"{axis}_out")
                self.named[formula], self.values[name] = name, size

    def short(self, expression: Any) -> Any:
        """An output size by its name."""
        return self.named.get(expression, expression)


def factors(statement: Statement, names: frozenset[str], pair: Pair) -> list[Any]:
    """The extents of the named loops: channels, then taps, then positions."""
    channels, taps, positions = [], [], []
    for block in statement.blocks:
        inside = [loop in names for loop in block.loops]
        if all(inside) and block.joint is not None:
            channels.append(pair.short(block.joint))
        elif len(block.loops) == 1:
            channels += [pair.short(block.extents[0])] if inside[0] else []
        else:
            positions += [pair.short(block.extents[0])] if inside[0] else []
            taps += [block.extents[1]] if inside[1] else []
    return [*channels, *taps, *positions]
