"""Questions backwards: which inputs fit, which padding keeps the size, what depth or width a budget allows.

Every answer is complete, and was tried forwards before it is given.
"""

from __future__ import annotations

from convmath.solve.inputs import Inputs, fits, inputs, smallest_input
from convmath.solve.sizes import Sizes

__all__ = ["Inputs", "Sizes", "fits", "inputs", "smallest_input"]
