"""Explanations: for each quantity the formula, the numbers put in, the value, and why.

The formula comes from the layer's symbolic twin, run through the same code as the numbers.
"""

from __future__ import annotations

from convmath.explain.counts import memory, operations, parameters
from convmath.explain.pair import Pair
from convmath.explain.positions import reach_of, sizes
from convmath.explain.quantities import refuse_joins
from convmath.explain.quantity import Explanation as Explanation
from convmath.explain.quantity import Quantity as Quantity
from convmath.explain.totals import explain_chain
from convmath.layers.base import Layer, Shape, show
from convmath.network.chain import Chain


def explain(chain: Chain, shape: Shape, dtype: str = "float32") -> tuple[Explanation, ...]:
    """Explain each layer, and for more than one the chain as a whole."""
    refuse_joins(chain)
    parts = tuple(_explain_layer(layer, x, dtype) for layer, x in chain.inputs(shape))
    return parts if len(parts) == 1 else (*parts, explain_chain(chain, shape, dtype))


def _explain_layer(layer: Layer, shape: Shape, dtype: str) -> Explanation:
    pair = Pair(layer, shape)
    quantities = (
        *sizes(pair),
        Quantity("output shape", layer.output_shape(shape)),
        *parameters(pair),
        *operations(pair),
        *memory(layer, shape, dtype),
        *reach_of(pair),
    )
    return Explanation(f"{layer!r} on {show(shape)}", pair.actual, quantities)
