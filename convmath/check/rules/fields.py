"""Receptive fields: the recursion layer by layer, and how it goes wrong.

Names: r the field so far, j the jump, the product of the strides before; k taps, s stride, d dilation of the
layer, and q the stride of the layer before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from convmath.check.formula import UnreadableError, evaluate, parsed
from convmath.check.rule import Wrong
from convmath.geometry.window import Window

_GAIN = "a layer adds d*(k - 1) times the product of all strides before it"


class Fold(NamedTuple):
    """A recursion: where it starts, what each layer makes of the field, and which layers take part."""

    code: str
    said: str
    step: str
    start: int = 1
    pools: str = "r + d*(k - 1)*j"  # what a pool makes of it; nothing where it is skipped
    right: str = _GAIN


_RIGHT = "r + d*(k - 1)*j"
FOLDS = (
    Fold("R02", "strides are left out", "r + d*(k - 1)", pools="r + d*(k - 1)"),
    Fold("R01", "kernel sizes are added up", "r + k", 0, "r + k"),
    Fold("R05", "pools are left out", _RIGHT, pools="", right="a pool has a window and a stride like any layer"),
    Fold("R06", "pools count with their stride only", _RIGHT, pools="r", right="a pool adds (k - 1) jumps as well"),
    Fold("R04", "the layer's own stride is multiplied in", "r + d*(k - 1)*j*s", pools="r + d*(k - 1)*j*s"),
    Fold("R07", "dilations are left out", "r + (k - 1)*j", pools="r + (k - 1)*j"),
    Fold("R08", "it starts from 0", _RIGHT, 0, right="one position sees itself: start from 1"),
    Fold("R09", "only the stride of the layer before is used", "r + d*(k - 1)*q", pools="r + d*(k - 1)*q"),
    Fold("R10", "it runs from the input upwards with the layer's stride", "r*s + k - s", pools="r*s + k - s", right=(
        "r*s + (k - s) runs from the last layer down")),
    Fold("R11", "the whole kernel is multiplied, not k - 1", "r + k*j", 0, "r + k*j"),
    Fold("R03", "kernel sizes are multiplied", "r*k", pools="r*k"),
    Fold("R12", "only the last kernel is counted", "k", pools="k"),
)  # fmt: skip


def wrong_fields(windows: Sequence[tuple[Window, bool]]) -> Iterator[Wrong]:
    """What each wrong recursion makes of a chain of windows, each with whether it is a pool's.

    >>> chain = [(Window(3), False), (Window(2, 2), True), (Window(3), False), (Window(2, 2), True), (Window(5), False)]
    >>> {wrong.code: wrong.value for wrong in wrong_fields(chain)}["R05"]
    9
    """
    for fold in FOLDS:
        try:
            values = list(_run(fold, windows))
        except UnreadableError:  # a number beyond all bounds
            continue
        yield Wrong(fold.code, " -> ".join(map(str, values)), values[-1], fold.said, fold.right)


def _run(fold: Fold, windows: Sequence[tuple[Window, bool]]) -> Iterator[Any]:
    field: Any = fold.start
    jump: Any = 1
    before: Any = 1
    yield field
    for window, is_pool in windows:
        formula = fold.pools if is_pool else fold.step
        if not formula:
            continue
        names: dict[str, Any] = {"r": field, "j": jump, "q": before}
        names |= {"k": window.kernel_size, "s": window.stride, "d": window.dilation}
        field = evaluate(parsed(formula), names)
        jump, before = jump * window.stride, window.stride
        yield field
