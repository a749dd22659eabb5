"""Explanations: for each quantity the formula, the numbers put in, the value, and why.

The package is called like its function: ``convmath.explain("lenet")``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convmath.later import called_like, later

if TYPE_CHECKING:
    from convmath.explain.ask import explain as explain
    from convmath.explain.quantity import Explanation as Explanation
    from convmath.explain.quantity import Explanations as Explanations
    from convmath.explain.quantity import Quantity as Quantity

_PLACES = {
    "explain": f"{__name__}.ask",
    **dict.fromkeys(("Explanation", "Explanations", "Quantity"), f"{__name__}.quantity"),
}
__all__ = ["Explanation", "Explanations", "Quantity", "explain"]
__getattr__ = later(__name__, _PLACES)
called_like(__name__, "explain")
