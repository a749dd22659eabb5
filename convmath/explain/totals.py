"""The totals of a chain, each as the sum over its layers."""

from __future__ import annotations

from convmath.explain.counts import REASONS
from convmath.explain.positions import chain_reach
from convmath.explain.quantities import BYTES
from convmath.explain.quantity import Explanation, Quantity, product_of, sum_of
from convmath.layers.base import Shape, show
from convmath.network.chain import Chain


def explain_chain(chain: Chain, shape: Shape, dtype: str) -> Explanation:
    """The totals of a chain, each as the sum over its layers."""
    width = BYTES[dtype]
    layers = list(chain.inputs(shape))
    output, nominal = chain.output_shape(shape), chain.operations(shape)
    totals = [Quantity("output shape", output)]
    held = [sum(layer.parameters(x).values()) for layer, x in layers]
    totals.append(
        Quantity("parameters", chain.parameter_total(), sum_of(held), {}, "summed over the layers")
    )
    for kind in REASONS:
        if getattr(nominal, kind) != 0:
            counts = [getattr(layer.operations(x), kind) for layer, x in layers]
            totals.append(Quantity(kind, getattr(nominal, kind), sum_of(counts)))
    totals += chain_reach(chain, shape)
    weights = chain.parameter_total()
    totals.append(Quantity("weight memory", weights * width, product_of([weights, width]), unit="bytes"))
    return Explanation(f"{chain} on {show(shape)}", (), tuple(totals))
