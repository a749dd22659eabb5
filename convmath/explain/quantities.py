"""What convmath says of a layer or chain on an input, each quantity once: the numbers without reasons.

This is the fast path: with ints it imports neither SymPy nor NumPy.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from convmath.errors import ConvmathError
from convmath.exact.integers import product
from convmath.geometry.notation import AXES, symbol
from convmath.layers.base import Layer, Shape
from convmath.network.chain import Chain

BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}


def quantities(chain: Chain, shape: Shape, dtype: str = "float32") -> dict[str, Any]:
    """Every quantity of the chain on one input of this shape, by name.

    ``multiplications`` and ``additions`` are what the definition executes; ``leftover`` counts the
    input rows and columns past the last window.  Sizes in positions, memory in bytes.
    """
    refuse_joins(chain)
    nominal, effective = chain.operations(shape), chain.effective_operations(shape)
    output, parameters = chain.output_shape(shape), chain.parameter_total()
    reach = chain.receptive_field(shape)
    return {
        "output_shape": output,
        "parameters": parameters,
        "parameters_by_name": chain.parameters(),
        **asdict(nominal),
        **{f"effective_{name}": count for name, count in asdict(effective).items()},
        "receptive_field": {"size": reach.size, "stride": reach.stride, "padding": reach.padding},
        "leftover": chain.leftover(shape),
        "memory": {
            "dtype": dtype,
            "output_bytes": product(output) * BYTES[dtype],
            "parameter_bytes": parameters * BYTES[dtype],
        },
    }


def refuse_joins(chain: Chain) -> None:
    """A chain passes one array on; a layer that joins several belongs in a network."""
    for layer in chain.layers:
        if layer.inputs != 1:
            raise ConvmathError(f"{layer!r} joins several inputs and cannot stand in a chain")


def general_input(chain: Chain) -> Shape:
    """The input in symbols, for a question that names none: the first layer's channels and H, W."""
    first: Layer = chain.layers[0]
    smallest, rank = first.smallest_input(), getattr(first, "rank", None)
    if smallest is None and rank is None:
        raise ConvmathError(f"{first!r} takes any input; give one, like --input 3x224x224")
    if rank is None:
        return smallest or ()
    return (smallest[0] if smallest else symbol("C"), *map(symbol, AXES[rank]))
