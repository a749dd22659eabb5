"""A network's summary as a table for a terminal, a page, a spreadsheet or a program."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from convmath.exact.integers import is_number, ratio
from convmath.geometry.reading import ReceptiveField, field_plain
from convmath.layers.base import show
from convmath.render.table import aligned

if TYPE_CHECKING:
    from convmath.network.summary import Row, Summary

LONGEST = 200  # of an expression below the table
MOST_PARTS = 5  # of a module that are named one by one


def number(value: Any) -> str:
    """A count: thousands separated, or the expression."""
    return f"{value:,}" if is_number(value) else str(value)


def field(reach: ReceptiveField | None) -> str:
    """A receptive field's size: one number where all axes agree."""
    if reach is None:
        return ""
    marks = {"misaligned": " (misaligned)", "position-dependent": " (largest)"}
    mark = " (at most)" if reach.bound else marks.get(reach.status, "")
    return per_axis(reach.size) + mark + (" + gates" if reach.gated else "")


def per_axis(values: Sequence[Any]) -> str:
    """One value where all axes agree, else one each: ``7``, ``1x5``."""
    return show(tuple(values[:1] if len(set(values)) == 1 else values))


def columns(summary: Summary) -> tuple[str, ...]:
    """The headings; what the convention counts stands in the fifth column."""
    share = ("share",) if is_number(summary.multiplications) else ()
    return ("layer", "", "output shape", "parameters", summary.convention.unit, *share, "receptive field")


def cells(summary: Summary, row: Row) -> tuple[str, ...]:
    """The texts of one row."""
    share = summary.share(row)
    return (
        row.name,
        row.layer,
        show(row.output_shape),
        number(row.parameters) if row.parameters != 0 else "",
        number(row.multiplications) if row.multiplications != 0 else "",
        *((f"{share:.1%}" if share else "",) if is_number(summary.multiplications) else ()),
        field(row.receptive_field),
    )


def totals(summary: Summary) -> list[tuple[str, str]]:
    """What stands below the table."""
    memory, counted = summary.memory, summary.convention
    partial = ", partial" if summary.network.unknown else ""
    held = (("weights", memory.weights), ("results", memory.activations), ("most at once", memory.peak))
    return [
        *_partial(summary),
        ("parameters", f"{number(summary.parameters)}{partial}"),
        *_accounted(summary),
        (counted.unit, f"{number(summary.multiplications)}{partial} ({counted.meaning})"),
        *_reach(summary),
        *((f"memory, {name}", f"{size_text(value)} ({memory.dtype})") for name, value in held),
        *(("holds for", condition) for condition in summary.conditions),
    ]


def _partial(summary: Summary) -> list[tuple[str, str]]:
    """What an import could not read, an operator a line."""
    found = summary.causes
    behind = sum(each.follows for each in summary.network.unknown)
    lines = [
        ("partial", f"{c.operator} is not read and not counted: {_times(c.times)}at {c.first}")
        for c in found
    ]
    calls = f"{behind} call{'s' * (behind > 1)} that read what {'it' if len(found) == 1 else 'they'} give"
    more = [("", f"not counted either: {calls}{'s' * (len(found) == 1)}")] if behind else []
    return lines + more


def _times(times: int) -> str:
    return f"{times} times, first " if times > 1 else ""


def _accounted(summary: Summary) -> list[tuple[str, str]]:
    """The parameters that a module holds besides, or does not train."""
    network, lines = summary.network, []
    if network.frozen:
        lines.append(("  of these frozen", _named_counts(network.frozen)))
    if network.unused:
        lines.append(("  never read", _named_counts(network.unused)))
        rest = sum(count for _, count in network.unused)
        lines.append(("  with these", number(summary.parameters + rest)))
    return lines


def _named_counts(counts: Sequence[tuple[str, int]]) -> str:
    """``6,379,984 in aux1 and aux2``: parts of the module by the first part of their names."""
    total = sum(count for _, count in counts)
    parts = list(dict.fromkeys(name.partition(".")[0] for name, _ in counts))
    shown = parts if len(parts) <= MOST_PARTS else [*parts[:MOST_PARTS], f"{len(parts) - MOST_PARTS} more"]
    return f"{number(total)} in {', '.join(shown)}"


def _reach(summary: Summary) -> list[tuple[str, str]]:
    """The receptive field in full, and what is to be said of it."""
    reach = summary.receptive_field
    if reach is None:
        return []
    where = f"stride {per_axis(reach.stride)}, padding {per_axis(reach.padding)}, {reach.status}"
    lines = [("receptive field", f"{field(reach)} at {summary.last_map} ({where})")]
    if all(reach.sees_all):
        lines.append(("", "as large as the whole input: a position in the middle sees all of it"))
    if reach.gated:
        lines.append(
            ("", "gates: factors or statistics that every position shares see all of the input besides")
        )
    return lines


def size_text(value: Any) -> str:
    """Bytes for people."""
    if not is_number(value):
        text = str(value)
        return f"{text} bytes" if len(text) <= LONGEST else "a long expression; see --format json"
    return f"{value / 2**20:,.1f} MiB" if value >= 2**20 else f"{value:,} bytes"


def title(summary: Summary) -> str:
    """The network, its input and its source."""
    batch = "" if summary.batch == 1 else f", batch {summary.batch}"
    source = f" [{summary.network.source}]" if summary.network.source else ""
    return f"{summary.network.name} on {show(summary.input_shape)}{batch}{source}"


def text(summary: Summary, width: int = 0) -> str:
    """A table for a terminal, folded to a width if one is given."""
    rows = [cells(summary, row) for row in summary.rows]
    head = columns(summary)
    table = aligned(head, rows, frozenset(range(3, len(head))), width, folded=1)
    below = [f"{name:<22}{value}" for name, value in totals(summary)]
    return "\n".join([title(summary), *table, "", *below])


def markdown(summary: Summary) -> str:
    """A Markdown table and the totals as a list."""
    head = columns(summary)
    marks = ("---",) * 3 + ("---:",) * (len(head) - 3)
    rows = [head, marks, *(cells(summary, row) for row in summary.rows)]
    lines = ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows]
    below = [f"- {name}: {value}" if name else f"  ({value})" for name, value in totals(summary)]
    return "\n".join([f"**{title(summary)}**", "", *lines, "", *below])


def comma_separated(summary: Summary) -> str:
    """A row a layer, numbers without separators."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    counted = summary.convention.unit
    writer.writerow(("name", "layer", "output_shape", "parameters", counted, "receptive_field"))
    for row in summary.rows:
        counts = (row.parameters, row.multiplications, field(row.receptive_field))
        writer.writerow((row.name, row.layer, show(row.output_shape), *counts))
    return stream.getvalue().rstrip("\n")


def latex(summary: Summary) -> str:
    """A ``tabular`` with the totals below a line."""
    body = [" & ".join(map(_latex_cell, cells(summary, row))) + r" \\" for row in summary.rows]
    names = columns(summary)
    head, width = " & ".join(map(_latex_cell, names)) + r" \\ \hline", len(names)
    below = [
        rf"\multicolumn{{{width}}}{{l}}{{{_latex_cell(f'{name}: {value}')}}} \\"
        for name, value in totals(summary)
    ]
    lines = [
        rf"\begin{{tabular}}{{lll{'r' * (width - 3)}}}",
        head,
        *body,
        r"\hline",
        *below,
        r"\end{tabular}",
    ]
    return "\n".join(lines)


def _latex_cell(cell: str) -> str:
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    special |= {mark: "\\" + mark for mark in "_%&#${}"}
    return "".join(special.get(mark, mark) for mark in cell)


def html(summary: Summary) -> str:
    """A table for a page or a notebook."""

    def line(values: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(value)}</{tag}>" for value in values) + "</tr>"

    rows = "".join(line(cells(summary, row), "td") for row in summary.rows)
    below = "".join(f"<li>{escape(name)}: {escape(value)}</li>" for name, value in totals(summary))
    caption = f"<caption>{escape(title(summary))}</caption>"
    head = line(columns(summary), "th")
    return f"<table>{caption}<thead>{head}</thead><tbody>{rows}</tbody></table><ul>{below}</ul>"


def plain(summary: Summary) -> dict[str, Any]:
    """Everything for a program; what has axes has one entry an axis."""
    return {**plain_totals(summary), "layers": [_row_plain(row) for row in summary.rows]}


def plain_totals(summary: Summary) -> dict[str, Any]:
    """The totals alone, for a program."""
    network, memory = summary.network, summary.memory
    return {
        "network": network.name,
        "source": network.source,
        "input_shape": summary.input_shape,
        "batch": summary.batch,
        "convention": summary.convention.name,
        "partial": [cause._asdict() for cause in summary.causes],
        "conditions": summary.conditions,
        "parameters": summary.parameters,
        "frozen": dict(network.frozen),
        "unused": dict(network.unused),
        "multiplications": summary.multiplications,
        "receptive_field": field_plain(summary.receptive_field),
        "last_map": summary.last_map,
        "memory": {
            "weights": memory.weights,
            "activations": memory.activations,
            "peak": memory.peak,
            "dtype": memory.dtype,
        },
    }


def _row_plain(row: Row) -> dict[str, Any]:
    return row._asdict() | {"receptive_field": field_plain(row.receptive_field)}


def fields_text(summary: Summary, width: int = 0) -> str:
    """Every map's receptive field in full, as a table for a terminal."""
    head = ("layer", "", "map", "receptive field", "stride", "first field", "centre", "sees all")
    rows = [_field_cells(row) for row in summary.rows]
    lines = aligned(head, rows, frozenset(range(2, 7)), width, folded=1)
    below = [f"{name:<22}{value}" for name, value in _reach(summary)]
    note = (
        "first field: the input positions that the first output position reads, from and to, padding "
        "included; centre: their middle, the next one's is a stride further"
    )
    return "\n".join([title(summary), *lines, "", *below, *wrap(note, width or 110)])


def _field_cells(row: Row) -> tuple[str, ...]:
    reach = row.receptive_field
    if reach is None:
        return (row.name, row.layer, show(row.output_shape[1:]), "", "", "", "", "")
    first = [
        (-padding, size - 1 - padding) for size, padding in zip(reach.size, reach.padding, strict=True)
    ]
    spans = [f"{low}..{high}" for low, high in first]
    middles = [ratio(low + high, 2) for low, high in first]
    return (
        row.name,
        row.layer,
        show(row.output_shape[1:]),
        field(reach),
        per_axis(reach.stride),
        "" if reach.bound else spans[0] if len(set(spans)) == 1 else " x ".join(spans),
        "" if reach.bound else per_axis(middles),
        "yes" if all(reach.sees_all) else "",
    )
