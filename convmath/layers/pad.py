"""Padding as a layer of its own, in five modes, and what OpenCV, NumPy and PyTorch call them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_number
from convmath.geometry.loopnest import Access, Index, Statement, loop, single
from convmath.geometry.notation import OUTPUT_LOOPS
from convmath.geometry.window import Window
from convmath.layers.base import Layer, Padding, Shape, check_input, is_whole


class PaddingName(NamedTuple):
    """One way to fill the border: what it does to ``abcd`` padded by two, and its names."""

    mode: str
    example: str
    opencv: str
    numpy: str
    pytorch: str


PADDING_NAMES = (
    PaddingName("constant", "00|abcd|00", "BORDER_CONSTANT", "constant", "ConstantPad, ZeroPad"),
    PaddingName("reflect", "cb|abcd|cb", "BORDER_REFLECT_101", "reflect", "ReflectionPad"),
    PaddingName("symmetric", "ba|abcd|dc", "BORDER_REFLECT", "symmetric", "(none)"),
    PaddingName("replicate", "aa|abcd|dd", "BORDER_REPLICATE", "edge", "ReplicationPad"),
    PaddingName("circular", "cd|abcd|ab", "BORDER_WRAP", "wrap", "CircularPad"),
)

_LEAST_INPUT = {"reflect": 1, "symmetric": 0, "circular": 0}  # how much larger than the padding


@dataclass(frozen=True, repr=False)
class Pad(Layer):
    """Rows added around each map: ``Y[c, i...] = X[c, i - p...]``, filled as the subclass says.

    ``padding`` is one number, or PyTorch's flat tuple that starts with the *last* axis
    (left, right, top, bottom), or one (begin, end) pair per axis, first axis first.
    """

    padding: Padding

    rank: ClassVar[int]
    mode: ClassVar[str]

    def __post_init__(self) -> None:
        super().__post_init__()
        for p in itertools.chain.from_iterable(self.pairs()):
            if not is_whole(p):
                raise ConvmathError(f"padding={self.padding!r} must be whole numbers")
            if self.mode != "constant" and is_number(p) and p < 0:
                raise ConvmathError(f"padding={self.padding} must not be negative; crop with ZeroPad")

    def pairs(self) -> tuple[tuple[Integer, Integer], ...]:
        """What stands before and after each axis."""
        padding = self.padding if isinstance(self.padding, tuple) else (self.padding,) * 2 * self.rank
        if len(padding) == self.rank and all(isinstance(p, tuple) and len(p) == 2 for p in padding):
            return padding  # type: ignore[return-value]
        if len(padding) != 2 * self.rank:
            raise ConvmathError(
                f"padding={self.padding} does not fit {self.rank} axes; give one number, "
                f"{2 * self.rank} numbers (last axis first) or {self.rank} (begin, end) pairs"
            )
        return tuple(zip(padding[::2], padding[1::2], strict=True))[::-1]

    def axis_maps(self, *shapes: Shape) -> tuple[Window, ...]:
        return tuple(Window(begin=begin, end=end) for begin, end in self.pairs())

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, None, self.rank)
        windows = self.axis_maps(shape)
        for window, n in zip(windows, shape[1:], strict=True):
            self._check_size(window, n)
        outer = OUTPUT_LOOPS[self.rank]
        sizes = tuple(window.count(n) for window, n in zip(windows, shape[1:], strict=True))
        read = (Index(((1, i),), -w.begin, wrap=self.mode) for i, w in zip(outer, windows, strict=True))
        return (
            Statement(
                Access("Y", (loop("c"), *map(loop, outer))),
                (shape[0], *sizes),
                (single("c", shape[0]), *map(single, outer, sizes)),
                (Access("X", (loop("c"), *read)),),
            ),
        )

    def _check_size(self, window: Window, n: Integer) -> None:
        larger = _LEAST_INPUT.get(self.mode)
        cropped = sum(-p for p in (window.begin, window.end) if is_number(p) and p < 0)
        if is_number(window.count(n)) and (window.count(n) < 1 or cropped > n):
            raise ConvmathError(f"{self!r} leaves nothing of an axis of {n}; crop less")
        for p in (window.begin, window.end):
            if larger is not None and is_number(p) and is_number(n) and p + larger > n:
                raise ConvmathError(
                    f"{self!r} needs at least {p + larger} positions on each axis, the input has {n}; "
                    "pad less or give a larger input"
                )


class ZeroPad(Pad):
    """Pads with zeros; negative padding crops."""

    mode = "constant"


@dataclass(frozen=True, repr=False)
class ConstantPad(Pad):
    """Pads with a constant: one for all channels, or a tuple of one per channel."""

    value: float | tuple[float, ...]
    mode: ClassVar[str] = "constant"

    def __post_init__(self) -> None:
        super().__post_init__()
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        if not all(isinstance(value, (int, float)) for value in values):
            raise ConvmathError(f"value={self.value!r} must be a number, or one number a channel")

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        channels = shapes[0][0]
        if isinstance(self.value, tuple) and is_number(channels) and len(self.value) != channels:
            raise ConvmathError(
                f"value={self.value} has {len(self.value)} entries, the input {channels} channels; "
                "give one value a channel"
            )
        return super().definition(*shapes)


class ReflectionPad(Pad):
    """Mirrors the map at its edge without repeating the edge: ``cb|abcd|cb``."""

    mode = "reflect"


class SymmetricPad(Pad):
    """Mirrors the map at its edge and repeats the edge, OpenCV's BORDER_REFLECT: ``ba|abcd|dc``."""

    mode = "symmetric"


class ReplicationPad(Pad):
    """Repeats the edge: ``aa|abcd|dd``."""

    mode = "replicate"


class CircularPad(Pad):
    """Wraps around: ``cd|abcd|ab``."""

    mode = "circular"


def _ranks(family: type[Pad], name: str) -> tuple[type[Pad], ...]:
    """The family over one, two and three spatial axes, under PyTorch's names."""
    return tuple(
        type(f"{name}{rank}d", (family,), {"rank": rank, "__doc__": family.__doc__, "__module__": __name__})
        for rank in (1, 2, 3)
    )


ConstantPad1d, ConstantPad2d, ConstantPad3d = _ranks(ConstantPad, "ConstantPad")
ZeroPad1d, ZeroPad2d, ZeroPad3d = _ranks(ZeroPad, "ZeroPad")
ReflectionPad1d, ReflectionPad2d, ReflectionPad3d = _ranks(ReflectionPad, "ReflectionPad")
SymmetricPad1d, SymmetricPad2d, SymmetricPad3d = _ranks(SymmetricPad, "SymmetricPad")
ReplicationPad1d, ReplicationPad2d, ReplicationPad3d = _ranks(ReplicationPad, "ReplicationPad")
CircularPad1d, CircularPad2d, CircularPad3d = _ranks(CircularPad, "CircularPad")
