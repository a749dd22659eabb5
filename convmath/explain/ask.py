"""``explain``: whatever is meant, on whatever input, explained."""

from __future__ import annotations

from convmath.explain.layer import explained
from convmath.explain.quantity import Explanations
from convmath.read import ShapeLike, Subject, network_of


def explain(
    what: Subject,
    input_shape: ShapeLike | None = None,
    dtype: str = "float32",
    node: str | None = None,
) -> Explanations:
    """Explain a layer, each layer of a chain and its totals, a network's totals, or one ``node`` of it.

    ``what`` is a layer, a chain, a name, a file, a text or a module, see ``convmath.read.network_of``;
    without an input it is explained in symbols, or on the network's own.  What comes back prints as text.
    Raises ConvmathError where it does not fit.

    >>> from convmath import Conv2d
    >>> (explanation,) = explain(Conv2d(3, 128, 3, bias=False), (3, 7, 7))
    >>> [q.value for q in explanation.quantities if q.name == "multiplications"]
    [86400]
    >>> explain("resnet50", node="layer1.0.conv1")[0].title
    'layer1.0.conv1: Conv2d(64, 64, 1, bias=False) on 64x56x56'
    """
    return Explanations(explained(network_of(what, input_shape), dtype, node))
