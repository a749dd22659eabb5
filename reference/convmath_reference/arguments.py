"""Arguments as users give them: one integer for all axes, one per axis, or pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Index: TypeAlias = Sequence[int]
PerAxis: TypeAlias = int | Sequence[int]
Pair: TypeAlias = tuple[int, int]
Padding: TypeAlias = int | str | Sequence[int | Pair]


def per_axis(name: str, value: PerAxis, axes: int, least: int = 1) -> tuple[int, ...]:
    """One integer per spatial axis, from one integer or from one per axis.

    >>> per_axis("stride", 2, axes=3)
    (2, 2, 2)
    """
    values = (value,) * axes if isinstance(value, int | np.integer) else tuple(value)
    if len(values) != axes or any(v < least for v in values):
        raise ValueError(
            f"{name}={value!r} must be an integer of at least {least}, or {axes} of them, "
            "one per spatial axis"
        )
    return tuple(int(v) for v in values)


def pairs(padding: Padding, axes: int) -> tuple[Pair, ...]:
    """One (begin, end) pair per spatial axis, from an integer, one per axis, or pairs.

    >>> pairs([1, (0, 2)], axes=2)
    ((1, 1), (0, 2))
    """
    if isinstance(padding, str):
        raise ValueError(f"padding={padding!r} is a word: give integers or (begin, end) pairs here")
    values = (padding,) * axes if isinstance(padding, int | np.integer) else tuple(padding)
    sides = [(v, v) if isinstance(v, int | np.integer) else tuple(v) for v in values]
    if len(sides) != axes or any(len(side) != 2 for side in sides):
        raise ValueError(
            f"padding={padding!r} must be an integer, or one integer or (begin, end) pair for "
            f"each of {axes} spatial axes"
        )
    return tuple((int(begin), int(end)) for begin, end in sides)
