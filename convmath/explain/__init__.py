"""Explanations: for each quantity the formula, the numbers put in, the value, and why."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convmath.explain.layer import explain as explain
    from convmath.explain.quantity import Explanation as Explanation
    from convmath.explain.quantity import Quantity as Quantity

__all__ = ["Explanation", "Quantity", "explain"]


def __getattr__(name: str) -> Any:
    """What needs SymPy is imported when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.layer"), name)
