"""What the effective operations must be, from the taps that each output was seen to read."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch

from convmath.geometry.loopnest import Operations
from convmath.layers.base import Layer
from convmath.layers.conv import Conv
from convmath.layers.conv_transpose import ConvTranspose
from convmath.layers.linear import Linear
from convmath.layers.norm import LocalResponseNorm
from convmath.layers.pool import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, MaxPool, Subsample


def effective_from_taps(layer: Layer, taps: list[int], nominal: Operations) -> Operations:
    """The nominal operations with those replaced that padding or cropping can leave out.

    ``taps`` holds for each output how many inputs it read; reducing K values takes K - 1 operations,
    and an output that reads nothing takes none.
    """
    reductions = sum(read - 1 for read in taps if read)
    return replaced(layer, sum(taps), reductions, len(taps), nominal)


@singledispatch
def replaced(layer: Layer, taps: int, reductions: int, outputs: int, nominal: Operations) -> Operations:
    """By family: which operations go with taps and which with reductions."""
    return nominal


@replaced.register(Conv)
@replaced.register(ConvTranspose)
@replaced.register(Linear)
def _(
    layer: Conv | ConvTranspose | Linear, taps: int, reductions: int, outputs: int, nominal: Operations
) -> Operations:
    return Operations(taps, reductions + (outputs if layer.bias else 0))


@replaced.register(MaxPool)
@replaced.register(AdaptiveMaxPool)
def _(layer: Layer, taps: int, reductions: int, outputs: int, nominal: Operations) -> Operations:
    return Operations(comparisons=reductions)


@replaced.register(AvgPool)
@replaced.register(AdaptiveAvgPool)
def _(layer: Layer, taps: int, reductions: int, outputs: int, nominal: Operations) -> Operations:
    return Operations(additions=reductions, divisions=outputs)


@replaced.register
def _(layer: Subsample, taps: int, reductions: int, outputs: int, nominal: Operations) -> Operations:
    return Operations(outputs, reductions + outputs)


@replaced.register
def _(
    layer: LocalResponseNorm, taps: int, reductions: int, outputs: int, nominal: Operations
) -> Operations:
    return replace(nominal, multiplications=taps + outputs, additions=reductions + outputs)
