"""Channels: what belongs to a group, and what there is one of per channel."""

from __future__ import annotations

from typing import Any

import numpy as np

from convmath_reference.arguments import Array


def members(name: str, channels: int, groups: int) -> int:
    """How many of the channels each of the groups has.

    >>> members("out_channels", 6, groups=3)
    2
    """
    each = len(range(0, channels, groups)) if groups > 0 else 0
    if each * groups != channels or groups < 1:
        raise ValueError(f"{name}={channels} is not divisible by groups={groups}: change one")
    return each


def common(*arrays: Any) -> list[Any]:
    """The arrays in the dtype that all of them promote to; None stays None."""
    given = [np.asarray(array) for array in arrays if array is not None]
    dtype = np.result_type(*given)
    return [None if array is None else np.asarray(array, dtype) for array in arrays]


def reals(x: Any) -> Array:
    """The array as it is when its dtype is inexact, else in float64."""
    array: Array = np.asarray(x)
    return array if np.issubdtype(array.dtype, np.inexact) else array.astype(np.float64)


def along_channels(name: str, values: Any, x: Array) -> Array:
    """One value per channel of ``x`` (N, C, *spatial), shaped to broadcast against it."""
    array: Array = np.asarray(values)
    if array.shape != (x.shape[1],):
        raise ValueError(f"{name} of shape {array.shape} must hold one value per channel: {x.shape[1]}")
    return array.reshape(-1, *(1 for _ in x.shape[2:]))
