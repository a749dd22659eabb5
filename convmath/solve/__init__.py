"""Questions backwards: which inputs fit, which padding keeps the size, what depth or width a budget allows.

Every answer is complete, and was tried forwards before it is given.
"""

from __future__ import annotations

from convmath.solve.budget import Most, check_growing, largest_depth, largest_width
from convmath.solve.fitting import Inputs, inputs, smallest_input
from convmath.solve.forwards import fits
from convmath.solve.padding import Arguments, KeepingPadding, arguments, padding_that_keeps
from convmath.solve.pixels import reached
from convmath.solve.sizes import Sizes

__all__ = [
    "Arguments",
    "Inputs",
    "KeepingPadding",
    "Most",
    "Sizes",
    "arguments",
    "check_growing",
    "fits",
    "inputs",
    "largest_depth",
    "largest_width",
    "padding_that_keeps",
    "reached",
    "smallest_input",
]
