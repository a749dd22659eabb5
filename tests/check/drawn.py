"""Random homework problems, with their right answers and with what each wrong rule of the tables gives.

The formulas are those of the collected tables, written here a second time: nothing comes from convmath.
"""

from __future__ import annotations

import random
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple


class Problem(NamedTuple):
    """A layer on an input, what is asked of it, the right answer, and the wrong ones by their codes."""

    layer: str
    shape: str
    quantity: str
    right: int
    wrong: dict[str, int | Fraction]


def kept(right, wrong, **present):
    """Wrong answers that differ from the right one and whose mistake can be made."""
    return {
        code: value
        for code, (value, needs) in wrong.items()
        if value != right and value >= 0 and all(present[name] for name in needs)
    }


def conv_size(draw: random.Random) -> Problem:
    while True:
        n, k, s = draw.randint(5, 256), draw.randint(1, 9), draw.randint(1, 4)
        p, d = draw.randint(0, 4), draw.choice((1, 1, 2, 3))
        e = d * (k - 1) + 1
        if n + 2 * p >= e:
            break
    right = (n + 2 * p - e) // s + 1
    wrong = {
        "O01": ((n + 2 * p - e) // s, ""),
        "O02": ((n + p - e) // s + 1, "p"),
        "O03": ((n - e) // s + 1, "p"),
        "O04": (n + 2 * p - e + 1, "s"),
        "O05": (ceil(Fraction(n + 2 * p - e, s)) + 1, "s"),
        "O06": (Fraction(n + 2 * p - e, s) + 1, "s"),
        "O07": (floor(Fraction(n + 2 * p - e, s) + 1 + Fraction(1, 2)), "s"),
        "O08": ((n + 2 * p - e + 1) // s, "s"),
        "O09": ((n + 2 * p - k) // s + 1, "d"),
        "O10": ((n + 2 * p - k * d) // s + 1, "d"),
        "O11": ((n + 2 * p - (k + d - 1)) // s + 1, "d"),
        "O12": ((n + 2 * p - k - (k - 1) * d) // s + 1, "d"),
        "O13": ((n + 2 * p - k - 2 * (d - 1)) // s + 1, "d"),
        "O14": (n // s, "s"),
        "O15": (ceil(Fraction(n, s)), "s"),
        "O16": (n, "s"),
        "O17": ((n + 2 * p) // s, ""),
        "O18": ((n + 2 * p) // s - e + 1, "s"),
        "O19": ((n - e) // s + 1 + 2 * p, "ps"),
        "O20": ((n + 4 * p - e) // s + 1, "p"),
        "O21": ((n + 2 * p + e) // s + 1, ""),
        "O22": ((n - 2 * p - e) // s + 1, "p"),
        "O23": (n // 2, ""),
        "O24": ((n + 2 * p - e) // s**2 + 1, "s"),
        "O25": ((n - 1) * s - 2 * p + e, ""),
    }
    layer = f"Conv1d(1, 1, {k}, stride={s}, padding={p}, dilation={d})"
    return Problem(layer, f"1x{n}", "length", right, kept(right, wrong, p=p > 0, s=s > 1, d=d > 1))


def transposed_size(draw: random.Random) -> Problem:
    while True:
        n, k, s = draw.randint(2, 64), draw.randint(1, 7), draw.randint(1, 4)
        p, d = draw.randint(0, 3), draw.choice((1, 1, 2))
        o = draw.randint(0, max(s, d) - 1)
        e = d * (k - 1) + 1
        right = (n - 1) * s - 2 * p + e + o
        if right >= 1 and n + 2 * p >= e:
            break
    wrong = {
        "T01": ((n + 2 * p - e) // s + 1, ""),
        "T02": (n * s, ""),
        "T03": (right - o, "o"),
        "T04": ((n - 1) * s + 2 * p + e + o, "p"),
        "T05": (n * s - 2 * p + e + o, ""),
        "T06": ((n - 1) * s - p + e + o, "p"),
        "T07": ((n - 1) * s - 2 * p + 1 + o, ""),
        "T08": (right + o, "o"),
        "T09": (right + 1, ""),
        "T10": ((n - 1) * s - 2 * p + k + o, "d"),
        "T11": ((n - 1) * s + e + o, "p"),
    }
    layer = f"ConvTranspose1d(1, 1, {k}, stride={s}, padding={p}, output_padding={o}, dilation={d})"
    return Problem(layer, f"1x{n}", "length", right, kept(right, wrong, p=p > 0, o=o > 0, d=d > 1))


def _conv(draw: random.Random):
    g = draw.choice((1, 1, 1, 2, 4))
    ci, co = g * draw.randint(1, 64), g * draw.randint(1, 64)
    k, s, p, d = draw.randint(1, 7), draw.randint(1, 2), draw.randint(0, 3), draw.choice((1, 1, 1, 2))
    n = draw.randint(d * (k - 1) + 1, 128)
    m = (n + 2 * p - d * (k - 1) - 1) // s + 1
    return ci, co, k, s, p, d, g, n, m


def parameters(draw: random.Random) -> Problem:
    ci, co, k, s, p, d, g, n, m = _conv(draw)
    e, c = d * (k - 1) + 1, ci // g
    right = (k * k * c + 1) * co
    wrong = {
        "P01": (k * k * c * co, ""),
        "P02": (k * k * c * co + 1, ""),
        "P03": ((k * k + 1) * co, "c"),
        "P04": (k * k * co + 1, "c"),
        "P05": (k * k * co, "c"),
        "P06": (k * k * c + 1, ""),
        "P07": ((k * c + 1) * co, ""),
        "P08": ((2 * k * c + 1) * co, ""),
        "P09": ((k * k + 1) * c * co, "c"),
        "P10": (k * k * c * co + ci, ""),
        "P11": (m * m * co * (k * k * c + 1), ""),
        "P12": (n * n * k * k * c * co + co, ""),
        "P13": ((e * e * c + 1) * co, "d"),
        "P14": ((k * k * ci + 1) * co, "g"),
        "P15": (k * k * c * (co // g) + co, "g"),
        "P16": (g * k * k * ci * co + co, "g"),
        "P17": (k * k * c * co + co // g, "g"),
        "P18": ((n * n * ci + 1) * co, ""),
        "P19": ((k * k * c + 1) * co**2, ""),
        "P20": (k * k * (c + co) + co, ""),
        "P21": ((k * k * 3 + 1) * co, ""),
        "P22": (m * m * co, ""),
    }
    layer = f"Conv2d({ci}, {co}, {k}, stride={s}, padding={p}, dilation={d}, groups={g})"
    found = kept(right, wrong, c=ci > 1, d=d > 1, g=g > 1)
    return Problem(layer, f"{ci}x{n}x{n}", "parameters", right, found)


def multiplications(draw: random.Random) -> Problem:
    ci, co, k, s, p, d, g, n, m = _conv(draw)
    c = ci // g
    right = m * m * k * k * c * co
    wrong = {
        "M01": (2 * right, ""),
        "M02": (Fraction(right, 2), ""),
        "M03": (n * n * k * k * c * co, ""),
        "M04": (m * m * k * k * co, "c"),
        "M05": (m * m * k * k * c, ""),
        "M06": (k * k * c * co, ""),
        "M07": ((n + 2 * p) ** 2 * k * k * c * co, "p"),
        "M08": (m * m * k * k * ci * co, "g"),
        "M09": (m * m * k * c * co, ""),
        "M10": (right + m * m * co, ""),
        "M11": (m * m * co * (2 * k * k * c - 1), ""),
        "M12": (m * k * k * c * co, ""),
    }
    layer = f"Conv2d({ci}, {co}, {k}, stride={s}, padding={p}, dilation={d}, groups={g})"
    found = kept(right, wrong, c=ci > 1, p=p > 0, g=g > 1)
    return Problem(layer, f"{ci}x{n}x{n}", "multiplications", right, found)


def receptive_field(draw: random.Random) -> Problem:
    rows = [
        (draw.randint(2, 3), draw.choice((2, 2, 1)), 1, True)
        if draw.random() < 0.4
        else (draw.choice((1, 3, 3, 5, 7)), draw.choice((1, 1, 1, 2)), draw.choice((1, 1, 1, 2)), False)
        for _ in range(draw.randint(2, 6))
    ]
    r, j = 1, 1
    jumps = []
    for k, s, d, _ in rows:
        jumps.append(j)
        r, j = r + d * (k - 1) * j, j * s
    field = {"R01": sum(k for k, *_ in rows), "R12": rows[-1][0]}
    field["R02"] = 1 + sum(d * (k - 1) for k, _, d, _ in rows)
    product = 1
    for k, *_ in rows:
        product *= k
    field["R03"] = product
    field["R04"] = 1 + sum(d * (k - 1) * j * s for (k, s, d, _), j in zip(rows, jumps, strict=True))
    field["R07"] = 1 + sum((k - 1) * j for (k, _, _, _), j in zip(rows, jumps, strict=True))
    field["R08"] = r - 1
    field["R11"] = sum(k * j for (k, *_), j in zip(rows, jumps, strict=True))
    before = [1, *(s for _, s, _, _ in rows)]
    field["R09"] = 1 + sum(d * (k - 1) * q for (k, _, d, _), q in zip(rows, before, strict=False))
    without, jump = 1, 1
    for k, s, d, pool in rows:
        if not pool:
            without, jump = without + d * (k - 1) * jump, jump * s
    field["R05"] = without
    field["R06"] = 1 + sum(
        d * (k - 1) * j for (k, _, d, pool), j in zip(rows, jumps, strict=True) if not pool
    )
    field["R10"] = 1
    for k, s, _, _ in rows:
        field["R10"] = field["R10"] * s + k - s
    layers = " -> ".join(
        f"MaxPool2d({k}, stride={s})" if pool else f"Conv2d(1, 1, {k}, stride={s}, dilation={d})"
        for k, s, d, pool in rows
    )
    return Problem(
        layers, "1x2000x2000", "receptive_field", r, {c: v for c, v in field.items() if v != r and v > 0}
    )


DRAWN = (conv_size, transposed_size, parameters, multiplications, receptive_field)
