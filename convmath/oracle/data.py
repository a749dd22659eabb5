"""Data for the witnesses: whole numbers, on which sums of products are exact."""

from __future__ import annotations

from typing import Any

import numpy as np


def fill(shape: tuple[int, ...], seed: int, largest: int = 8) -> Any:
    """An array of whole numbers in [-largest, largest] in float64, in which their sums are exact."""
    return np.random.default_rng(seed).integers(-largest, largest + 1, shape).astype(np.float64)
