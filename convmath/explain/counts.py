"""Parameters, operations by kind, and memory of a layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Add, Mul

from convmath.exact.integers import is_number, product
from convmath.explain.pair import Pair, factors
from convmath.explain.quantities import BYTES
from convmath.explain.quantity import Quantity, product_of
from convmath.geometry.loopnest import REDUCTIONS, Statement, parameter_accesses, parameter_counts
from convmath.layers.base import Layer, Shape


def parameters(pair: Pair) -> Iterator[Quantity]:
    """Each trainable array, and their total."""
    counts = pair.layer.parameters(pair.shape)
    for actual, general in zip(pair.actual, pair.general, strict=True):
        for access in parameter_accesses(general):
            name = general.parameters[access.array]
            loops = [n for block in general.blocks for n in block.loops if n in access.loops]
            yield Quantity(
                name,
                parameter_counts(actual)[name],
                product_of(factors(general, access.loops, pair)),
                pair.values,
                f"one {name} for every {', '.join(loops)}: shared by all output positions",
            )
    formula = Add(*counts.values(), evaluate=False) if len(counts) > 1 else None
    yield Quantity("parameters", sum(counts.values()), formula, {}, "" if counts else "nothing is learned")


REASONS = {
    "multiplications": "one product for every value of all loops",
    "additions": "summing K products takes K - 1 additions, so one less for each output",
    "comparisons": "the largest of K values takes K - 1 comparisons",
    "divisions": "one division an output",
    "functions": "evaluations of exp, tanh or a power",
}


def operations(pair: Pair) -> Iterator[Quantity]:
    """Every kind of operation that occurs, and its effective count where padding makes it smaller."""
    nominal = pair.layer.operations(pair.shape)
    effective = pair.layer.effective_operations(pair.shape)
    for kind, reason in REASONS.items():
        count, real = getattr(nominal, kind), getattr(effective, kind)
        if count != 0:
            terms = [t for statement in pair.general for t in _count_terms(statement, kind, pair)]
            formula = Add(*terms, evaluate=False) if len(terms) > 1 else terms[0]
            yield Quantity(kind, count, formula, pair.values, _reason(pair, kind, reason))
        if real != count and (kind == "multiplications" or is_number(real)):
            yield _effective(pair, kind, real)


def _reason(pair: Pair, kind: str, reason: str) -> str:
    statement = pair.actual[0]
    if kind == "additions" and any(then.kind == kind for then in statement.then):
        again = "; the bias adds one again" if "B" in statement.parameters else "; one more an output"
        return reason + again if statement.reduce else "one addition an element"
    if kind == "comparisons" and not statement.reduce:
        return "one comparison an element"
    return reason


def _effective(pair: Pair, kind: str, count: Any) -> Quantity:
    statement = pair.actual[0]
    landing = [block.landing() if block.landing else block.points for block in statement.blocks]
    numbers = product_of(landing) if kind == "multiplications" else None
    scatters = any(block.outputs is not None for block in statement.blocks)
    what = "that land in what is cropped away" if scatters else "that fall on padding"
    return Quantity(
        f"effective {kind}", count, numbers, {}, f"without the taps {what}, counted axis by axis"
    )


def _count_terms(statement: Statement, kind: str, pair: Pair) -> Iterator[Any]:
    """The formula of one kind of operation in one statement, as terms of a sum."""
    everything = frozenset(name for block in statement.blocks for name in block.loops)
    domain = product_of(factors(statement, everything, pair))
    if kind == "multiplications" and len(statement.factors) > 1:
        yield domain
    if statement.reduce and REDUCTIONS[statement.reduce] == kind:
        yield domain
        yield Mul(-1, _reached(statement, pair), evaluate=False)
    elements = product_of([pair.short(size) for size in statement.shape])
    yield from (elements for then in statement.then if then.kind == kind)


def _reached(statement: Statement, pair: Pair) -> Any:
    """How many elements the products reach."""
    if any(block.outputs is not None for block in statement.blocks):
        channels = factors(statement, statement.target.loops & {"o", "g"}, pair)
        return product_of([*channels, *(b.outputs for b in statement.blocks if b.outputs is not None)])
    return product_of(factors(statement, statement.target.loops, pair))


def memory(layer: Layer, shape: Shape, dtype: str) -> Iterator[Quantity]:
    """Bytes of the output and of the weights."""
    width = BYTES[dtype]
    output, parameters = layer.output_shape(shape), layer.parameters(shape)
    yield Quantity(
        "output memory",
        product(output) * width,
        product_of([*output, width]),
        {},
        f"{width} bytes an element in {dtype}",
        "bytes",
    )
    if parameters:
        held = sum(parameters.values())
        yield Quantity("weight memory", held * width, product_of([held, width]), {}, "", "bytes")
