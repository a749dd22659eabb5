"""How a position beside the input is brought back onto it, by the border's mode."""

from __future__ import annotations

from collections.abc import Callable


def _reflect(position: int, n: int) -> int:
    position = abs(position)
    return position if position < n else 2 * (n - 1) - position


def _symmetric(position: int, n: int) -> int:
    position = -1 - position if position < 0 else position
    return position if position < n else 2 * n - 1 - position


WRAPS: dict[str, Callable[[int, int], int]] = {
    "": lambda position, n: position,
    "reflect": _reflect,
    "symmetric": _symmetric,
    "replicate": lambda position, n: min(max(position, 0), n - 1),
    "circular": lambda position, n: position % n,
}


def wrapped(mode: str, position: int, n: int) -> int:
    """The position that a border mode reads instead.

    >>> [wrapped("reflect", q, 4) for q in (-2, -1, 4, 5)]
    [2, 1, 2, 1]
    """
    return WRAPS[mode](position, n)
