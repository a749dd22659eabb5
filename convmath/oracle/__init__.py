"""Where formulas, reference and PyTorch meet: strategies, the reference's face, comparison, poking."""

from convmath.oracle.compare import check
from convmath.oracle.reference import reference_call, weight_shapes

__all__ = ["check", "reference_call", "weight_shapes"]
