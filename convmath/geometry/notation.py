"""Every symbol once: its name, its LaTeX and what it means."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sympy


class Notation(NamedTuple):
    """One symbol: how it is written and what it counts."""

    name: str
    latex: str
    meaning: str
    least: int = 1


NOTATIONS = {
    notation.name: notation
    for notation in (
        Notation("n", "n", "input size along one axis, in positions"),
        Notation("L", "L", "input length, in positions"),
        Notation("D", "D", "input depth, in positions"),
        Notation("H", "H", "input height, in rows"),
        Notation("W", "W", "input width, in columns"),
        Notation("C", "C", "channels"),
        Notation("C_in", r"C_{\mathrm{in}}", "input channels"),
        Notation("C_out", r"C_{\mathrm{out}}", "output channels"),
        Notation("F_in", r"F_{\mathrm{in}}", "input features"),
        Notation("F_out", r"F_{\mathrm{out}}", "output features"),
        Notation("p", "p", "padding on each side, in positions", 0),
        Notation("p_begin", r"p_{\mathrm{begin}}", "padding before the first position", 0),
        Notation("p_end", r"p_{\mathrm{end}}", "padding after the last position", 0),
        Notation("d", "d", "dilation: the distance between taps, in positions"),
        Notation("k", "k", "kernel size, in taps"),
        Notation("s", "s", "stride, in positions"),
        Notation("p_out", r"p_{\mathrm{out}}", "output padding, in positions", 0),
        Notation("g", "g", "groups"),
        Notation("r", "r", "rows and columns that channels are exchanged for"),
        Notation("m", "m", "channels in a normalisation window"),
        Notation("o", "o", "output size along one axis, in positions"),
    )
}


def input_letters(inputs: int) -> tuple[str, ...]:
    """What a definition calls its inputs: X, or X1, X2, ... of several.

    >>> input_letters(1), input_letters(2)
    (('X',), ('X1', 'X2'))
    """
    return ("X",) if inputs == 1 else tuple(f"X{number}" for number in range(1, inputs + 1))


ARGUMENTS = {
    "in_channels": "C_in",
    "out_channels": "C_out",
    "in_features": "F_in",
    "out_features": "F_out",
    "num_features": "C",
    "num_channels": "C",
    "num_groups": "g",
    "upscale_factor": "r",
    "downscale_factor": "r",
    "channels": "C",
    "kernel_size": "k",
    "stride": "s",
    "padding": "p",
    "output_padding": "p_out",
    "output_size": "o",
    "dilation": "d",
    "groups": "g",
    "size": "m",
}

AXES = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
AXIS_NAMES = {"L": "length", "D": "depth", "H": "height", "W": "width"}
OUTPUT_LOOPS = {1: ("i",), 2: ("i", "j"), 3: ("t", "i", "j")}
TAP_LOOPS = {1: ("a",), 2: ("a", "b"), 3: ("e", "a", "b")}


@cache
def symbol(name: str) -> sympy.Symbol:
    """The SymPy symbol of a name: a positive integer unless the notation says it may be 0.

    A suffix tells axes apart: ``k_h`` is the kernel's height.
    """
    import sympy

    base = name if name in NOTATIONS else name.rpartition("_")[0]
    least = NOTATIONS[base].least if base in NOTATIONS else 1
    return sympy.Symbol(name, integer=True, positive=True if least else None, nonnegative=True)
