"""Explanations: for each quantity the formula, the numbers put in, the value, and why.

The formula comes from the layer's symbolic twin, run through the same code as the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Add, Integer, Mul

from convmath.chain import Chain
from convmath.floors import FloorDiv
from convmath.integers import is_number, product
from convmath.layers.base import Layer, Shape, show
from convmath.loopnest import Statement, parameter_accesses, parameter_counts
from convmath.notation import AXES, AXIS_NAMES, symbol
from convmath.quantities import BYTES, refuse_joins
from convmath.twin import Twin, twin


@dataclass(frozen=True)
class Quantity:
    """One answer: ``formula`` in symbols, the same with ``values`` put in, ``value``, and why.

    A quantity may have no formula, or none but the numbers.
    """

    name: str
    value: Any
    formula: Any = None
    values: Mapping[Any, Any] = field(default_factory=dict)
    why: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Explanation:
    """A layer on an input, or a whole chain: its definition and its quantities."""

    title: str
    statements: tuple[Statement, ...]
    quantities: tuple[Quantity, ...]


def explain(chain: Chain, shape: Shape, dtype: str = "float32") -> tuple[Explanation, ...]:
    """Explain each layer, and for more than one the chain as a whole."""
    refuse_joins(chain)
    parts = tuple(_explain_layer(layer, x, dtype) for layer, x in chain.inputs(shape))
    return parts if len(parts) == 1 else (*parts, _explain_chain(chain, shape, dtype))


def _explain_layer(layer: Layer, shape: Shape, dtype: str) -> Explanation:
    pair = _Pair(layer, shape)
    quantities = (
        *_sizes(pair),
        Quantity("output shape", layer.output_shape(shape)),
        *_parameters(pair),
        *_operations(pair),
        *_memory(layer, shape, dtype),
        *_reach(pair),
    )
    return Explanation(f"{layer!r} on {show(shape)}", pair.actual, quantities)


class _Pair:
    """A layer with its twin: statements side by side, and the value of every symbol."""

    def __init__(self, layer: Layer, shape: Shape) -> None:
        self.layer, self.shape = layer, shape
        self.twin: Twin = twin(layer, shape)
        self.actual = layer.definition(shape)
        self.general = self.twin.layer.definition(self.twin.shape)
        self.axes = AXES.get(len(shape) - 1, ())
        self.values = dict(self.twin.values)
        self.named: dict[Any, Any] = {}
        self._name_output_sizes()

    def _name_output_sizes(self) -> None:
        """Call an output size H_out where its formula would clutter the counts."""
        sizes, result = self.actual[-1].shape[1:], self.general[-1].shape[1:]
        if len(result) != len(self.axes):
            return
        for axis, formula, size in zip(self.axes, result, sizes, strict=True):
            if not getattr(formula, "is_Symbol", False):
                name = symbol(f"{axis}_out")
                self.named[formula], self.values[name] = name, size

    def short(self, expression: Any) -> Any:
        return self.named.get(expression, expression)


def _sizes(pair: _Pair) -> Iterator[Quantity]:
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
    if statement.reduce and not layer.ends_maps:
        return "windows start every s positions, and the last must end inside the padded input"
    return "the output size is asked for" if layer.ends_maps else "the input and what is put around it"


def _parameters(pair: _Pair) -> Iterator[Quantity]:
    counts = pair.layer.parameters(pair.shape)
    for actual, general in zip(pair.actual, pair.general, strict=True):
        for access in parameter_accesses(general):
            name = general.parameters[access.array]
            loops = [n for block in general.blocks for n in block.loops if n in access.loops]
            yield Quantity(
                name,
                parameter_counts(actual)[name],
                _product(_factors(general, access.loops, pair)),
                pair.values,
                f"one {name} for every {', '.join(loops)}: shared by all output positions",
            )
    if len(counts) != 1:
        formula = Add(*counts.values(), evaluate=False) if counts else None
        why = "" if counts else "nothing is learned"
        yield Quantity("parameters", sum(counts.values()), formula, {}, why)


def _factors(statement: Statement, names: frozenset[str], pair: _Pair) -> list[Any]:
    """The extents of the named loops: channels, then taps, then positions."""
    channels, taps, positions = [], [], []
    for block in statement.blocks:
        inside = [loop in names for loop in block.loops]
        if all(inside) and block.values is not None:
            channels.append(pair.short(block.points))
        elif len(block.loops) == 1:
            channels += [pair.short(block.extents[0])] if inside[0] else []
        else:
            positions += [pair.short(block.extents[0])] if inside[0] else []
            taps += [block.extents[1]] if inside[1] else []
    return [*channels, *taps, *positions]


def _product(factors: list[Any]) -> Any:
    return Mul(*map(sympy.sympify, factors), evaluate=False) if factors else Integer(1)


_REASONS = {
    "multiplications": "one product for every value of all loops",
    "additions": "summing K products takes K - 1 additions, so one less for each output",
    "comparisons": "the largest of K values takes K - 1 comparisons",
    "divisions": "one division an output",
    "functions": "evaluations of exp, tanh or a power",
}
_KIND = {"sum": "additions", "max": "comparisons"}


def _operations(pair: _Pair) -> Iterator[Quantity]:
    nominal = pair.layer.operations(pair.shape)
    effective = pair.layer.effective_operations(pair.shape)
    for kind, reason in _REASONS.items():
        count, real = getattr(nominal, kind), getattr(effective, kind)
        if count != 0:
            terms = [t for statement in pair.general for t in _count_terms(statement, kind, pair)]
            formula = Add(*terms, evaluate=False) if len(terms) > 1 else terms[0]
            yield Quantity(kind, count, formula, pair.values, _reason(pair, kind, reason))
        if real != count and (kind == "multiplications" or is_number(real)):
            yield _effective(pair, kind, real)


def _reason(pair: _Pair, kind: str, reason: str) -> str:
    statement = pair.actual[0]
    if kind == "additions" and any(then.kind == kind for then in statement.then):
        return reason + "; the bias adds one again" if statement.reduce else "one addition an element"
    if kind == "comparisons" and not statement.reduce:
        return "one comparison an element"
    return reason


def _effective(pair: _Pair, kind: str, count: Any) -> Quantity:
    statement = pair.actual[0]
    landing = [block.landing() if block.landing else block.points for block in statement.blocks]
    numbers = _product(landing) if kind == "multiplications" else None
    scatters = any(block.outputs is not None for block in statement.blocks)
    what = "that land in what is cropped away" if scatters else "that fall on padding"
    return Quantity(
        f"effective {kind}", count, numbers, {}, f"without the taps {what}, counted axis by axis"
    )


def _count_terms(statement: Statement, kind: str, pair: _Pair) -> Iterator[Any]:
    """The formula of one kind of operation in one statement, as terms of a sum."""
    everything = frozenset(name for block in statement.blocks for name in block.loops)
    domain = _product(_factors(statement, everything, pair))
    if kind == "multiplications" and len(statement.factors) > 1:
        yield domain
    if statement.reduce and _KIND[statement.reduce] == kind:
        yield domain
        yield Mul(-1, _reached(statement, pair), evaluate=False)
    elements = _product([pair.short(size) for size in statement.shape])
    yield from (elements for then in statement.then if then.kind == kind)


def _reached(statement: Statement, pair: _Pair) -> Any:
    """How many elements the products reach."""
    if any(block.outputs is not None for block in statement.blocks):
        channels = _factors(statement, statement.target.loops & {"o", "g"}, pair)
        return _product([*channels, *(b.outputs for b in statement.blocks if b.outputs is not None)])
    return _product(_factors(statement, statement.target.loops, pair))


def _memory(layer: Layer, shape: Shape, dtype: str) -> Iterator[Quantity]:
    width = BYTES[dtype]
    output, parameters = layer.output_shape(shape), layer.parameters(shape)
    yield Quantity(
        "output memory",
        product(output) * width,
        _product([*output, width]),
        {},
        f"{width} bytes an element in {dtype}",
        "bytes",
    )
    if parameters:
        held = sum(parameters.values())
        yield Quantity("weight memory", held * width, _product([held, width]), {}, "", "bytes")


def _reach(pair: _Pair) -> Iterator[Quantity]:
    chain = Chain((pair.layer,))
    if not pair.axes:
        return
    reach = chain.receptive_field(pair.shape)
    general = Chain((pair.twin.layer,)).receptive_field(pair.twin.shape)
    alike = len(set(reach.size)) == 1 and len({str(size) for size in general.size}) == 1
    formula = general.size[0] if alike and reach.size[0] != 1 else None
    varies = "the largest: it differs from position to position" if reach.varies else ""
    yield Quantity(
        "receptive field",
        reach.size,
        formula,
        pair.values,
        varies or "from the first tap of a window to its last, both included",
    )
    yield Quantity("effective stride", reach.stride)
    yield Quantity("effective padding", reach.padding)
    yield from _leftover(chain, pair.shape)


def _leftover(chain: Chain, shape: Shape) -> Iterator[Quantity]:
    left = chain.leftover(shape)
    names = [AXIS_NAMES[axis] for axis in AXES.get(len(shape) - 1, ())]
    for rest, name in zip(left, names, strict=True):
        if rest != 0:
            why = "input positions past the last window: no output sees them"
            yield Quantity(f"leftover along {name}", rest, why=why)


def _explain_chain(chain: Chain, shape: Shape, dtype: str) -> Explanation:
    """The totals of a chain, each as the sum over its layers."""
    width = BYTES[dtype]
    layers = list(chain.inputs(shape))
    output, nominal = chain.output_shape(shape), chain.operations(shape)
    totals = [Quantity("output shape", output)]
    held = [sum(layer.parameters(x).values()) for layer, x in layers]
    totals.append(Quantity("parameters", chain.parameter_total(), _sum(held), {}, "summed over the layers"))
    for kind in _REASONS:
        if getattr(nominal, kind) != 0:
            counts = [getattr(layer.operations(x), kind) for layer, x in layers]
            totals.append(Quantity(kind, getattr(nominal, kind), _sum(counts)))
    totals += _chain_reach(chain, shape)
    weights = chain.parameter_total()
    totals.append(Quantity("weight memory", weights * width, _product([weights, width]), unit="bytes"))
    return Explanation(f"{chain} on {show(shape)}", (), tuple(totals))


def _sum(terms: list[Any]) -> Any:
    present = [sympy.sympify(term) for term in terms if term != 0]
    return Add(*present, evaluate=False) if len(present) > 1 else None


def _chain_reach(chain: Chain, shape: Shape) -> Iterator[Quantity]:
    reach = chain.receptive_field(shape)
    if not reach.size:
        return
    yield Quantity(
        "receptive field",
        reach.size,
        _grown_field(chain, shape),
        {},
        "1, and each layer adds (its window - 1) times the strides before it",
    )
    yield Quantity("effective stride", reach.stride)
    yield Quantity("effective padding", reach.padding)
    yield from _leftover(chain, shape)


def _grown_field(chain: Chain, shape: Shape) -> Any:
    """``1 + (size - 1)*strides before`` with numbers, where all axes agree and nothing scatters."""
    axes = chain.reaches(shape)
    if len(set(chain.receptive_field(shape).size)) != 1 or axes[0].window() is None:
        return None
    terms, stride = [Integer(1)], 1
    for axis_map in axes[0].maps:
        window: Any = axis_map
        if window.size != 1:
            terms.append(_product([Add(window.size, -1, evaluate=False), stride]))
        stride = stride * window.stride
    return Add(*terms, evaluate=False)
