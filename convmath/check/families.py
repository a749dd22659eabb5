"""Which table entry is a layer's: that of its class, or of the nearest family above it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convmath.layers.base import Placed


def form_of(forms: Mapping[str, Any], placed: Placed | None) -> Any:
    """What stands in a table for a layer's family; None where nothing does."""
    if placed is None:
        return None
    return next(
        (forms[kind.__name__] for kind in type(placed.layer).__mro__ if kind.__name__ in forms), None
    )
