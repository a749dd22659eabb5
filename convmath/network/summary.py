"""The table of a network's layers and its totals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_number, product
from convmath.geometry.reading import ReceptiveField
from convmath.layers.arguments import is_whole
from convmath.layers.base import Placed, Shape
from convmath.network.conditions import conditions
from convmath.network.conventions import Convention, convention
from convmath.network.dtypes import width_of
from convmath.network.nodes import Cause, causes
from convmath.network.trace import Trace, added, field_of

if TYPE_CHECKING:
    from convmath.network.network import Network


class Row(NamedTuple):
    """One layer, or with a depth given, one group of layers."""

    name: str
    layer: str
    output_shape: Shape
    parameters: Integer
    multiplications: Integer
    receptive_field: ReceptiveField | None
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Memory:
    """Bytes, for one batch: of the weights, of all results, and the most that is held at once."""

    weights: Integer
    activations: Integer
    peak: Integer
    dtype: str


@dataclass(frozen=True)
class Summary:
    """A network on an input: a row a layer, and the totals under a named convention.

    ``receptive_field`` is that of the node ``last_map``: the last map before whole maps are put together on
    every path.  ``conditions`` is what symbolic sizes must fulfil.  The totals are partial where an import
    could not read all of the network (``network.unknown``).
    """

    network: Network
    input_shape: Shape
    batch: Integer
    convention: Convention
    rows: tuple[Row, ...]
    parameters: Integer
    multiplications: Integer
    receptive_field: ReceptiveField | None
    last_map: str | None
    memory: Memory
    conditions: tuple[str, ...]

    @property
    def causes(self) -> list[Cause]:
        """The operators that an import could not read, each once."""
        return causes(self.network.unknown)

    def share(self, row: Row) -> float | None:
        """The part of all multiplications that a row takes; None in symbols."""
        total = self.multiplications
        numbers = is_number(row.multiplications) and is_number(total) and total
        return row.multiplications / total if numbers else None

    def grouped(self, depth: int) -> Summary:
        """Layers put together whose names agree in their first ``depth`` parts."""
        if depth < 1:
            raise ConvmathError(f"depth={depth} must be at least 1")
        groups: dict[str, list[Row]] = {}
        for row in self.rows:
            groups.setdefault(".".join(row.name.split(".")[:depth]), []).append(row)
        rows = tuple(_group(name, members) for name, members in groups.items())
        return Summary(**{**self.__dict__, "rows": rows})

    def _repr_html_(self) -> str:
        from convmath.render.network import html

        return html(self)

    def _repr_latex_(self) -> str:
        from convmath.render.network import latex

        return latex(self)

    def __str__(self) -> str:
        from convmath.render.network import text

        return text(self)


def _group(name: str, rows: list[Row]) -> Row:
    if len(rows) == 1:
        return rows[0]._replace(name=name)
    *_, last = rows
    return Row(
        name,
        f"{len(rows)} layers",
        last.output_shape,
        added([row.parameters for row in rows]),
        added([row.multiplications for row in rows]),
        last.receptive_field,
    )


def summary_of(
    network: Network,
    input_shape: Shape | None = None,
    *,
    batch: Integer = 1,
    counting: str = "macs",
    dtype: str = "float32",
) -> Summary:
    """Every layer of a network on an input, numbers or symbols, and the totals.

    Raises ConvmathError for a batch below 1, and a convention or dtype that is not known.
    """
    if not is_whole(batch):
        raise ConvmathError(f"batch={batch!r} must be a whole number or a symbol")
    if is_number(batch) and batch < 1:
        raise ConvmathError(f"batch={batch} must be at least 1")
    width = width_of(dtype)
    how = convention(counting)
    trace = network.trace(input_shape)
    return Summary(
        network,
        trace.input_shape,
        batch,
        how,
        tuple(_rows(network, trace, how, batch)),
        trace.parameter_total(),
        product([batch, trace.total(how.count)]),
        trace.receptive_field(),
        None if network.unknown else trace.last_map,
        _memory(trace, batch, dtype, width),
        conditions(trace),
    )


def _rows(network: Network, trace: Trace, how: Convention, batch: Integer) -> Iterable[Row]:
    known: dict[Placed, tuple[Integer, Integer, str]] = {}
    fields: dict[int, ReceptiveField | None] = {}
    for node in network.nodes:
        placed = trace.placed[node.name]
        found = known.get(placed)
        if found is None:
            taken = product([batch, how.count(placed)])
            found = known[placed] = placed.parameter_total, taken, repr(node.layer)
        parameters, taken, text = found
        if network.uncounted:
            parameters = parameters - trace.uncounted_parameters(node)
        axes = trace.fields[node.name]
        place = id(axes)
        if place not in fields:
            fields[place] = field_of(axes)
        yield Row(node.name, text, placed.output_shape, parameters, taken, fields[place], node.inputs)


def _memory(trace: Trace, batch: Integer, dtype: str, width: int) -> Memory:
    activations, peak = trace.memory(width)
    weights = product([trace.parameter_total(), width])
    return Memory(weights, product([batch, activations]), product([batch, peak]), dtype)
