"""ATen's operators as layers: one entry an operator, under the name that ``torch.export`` writes."""

from __future__ import annotations

from convmath.torch.aten import axes, dense, elements, windows
from convmath.torch.aten.calls import Entry

ENTRIES: dict[str, Entry] = windows.ENTRIES | dense.ENTRIES | elements.ENTRIES | axes.ENTRIES
WITHOUT_SAMPLES = frozenset(elements.ENTRIES) | frozenset(
    axes.ENTRIES
)  # what reads tensors of the module's own
