"""Along the spatial axes: output sizes, receptive field, leftover input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

import sympy
from sympy import Add

from convmath.exact.floors import FloorDiv
from convmath.explain.pair import Pair
from convmath.explain.quantities import alone_of, unread
from convmath.explain.quantity import Quantity, product_of
from convmath.geometry.loopnest import Statement
from convmath.geometry.notation import AXES, AXIS_NAMES, symbol
from convmath.geometry.reading import ReceptiveField
from convmath.geometry.window import Window
from convmath.layers.adaptive import AdaptivePool
from convmath.layers.base import Layer
from convmath.layers.resize import Upsample
from convmath.network.leftover import leftover
from convmath.network.network import Network
from convmath.network.nodes import Node
from convmath.network.trace import Trace


def sizes(pair: Pair) -> Iterator[Quantity]:
    """The output size of every axis; those that the layer changes with their formula, equal ones once."""
    output, before = pair.actual[-1].shape, pair.shapes[0] if pair.shapes else ()
    if len(output) == len(before):
        yield from _changed_sizes(pair, output)
    yield Quantity("output_size", output[1:], quiet=True)
    yield Quantity("output_shape", output)


def _changed_sizes(pair: Pair, output: tuple[Any, ...]) -> Iterator[Quantity]:
    result, given = pair.general[-1].shape, pair.twin.shapes[0]
    shown: dict[Any, list[int]] = {}
    for axis in range(1, len(result)):
        if result[axis] != given[axis]:
            common = sympy.sympify(result[axis]).xreplace({given[axis]: symbol("n")})
            shown.setdefault((common, pair.shapes[0][axis]), []).append(axis)
    for axes in shown.values():
        names = " and ".join(AXIS_NAMES[pair.axes[axis - 1]] for axis in axes)
        yield Quantity(
            "output_size",
            output[axes[0]],
            _by_dilation(sympy.sympify(result[axes[0]])),
            pair.values,
            _size_reason(pair.layer, pair.actual[-1]),
            label=f"output {names}",
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
    if statement.scatters:
        return "the last input writes farthest; padding crops what it adds, output_padding adds to the end"
    if getattr(layer, "padding", None) == "same":
        return "SAME: as many windows as starts fit on the input, whatever padding that takes"
    if getattr(layer, "ceil_mode", False):
        return "rounding up is more padding at the end, but the last window must start inside"
    if isinstance(layer, Upsample):
        return "the input size times the factor" if layer.size is None else "the output size is asked for"
    if isinstance(layer, AdaptivePool):
        return "the output size is asked for"
    if statement.reduction is not None:
        return "windows start every s positions, and the last must end inside the padded input"
    return "the input and what is put around it, or exchanged for channels"


def reach_of(pair: Pair, trace: Trace, node: Node) -> Iterator[Quantity]:
    """What one output position of a layer reads of its input, and what none reads."""
    alone = alone_of(trace, node)
    field = alone.receptive_field() if alone else None
    if alone is None or field is None:
        yield from (Quantity(name, None, quiet=True) for name in ("receptive_field", "leftover", "unread"))
        return
    window = "from the first tap of a window to its last, both included"
    yield from _field(field, _field_formula(pair, field), pair.values, window)
    yield from _left(alone, leftover(alone), unread(alone))


def _field_formula(pair: Pair, field: ReceptiveField) -> Any:
    """The size in symbols, where all axes have the same and it is no bound."""
    twin = Network.chain(pair.twin.layer, pair.twin.shapes[0]).trace().receptive_field()
    if twin is None or len(set(field.size)) != 1 or len({str(size) for size in twin.size}) != 1:
        return None
    return twin.size[0] if field.size[0] != 1 and twin.bound == field.bound else None


def _field(field: ReceptiveField, formula: Any, values: Mapping[Any, Any], why: str) -> Iterator[Quantity]:
    name = "receptive_field"
    yield Quantity(
        name, field.size, formula, values, "; ".join(filter(None, (_kind(field) or why, _all(field))))
    )
    yield Quantity(name, field.stride, label="effective stride")
    yield Quantity(name, field.padding, label="effective padding")


def _kind(field: ReceptiveField) -> str:
    """What the size of a field is where it is not the same at every position."""
    if field.bound:
        return "at most: it differs from position to position"
    return "the largest: it differs from position to position" if field.varies else ""


def _all(field: ReceptiveField) -> str:
    """What else is to be said of a field."""
    said = []
    if any(field.sees_all):
        every = "" if all(field.sees_all) else f" along axis {field.sees_all.index(True) + 1}"
        said.append(f"as large as the whole input{every}")
    if field.gated:
        said.append("a gate or statistic sees all of the input besides")
    return "; ".join(said)


def _left(trace: Trace, past: tuple[Any, ...], gaps: tuple[Any, ...]) -> Iterator[Quantity]:
    """The input rows and columns that no output sees."""
    names = [AXIS_NAMES[axis] for axis in AXES.get(len(trace.input_shape) - 1, ())]
    for name, rest in zip(names, past, strict=False):
        if rest is not None and rest != 0:
            why = "input positions past the last window: no output sees them"
            yield Quantity("leftover", rest, why=why, label=f"leftover along {name}")
    yield Quantity("leftover", _known(past), quiet=True)
    for name, rest, gap in zip(names, past, gaps, strict=False):
        if gap is not None and gap != rest:
            why = "input positions that no tap reads, gaps between taps and windows included"
            yield Quantity("unread", gap, why=why, label=f"unread along {name}")
    yield Quantity("unread", _known(gaps), quiet=True)


def _known(axes: tuple[Any, ...]) -> Any:
    return "not known" if None in axes else axes


def network_reach(trace: Trace) -> Iterator[Quantity]:
    """What one position of the last map reads, and how it grew layer by layer."""
    field = trace.receptive_field()
    if field is None:
        yield Quantity("receptive_field", None, quiet=True)
        return
    why = "1, and each layer adds (its window - 1) times the strides before it"
    grown = _grown(trace)
    yield from _field(field, grown, {}, why if grown is not None else f"of the map {trace.last_map}")
    past = leftover(trace)
    yield from (q for q in _left(trace, past, ()) if q.name == "leftover")


def _grown(trace: Trace) -> Any:
    """``1 + (size - 1)*strides before`` with numbers, along a chain of windows where all axes agree."""
    field = trace.receptive_field()
    if not trace.network.is_chain or field is None or field.varies or len(set(field.size)) != 1:
        return None
    windows: list[Window] = []
    for node in trace.network.nodes:
        paths = trace.placed[node.name].paths
        links = paths[0].links if len(paths) == 1 else ()
        if len(links) < 2 or not isinstance(links[1].map, Window) or links[1].axis != 1:
            return None
        windows.append(links[1].map)
        if node.name == trace.last_map:
            break
    if reduce(Window.then, windows, Window()).size != field.size[0]:
        return None
    terms, stride = [sympy.Integer(1)], 1
    for window in windows:
        if window.size != 1:
            terms.append(product_of([Add(window.size, -1, evaluate=False), stride]))
        stride = stride * window.stride
    return Add(*terms, evaluate=False)
