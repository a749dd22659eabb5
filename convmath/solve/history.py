"""How deep a network must be to see so much: blocks that follow each other, and dilations that grow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_number, least
from convmath.geometry.footprint import Footprint
from convmath.geometry.notation import AXES
from convmath.geometry.window import Window
from convmath.layers.arguments import check_number
from convmath.network.network import Network
from convmath.read import ShapeLike, Subject, network_of

_MOST_NODES = 20_000  # of a chain that is built to try the answer
_MOST_LEVELS = 10_000


@dataclass(frozen=True)
class Deep:
    """The fewest blocks whose receptive field has the size wanted along every axis, and that field."""

    value: int
    receptive_field: tuple[Integer, ...]


def depth_for(block: Subject, receptive_field: int, input_shape: ShapeLike | None = None) -> Deep:
    """The fewest times a block must follow itself for a receptive field of at least this size.

    ``block`` is a layer or a chain; without an input it may be of any size.  Raises ConvmathError where its
    field never grows along some axis, or windows stop fitting on the input before.

    >>> from convmath import Conv2d, MaxPool2d
    >>> depth_for(Conv2d(8, 8, 3, padding=1), 64)
    Deep(value=32, receptive_field=(65, 65))
    >>> depth_for([Conv2d(8, 8, 3), MaxPool2d(2)], 200).value
    7
    """
    check_number("receptive_field", receptive_field)
    network = network_of(block, input_shape)
    windows = _windows(network)
    depth = max(_repeats(window, receptive_field) for window in windows)
    if depth * len(network.nodes) <= _MOST_NODES:
        _verify(network, depth, receptive_field)
    return Deep(depth, tuple(_power(window, depth).size for window in windows))


def _windows(network: Network) -> list[Window]:
    """What one position of a block reads along every axis, as one window."""
    fields = network.trace().fields[network.output] or ()
    axes = dict(zip(AXES[len(network.input_shape or ()) - 1], fields[1:], strict=False))
    if not axes:
        raise ConvmathError(
            f"{network} has no axis along which it could see farther; give a block of windows"
        )
    return [_window(network, axis, field) for axis, field in axes.items()]


def _window(network: Network, axis: str, field: Footprint | None) -> Window:
    span = (
        field.spans[0] if field and len(field.spans) == 1 and not field.bound and not field.ends else None
    )
    if field is None or span is None or not all(map(is_number, (*span, field.shift))):
        raise ConvmathError(
            f"{network}: what a position sees along {axis} is not one window at every position; not solved"
        )
    window = Window(span[1] - span[0] + 1, field.shift, -span[0], 0)
    if window.size == 1:
        raise ConvmathError(f"{network} sees one position along {axis}, however often it is repeated")
    return window


def _power(window: Window, times: int) -> Window:
    """The window of so many of the same one after another."""
    whole = Window()
    while times:
        times, odd = divmod(times, 2)
        whole = whole.then(window) if odd else whole
        window = window.then(window) if times else window
    return whole


def _repeats(window: Window, size: int) -> int:
    """The fewest repetitions that see so much: each one more sees farther."""
    fewest = least(lambda times: _power(window, times).size >= size, 1)
    assert fewest is not None
    return fewest


def _verify(network: Network, depth: int, receptive_field: int) -> None:
    """The answer on the whole chain, and one block less."""
    for times in {depth, max(depth - 1, 1)}:
        chain = Network.chain(network.layers * times, network.input_shape)
        sizes = chain.receptive_field(node=chain.output).size
        if all(size >= receptive_field for size in sizes) != (times == depth):
            raise ConvmathError(f"the depth {depth} found is wrong, so none is given; please report it")


class Dilations(NamedTuple):
    """The dilation of each level, and the receptive field of all levels together."""

    dilations: tuple[int, ...]
    receptive_field: Integer


def dilations_for(
    receptive_field: int, kernel_size: int, base: int = 2, convolutions: int = 1
) -> Dilations:
    """The dilations 1, base, base^2, ... of the fewest levels that see a history of so many positions.

    Each level has ``convolutions`` of them, as a temporal convolutional network has two: Bai et al., "An
    empirical evaluation of generic convolutional and recurrent networks for sequence modeling" (2018).

    >>> dilations_for(receptive_field=500, kernel_size=3)
    Dilations(dilations=(1, 2, 4, 8, 16, 32, 64, 128), receptive_field=511)
    >>> dilations_for(receptive_field=1000, kernel_size=8, convolutions=2)
    Dilations(dilations=(1, 2, 4, 8, 16, 32, 64), receptive_field=1779)
    """
    given = {"receptive_field": receptive_field, "kernel_size": kernel_size}
    for name, value in {**given, "base": base, "convolutions": convolutions}.items():
        check_number(name, value)
    if kernel_size == 1 < receptive_field:
        raise ConvmathError("kernel_size=1 sees one position at any dilation; use at least 2")
    found, whole = [1], _level(Window(), kernel_size, 1, convolutions)
    while whole.size < receptive_field:
        found.append(found[-1] * base)
        whole = _level(whole, kernel_size, found[-1], convolutions)
        if len(found) > _MOST_LEVELS:
            raise ConvmathError(
                f"more than {_MOST_LEVELS} levels are needed at base={base}; let dilations grow, base=2"
            )
    return Dilations(tuple(found), whole.size)


def _level(before: Window, kernel_size: int, dilation: int, convolutions: int) -> Window:
    return reduce(Window.then, [Window(kernel_size, dilation=dilation)] * convolutions, before)
