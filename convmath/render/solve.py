"""Answers of ``convmath.solve`` for a terminal or for a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convmath.render.place import span

if TYPE_CHECKING:
    from convmath.solve import Arguments, Inputs, Most

_MOST_BOXES = 12  # that are listed


def inputs_text(found: Inputs) -> str:
    """The sizes that fit, axis by axis, and which nodes narrow them."""
    where = f" and give {found.output} at {found.node}" if found.output is not None else ""
    spatial = [name for name in found.axes if name != "C"]
    lines = [f"{found.network.title}: sizes that fit{where}"]
    if len(spatial) > 1:
        lines.append(f"  {'x'.join('n' * len(spatial))}: {found.square}{found.why()}")
    for name, sizes in found.axes.items():
        others = ", ".join(f"{other} = {n}" for other, n in (found.given or {}).items() if other != name)
        tied = f", with {others}" if others else ""
        lines.append(f"  {name}: {sizes.text(name)}{tied}{found.why() if len(spatial) == 1 else ''}")
    if len(spatial) > 1 and found.independent:
        lines.append(f"  {' and '.join(spatial)} do not depend on each other")
    lines += _boxes_text(found.boxes)
    if found.reasons:
        lines.append("what each node leaves of n:")
        width = max(len(reason.node) for reason in found.reasons)
        lines += [f"  {reason.node:<{width}}  {reason.left}" for reason in found.reasons]
    return "\n".join(lines)


def _boxes_text(boxes: tuple[Mapping[str, Any], ...] | None) -> list[str]:
    """All sizes that go together, a box a line."""
    if not boxes:
        return []
    lines = ["all that fit together:"]
    for box in boxes[:_MOST_BOXES]:
        lines.append("  " + " with ".join(sizes.text(name) for name, sizes in box.items()))
    more = len(boxes) - _MOST_BOXES
    return [*lines, *([f"  and {more} more; --format json lists them all"] if more > 0 else [])]


def inputs_plain(found: Inputs) -> dict[str, Any]:
    """The same for a program."""
    return {
        "network": found.network.name,
        "output": found.output,
        "node": found.node,
        "square": found.square.plain(),
        "axes": {name: sizes.plain(name) for name, sizes in found.axes.items()},
        "independent": found.independent,
        "given": found.given,
        "boxes": None
        if found.boxes is None
        else [{name: sizes.plain(name) for name, sizes in box.items()} for box in found.boxes],
        "reasons": [{"node": reason.node, "left": str(reason.left)} for reason in found.reasons],
    }


def arguments_text(rows: Sequence[Arguments]) -> str:
    """A line for each kernel size, stride and dilation; empty where there is none."""
    paddings = [span((row.padding[0], row.padding[-1])) for row in rows]
    lines = [
        f"{row.kernel_size:>11}  {row.stride:>6}  {row.dilation:>8}  {padding}"
        for row, padding in zip(rows, paddings, strict=True)
    ]
    head = f"{'kernel_size':>11}  {'stride':>6}  {'dilation':>8}  padding"
    return "\n".join([head, *lines]) if lines else ""


def most_text(most: Most, name: str) -> str:
    """What the largest takes, and why one more is too many."""
    takes = ", ".join(f"{count:,} {_units(kind)}" for kind, count in most.counts.items())
    return f"{name} {most.value}: {takes}\n{name} {most.beyond}: {most.stopped}"


def most_plain(most: Most, name: str) -> dict[str, Any]:
    """The same for a program."""
    return {name: most.value, **most.counts, "beyond": {"value": most.beyond, "stopped": most.stopped}}


def _units(kind: str) -> str:
    return "bytes of results" if kind == "memory" else kind


def ends(values: range) -> list[int] | None:
    """First and last of a range; None where it is empty."""
    return [values[0], values[-1]] if values else None


def runs(places: list[int]) -> str:
    """Positions as ranges: ``0..3, 7``."""
    starts = [p for p in places if p - 1 not in places]
    lasts = [p for p in places if p + 1 not in places]
    found = map(span, zip(starts, lasts, strict=True))
    return f"({', '.join(found)})" if places else "nothing"
