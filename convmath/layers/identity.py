"""Layers that change nothing at inference."""

from __future__ import annotations

from dataclasses import dataclass

from convmath.geometry.loopnest import Statement
from convmath.layers.arguments import check_share
from convmath.layers.base import Layer, Shape
from convmath.layers.elementwise import element, elementwise
from convmath.layers.ranks import ranked


@dataclass(frozen=True, repr=False)
class Identity(Layer):
    """What comes in goes out: ``Y[c] = X[c]``."""

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        return (elementwise(shapes[0], element(shapes[0])),)


@dataclass(frozen=True, repr=False)
class Dropout(Identity):
    """The identity: at inference nothing is dropped."""

    p: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share(self, "p")


Dropout1d, Dropout2d, Dropout3d = ranked(Dropout)
