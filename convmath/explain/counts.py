"""Parameters, operations by kind, and memory of a layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sympy import Add, Mul

from convmath.exact.integers import Integer, is_number, product
from convmath.explain.pair import Pair, factors
from convmath.explain.quantity import Quantity, product_of
from convmath.geometry.loopnest import Statement, executed, weight_counts, weights_read
from convmath.geometry.operation import FUNCTIONS
from convmath.layers.base import Placed, Shape
from convmath.network.dtypes import width_of


def parameters(pair: Pair, placed: Placed, uncounted: Integer = 0) -> Iterator[Quantity]:
    """Each trainable array, and their total, without those that are another node's or fixed."""
    for actual, general in zip(pair.actual, pair.general, strict=True):
        for access in weights_read(general):
            name = general.arrays[access.array]
            if name not in placed.parameters:
                continue
            loops = [n for block in general.blocks for n in block.loops if n in access.loops]
            each = f"for every {', '.join(loops)}" if loops else "for all elements"
            yield Quantity(
                name,
                weight_counts(actual)[name],
                product_of(factors(general, access.loops, pair)),
                pair.values,
                f"one {name} {each}: shared by all output positions",
            )
    found = placed.parameters
    formula = Add(*found.values(), evaluate=False) if len(found) > 1 and uncounted == 0 else None
    why = "nothing is learned" if not found else "" if uncounted == 0 else "the others are fixed, or shared"
    yield Quantity("parameters", sum(found.values()) - uncounted, formula, {}, why)
    yield Quantity("parameters_by_name", found, quiet=True)


REASONS = {
    "multiplications": "one product for every value of all loops",
    "additions": "summing K products takes K - 1 additions, so one less for each output",
    "comparisons": "the largest of K values takes K - 1 comparisons",
    "divisions": "one division an output",
    "functions": f"evaluations of {', '.join(each.name for each in FUNCTIONS[:-1])} or a power",
}


def operations(pair: Pair, placed: Placed, effective: Mapping[str, Any]) -> Iterator[Quantity]:
    """Every kind of operation, and its effective count where padding makes it smaller."""
    for kind, reason in REASONS.items():
        count, real = getattr(placed.operations, kind), effective[f"effective_{kind}"]
        if count == 0:
            yield Quantity(kind, 0, quiet=True)
        else:
            terms = [t for statement in pair.general for t in _count_terms(statement, kind, pair)]
            formula = Add(*terms, evaluate=False) if len(terms) > 1 else terms[0]
            yield Quantity(kind, count, formula, pair.values, _reason(pair, kind, reason))
        yield _effective(pair, kind, count, real)


def _reason(pair: Pair, kind: str, reason: str) -> str:
    statement = pair.actual[-1]
    outer = [each for each, _, inner in executed(statement) if each == kind and not inner]
    if statement.reduction is None:
        one = kind[:-1]
        return (
            f"one {one} an element"
            if len(pair.actual) == 1 and kind in ("additions", "comparisons")
            else reason
        )
    if kind == "additions" and outer and len(pair.actual) == 1:
        return reason + ("; the bias adds one again" if "B" in statement.arrays else "; one more an output")
    return reason


_LONGEST = 100  # characters of a count in symbols that is shown unasked


def _effective(pair: Pair, kind: str, count: Any, real: Any) -> Quantity:
    statement = pair.actual[0]
    landing = [block.landing() if block.landing else block.points for block in statement.blocks]
    numbers = _landed(statement, landing, real) if kind == "multiplications" and real != count else None
    what = "that land in what is cropped away" if statement.scatters else "that fall on padding"
    long = not is_number(real) and (kind != "multiplications" or len(str(real)) > _LONGEST)
    return Quantity(
        f"effective_{kind}",
        real,
        numbers,
        {},
        f"without the taps {what}, counted axis by axis" if real != count else "",
        label=f"effective {kind}",
        quiet=real == count or long,
    )


def _landed(statement: Statement, landing: list[Any], real: Any) -> Any:
    """The products that land, and those that every element takes besides."""
    products, rest = product_of(landing), real - product(landing)
    if rest == 0:
        return products
    each = product_of(list(statement.shape)) if rest == product(statement.shape) else rest
    return Add(products, each, evaluate=False)


def _count_terms(statement: Statement, kind: str, pair: Pair) -> Iterator[Any]:
    """The formula of one kind of operation in one statement, as terms of a sum."""
    everything = frozenset(name for block in statement.blocks for name in block.loops)
    domain = product_of(factors(statement, everything, pair))
    elements = product_of([pair.short(size) for size in statement.shape])
    reduction = statement.reduction
    inner = [(times, within) for each, times, within in executed(statement) if each == kind]
    yield from (_times(times, domain) for times, within in inner if within)
    if reduction is not None and reduction.operation.kind == kind:
        yield domain
        yield Mul(-1, _reached(statement, pair), evaluate=False)
    yield from (_times(times, elements) for times, within in inner if not within)


def _times(number: int, count: Any) -> Any:
    return count if number == 1 else Mul(number, count, evaluate=False)


def _reached(statement: Statement, pair: Pair) -> Any:
    """How many elements the products reach."""
    if statement.scatters:
        channels = factors(statement, statement.target.loops & {"o", "g"}, pair)
        return product_of([*channels, *(b.outputs for b in statement.blocks if b.outputs is not None)])
    return product_of(factors(statement, statement.target.loops, pair))


def memory(shape: Shape, held: Integer, value: Mapping[str, Any]) -> Iterator[Quantity]:
    """Bytes of the output and of the weights."""
    dtype = value["dtype"]
    width = width_of(dtype)
    yield Quantity(
        "memory",
        value["output_bytes"],
        product_of([*shape, width]),
        {},
        f"{width} bytes an element in {dtype}",
        "bytes",
        "output memory",
    )
    yield Quantity(
        "memory",
        value["parameter_bytes"],
        product_of([held, width]) if held != 0 else None,
        {},
        "",
        "bytes",
        "parameter memory",
        quiet=held == 0,
    )
