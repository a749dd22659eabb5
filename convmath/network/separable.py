"""Cheaper convolutions as compositions, and factoring a kernel to get one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer
from convmath.layers import Conv2d
from convmath.network.network import Chain, Network


def pointwise_conv2d(in_channels: Integer, out_channels: Integer, *, bias: bool = True) -> Conv2d:
    """A 1x1 convolution: a dense layer over the channels at every position."""
    return Conv2d(in_channels, out_channels, 1, bias=bias)


def depthwise_conv2d(channels: Integer, kernel_size: Any, **arguments: Any) -> Conv2d:
    """One filter per channel: as many groups as channels.

    >>> depthwise_conv2d(3, 3, bias=False)
    Conv2d(3, 3, 3, groups=3, bias=False)
    """
    return Conv2d(channels, channels, kernel_size, groups=channels, **arguments)


def depthwise_separable_conv2d(
    in_channels: Integer, out_channels: Integer, kernel_size: Any, *, bias: bool = True, **arguments: Any
) -> Network:
    """A depthwise convolution and then a 1x1 one.

    >>> chain = depthwise_separable_conv2d(3, 128, 3, bias=False)
    >>> chain.operations((3, 7, 7)).multiplications
    10275
    """
    depthwise = depthwise_conv2d(in_channels, kernel_size, bias=bias, **arguments)
    return Chain((depthwise, pointwise_conv2d(in_channels, out_channels, bias=bias)))


def spatially_separable_conv2d(
    in_channels: Integer, out_channels: Integer, kernel_size: Integer, *, bias: bool = True
) -> Network:
    """A column and then a row: k x 1 and 1 x k instead of k x k.

    >>> chain = spatially_separable_conv2d(1, 1, 3, bias=False)
    >>> chain.parameter_total(), chain.operations((1, 5, 5)).multiplications
    (6, 72)
    """
    column = Conv2d(in_channels, out_channels, (kernel_size, 1), bias=False)
    return Chain((column, Conv2d(out_channels, out_channels, (1, kernel_size), bias=bias)))


def separate(kernel: Sequence[Sequence[Any]]) -> tuple[list[Any], list[Any]]:
    """Factor a matrix of rank one exactly into (column, row), so that kernel = column x row.

    Whole numbers stay whole where they can: the row is reduced by its greatest common divisor.
    Raises ConvmathError for a kernel that is no product of a column and a row, naming why.

    >>> separate([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    ([1, 2, 1], [-1, 0, 1])
    """
    rows = [[Fraction(value) for value in row] for row in kernel]
    if not rows or not rows[0] or len({len(row) for row in rows}) != 1:
        raise ConvmathError("the kernel must be a matrix: rows of equal, positive length")
    pivot = next((row for row in rows if any(row)), None)
    if pivot is None:
        return [0] * len(rows), [0] * len(rows[0])
    base = _primitive(pivot)
    lead = next(index for index, value in enumerate(base) if value)
    column = [row[lead] / base[lead] for row in rows]
    for number, (factor, row) in enumerate(zip(column, rows, strict=True)):
        if any(value != factor * unit for value, unit in zip(row, base, strict=True)):
            raise ConvmathError(
                f"the kernel is not a column times a row: row {number} is no multiple of "
                f"[{', '.join(map(str, base))}] (its rank is above 1)"
            )
    return _whole(column), _whole(base)


def _primitive(row: list[Fraction]) -> list[Fraction]:
    """The row divided by the largest number that leaves whole entries, its sign kept."""
    import math

    scale = math.lcm(*(value.denominator for value in row))
    divisor = math.gcd(*(int(value * scale) for value in row))
    return [value * scale / divisor for value in row]


def _whole(values: list[Fraction]) -> list[Any]:
    return [int(value) if value.denominator == 1 else value for value in values]
