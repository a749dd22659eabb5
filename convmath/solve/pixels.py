"""The projective question: which positions of a node an input pixel reaches, axis by axis and exactly."""

from __future__ import annotations

from typing import TypeAlias

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_number
from convmath.geometry.window import AdaptiveWindow, Scatter, Window
from convmath.layers.base import AxisMap, Layer, Shape, show
from convmath.layers.conv import Conv
from convmath.layers.pad import ConstantPad, Pad
from convmath.layers.pool import AdaptivePool
from convmath.network.network import INPUT, Network
from convmath.network.trace import Trace

Positions: TypeAlias = "frozenset[int] | None"  # None where every position is reached


def reached(network: Network, pixel: Shape, node: str | None = None) -> tuple[frozenset[int], ...]:
    """Per spatial axis, the positions of a node that read ``pixel``; without a name, of the last map.

    Every tap is followed; over several paths it is what any of them reaches, each axis by itself.

    >>> from convmath import Conv1d
    >>> network = Network.chain([Conv1d(1, 1, 3, padding=1), Conv1d(1, 1, 3, stride=2, padding=1)], (1, 9))
    >>> [sorted(axis) for axis in reached(network, (4,))]
    [[1, 2, 3]]
    >>> [sorted(axis) for axis in reached(network, (3,))]
    [[1, 2]]
    """
    if network.unknown:
        raise ConvmathError(f"{network.name} is partial ({network.unknown[0]}); not solved")
    trace = network.trace()
    wanted = trace.last_map if node is None else network[node].name
    _check(network, pixel)
    found: dict[str, tuple[Positions, ...]] = {INPUT: tuple(frozenset({place}) for place in pixel)}
    for each in network.nodes:
        found[each.name] = _through(each.layer, [found[read] for read in each.inputs], trace, each.name)
        if each.name == wanted:
            break
    shape = trace.shapes[wanted]
    if not found[wanted] or len(shape) != len(found[wanted]) + 1:
        raise ConvmathError(f"{wanted} gives {show(shape)}, which has no positions; name a map before it")
    axes = zip(found[wanted], shape[1:], strict=True)
    return tuple(frozenset(range(int(n))) if axis is None else axis for axis, n in axes)


def _check(network: Network, pixel: Shape) -> None:
    _, *sizes = network.input_shape
    inside = len(pixel) == len(sizes) and all(
        is_number(n) and is_number(place) and 0 <= place < n for place, n in zip(pixel, sizes, strict=True)
    )
    if not inside:
        raise ConvmathError(
            f"pixel {show(pixel)} is not on the input {show(network.input_shape)}; "
            "give one position an axis, counted from 0"
        )


def _through(
    layer: Layer, inputs: list[tuple[Positions, ...]], trace: Trace, name: str
) -> tuple[Positions, ...]:
    _, shapes = trace.keys[name]
    if len(inputs) != 1:
        return _joined(inputs)
    (axes,) = inputs
    maps = layer.axis_maps(*shapes)
    _refuse_wrapping(layer, name)
    if len(maps) != len(axes) or len(trace.shapes[name]) != len(axes) + 1:
        return ()
    if isinstance(layer, AdaptivePool):
        return tuple(map(_pooled, axes, shapes[0][1:], trace.shapes[name][1:]))
    if layer.ends_maps:
        return (None,) * len(axes)
    sizes = trace.shapes[name][1:]
    return tuple(_moved(*each) for each in zip(axes, maps, sizes, strict=True))


def _pooled(axis: Positions, n: Integer, outputs: Integer) -> Positions:
    """The adaptive windows that hold one of these positions."""
    if axis is None:
        return None
    window = AdaptiveWindow(n, outputs)
    spans = [range(int(window.start(i)), int(window.stop(i))) for i in range(int(outputs))]
    return frozenset(i for i, span in enumerate(spans) if not axis.isdisjoint(span))


def _refuse_wrapping(layer: Layer, name: str) -> None:
    zeros = not isinstance(layer, Conv) or layer.padding_mode == "zeros"
    constant = not isinstance(layer, Pad) or isinstance(layer, ConstantPad)
    if not zeros or not constant:
        raise ConvmathError(f"{name} = {layer!r} reads the input a second time as padding; not solved")


def _joined(inputs: list[tuple[Positions, ...]]) -> tuple[Positions, ...]:
    """What any path reaches; a gate reaches everything."""
    longest = [axes for axes in inputs if len(axes) == max(map(len, inputs))]
    return tuple(
        None if any(axis is None for axis in column) else frozenset().union(*column)
        for column in zip(*longest, strict=True)
    )


def _moved(axis: Positions, axis_map: AxisMap, n: object) -> Positions:
    """The positions that read these: those of the map run the other way."""
    if axis is None:
        return None
    if isinstance(axis_map, Window) and not all(map(is_number, (axis_map.stride, axis_map.begin, n))):
        raise ConvmathError(f"{axis_map} moves by no whole number of positions; not solved")
    backwards = Scatter(axis_map) if isinstance(axis_map, Window) else axis_map.window
    back = backwards.sources(set(axis))
    return frozenset(place for place in back if 0 <= place < int(n))  # type: ignore[call-overload]
