"""The most that a budget allows: how often a block can be repeated, how wide a network can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from convmath import zoo
from convmath.errors import ConvmathError, near, short
from convmath.exact.integers import is_number, least
from convmath.exact.where import BEYOND
from convmath.geometry.notation import symbol
from convmath.layers.arguments import check_number
from convmath.layers.base import Shape
from convmath.network.conventions import convention
from convmath.network.dtypes import width_of
from convmath.network.network import Network
from convmath.parse.shape import parse_shape
from convmath.read import ShapeLike, Subject, is_name, network_of
from convmath.solve.substitute import substituted, the_symbol

LIMITS = ("parameters", "multiplications", "memory")
_MOST_BLOCKS = 20_000  # followed one by one, where each has another shape

Counts = dict[str, int]


@dataclass(frozen=True)
class Most:
    """The largest depth or width within the limits: what it takes, and what one more would.

    ``beyond`` is the next depth or width, and ``stopped`` says what keeps it out.
    """

    value: int
    counts: Counts
    beyond: int
    stopped: str


def counted(network: Network, limits: Mapping[str, Any], dtype: str = "float32") -> dict[str, Any]:
    """What the network takes of each limited kind, on its own input.

    ``parameters``; ``multiplications`` of convolutions and dense layers, as ``convmath summary`` counts
    them; ``memory``, the bytes of all results.

    >>> from convmath import zoo
    >>> counted(zoo.network("lenet5"), {"parameters": 0, "multiplications": 0})
    {'parameters': 60000, 'multiplications': 325680}
    """
    trace = network.trace()
    kinds: dict[str, Callable[[], Any]] = {
        "parameters": trace.parameter_total,
        "multiplications": lambda: trace.total(convention("macs").count),
        "memory": lambda: trace.memory(width_of(dtype))[0],
    }
    return {name: kinds[name]() for name in limits}


def largest_width(
    what: Subject | Callable[[int], Network],
    limits: Mapping[str, int],
    input_shape: ShapeLike | None = None,
    *,
    multiple_of: int = 1,
    dtype: str = "float32",
) -> Most:
    """The largest width, a multiple of ``multiple_of``, whose network keeps within all limits.

    ``what`` is a name that takes a width, a layer or chain with one symbol for it, or a function that makes
    the network of a width.  What is limited must not shrink as the width grows: that is proved, but of
    a function's networks (``check_growing``).

    >>> most = largest_width("resnet18", {"parameters": 10**6})
    >>> most.value, most.counts
    (17, {'parameters': 929285})
    >>> largest_width("Conv2d(3, w, 3)", {"parameters": 1000}, "3x8x8").value
    35
    """
    _check_limits(limits, dtype)
    check_number("multiple_of", multiple_of)
    makes = callable(what) and not hasattr(what, "named_parameters")  # modules can be called too
    build: Any = what if makes else _widths(what, input_shape, limits, dtype)

    def excess(times: int) -> str:
        return _excess(_numbers(build(times * multiple_of), limits, dtype), limits)

    if found := excess(1):
        raise ConvmathError(f"even a width of {multiple_of} has {found}; raise the limit")
    high = least(excess, 2, BEYOND)
    if high is None:
        raise ConvmathError(f"no width up to {BEYOND} reaches {_named(limits)}; limit what grows with it")
    width = (high - 1) * multiple_of
    return Most(width, counted(build(width), limits, dtype), width + multiple_of, excess(high))


def _widths(
    what: Subject, input_shape: ShapeLike | None, limits: Mapping[str, int], dtype: str
) -> Callable[[Any], Network]:
    """The network of each width; what is limited grows with it."""
    if isinstance(what, str) and is_name(what):
        width = symbol("w")
        build: Callable[[Any], Network] = partial(_of_width, what, input_shape)
    else:
        network = network_of(what, input_shape)
        if not all(map(is_number, network.input_shape or ())):
            raise ConvmathError(f"{network.title} has no default input; give one like 3x224x224")
        width = the_symbol(network)
        build = substituted(network, width)
    check_growing(build(width), limits, width, dtype)
    return build


def _of_width(name: str, input_shape: ShapeLike | None, width: Any) -> Network:
    shape = parse_shape(input_shape) if isinstance(input_shape, str) else input_shape
    return zoo.network(name, input_shape=shape, width=width)  # type: ignore[arg-type]


def largest_depth(
    block: Subject,
    input_shape: ShapeLike,
    limits: Mapping[str, int],
    *,
    dtype: str = "float32",
) -> Most:
    """The most often a block can follow itself within all limits, as long as its windows fit.

    ``block`` is a layer or a chain.  Raises ConvmathError where not even one block is within them, or any
    number is.

    >>> from convmath import Conv2d, ReLU
    >>> block = [Conv2d(64, 64, 3, padding=1), ReLU()]
    >>> most = largest_depth(block, (64, 56, 56), {"multiplications": 10**9})
    >>> most.value, most.stopped
    (8, '1,040,449,536 multiplications, over 1,000,000,000')
    >>> largest_depth(Conv2d(1, 1, 3, bias=False), (1, 8, 8), {"multiplications": 500}).counts
    {'multiplications': 468}
    """
    _check_limits(limits, dtype)
    one = network_of(block, input_shape)
    shape = one.input_shape or ()
    most = _deepest(one, shape, limits, dtype)
    if not most.value:
        raise ConvmathError(f"even one block has {most.stopped}; raise the limit")
    _verify(one, shape, most, limits, dtype)
    return most


def _deepest(block: Network, shape: Shape, limits: Mapping[str, int], dtype: str) -> Most:
    """Block by block; blocks that keep their shape are all alike, and taken at once."""
    depth, total = 0, dict.fromkeys(limits, 0)
    while True:
        block = replace(block, input_shape=shape)
        try:
            each, after = _numbers(block, limits, dtype), block.output_shape()
        except ConvmathError as error:
            if not depth:
                raise
            return Most(depth, total, depth + 1, str(error))
        times = _times(total, each, limits) if after == shape else 1
        excess = _excess(_sum(total, each), limits)
        if not times or excess:
            return Most(depth, total, depth + 1, excess)
        depth, total, shape = depth + times, _sum(total, each, times), after
        if depth > _MOST_BLOCKS and after != block.input_shape:
            raise ConvmathError(f"more than {_MOST_BLOCKS} blocks of different shapes fit; lower the limit")


def repeated(block: Network, times: int) -> Network:
    """A chain that follows itself so many times."""
    return Network.chain(block.layers * times, block.input_shape)


def _verify(block: Network, shape: Shape, most: Most, limits: Mapping[str, int], dtype: str) -> None:
    """The answer counted again on the whole chain, and one block further; blocks all alike as one."""
    block = replace(block, input_shape=shape)
    if block.output_shape() == shape:
        one = _numbers(block, limits, dtype)
        right = all(most.value * one[name] == most.counts[name] for name in limits)
        right &= bool(_excess(_sum(most.counts, one), limits)) and not _excess(most.counts, limits)
    else:
        right = counted(repeated(block, most.value), limits, dtype) == most.counts
        right &= not _excess(most.counts, limits)
        with suppress(ConvmathError):
            right &= bool(_excess(counted(repeated(block, most.beyond), limits, dtype), limits))
    if not right:
        raise ConvmathError(f"the depth {most.value} found is wrong, so none is given; please report it")


def _numbers(network: Network, limits: Mapping[str, Any], dtype: str) -> Counts:
    """What the network takes, refused where symbols leave it open."""
    counts = counted(network, limits, dtype)
    for name, count in counts.items():
        if not is_number(count):
            raise ConvmathError(f"{network.name}: the {name} are {count}; give numbers for the symbols")
    return counts


def check_growing(network: Network, limits: Mapping[str, Any], symbol: Any, dtype: str = "float32") -> None:
    """Prove that what is limited never shrinks as the symbol grows, or refuse.

    Each count must be a polynomial f in the symbol w, and f(w + 1) - f(w), written in powers of w - 1,
    must have no negative coefficient.
    """
    for name, count in counted(network, limits, dtype).items():
        if not is_number(count) and not _grows(count, symbol):
            raise ConvmathError(
                f"the {name} cannot be shown to grow with {symbol}; use {symbol} for channels only"
            )


def _grows(count: Any, symbol: Any) -> bool:
    """See ``check_growing``; the symbol stands for w - 1 here."""
    import sympy

    growth = sympy.cancel(count.subs(symbol, symbol + 2) - count.subs(symbol, symbol + 1))
    return bool(growth.is_polynomial(symbol)) and min(sympy.Poly(growth, symbol).all_coeffs()) >= 0


def _times(total: Counts, each: Counts, limits: Mapping[str, int]) -> int:
    """How many more blocks of one shape keep within all limits."""
    rooms = [(limits[name] - total[name]) // each[name] for name in limits if each[name]]
    if not rooms:
        raise ConvmathError(f"the block takes no {_named(limits)}, any depth fits; limit what it takes")
    return max(min(rooms), 0)


def _sum(total: Counts, each: Counts, times: int = 1) -> Counts:
    return {name: total[name] + times * each[name] for name in total}


def _excess(counts: Counts, limits: Mapping[str, int]) -> str:
    """What is over its limit, in words; empty where nothing is."""
    over = [
        f"{_amount(name, counts[name])}, over {limit:,}"
        for name, limit in limits.items()
        if counts[name] > limit
    ]
    return " and ".join(over)


def _amount(name: str, count: int) -> str:
    return f"{count:,} bytes of results" if name == "memory" else f"{count:,} {name}"


def _named(limits: Mapping[str, int]) -> str:
    return " or ".join("memory for results" if name == "memory" else name for name in limits)


def _check_limits(limits: Mapping[str, int], dtype: str) -> None:
    if not limits:
        raise ConvmathError(f"there is no limit; give {', '.join(LIMITS[:-1])} or {LIMITS[-1]}")
    width_of(dtype)
    for name, limit in limits.items():
        if name not in LIMITS:
            raise ConvmathError(f"{short(name)} cannot be limited{near(name, LIMITS)}")
        check_number(name, limit)
