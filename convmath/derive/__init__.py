"""Where the formulas come from: derivations as data, every step of which verifies.

``DERIVATIONS`` names them; each is built by the code that computes, and every step of every one is proved
(``Derivation.verify``).
"""

from __future__ import annotations

from collections.abc import Callable

from convmath.derive import adaptive, counts, dense, sizes
from convmath.derive.derivation import Derivation, Step

DERIVATIONS: dict[str, Callable[[], Derivation]] = {
    "output-size": sizes.output_size,
    "ceil-mode": sizes.ceil_mode,
    "same": sizes.same,
    "transposed-output-size": sizes.transposed_output_size,
    "adaptive-taps": adaptive.adaptive_taps,
    "chain-size": sizes.chain_size,
    "receptive-field": sizes.receptive_field,
    "parameters": counts.parameters,
    "multiplications": counts.multiplications,
    "effective-multiplications": counts.effective_multiplications,
    "transposed-multiplications": counts.transposed_multiplications,
    "additions": counts.additions,
    "memory": counts.memory,
    "dense-to-convolution": dense.dense_to_convolution,
}

__all__ = ["DERIVATIONS", "Derivation", "Step"]
