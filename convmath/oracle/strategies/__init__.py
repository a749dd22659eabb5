"""Hypothesis strategies that construct valid layers with their inputs, and networks of them.

Nothing is filtered: what is drawn fits by construction.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from convmath.oracle.data import fill
from convmath.oracle.strategies.features import (
    activations,
    along_an_axis,
    batch_norms,
    dropouts,
    group_norms,
    instance_norms,
    linears,
    local_response_norms,
    prelus,
)
from convmath.oracle.strategies.moves import joins, parameters, reductions, reshapes, shuffles, upsamples
from convmath.oracle.strategies.networks import chains, maps, networks
from convmath.oracle.strategies.pads import pads
from convmath.oracle.strategies.windows import (
    adaptive_pools,
    avg_pools,
    conv_transposes,
    convs,
    lp_pools,
    max_pools,
    subsamples,
    unfolds,
)

FAMILIES = (
    *(convs, conv_transposes, max_pools, avg_pools, lp_pools, adaptive_pools, subsamples, unfolds),
    *(pads, linears, batch_norms, instance_norms, group_norms, local_response_norms),
    *(activations, prelus, dropouts, along_an_axis),
    *(joins, reductions, upsamples, reshapes, shuffles, parameters),
)


def any_layer() -> Any:
    """Any layer of any family with its input shapes."""
    return st.one_of([family() for family in FAMILIES])


def integer_arrays(shape: tuple[int, ...]) -> Any:
    """Arrays of whole numbers in [-8, 8], as float64, in which sums are exact."""
    return st.integers(0, 2**32 - 1).map(lambda seed: fill(shape, seed, 8))


__all__ = [
    "FAMILIES",
    "activations",
    "adaptive_pools",
    "along_an_axis",
    "any_layer",
    "avg_pools",
    "batch_norms",
    "chains",
    "conv_transposes",
    "convs",
    "dropouts",
    "group_norms",
    "instance_norms",
    "integer_arrays",
    "joins",
    "linears",
    "local_response_norms",
    "lp_pools",
    "maps",
    "max_pools",
    "networks",
    "pads",
    "parameters",
    "prelus",
    "reductions",
    "reshapes",
    "shuffles",
    "subsamples",
    "unfolds",
    "upsamples",
]
