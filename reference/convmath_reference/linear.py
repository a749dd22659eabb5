"""The dense layer, and squared distances from fixed centres."""

from __future__ import annotations

from typing import Any

from convmath_reference.arguments import Array
from convmath_reference.channels import common
from convmath_reference.elements import objects, tabulate, total


def linear_definition(x: Any, weight: Any, bias: Any = None) -> Array:
    """Y[n, o] = B[o] + sum over c of W[o, c] * X[n, c]; an object array."""
    x, weight = objects(x), objects(weight)
    _check_features(x, weight)

    def element(*index: int) -> Any:
        *n, o = index
        y = total(weight[o, c] * x[(*n, c)] for c in range(x.shape[-1]))
        return y if bias is None else y + bias[o]

    return tabulate((*x.shape[:-1], len(weight)), element)


def linear(x: Any, weight: Any, bias: Any = None) -> Array:
    """Multiply the last axis of ``x`` (..., C_in) by ``weight`` (C_out, C_in) and add ``bias``.

    Returns (..., C_out) in the common dtype.  Raises ValueError when the features differ.

    >>> linear([[1, 2]], [[1, 1], [1, -1]], bias=[0, 10])
    array([[3, 9]])
    """
    x, weight, bias = common(x, weight, bias)
    _check_features(x, weight)
    y: Array = x @ weight.T
    return y if bias is None else y + bias


def radial_basis_definition(x: Any, weight: Any) -> Array:
    """Y[n, o] = sum over c of (X[n, c] - W[o, c])^2; an object array."""
    x, weight = objects(x), objects(weight)
    _check_features(x, weight)

    def element(n: int, o: int) -> Any:
        apart = [x[n, c] - weight[o, c] for c in range(x.shape[1])]
        return total(d * d for d in apart)

    return tabulate((len(x), len(weight)), element)


def radial_basis(x: Any, weight: Any) -> Array:
    """The squared distances of ``x`` (N, C_in) from each row of ``weight`` (C_out, C_in).

    >>> radial_basis([[1, 2]], [[1, 1], [4, -2]])
    array([[ 1, 25]])
    """
    x, weight = common(x, weight)
    _check_features(x, weight)
    apart = x[:, None] - weight
    y: Array = (apart * apart).sum(axis=-1)
    return y


def _check_features(x: Array, weight: Array) -> None:
    if weight.ndim != 2 or x.shape[-1:] != weight.shape[1:]:
        raise ValueError(
            f"weight of shape {weight.shape} does not take the last axis of x of shape {x.shape}: "
            "it must be (out_features, in_features)"
        )
