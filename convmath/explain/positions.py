"""Along the spatial axes: output sizes, receptive field, leftover input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy import Add

from convmath.exact.floors import FloorDiv
from convmath.exact.integers import Integer, is_number
from convmath.explain.pair import Pair
from convmath.explain.quantity import Quantity, product_of
from convmath.geometry.loopnest import Statement
from convmath.geometry.notation import AXES, AXIS_NAMES, symbol
from convmath.geometry.reach import Reach, ReceptiveField
from convmath.geometry.window import Window
from convmath.layers.base import Layer, Shape
from convmath.layers.resize import Upsample
from convmath.network.chain import Chain


def sizes(pair: Pair) -> Iterator[Quantity]:
    """The output size of every axis that the layer changes; equal axes are shown once."""
    result = pair.twin.layer.output_shape(pair.twin.shape)
    output = pair.layer.output_shape(pair.shape)
    if len(result) != len(pair.shape):
        return
    shown: dict[Any, list[str]] = {}
    for number, axis in enumerate(pair.axes, start=1):
        if result[number] != pair.twin.shape[number]:
            common = sympy.sympify(result[number]).xreplace({pair.twin.shape[number]: symbol("n")})
            shown.setdefault((common, pair.shape[number]), []).append(axis)
    for axes in shown.values():
        number = pair.axes.index(axes[0]) + 1
        yield Quantity(
            "output " + " and ".join(AXIS_NAMES[axis] for axis in axes),
            output[number],
            _by_dilation(sympy.sympify(result[number])),
            pair.values,
            _size_reason(pair.layer, pair.actual[-1]),
        )


def _by_dilation(expression: Any) -> Any:
    """Floors with their dilation terms collected: ``- d*(k - 1)`` as people write it."""
    return expression.replace(
        FloorDiv, lambda above, below: FloorDiv(_collected(above), below, evaluate=False)
    )


def _collected(numerator: Any) -> Any:
    hidden = {bound: sympy.Dummy() for bound in numerator.atoms(sympy.Min)}
    numerator = sympy.expand(numerator.xreplace(hidden))
    for gap in sorted(numerator.free_symbols, key=str):
        if gap.name == "d" or gap.name.startswith("d_"):
            slope = numerator.coeff(gap, 1)
            numerator = sympy.expand(numerator - slope * gap) + _times(gap, slope)
    shown = {d: sympy.Min(*map(_collected, bound.args)) for bound, d in hidden.items()}
    return numerator.xreplace(shown)


def _times(gap: Any, slope: Any) -> Any:
    """``gap*slope`` with the sign in front: ``-d*(k - 1)`` rather than ``d*(1 - k)``."""
    return -gap * sympy.expand(-slope) if slope.could_extract_minus_sign() else gap * slope


def _size_reason(layer: Layer, statement: Statement) -> str:
    if any(block.outputs is not None for block in statement.blocks):
        return "the last input writes farthest; padding crops what it adds, output_padding adds to the end"
    if getattr(layer, "padding", None) == "same":
        return "SAME: as many windows as starts fit on the input, whatever padding that takes"
    if getattr(layer, "ceil_mode", False):
        return "rounding up is more padding at the end, but the last window must start inside"
    if isinstance(layer, Upsample):
        return "the input size times the factor" if layer.size is None else "the output size is asked for"
    if statement.reduce and not layer.ends_maps:
        return "windows start every s positions, and the last must end inside the padded input"
    return "the output size is asked for" if layer.ends_maps else "the input and what is put around it"


def reach_of(pair: Pair) -> Iterator[Quantity]:
    """What one output position of a layer reads, and what none reads."""
    chain = Chain((pair.layer,))
    if not pair.axes:
        return
    reach = chain.receptive_field(pair.shape)
    general = Chain((pair.twin.layer,)).receptive_field(pair.twin.shape)
    alike = len(set(reach.size)) == 1 and len({str(size) for size in general.size}) == 1
    known = alike and reach.size[0] != 1 and general.bound == reach.bound
    formula = general.size[0] if known else None
    varies = _largest(reach)
    yield Quantity(
        "receptive field",
        reach.size,
        formula,
        pair.values,
        varies or "from the first tap of a window to its last, both included",
    )
    yield Quantity("effective stride", reach.stride)
    yield Quantity("effective padding", reach.padding)
    yield from leftover(chain, pair.shape)


def leftover(chain: Chain, shape: Shape) -> Iterator[Quantity]:
    """The input rows and columns that no output sees, where there are any."""
    axes = zip(AXES.get(len(shape) - 1, ()), chain.reaches(shape), strict=False)
    for axis, reach in axes:
        past, unread = reach.leftover(), _unread(reach)
        if past != 0:
            why = "input positions past the last window: no output sees them"
            yield Quantity(f"leftover along {AXIS_NAMES[axis]}", past, why=why)
        if is_number(unread) and unread != past:
            why = "input positions that no tap reads, gaps between taps and windows included"
            yield Quantity(f"unread along {AXIS_NAMES[axis]}", unread, why=why)


def _unread(reach: Reach) -> Integer | None:
    """Positions of a single layer's input that no tap reads, where that is a number."""
    match reach.maps:
        case (Window() as window,) if is_number(reach.n) and is_number(window.stride):
            return window.unread(reach.n)
    return None


def chain_reach(chain: Chain, shape: Shape) -> Iterator[Quantity]:
    """What one position of the last map reads, and how it grew layer by layer."""
    reach = chain.receptive_field(shape)
    if not reach.size:
        return
    yield Quantity(
        "receptive field",
        reach.size,
        _grown_field(chain, shape),
        {},
        _largest(reach) or "1, and each layer adds (its window - 1) times the strides before it",
    )
    yield Quantity("effective stride", reach.stride)
    yield Quantity("effective padding", reach.padding)
    yield from leftover(chain, shape)


def _largest(reach: ReceptiveField) -> str:
    """What the size of a field is where it is not the same at every position."""
    if reach.bound:
        return "at most: behind a transposed convolution it differs from position to position"
    return "the largest: it differs from position to position" if reach.varies else ""


def _grown_field(chain: Chain, shape: Shape) -> Any:
    """``1 + (size - 1)*strides before`` with numbers, where all axes agree and nothing scatters."""
    axes = chain.reaches(shape)
    if len(set(chain.receptive_field(shape).size)) != 1 or axes[0].window() is None:
        return None
    terms, stride = [sympy.Integer(1)], 1
    for axis_map in axes[0].maps:
        window: Any = axis_map
        if window.size != 1:
            terms.append(product_of([Add(window.size, -1, evaluate=False), stride]))
        stride = stride * window.stride
    return Add(*terms, evaluate=False)
