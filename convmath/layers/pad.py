"""Padding as a layer of its own, in five modes, and what OpenCV, NumPy and PyTorch call them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, NamedTuple

from convmath.errors import ConvmathError
from convmath.exact.demand import need_at_least, need_equal
from convmath.exact.integers import Integer, is_number
from convmath.geometry.loopnest import Access, Index, Statement, loop, single
from convmath.geometry.notation import OUTPUT_LOOPS
from convmath.geometry.window import Window
from convmath.layers.arguments import Pair, is_whole
from convmath.layers.base import Layer, Shape, check_input
from convmath.layers.ranks import ranked
from convmath.layers.sliding import check_wrap


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


@dataclass(frozen=True, repr=False)
class Pad(Layer):
    """Rows added around each map: ``Y[c, i...] = X[c, i - p...]``, filled as the subclass says.

    ``padding`` is one number, or PyTorch's flat tuple that starts with the *last* axis
    (left, right, top, bottom), or one (begin, end) pair per axis, first axis first.
    """

    padding: Integer | tuple[Integer | Pair, ...] | list[Integer | Pair]

    rank: ClassVar[int]
    mode: ClassVar[str]

    def __post_init__(self) -> None:
        super().__post_init__()
        sides = [side for pair in reversed(self.pairs()) for side in pair]
        object.__setattr__(self, "padding", sides[0] if len(set(sides)) == 1 else tuple(sides))
        for p in sides:
            if not is_whole(p):
                raise ConvmathError(f"padding={self.padding!r} must be whole numbers")
            if self.mode != "constant" and is_number(p) and p < 0:
                raise ConvmathError(f"padding={self.padding} must not be negative; crop with ZeroPad")

    def pairs(self) -> tuple[Pair, ...]:
        """What stands before and after each axis."""
        padding = self.padding if isinstance(self.padding, tuple) else (self.padding,) * 2 * self.rank
        if len(padding) == self.rank and all(isinstance(p, tuple) and len(p) == 2 for p in padding):
            return padding  # type: ignore[return-value]
        if len(padding) != 2 * self.rank or any(isinstance(p, tuple) for p in padding):
            raise ConvmathError(
                f"padding={self.padding} does not fit {self.rank} axes; give one number, "
                f"{2 * self.rank} numbers (last axis first) or {self.rank} (begin, end) pairs"
            )
        return _paired(padding)  # type: ignore[arg-type]

    def windows(self) -> tuple[Window, ...]:
        """One position wide, with the padding around each axis."""
        return tuple(Window(begin=begin, end=end) for begin, end in self.pairs())

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, None, self.rank)
        windows = self.windows()
        check_wrap(self, self.mode, windows, shape[1:])
        outer = OUTPUT_LOOPS[self.rank]
        sizes = tuple(window.count(n) for window, n in zip(windows, shape[1:], strict=True))
        self._check_left(windows, shape[1:], sizes)
        wrap = "" if self.mode == "constant" else self.mode
        read = (Index(((1, i),), -w.begin, wrap=wrap) for i, w in zip(outer, windows, strict=True))
        return (
            Statement(
                Access("Y", (loop("c"), *map(loop, outer))),
                (shape[0], *sizes),
                (single("c", shape[0]), *map(single, outer, sizes)),
                Access("X", (loop("c"), *read), getattr(self, "value", 0)),
            ),
        )

    def _check_left(self, windows: tuple[Window, ...], before: Shape, after: Shape) -> None:
        """Refuse cropping that leaves nothing."""
        for window, n, left in zip(windows, before, after, strict=True):
            crops = sum(-p for p in (window.begin, window.end) if is_number(p) and p < 0)
            if crops:
                sentence = partial(_nothing_left, self, n)
                need_at_least(n - crops, 0, sentence)
                need_at_least(left, 1, sentence)


def _paired(flat: tuple[Integer, ...]) -> tuple[Pair, ...]:
    """PyTorch's flat tuple, last axis first, as a pair an axis."""
    return tuple(zip(flat[::2], flat[1::2], strict=True))[::-1]


def _nothing_left(layer: Pad, n: Integer) -> str:
    return f"{layer!r} leaves nothing of an axis of {n}; crop less"


class ZeroPad(Pad):
    """Pads with zeros; negative padding crops."""

    mode = "constant"


@dataclass(frozen=True, repr=False)
class ConstantPad(Pad):
    """Pads with a constant: one for all channels, or a tuple of one per channel."""

    value: float | tuple[float, ...] | list[float]
    mode: ClassVar[str] = "constant"

    def __post_init__(self) -> None:
        super().__post_init__()
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        if not all(isinstance(value, (int, float)) for value in values):
            raise ConvmathError(f"value={self.value!r} must be a number, or one number a channel")

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        value = self.value
        if isinstance(value, tuple):
            entries = len(value)
            need_equal(
                shapes[0][0],
                entries,
                lambda: (
                    f"value={value} has {entries} entries, the input {shapes[0][0]} channels; "
                    "give one value a channel"
                ),
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


ConstantPad1d, ConstantPad2d, ConstantPad3d = ranked(ConstantPad)
ZeroPad1d, ZeroPad2d, ZeroPad3d = ranked(ZeroPad)
ReflectionPad1d, ReflectionPad2d, ReflectionPad3d = ranked(ReflectionPad)
SymmetricPad1d, SymmetricPad2d, SymmetricPad3d = ranked(SymmetricPad)
ReplicationPad1d, ReplicationPad2d, ReplicationPad3d = ranked(ReplicationPad)
CircularPad1d, CircularPad2d, CircularPad3d = ranked(CircularPad)
