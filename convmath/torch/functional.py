"""PyTorch functions of any rank, and the padding that PyTorch lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional

Pairs = Sequence[tuple[Any, Any]]


def functional_of(name: str, rank: int) -> Any:
    """``functional.<name><rank>d``."""
    return getattr(functional, f"{name}{rank}d")


def flat(pairs: Pairs) -> list[int]:
    """(begin, end) pairs, first axis first, as ``functional.pad`` wants them: last axis first."""
    return [side for pair in reversed(pairs) for side in pair]


def constant_pad(x: Any, pairs: Pairs, value: float = 0.0) -> Any:
    """The spatial axes padded with a constant."""
    return functional.pad(x, flat(pairs), "constant", value)


def window_sums(x: Any, kernel: Sequence[int], stride: Sequence[int]) -> Any:
    """The sum under every window: an average pool that divides by 1, rank 1 by way of rank 2."""
    if len(kernel) == 1:
        return window_sums(x[:, :, None], (1, *kernel), (1, *stride))[:, :, 0]
    pool = functional_of("avg_pool", len(kernel))
    return pool(x, tuple(kernel), tuple(stride), divisor_override=1)


def symmetric_pad(x: Any, pairs: Pairs) -> Any:
    """Mirrored at the edges, which are repeated: ``ba|abcd|dc``, axis by axis by index."""
    for axis, (begin, end) in enumerate(pairs, start=2):
        rows = list(range(x.shape[axis]))
        mirrored = rows[:begin][::-1] + rows + rows[::-1][:end]
        x = x.index_select(axis, torch.tensor(mirrored, device=x.device))
    return x
