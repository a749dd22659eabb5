"""Sizes and shapes that wrong rules give: of a layer, and of a chain that goes wrong in every layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from convmath.check.facts import Facts, axes_facts, pads_same
from convmath.check.families import form_of
from convmath.check.quantity import Subject
from convmath.check.rule import Form, Wrong, across, value_of
from convmath.check.rules import shapes, sizes
from convmath.errors import ConvmathError
from convmath.exact.integers import ratio
from convmath.layers.base import Layer, Placed, Shape
from convmath.network.trace import Trace

SIZES = {"Conv": sizes.CONVOLUTION, "ConvTranspose": sizes.TRANSPOSED, "Pool": sizes.POOL}
SHAPES = {"Conv": shapes.CONVOLUTION, "Pool": shapes.POOL, "Pad": shapes.PAD}
PLACES = {"depth": -3, "height": -2, "width": -1, "length": -1}


def size_form(subject: Subject) -> Form | None:
    """The form of a layer's output size, where it describes it."""
    return _size_form(subject.placed, subject.axes) if subject.placed is not None else None


def _size_form(placed: Placed, axes: tuple[Facts, ...]) -> Form | None:
    if not axes:
        return None
    if pads_same(placed):
        return sizes.SAME
    form: Form | None = form_of(SIZES, placed)
    fits = form is not None and all(value_of(form, axis) == axis.values["m"] for axis in axes)
    return form if fits else None


def wrong_sizes(subject: Subject) -> Iterator[Wrong]:
    """Wrong sizes of all axes: of the last layer, then of a chain that goes wrong in every layer."""
    form = size_form(subject)
    if form is not None:
        yield from across(form, subject.axes)
    yield from _chained(subject)


def _chained(subject: Subject) -> Iterator[Wrong]:
    """Sizes behind several layers that all use the same wrong rule."""
    network = subject.trace.network
    names = [node.name for node in network.nodes]
    last = names.index(subject.node.name) if subject.node else len(names) - 1
    rows = subject.each()[: last + 1]
    if not network.is_chain or sum(bool(each.axes) for each in rows) < 2:
        return
    for wrong in _size_codes(rows):
        for shape in dict.fromkeys(
            _run_wrong(subject.trace, last, wrong.code, pick) for pick in (0, -1, None)
        ):
            if shape is not None and shape[1:]:
                said = f"{wrong.said}, at every layer"
                for code in ("F10", "O01") if wrong.code == "O01" else (wrong.code,):
                    yield Wrong(code, "", shape[1:], said, wrong.right, wrong.topic)
    if subject.axes and subject.placed is not None:
        yield from _original(subject)


def _size_codes(rows: Sequence[Subject]) -> list[Wrong]:
    """Every rule that can go wrong in one of the layers, once, a pool's as the convolution's like it."""
    found: dict[str, Wrong] = {}
    for each in rows:
        form = size_form(each)
        for wrong in across(form, each.axes) if form else ():
            code = wrong.like or wrong.code
            found.setdefault(code, wrong._replace(code=code))
    return list(found.values())


def _run_wrong(trace: Trace, last: int, code: str, pick: int | None) -> Shape | None:
    """The shape behind a chain in which all layers with windows use a wrong rule, of two the one picked.

    Without a pick only layers use it that have a rule of this very code: convolutions, and no pools.
    """
    shape: Any = trace.input_shape
    for node in trace.network.nodes[: last + 1]:
        try:
            output, axes, form = _alone(node.layer, shape)
        except (ConvmathError, TypeError):
            return None
        shape = output
        wrongs = [w for w in across(form, axes, code) if pick is not None or w.code == code] if form else []
        shape = (shape[0], *wrongs[pick or 0].value) if wrongs else shape
        if not all(type(size) is int and size >= 1 for size in shape):
            return None
    return tuple(shape)


@lru_cache(maxsize=1024)
def _alone(layer: Layer, shape: Shape) -> tuple[Shape, tuple[Facts, ...], Form | None]:
    """A layer by itself: its output, its axes and the form of its size."""
    placed = layer.on(shape)
    axes = axes_facts(placed) if len(placed.shapes) == 1 else ()
    return placed.output_shape, axes, _size_form(placed, axes)


def _original(subject: Subject) -> Iterator[Wrong]:
    """The layer on the network's own input."""
    assert subject.placed is not None
    shape = subject.placed.shapes[0]
    own = subject.trace.input_shape
    if subject.is_first or len(own) != len(shape):
        return
    try:
        found = subject.placed.layer.output_shape((shape[0], *own[1:]))
    except ConvmathError:
        return
    yield Wrong("F12", "", tuple(found[1:]), "the size of the network's input is taken for every layer", (
        "a layer's input is the output of the layer before it"))  # fmt: skip


def wrong_shapes(subject: Subject) -> Iterator[Wrong]:
    """Wrong shapes: right channels on wrong sizes, and mistakes with the channels."""
    for wrong in wrong_sizes(subject):
        yield wrong._replace(value=(subject.output[0], *wrong.value))
    rules = form_of(SHAPES, subject.placed)
    if rules is None:
        return
    axes = subject.axes or _padded(subject)
    if axes:
        yield from shapes.wrong_shapes(rules, subject.facts, axes)


def _padded(subject: Subject) -> tuple[Facts, ...]:
    """The axes of a layer that only pads."""
    assert subject.placed is not None
    sizes = zip(subject.placed.shapes[0][1:], subject.output[1:], strict=False)
    return tuple(Facts({"n": n, "m": m, "pad": m - n, "p": ratio(m - n, 2)}) for n, m in sizes)


def wrong_axis(place: int) -> Callable[[Subject], Iterator[Wrong]]:
    """Wrong sizes of one axis."""

    def found(subject: Subject) -> Iterator[Wrong]:
        for wrong in wrong_sizes(subject):
            yield wrong._replace(value=wrong.value[place])

    return found


def wrong_sides(subject: Subject) -> Iterator[Wrong]:
    """Wrong sizes, one number where all axes have the same."""
    for wrong in wrong_sizes(subject):
        same = all(value == wrong.value[0] for value in wrong.value)
        yield wrong._replace(value=wrong.value[0]) if same else wrong


def wrong_channels(subject: Subject) -> Iterator[Wrong]:
    """Wrong channels."""
    if subject.placed is not None:
        rules = form_of(SHAPES, subject.placed) or ()
        axes = subject.axes or _padded(subject)
        for wrong in shapes.wrong_shapes(rules, subject.facts, axes) if axes else ():
            yield wrong._replace(value=wrong.value[0])
