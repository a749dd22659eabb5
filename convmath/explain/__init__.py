"""Explanations: for each quantity the formula, the numbers put in, the value, and why."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convmath.explain.ask import explain as explain
    from convmath.explain.quantity import Explanation as Explanation
    from convmath.explain.quantity import Quantity as Quantity

_PLACES = {"explain": "ask", "Explanation": "quantity", "Quantity": "quantity"}
__all__ = ["Explanation", "Quantity", "explain"]


def __getattr__(name: str) -> Any:
    """What needs SymPy is imported when it is asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
