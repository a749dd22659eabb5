"""Questions backwards: which inputs fit, which padding keeps the size, what depth or width a budget allows.

Every answer is complete, and was tried forwards before it is given.
"""

from __future__ import annotations

from convmath.exact.sizes import Sizes
from convmath.solve.budget import Most, check_growing, largest_depth, largest_width
from convmath.solve.fits import fits
from convmath.solve.fitting import Inputs, inputs, smallest_input
from convmath.solve.history import Deep, depth_for, dilations_for
from convmath.solve.padding import Arguments, KeepingPadding, arguments, padding_that_keeps
from convmath.solve.pixels import reached

__all__ = [
    "Arguments",
    "Deep",
    "Inputs",
    "KeepingPadding",
    "Most",
    "Sizes",
    "arguments",
    "check_growing",
    "depth_for",
    "dilations_for",
    "fits",
    "inputs",
    "largest_depth",
    "largest_width",
    "padding_that_keeps",
    "reached",
    "smallest_input",
]
