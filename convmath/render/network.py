"""A network's summary as a table for a terminal, a page, a spreadsheet or a program."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from html import escape
from typing import Any

from convmath.exact.integers import is_number
from convmath.geometry.reach import ReceptiveField
from convmath.layers.base import show
from convmath.network.summary import Row, Summary
from convmath.render.table import aligned

LONGEST = 200  # of an expression below the table


def number(value: Any) -> str:
    """A count: thousands separated, or the expression."""
    return f"{value:,}" if is_number(value) else str(value)


def field(reach: ReceptiveField | None) -> str:
    """A receptive field's size: one number where all axes agree."""
    if reach is None:
        return ""
    sizes = reach.size[:1] if len(set(reach.size)) == 1 else reach.size
    marks = {"misaligned": " (misaligned)", "position-dependent": " (largest)"}
    mark = " (at most)" if reach.bound else marks.get(reach.status, "")
    return show(sizes) + mark + (" + gates" if reach.gated else "")


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
    memory, reach = summary.memory, summary.receptive_field
    lines = [
        ("parameters", number(summary.parameters)),
        (summary.convention.unit, f"{number(summary.multiplications)} ({summary.convention.meaning})"),
    ]
    if reach is not None:
        strides, paddings = (_per_axis(values) for values in (reach.stride, reach.padding))
        where = f"stride {strides}, padding {paddings}, {reach.status}"
        lines.append(("receptive field", f"{field(reach)} at the last map ({where})"))
    held = (("weights", memory.weights), ("results", memory.activations), ("most at once", memory.peak))
    lines += [(f"memory, {name}", f"{size_text(value)} ({memory.dtype})") for name, value in held]
    lines += [("holds for", condition) for condition in summary.conditions]
    if summary.network.unknown:
        lines.insert(0, ("partial", f"not counted: {', '.join(summary.network.unknown)}"))
    return lines


def _per_axis(values: Sequence[Any]) -> str:
    return str(values[0]) if len(set(values)) == 1 else "x".join(map(str, values))


def size_text(value: Any) -> str:
    """Bytes for people."""
    if not is_number(value):
        text = str(value)
        return f"{text} bytes" if len(text) <= LONGEST else "the largest of many sums; see --format json"
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
    below = [f"- {name}: {value}" for name, value in totals(summary)]
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


def as_json(summary: Summary) -> str:
    """Everything for a program; expressions as text."""
    memory = summary.memory
    found = {
        "network": summary.network.name,
        "source": summary.network.source,
        "input_shape": summary.input_shape,
        "batch": summary.batch,
        "convention": summary.convention.name,
        "partial": list(summary.network.unknown),
        "conditions": summary.conditions,
        "parameters": summary.parameters,
        "multiplications": summary.multiplications,
        "receptive_field": _field_json(summary.receptive_field),
        "memory": {
            "weights": memory.weights,
            "activations": memory.activations,
            "peak": memory.peak,
            "dtype": memory.dtype,
        },
        "layers": [_row_json(row) for row in summary.rows],
    }
    return json.dumps(found, default=str, indent=2)


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "layer": row.layer,
        "inputs": row.inputs,
        "output_shape": row.output_shape,
        "parameters": row.parameters,
        "multiplications": row.multiplications,
        "receptive_field": _field_json(row.receptive_field),
    }


def _field_json(reach: ReceptiveField | None) -> dict[str, Any] | None:
    """One number where all axes agree, else one an axis."""
    if reach is None:
        return None
    sizes = {"size": reach.size, "stride": reach.stride, "padding": reach.padding}
    plain: dict[str, Any] = {k: v[0] if len(set(v)) == 1 else v for k, v in sizes.items()}
    return plain | {"status": reach.status, "gated": reach.gated}
