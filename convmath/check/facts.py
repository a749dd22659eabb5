"""The numbers of a layer on an input that right and wrong formulas are made of, and how each is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from convmath.exact.integers import Integer, product, ratio
from convmath.geometry.window import Window
from convmath.layers.arguments import per_axis
from convmath.layers.base import Placed, Shape

NEUTRAL = {  # values with which an argument says nothing, so that no mistake can be made with it
    "s": 1, "d": 1, "g": 1, "p": 0, "pad": 0, "op": 0, "bias": 0, "C_in": 1, "C_out": 1, "K": 1, "k": 1,
    "rank": 1, "batch": 1,
}  # fmt: skip


class Facts(NamedTuple):
    """Values by name, and how each is written where it is not its plain number."""

    values: Mapping[str, Any]
    texts: Mapping[str, str] = {}

    def text(self, name: str) -> str:
        """How a value is written."""
        return self.texts.get(name) or str(self.values[name])

    @property
    def written(self) -> dict[str, str]:
        """How every value is written."""
        return {name: self.text(name) for name in self.values}

    def decides(self, name: str) -> bool:
        """Whether a value is there, and is not the one that says nothing."""
        return name in self.values and self.values[name] != NEUTRAL.get(name)

    def __or__(self, other: Facts) -> Facts:
        return Facts({**self.values, **other.values}, {**self.texts, **other.texts})


def axis_facts(window: Window, n: Integer, outputs: Integer, extra: Integer = 0) -> Facts:
    """Of one axis: input n, kernel k, stride s, dilation d, padding p, reach d*(k - 1) + 1, output m."""
    pad = window.begin + window.end
    alike = window.begin == window.end
    p = window.begin if alike else ratio(pad, 2)
    values = {
        "n": n,
        "k": window.kernel_size,
        "s": window.stride,
        "d": window.dilation,
        "p": p,
        "pad": pad,
        "reach": window.size,
        "first": 1,
        "op": extra,
        "m": outputs,
    }
    texts = {"pad": f"2*{_factor(p)}" if alike else str(pad)}
    if window.dilation != 1:
        texts["reach"] = f"({_factor(window.dilation)}*({window.kernel_size} - 1) + 1)"
    return Facts(values, texts)


def windows_of(placed: Placed) -> tuple[Window, ...]:
    """The window of every spatial axis of a layer that slides one; none of others."""
    layer: Any = placed.layer
    slides = hasattr(layer, "kernel_size") and hasattr(layer, "windows")
    if not slides or len(placed.output_shape) != len(placed.shapes[0]):
        return ()
    try:
        found = layer.windows(placed.shapes[0][1:])
    except TypeError:  # a pool's windows do not depend on the input
        found = layer.windows()
    return tuple(found)


def pads_same(placed: Placed | None) -> bool:
    """Whether a layer's padding is TensorFlow's SAME."""
    return placed is not None and vars(placed.layer).get("padding") == "same"


def axes_facts(placed: Placed) -> tuple[Facts, ...]:
    """The facts of every spatial axis of a layer with windows."""
    windows = windows_of(placed)
    if not windows:
        return ()
    extras = (
        per_axis(placed.layer, "output_padding", len(windows))
        if hasattr(placed.layer, "output_padding")
        else ()
    )
    sizes = zip(
        windows, placed.shapes[0][1:], placed.output_shape[1:], extras or (0,) * len(windows), strict=True
    )
    return tuple(axis_facts(*each) for each in sizes)


def layer_facts(placed: Placed) -> Facts:
    """Of a layer: channels, taps K, output positions M, input positions N, and what its family has."""
    layer: Any = placed.layer
    shape, output = placed.shapes[0], placed.output_shape
    values: dict[str, Any] = {
        "C_in": shape[0],
        "C_out": output[0],
        "N": product(shape[1:]),
        "M": product(output[1:]),
    }
    texts = {"N": powered(shape[1:]), "M": powered(output[1:])}
    values |= {"rank": len(shape) - 1, "bias": int(bool(getattr(layer, "bias", False)))}
    if getattr(layer, "bias", True) is False:
        values["unbiased"] = True
    if hasattr(layer, "in_features"):
        values |= {"F_in": layer.in_features, "F_out": layer.out_features}
    axes = axes_facts(placed)
    if axes:
        values |= _of_windows(axes, texts)
        values["m"] = output[1]
    groups = getattr(layer, "groups", None)
    if groups is not None:
        c = ratio(values["C_in"], groups)
        values |= {"g": groups, "c": c, "o": ratio(values["C_out"], groups), "spans": c}
        texts["spans"] = f"all {c} input channels"
        if groups != 1:
            texts["spans"] = f"the {c} input channels of its group"
    return Facts(values, {name: text for name, text in texts.items() if text})


def _of_windows(axes: Sequence[Facts], texts: dict[str, str]) -> dict[str, Any]:
    """Of all axes together: taps, taps of the kernel with its gaps, positions of the padded input."""
    kernels = tuple(axis.values["k"] for axis in axes)
    reaches = tuple(axis.values["reach"] for axis in axes)
    padded = tuple(axis.values["n"] + axis.values["pad"] for axis in axes)
    texts |= {"K": powered(kernels), "E": powered(reaches), "Q": powered(padded)}
    texts["ksum"] = f"({' + '.join(map(str, kernels))})"
    first = axes[0].values
    return {
        "K": product(kernels),
        "E": product(reaches),
        "Q": product(padded),
        "ksum": sum(kernels[1:], kernels[0]),
        **{name: first[name] for name in ("k", "s", "d", "p", "pad", "n")},
    }


def powered(sizes: Shape) -> str:
    """A product as it is written: ``5^2`` or ``3*5``; nothing for one size or none."""
    if len(sizes) < 2:
        return ""
    if all(size == sizes[0] for size in sizes):
        return f"{_factor(sizes[0])}^{len(sizes)}"
    return "*".join(map(_factor, sizes))


def _factor(value: Any) -> str:
    text = str(value)
    return f"({text})" if any(letter in text for letter in " +-/") else text
