"""Tables of layers: each row against the row above it, and totals against their rows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from convmath.check.ask import check
from convmath.check.notes.fields import Cells, check_fields
from convmath.check.notes.finding import Finding, value_text
from convmath.check.notes.number import Number, agrees
from convmath.check.notes.rows import TOTAL, Kind, kind_of, map_of, role_of, shape_of, value_of_cell
from convmath.check.notes.source import Line
from convmath.errors import ConvmathError
from convmath.exact.integers import product, ratio
from convmath.layers import BatchNorm2d, Conv2d, Linear
from convmath.layers.base import Placed, show

_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_PART = re.compile(r"sub-?total|小计", re.IGNORECASE)
_MOST_ROWS = 500
_MOST = 64  # of a kernel, a stride or a padding


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
        if any("field" in row.cells for row in rows):
            yield from check_fields([_cells_of(row) for row in rows])


def _cells_of(row: Row) -> Cells:
    kind = kind_of(row.cells.get("layer", ""))
    return Cells(row.place, _name(row), kind and _completed(kind, row), row.cells.get("field", ""))


class _Table:
    """A table that is read from top to bottom."""

    def __init__(self, rows: list[Row], slipped: frozenset[str]) -> None:
        self.rows = rows
        self.slipped = slipped
        self.inputs: list[
            tuple[Any, ...]
        ] = []  # what the next row may read: what is stated, or what follows
        self.right: dict[tuple[int, str], Any] = {}  # what cells should say, where that is known
        self.biased: set[str] = set()  # kinds of layers whose biases are counted
        self.bare: list[tuple[str, Finding]] = []  # rows whose biases are not

    def findings(self) -> Iterator[Finding]:
        found: list[Finding] = []
        for place, row in enumerate(self.rows):
            if TOTAL.match(row.name.strip("*_` ")):
                found += self._totals(place, row)
            else:
                found += self._row(place, row)
        yield from found
        yield from (finding for kind, finding in self.bare if kind in self.biased and not self._has_norms)
        yield from self._shares()

    @cached_property
    def _has_norms(self) -> bool:
        kinds = (kind_of(row.cells.get("layer", "")) for row in self.rows)
        return any(
            kind is not None and (kind.name == "norm" or isinstance(kind.layer, BatchNorm2d))
            for kind in kinds
        )

    # --- one row ---

    def _row(self, place: int, row: Row) -> Iterator[Finding]:
        kind = kind_of(row.cells.get("layer", ""))
        kind = kind and _completed(kind, row)
        stated = _squeezed(map_of(shape_of(row.cells.get("output", ""))))
        own = map_of(shape_of(row.cells.get("input", "")))
        before = self.inputs or ([own] if own else [])
        if kind is not None and kind.name == "input":
            stated = stated or map_of(shape_of(re.sub(r"[^\d×x*,@()]", "", row.name)))
        others = [map_of(shape_of(text)) for role, text in row.cells.items() if role.startswith("column")]
        after = [shape for shape in others if shape is not None and len(shape) == 3]  # what is pooled too
        self.inputs = (
            [stated, *after] if kind and stated else []
        )  # what is no layer may be of another network
        if stated is not None and "count" in row.cells:
            yield from self._counted(place, row, stated)
        if kind is None or kind.name == "unknown" or not before:
            return
        if kind.name == "same" and "softmax" in row.name.lower() and stated not in (None, *before):
            kind = kind._replace(name="dense")  # a layer of units, named by what is behind it
        computed = list(dict.fromkeys(shape for each in before for shape in _computed(kind, each, stated)))
        if stated is None:
            self.inputs = computed if len(computed) == 1 else []
        elif computed and stated not in map(_squeezed, computed) and row.place not in self.slipped:
            self.inputs = [stated, *computed]
            yield Finding(row.place, "S01", row.cells["output"], _as_written(row, computed), _name(row))
        if kind.repeated == 1:
            yield from self._parameters(place, row, kind, before)
            yield from self._multiplied(place, row, kind, before, stated)

    def _counted(self, place: int, row: Row, stated: tuple[Any, ...]) -> Iterator[Finding]:
        number = value_of_cell(row.cells["count"])
        right = self.right[place, "count"] = product(stated)
        if number is not None and not agrees(number, right) and row.place not in self.slipped:
            more = f"values of {show(stated)}, {_name(row)}"
            yield Finding(row.place, "S02", number.text, f"{right:,}", more)

    def _parameters(
        self, place: int, row: Row, kind: Kind, before: Sequence[tuple[Any, ...]]
    ) -> Iterator[Finding]:
        number = value_of_cell(row.cells.get("parameters", ""))
        found = [_placed(kind, each, after) for each in before for after in (*self.inputs, None)[:1]]
        placed = [each for each in found if each is not None]
        if number is None or not placed:
            return
        rights = [each.parameter_total for each in placed]
        self.right[place, "parameters"] = rights[0]
        if row.place in self.slipped:
            return
        weights = [each.parameter_total - each.parameters.get("bias", 0) for each in placed]
        norm = isinstance(placed[0].layer, BatchNorm2d)
        if any(agrees(number, right) for right in rights):
            if not norm and not any(agrees(number, each) for each in weights):
                self.biased.add(type(placed[0].layer).__name__)
            return
        finding = _named(row, number, placed[0])
        if not norm and any(agrees(number, each) for each in weights):
            self.bare.append((type(placed[0].layer).__name__, finding))
        elif not norm or not agrees(number, 2 * rights[0]):
            yield finding

    def _multiplied(
        self,
        place: int,
        row: Row,
        kind: Kind,
        before: Sequence[tuple[Any, ...]],
        stated: tuple[Any, ...] | None,
    ) -> Iterator[Finding]:
        """Multiplications of a convolution or a dense layer, or operations, with biases or without."""
        number = value_of_cell(row.cells.get("multiplications", ""))
        if number is None or stated is None or row.place in self.slipped:
            return
        placed = _placed(kind, before[0], stated)
        if placed is None or isinstance(placed.layer, BatchNorm2d) or len(before) > 1:
            return
        weights = placed.parameter_total - placed.parameters.get("bias", 0)
        products, biases = weights * product(stated[1:]), product(stated)
        accepted = [times * products + added for times in (1, 2) for added in (0, biases)]
        self.right[place, "multiplications"] = next((a for a in accepted if agrees(number, a)), products)
        if not any(agrees(number, each) for each in accepted):
            yield Finding(
                row.place, "S07", number.text, f"{products:,}", f"multiplications of {_name(row)}"
            )

    # --- totals and shares ---

    def _totals(self, place: int, row: Row) -> Iterator[Finding]:
        if any(_GROUPED.match(each.cells[next(iter(each.cells))]) for each in self.rows[:place]):
            return
        for role, cell in row.cells.items():
            number = value_of_cell(cell)
            if role in _NO_SUMS or number is None:
                continue
            parts = self._column(place, role)
            if parts is None or len(parts) < 2:
                continue
            dotted = any(
                re.search(r"\.\d{3}\.", part.text) for part in (number, *(part for _, part in parts))
            )
            pick = -1 if dotted else 0  # a single point, too, stands between thousands
            whole = sum(part.values[pick] for _, part in parts)
            slack = sum(part.unit for _, part in parts)
            right = sum(self.right.get((at, role), part.values[pick]) for at, part in parts)
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
            if (
                number is None
                or _times(row) != 1
                or (kind_of(row.cells.get("layer", "")) or Kind("")).repeated != 1
            ):
                return None
            found.append((at, number))
        return found

    def _shares(self) -> Iterator[Finding]:
        """Shares of rows that are not their part of the rows' own total, where most others are."""
        for role in ("parameters", "multiplications"):
            rows = []
            for row in self.rows:
                number, share = (value_of_cell(row.cells.get(name, "")) for name in (role, "share"))
                if number and share and share.suffix == "%" and not TOTAL.match(row.name.strip("*_` ")):
                    rows.append((row, number, share))
            whole = sum(number.values[0] for _, number, _ in rows)
            off = sum(number.unit for _, number, _ in rows)
            parts = [
                (row, ratio(number.values[0], whole or 1), number, share) for row, number, share in rows
            ]
            wrong = [
                (row, part, share)
                for row, part, number, share in parts
                if whole and not agrees(share, part, ratio(number.unit + part * off, whole))
            ]
            if 0 < len(wrong) <= len(rows) // 3:
                for row, right, share in wrong:
                    found = f"{value_text(right * 100)}%"
                    yield Finding(row.place, "S06", f"{share.text}%", found, f"{_name(row)} of all {role}")
                return


_GROUPED = re.compile(r"^\s*(?:[-–↳└*+]\s|\*\*|of which|davon|dont|其中)", re.IGNORECASE)
_NO_SUMS = ("layer", "output", "field", "kernel", "stride", "padding", "filters", "input", "times")


def _completed(kind: Kind, row: Row) -> Kind:
    """A row's layer with what its other columns say of it."""
    for name in ("kernel", "stride", "padding", "filters"):
        sizes = re.findall(r"\d+", row.cells.get(name, ""))
        if getattr(kind, name) is None and sizes and len(set(sizes[:2])) == 1:
            kind = kind._replace(**{name: int(sizes[0][:9])})  # type: ignore[arg-type]
    return kind._replace(repeated=max(kind.repeated, _times(row)))


def _as_written(row: Row, computed: Sequence[tuple[Any, ...]]) -> str:
    """Shapes with their channels where the row has them."""
    last = map_of(shape_of(row.cells["output"])) != shape_of(row.cells["output"])
    return " or ".join(show((*shape[1:], shape[0]) if last else shape) for shape in computed[:2])


def _squeezed(shape: Any) -> Any:
    """A map of one position as the vector that it is, as tables write either."""
    return shape[:1] if shape and set(shape[1:]) == {1} else shape


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
    """What a window leaves, rounded down or up; of a stride or padding that is not stated, what may be."""
    channels = before[0] if kind.name == "pool" else kind.filters or (stated[0] if stated else None)
    if kind.kernel is None or channels is None or before[1] != before[2]:
        return []
    if not 1 <= kind.kernel <= _MOST or not 1 <= (kind.stride or 1) <= _MOST or (kind.padding or 0) > _MOST:
        return []
    strides = [kind.stride] if kind.stride else range(1, max(4, kind.kernel) + 1)
    paddings = [2 * kind.padding] if kind.padding is not None else range(kind.kernel + 1)
    if stated is None and (len(strides) > 1 or len(paddings) > 1):
        return []
    found: list[tuple[Any, ...]] = []
    for stride, pad in itertools.product(strides, paddings):
        above = before[1] + pad - kind.kernel
        for side in dict.fromkeys((above // stride + 1, -(-above // stride) + 1)) if above >= 0 else ():
            found.append((channels, side, side))
    return list(dict.fromkeys(found))


def _placed(kind: Kind, before: tuple[Any, ...], after: tuple[Any, ...] | None) -> Placed | None:
    """The layer whose numbers a row counts, on its input; None where it is not known."""
    layer: Any = kind.layer
    try:
        if layer is None and kind.name == "norm" and len(before) == 3:
            layer = BatchNorm2d(before[0])
        elif layer is None and kind.name == "dense" and (kind.filters or (after and len(after) == 1)):
            layer = Linear(product(before), kind.filters or (after or (0,))[0])
        elif layer is None and kind.name == "conv" and len(before) == 3 and kind.kernel:
            filters = kind.filters or (after[0] if after else None)
            layer = Conv2d(before[0], filters, kind.kernel) if filters else None
        shape = (product(before),) if isinstance(layer, Linear) else before
        found: Placed | None = layer.on(shape) if layer is not None else None
    except ConvmathError:
        return None
    return found


def _times(row: Row) -> int:
    """How often a row stands for its layer."""
    number = value_of_cell(row.cells.get("times", ""))
    return number.values[0] if number and type(number.values[0]) is int else 1


def _named(row: Row, number: Number, placed: Placed) -> Finding:
    """A wrong number of parameters with the mistake that gives it."""
    more, right = f"parameters of {_name(row)}", f"{placed.parameter_total:,}"
    (verdict,) = check(placed.layer, placed.shapes[0], parameters=str(number.values[0]))
    known = [cause for cause in verdict.causes if not cause.is_convention]
    if not known:
        return Finding(row.place, "S04", number.text, right, more)
    return Finding(row.place, known[0].code, number.text, right, f"{more}: {known[0].said}")
