"""The lecture's worked numbers, each computed again: right, or wrong and why.

The lecture is an introduction to CNNs from dense layers to DenseNet.  A claim states what it says and how
convmath finds out; the verdict is the comparison, never typed in.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from convmath.exact.integers import ratio
from convmath.explain import explain
from convmath.explain.element import work_out
from convmath.explain.quantities import plainly
from convmath.layers import AdaptiveAvgPool2d, AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, MaxPool2d
from convmath.network.separable import separate
from convmath.read import network_of, parse_chain
from convmath.render.expression import write


class Ask(NamedTuple):
    """A quantity of a layer or chain on an input, and which formula shows how it comes about."""

    layers: str
    shape: str
    name: str
    shown: str = ""

    def __call__(self) -> Any:
        """The value."""
        found = plainly(network_of(self.layers, self.shape))
        return found["receptive_field"]["size"] if self.name == "receptive_field" else found[self.name]

    def worked(self) -> str:
        """The formula with the numbers put in, of the last layer that has one."""
        for explanation in reversed(explain(self.layers, self.shape)):
            for quantity in explanation.quantities:
                if quantity.name == (self.shown or self.name) and quantity.formula is not None:
                    return write(quantity.formula, values=quantity.values)
        return ""


class Claim(NamedTuple):
    """One number of the lecture: where, what about, what it says, how to find out, and a remark."""

    section: str
    about: str
    says: Any
    find: Callable[[], Any] | Ask
    remark: str = ""

    def found(self) -> Any:
        """What convmath computes."""
        return self.find()

    def worked(self) -> str:
        """How it comes about, with the numbers put in; empty where no formula says so."""
        return self.find.worked() if isinstance(self.find, Ask) else ""

    def right(self) -> bool:
        """Whether the lecture agrees with the computation."""
        return bool(self.says == self.found())


def _element(layer: Any, x: Any, w: Any = None) -> Any:
    """The first output element of a layer on numbers."""
    arrays = {"X": x} | ({} if w is None else {"W": w})
    shape = (len(x), *_sizes(x[0]))
    target = (0,) * len(shape)
    return work_out(layer, shape, target, arrays).value


def _sizes(rows: Any) -> tuple[int, ...]:
    return (len(rows), *_sizes(rows[0])) if isinstance(rows, tuple) else ()


def _spread(value: int, kernel: tuple[tuple[int, ...], ...]) -> Any:
    """What a transposed convolution makes of one number."""
    layer, shape = ConvTranspose2d(1, 1, 2, bias=False), (1, 1, 1)
    arrays = {"X": (((value,),),), "W": ((kernel,),)}
    cells = range(2)
    return tuple(tuple(work_out(layer, shape, (0, i, j), arrays).value for j in cells) for i in cells)


_IMAGE = (((10, 20, 30), (40, 50, 60), (70, 80, 90)),)
_EDGE = ((((1, 0, -1),) * 3,),)
_NINE = (((0, 1, 2), (3, 4, 5), (6, 7, 8)),)
_EYE = ((1, 0), (0, 1))
_SOBEL = ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1))
_LENET = (
    "Conv2d(1, 6, 5, padding=2)",
    "AvgPool2d(2)",
    "Conv2d(6, 16, 5)",
    "AvgPool2d(2)",
    "Flatten()",
    "Linear(400, 120)",
    "Linear(120, 84)",
    "Linear(84, 10)",
)
_ALEXNET = (
    "Conv2d(3, 96, 11, stride=4) -> MaxPool2d(3, stride=2) -> Conv2d(96, 256, 5, padding=2) -> "
    "MaxPool2d(3, stride=2) -> Conv2d(256, 384, 3, padding=1) -> Conv2d(384, 384, 3, padding=1) -> "
    "Conv2d(384, 256, 3, padding=1) -> MaxPool2d(3, stride=2) -> Flatten()"
)
_ATROUS = ("Conv2d(1, 1, 3)", "Conv2d(1, 1, 3, dilation=2)", "Conv2d(1, 1, 3, dilation=4)")


def _size(layers: str, shape: str) -> Ask:
    return Ask(layers, shape, "output_shape", "output_size")


def _lenet(layers: int) -> Ask:
    shown = "output_size" if layers <= 4 else "no formula"
    return Ask(" -> ".join(_LENET[:layers]), "1x28x28", "output_shape", shown)


def _atrous(layers: int) -> Ask:
    return Ask(" -> ".join(_ATROUS[:layers]), "1x32x32", "receptive_field")


_DEPTHWISE, _POINTWISE = "Conv2d(3, 3, 3, groups=3, bias=False)", "Conv2d(3, 128, 1, bias=False)"
_STANDARD = "Conv2d(3, 128, 3, bias=False)"
_COLUMN, _ROW = "Conv2d(1, 1, (3, 1), bias=False)", "Conv2d(1, 1, (1, 3), bias=False)"


def _products(layers: str, shape: str) -> Ask:
    return Ask(layers, shape, "multiplications")


def _cost_in_percent() -> int:
    both = _products(f"{_DEPTHWISE} -> {_POINTWISE}", "3x7x7")()
    return round(100 * Fraction(both, _products(_STANDARD, "3x7x7")()))


CLAIMS = (
    Claim(
        "1.1",
        "weights from 1000x1000 pixels to 1000 hidden units",
        10**9,
        Ask("Linear(1000000, 1000, bias=False)", "1000000", "parameters", "weight"),
        "and 1,000 biases more",
    ),
    Claim(
        "1.3", "the worked sum H[1,1]", -60, lambda: _element(Conv2d(1, 1, 3, bias=False), _IMAGE, _EDGE)
    ),
    Claim(
        "1.3",
        "kernel width where Delta, 'the size of the kernel', is 3",
        3,
        lambda: Conv2d(1, 1, 2 * 3 + 1).windows((9, 9))[0].size,
        "Delta is the reach to each side: the kernel is 2*Delta + 1 wide, and 3 wide for Delta = 1",
    ),
    Claim(
        "1.3",
        "first output of f=(1,0) on (1,2,3) by the convolution formula",
        1,
        lambda: _element(Conv1d(1, 1, 2, bias=False, flip_kernel=True), ((1, 2, 3),), (((1, 0),),)),
        "X[i+a] is cross-correlation; convolution has X[i-a] and flips the kernel",
    ),
    Claim(
        "2.1",
        "5x5 on 10x10, valid",
        (1, 6, 6),
        _size("Conv2d(1, 1, 5)", "1x10x10"),
    ),
    Claim(
        "2.1",
        "LeNet's C1 with valid padding on 28x28",
        (6, 28, 28),
        _size("Conv2d(1, 6, 5)", "1x28x28"),
        "the lecture says LeNet does not pad, but its C1 (2.5) pads by 2; LeNet-5 had 32x32 inputs",
    ),
    Claim(
        "2.2",
        "height of a 28-row image in a border of 10 that 'keeps the size'",
        28,
        lambda: parse_chain("ZeroPad2d(10)").output_shape((3, 28, 28))[1],
        "a border makes the image larger; 'same' is the padding that a following convolution takes away",
    ),
    Claim(
        "2.4",
        "max pooling of 3x3 by 2x2 at stride 2",
        (1, 2, 2),
        _size("MaxPool2d(2, stride=2)", "1x3x3"),
        "the result [[4,5],[7,8]] belongs to stride 1; stride 2 fits one window, [[4]]",
    ),
    Claim(
        "2.4",
        "the same at stride 1",
        (1, 2, 2),
        _size("MaxPool2d(2, stride=1)", "1x3x3"),
    ),
    Claim("2.4", "its first value", 4, lambda: _element(MaxPool2d(2, stride=1), _NINE)),
    Claim("2.4", "parameters of pooling", 0, Ask("MaxPool2d(2)", "1x4x4", "parameters")),
    Claim("2.5", "LeNet C1", (6, 28, 28), _lenet(1)),
    Claim("2.5", "LeNet S2", (6, 14, 14), _lenet(2)),
    Claim("2.5", "LeNet C3", (16, 10, 10), _lenet(3)),
    Claim("2.5", "LeNet S4", (16, 5, 5), _lenet(4)),
    Claim("2.5", "LeNet flattened", (400,), _lenet(5)),
    Claim("2.5", "LeNet F5", (120,), _lenet(6)),
    Claim("2.5", "LeNet F6", (84,), _lenet(7)),
    Claim("2.5", "LeNet output", (10,), _lenet(8)),
    Claim(
        "3.1",
        "[[1,2],[3,4]] convolved with the identity",
        5,
        lambda: _element(Conv2d(1, 1, 2, bias=False), (((1, 2), (3, 4)),), ((_EYE,),)),
    ),
    Claim("3.1", "5 spread by the identity", ((5, 0), (0, 5)), lambda: _spread(5, _EYE)),
    Claim(
        "3.1",
        "5 spread by [[1,2],[3,4]], 'with the kernel transposed'",
        ((5, 15), (10, 20)),
        lambda: _spread(5, ((1, 2), (3, 4))),
        "transposed is the convolution's matrix, not the kernel; the identity is its own transpose, "
        "which hides it",
    ),
    Claim("3.2", "receptive field, dilation 1", (3, 3), _atrous(1)),
    Claim("3.2", "receptive field, dilations 1, 2", (7, 7), _atrous(2)),
    Claim("3.2", "receptive field, dilations 1, 2, 4", (15, 15), _atrous(3)),
    Claim(
        "3.3",
        "the Sobel kernel as column x row",
        ([1, 2, 1], [-1, 0, 1]),
        lambda: separate(_SOBEL),
    ),
    Claim("3.3", "its parameters, separated", 6, Ask(f"{_COLUMN} -> {_ROW}", "1x5x5", "parameters")),
    Claim(
        "3.3",
        "parameters unseparated",
        9,
        Ask("Conv2d(1, 1, 3, bias=False)", "1x5x5", "parameters", "weight"),
    ),
    Claim("3.3", "multiplications of 3x3 on 5x5", 81, Ask("Conv2d(1, 1, 3)", "1x5x5", "multiplications")),
    Claim("3.3", "multiplications of the column", 45, _products(_COLUMN, "1x5x5")),
    Claim("3.3", "multiplications of the row", 27, _products(_ROW, "1x3x5")),
    Claim("3.3", "multiplications separated", 72, _products(f"{_COLUMN} -> {_ROW}", "1x5x5")),
    Claim("3.4", "multiplications of 3->128, 3x3", 86_400, _products(_STANDARD, "3x7x7")),
    Claim("3.4", "of the depthwise part", 675, _products(_DEPTHWISE, "3x7x7")),
    Claim("3.4", "of the 1x1 part", 9_600, _products(_POINTWISE, "3x5x5")),
    Claim("3.4", "of both", 10_275, _products(f"{_DEPTHWISE} -> {_POINTWISE}", "3x7x7")),
    Claim("3.4", "cost of both in percent", 12, _cost_in_percent, "11.9 %, exactly 137/1152"),
    Claim(
        "3.5",
        "two groups' share of the parameters",
        Fraction(1, 2),
        lambda: ratio(
            Conv2d(48, 64, 3, groups=2, bias=False).parameters()["weight"],
            Conv2d(48, 64, 3, bias=False).parameters()["weight"],
        ),
    ),
    Claim(
        "4.1",
        "convolutions in AlexNet as listed",
        5,
        lambda: sum(isinstance(layer, Conv2d) for layer in parse_chain(_ALEXNET).layers),
        "on 3x224x224 without padding its first map is 54x54 and leaves one row and column unread; "
        "the paper's 55x55 takes 227",
    ),
    Claim(
        "4.1",
        "bits of a fixed-point number with 16 before and 16 behind the point",
        32,
        lambda: 16 + 16,
    ),
    Claim(
        "4.2",
        "weight layers of VGG-16",
        16,
        lambda: sum((2, 2, 3, 3, 3)) + 3,
    ),
    Claim(
        "4.2",
        "weight layers of VGG-16 if every block is two convolutions and a pool",
        16,
        lambda: 5 * 2 + 3,
        "its last three blocks have three convolutions; five blocks of two make VGG-13",
    ),
    Claim(
        "4.3",
        "values a channel that global average pooling leaves",
        1,
        lambda: AdaptiveAvgPool2d(1).output_shape((10, 5, 5))[1],
    ),
    Claim(
        "4.6",
        "a transition's 2x2 average pool on 56 rows: half",
        28,
        lambda: AvgPool2d(2).output_shape((128, 56, 56))[1],
    ),
)


def told(value: Any) -> str:
    """A value as a table shows it: thousands separated, shapes as 6x28x28."""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, tuple) and all(isinstance(part, int) for part in value):
        return "x".join(map(str, value))
    return str(value).replace("), (", "],[").replace("((", "[[").replace("))", "]]").replace(", ", ",")
