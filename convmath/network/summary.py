"""The table of a network's layers and its totals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_number, product
from convmath.explain.quantities import BYTES
from convmath.geometry.reach import ReceptiveField, receptive_field
from convmath.layers.base import Shape
from convmath.network.conventions import Convention, convention
from convmath.network.network import Network, Node
from convmath.network.trace import Trace, added


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

    ``receptive_field`` is that of the last map before the first pooling or flattening of whole maps that
    every path goes through.  ``conditions`` is what symbolic sizes must fulfil, ``unknown`` what an import
    could not read: then the totals are partial.
    """

    network: Network
    input_shape: Shape
    batch: Integer
    convention: Convention
    rows: tuple[Row, ...]
    parameters: Integer
    multiplications: Integer
    receptive_field: ReceptiveField | None
    memory: Memory
    conditions: tuple[str, ...]

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
        added(row.parameters for row in rows),
        added(row.multiplications for row in rows),
        last.receptive_field,
    )


def summarise(
    network: Network,
    input_shape: Shape | None = None,
    *,
    batch: Integer = 1,
    counting: str = "macs",
    dtype: str = "float32",
) -> Summary:
    """Every layer of a network on an input, numbers or symbols, and the totals.

    >>> from convmath import zoo
    >>> summary = summarise(zoo.network("resnet50"))
    >>> summary.parameters, summary.multiplications, summary.receptive_field.size
    (25557032, 4089184256, (427, 427))
    """
    if is_number(batch) and batch < 1:
        raise ConvmathError(f"batch={batch} must be at least 1")
    if dtype not in BYTES:
        raise ConvmathError(f"dtype={dtype!r} is not known; use one of {', '.join(BYTES)}")
    how = convention(counting)
    trace = network.trace(input_shape)
    return Summary(
        network,
        trace.input_shape,
        batch,
        how,
        tuple(_rows(network, trace, how, batch)),
        trace.parameter_total(),
        batch * trace.total(how.count),
        trace.receptive_field(),
        _memory(trace, batch, dtype),
        tuple(map(str, (*trace.conditions, *trace.equations))),
    )


def _rows(network: Network, trace: Trace, how: Convention, batch: Integer) -> Iterable[Row]:
    known: dict[Any, tuple[Integer, Integer, str]] = {}
    fields: dict[Any, ReceptiveField | None] = {}
    for node in network.nodes:
        key = trace.keys[node.name]
        if key not in known:
            counts = trace.known[key]
            taken = added([batch * how.count(*key, counts)])
            known[key] = added(counts.parameters.values()), taken, repr(node.layer)
        parameters, taken, text = known[key]
        if network.uncounted:
            parameters = parameters - trace.uncounted_parameters(node)
        axes = trace.fields[node.name]
        if axes not in fields:
            found = [axis for axis in axes if axis is not None]
            fields[axes] = receptive_field(found) if found else None
        yield _row(node, trace, text, parameters, taken, fields[axes])


def _row(
    node: Node, trace: Trace, text: str, parameters: Integer, taken: Integer, field: ReceptiveField | None
) -> Row:
    return Row(node.name, text, trace.shapes[node.name], parameters, taken, field, node.inputs)


def _memory(trace: Trace, batch: Integer, dtype: str) -> Memory:
    width = BYTES[dtype]
    activations, peak = trace.memory(width)
    weights = product([trace.parameter_total(), width])
    return Memory(weights, batch * activations, batch * peak, dtype)
