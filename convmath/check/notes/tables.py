"""Tables of layers: each row against the row above it, and totals against their rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from convmath.check.judge import Asked, judge
from convmath.check.notes.finding import Finding, value_text
from convmath.check.notes.number import Number
from convmath.check.notes.rows import TOTAL, Kind, kind_of, map_of, role_of, shape_of, value_of_cell
from convmath.check.quantity import QUANTITIES, Subject
from convmath.errors import ConvmathError
from convmath.exact.integers import product, ratio
from convmath.layers import BatchNorm2d, Conv2d, Linear
from convmath.layers.base import show
from convmath.network.network import Network

_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_PART = re.compile(r"sub-?total|小计", re.IGNORECASE)
_MOST_ROWS = 500


class Line(NamedTuple):
    """A line of a text: where it stands, and what it says."""

    place: str
    text: str


class Row(NamedTuple):
    """A row of a table: where it stands, and its cells by what they hold."""

    place: str
    cells: dict[str, str]

    @property
    def name(self) -> str:
        """What its first cell says."""
        return next(iter(self.cells.values()), "")


def tables_in(lines: Sequence[Line]) -> Iterator[list[Row]]:
    """The Markdown tables whose columns are known."""
    place = 0
    while place + 1 < len(lines):
        if "|" in lines[place].text and _RULE.match(lines[place + 1].text) and "|" in lines[place + 1].text:
            end = place + 2
            while end < len(lines) and "|" in lines[end].text and end - place < _MOST_ROWS:
                end += 1
            yield _rows(lines[place], lines[place + 2 : end])
            place = end
        else:
            place += 1


def _rows(head: Line, body: Sequence[Line]) -> list[Row]:
    roles: list[str] = []
    for place, heading in enumerate(_cells(head.text)):
        role = role_of(heading)
        roles.append(f"column {place}" if not role or role in roles else role)
    if "layer" not in roles and roles[0].startswith("column"):
        roles[0] = "layer"
    cells = [(line.place, _cells(line.text)) for line in body]
    return [
        Row(place, dict(zip(roles, row, strict=True))) for place, row in cells if len(row) == len(roles)
    ]


def _cells(text: str) -> list[str]:
    bare = text.strip().removeprefix("|").removesuffix("|")
    return [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", bare)]


def check_tables(lines: Sequence[Line], slipped: frozenset[str]) -> Iterator[Finding]:
    """What does not hold in the tables of some lines; ``slipped`` are places whose arithmetic is wrong."""
    for rows in tables_in(lines):
        yield from _Table(rows, slipped).findings()


class _Table:
    """A table that is read from top to bottom."""

    def __init__(self, rows: list[Row], slipped: frozenset[str]) -> None:
        self.rows = rows
        self.slipped = slipped
        self.shape: tuple[Any, ...] | None = None
        self.right: dict[tuple[int, str], Any] = {}  # what cells should say, where that is known
        self.biased: list[bool] = []

    def findings(self) -> Iterator[Finding]:
        found: list[Finding] = []
        bare: list[Finding] = []
        for place, row in enumerate(self.rows):
            if TOTAL.match(row.name.strip("*_` ")):
                found += self._totals(place, row)
                continue
            found += self._row(place, row, bare)
        yield from found
        if any(self.biased):
            yield from bare  # rows without biases, where others count them

    # --- one row ---

    def _row(self, place: int, row: Row, bare: list[Finding]) -> Iterator[Finding]:
        kind = kind_of(row.cells.get("layer", ""))
        kind = kind and _completed(kind, row)
        before, stated = self.shape, map_of(shape_of(row.cells.get("output", "")))
        self.shape = stated if kind else None  # what is no layer may be of another network
        if stated is not None and "count" in row.cells:
            yield from self._counted(place, row, stated)
        if kind is None or kind.name in ("unknown",) or before is None:
            return
        if kind.name == "same" and "softmax" in row.name.lower() and stated not in (None, before):
            kind = kind._replace(name="dense")  # a layer of units, named by what is behind it
        computed = _computed(kind, before, stated)
        if stated is None:
            self.shape = computed[0] if computed and len(computed) == 1 else None
        elif computed and stated not in computed and row.place not in self.slipped:
            yield Finding(row.place, "S01", row.cells["output"], _as_written(row, computed), _name(row))
        yield from self._parameters(place, row, kind, before, bare)

    def _counted(self, place: int, row: Row, stated: tuple[Any, ...]) -> Iterator[Finding]:
        number = value_of_cell(row.cells["count"])
        right = product(stated)
        self.right[place, "count"] = right
        if number is not None and not agrees(number, right) and row.place not in self.slipped:
            yield Finding(
                row.place, "S02", number.text, f"{right:,}", f"values of {show(stated)}, {_name(row)}"
            )

    def _parameters(
        self, place: int, row: Row, kind: Kind, before: tuple[Any, ...], bare: list[Finding]
    ) -> Iterator[Finding]:
        number = value_of_cell(row.cells.get("parameters", ""))
        layer = _layer(kind, before, self.shape)
        if number is None or layer is None:
            return
        shape = before if not isinstance(layer, Linear) else (product(before),)
        try:
            right = layer.on(shape).parameter_total
        except ConvmathError:
            return
        right = right if kind.repeated == 1 else None
        if right is None:
            return
        self.right[place, "parameters"] = right
        if row.place in self.slipped:
            return
        weights = right - layer.parameters().get("bias", 0)
        if agrees(number, right):
            self.biased.append(right != weights and not agrees(number, weights))
            return
        finding = _named(row, number, layer, shape, right)
        if agrees(number, weights):
            bare.append(finding)
        elif not isinstance(layer, BatchNorm2d) or not agrees(number, 2 * right):
            yield finding

    # --- totals ---

    def _totals(self, place: int, row: Row) -> Iterator[Finding]:
        for role, cell in row.cells.items():
            number = value_of_cell(cell)
            if (
                role in ("layer", "output", "kernel", "stride", "padding", "filters", "input")
                or number is None
            ):
                continue
            parts = self._column(place, role)
            if parts is None or len(parts) < 2:
                continue
            whole = sum(part.values[0] for _, part in parts)
            slack = sum(part.unit for _, part in parts)
            right = sum(self.right.get((at, role), part.values[0]) for at, part in parts)
            if not agrees(number, whole, slack) and not agrees(number, right, slack):
                percent = number.suffix == "%"
                found = f"{value_text(whole * 100)}%" if percent else value_text(whole)
                says = f"{number.text}{'%' * percent}"
                yield Finding(row.place, "S03", says, found, f"the sum of its {len(parts)} rows")

    def _column(self, place: int, role: str) -> list[tuple[int, Number]] | None:
        """The numbers above a total; None where one of them cannot be read."""
        found = []
        for at in range(place - 1, -1, -1):
            row = self.rows[at]
            if TOTAL.match(row.name.strip("*_` ")) or _PART.search(row.name):
                return None
            cell = row.cells[role].strip("*_` ")
            if cell in ("", "-", "–", "—", "/", "N/A", "n/a"):
                continue
            number = value_of_cell(cell)
            if number is None or (kind_of(row.cells.get("layer", "")) or Kind("")).repeated != 1:
                return None
            found.append((at, number))
        return found


def agrees(number: Number, right: Any, slack: Any = 0) -> bool:
    """Whether a number, rounded or cut off as it is written, is the right one.

    >>> from convmath.check.notes.number import read_number
    >>> agrees(read_number("150", "K"), 150_528), agrees(read_number("208"), 608)
    (True, False)
    """
    for value in number.values:
        off = right - value
        if value == right or -ratio(number.unit, 2) - slack <= off < number.unit + (slack or 0):
            return True
        if (
            number.suffix in ("K", "k", "M", "G")
            and abs(right - value * _kilo(number.suffix)) <= number.unit
        ):
            return True
    return False


def _kilo(suffix: str) -> Any:
    power = " kMG".replace("k", "K").index(suffix.upper())
    return ratio(1024**power, 1000**power)


def _completed(kind: Kind, row: Row) -> Kind:
    """A row's layer with what its other columns say of it."""
    for name in ("kernel", "stride", "padding", "filters"):
        sizes = re.findall(r"\d+", row.cells.get(name, ""))
        if getattr(kind, name) is None and sizes and len(set(sizes[:2])) == 1:
            kind = kind._replace(**{name: int(sizes[0])})  # type: ignore[arg-type]
    return kind


def _as_written(row: Row, computed: Sequence[tuple[Any, ...]]) -> str:
    """Shapes with their channels where the row has them."""
    last = map_of(shape_of(row.cells["output"])) != shape_of(row.cells["output"])
    return " or ".join(show((*shape[1:], shape[0]) if last else shape) for shape in computed[:2])


def _name(row: Row) -> str:
    return re.sub(r"[*_`]", "", row.cells.get("layer", row.name))[:40]


def _computed(kind: Kind, before: tuple[Any, ...], stated: tuple[Any, ...] | None) -> list[tuple[Any, ...]]:
    """The shapes that a layer may give; nothing where its text leaves that open."""
    if kind.layer is not None:
        try:
            return [tuple(kind.layer.output_shape(before))]
        except ConvmathError:
            return []
    if kind.name in ("same", "norm"):
        return [before]
    if kind.name == "flat":
        return [(product(before),)]
    if kind.name == "dense":
        units = (
            kind.filters if kind.filters is not None else stated[0] if stated and len(stated) == 1 else None
        )
        return [(units,)] if units is not None else []
    if kind.name not in ("conv", "pool") or len(before) != 3:
        return []
    return _slid(kind, before, stated)


def _slid(kind: Kind, before: tuple[Any, ...], stated: tuple[Any, ...] | None) -> list[tuple[Any, ...]]:
    """What a window leaves, rounded down or up; of a padding that is not stated, what is common."""
    if kind.kernel is None or (kind.stride is None and kind.name == "conv" and kind.padding is not None):
        kind = kind._replace(stride=kind.stride or 1)
    if kind.kernel is None:
        return []
    stride = kind.stride or (kind.kernel if kind.name == "pool" else 1)
    channels = before[0] if kind.name == "pool" else kind.filters or (stated[0] if stated else None)
    if channels is None:
        return []
    found: list[tuple[Any, ...]] = []
    paddings = [2 * kind.padding] if kind.padding is not None else list(range(kind.kernel + 1))
    if kind.name == "conv" and kind.padding is None and kind.stride is None and stated is None:
        return []
    for pad in paddings:
        above = before[1] + pad - kind.kernel
        if above < 0:
            continue
        for side in dict.fromkeys((above // stride + 1, -(-above // stride) + 1)):
            found.append((channels, side, side))
    found += (
        [
            (
                channels,
                -(-before[1] // stride),
            )
            * 1
            + (-(-before[1] // stride),)
        ]
        if kind.padding is None
        else []
    )
    return found if before[1] == before[2] else []


def _layer(kind: Kind, before: tuple[Any, ...], after: tuple[Any, ...] | None) -> Any:
    """The layer whose parameters a row counts; None where it is not known."""
    if kind.layer is not None:
        return kind.layer
    if kind.name == "norm" and len(before) == 3:
        return BatchNorm2d(before[0])
    if kind.name == "dense" and (kind.filters or (after and len(after) == 1)):
        return Linear(product(before), kind.filters or (after or (0,))[0])
    if kind.name == "conv" and len(before) == 3 and kind.kernel:
        filters = kind.filters or (after[0] if after and len(after) == 3 else None)
        return Conv2d(before[0], filters, kind.kernel) if filters else None
    return None


def _named(row: Row, number: Number, layer: Any, shape: tuple[Any, ...], right: Any) -> Finding:
    """A wrong number of parameters with the mistake that gives it."""
    try:
        network = Network.chain(layer, shape)
        subject = Subject(network.trace(), network.nodes[0])
        verdict = judge(Asked(QUANTITIES["parameters"], subject, str(number.values[0])))
    except ConvmathError:
        return Finding(row.place, "S04", number.text, f"{right:,}", f"parameters of {_name(row)}")
    codes = [code for code in verdict.codes if not code.startswith("K")]
    more = f"parameters of {_name(row)}"
    if codes:
        causes = [cause for cause in verdict.causes if cause.code == codes[0]]
        more = f"{more}: {causes[0].said}"
    return Finding(row.place, codes[0] if codes else "S04", number.text, f"{right:,}", more)
