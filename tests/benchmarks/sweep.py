"""How many layer configurations a second the size formula answers, given as arrays."""

from __future__ import annotations

from statistics import median
from typing import NamedTuple, TypeAlias

import numpy as np
from figures import Figure, Result, Table
from numpy.typing import NDArray
from timing import Quiet, Step, by_turns

from convmath.geometry.window import Window

Ints: TypeAlias = NDArray[np.int64]

BLOCK = 8192  # 64 KiB an array: the dozen that the formula has in hand stay in the second-level cache
ROUNDS = 15
PATIENCE = 60
STEPS = 1
METHOD = f"""\
A block of {BLOCK} random configurations (input size, kernel size, stride, padding, dilation and ceil_mode,
each an int64 array of its own) goes through `Window(...).with_ceil_mode()` and `Window(...).count(n)`, again
and again, on one core. Drawing the configurations is not timed. {ROUNDS} turns of at least 100 ms; the
figure is that of the median call. The first 500 answers are compared with the same formula on Python's integers."""


class Block(NamedTuple):
    """Configurations, an array per argument."""

    n: Ints
    k: Ints
    s: Ints
    p: Ints
    d: Ints
    ceil_mode: NDArray[np.bool_]


def measure(step: Step) -> Result:
    """Time the formula on one block, again and again."""
    quiet = Quiet(PATIENCE)
    block = _draw(np.random.default_rng(0))
    _check(block)
    samples = by_turns({"sweep": lambda: sizes(block)}, ROUNDS, at_least=0.1, quiet=quiet)
    rates = [BLOCK / seconds / 1e6 for seconds in samples["sweep"]]
    step()
    columns = ["million configurations a second", "slowest", "median", "fastest"]
    row = ["sizes", *(f"{rate:.1f}" for rate in (min(rates), median(rates), max(rates)))]
    return Result(
        "Sweep", METHOD, [_figure(median(rates))], Table(columns, [row]), quiet.waits, quiet.noisy
    )


def sizes(block: Block) -> Ints:
    """The output size of every configuration."""
    window = Window(block.k, block.s, block.p, block.p, block.d)
    end = np.where(block.ceil_mode, window.with_ceil_mode().end, window.end)
    return np.asarray(window._replace(end=end).count(block.n))


def _draw(random: np.random.Generator) -> Block:
    k = random.integers(1, 12, BLOCK)
    return Block(
        n=random.integers(64, 1024, BLOCK),
        k=k,
        s=random.integers(1, 6, BLOCK),
        p=random.integers(0, k // 2 + 1),
        d=random.integers(1, 5, BLOCK),
        ceil_mode=random.integers(0, 2, BLOCK).astype(bool),
    )


def _check(block: Block) -> None:
    """Raise unless the arrays' answers are those of Python's integers."""
    configurations = zip(*(argument[:500].tolist() for argument in block), strict=True)
    for configuration, size in zip(configurations, sizes(block).tolist(), strict=False):
        n, k, s, p, d, ceil_mode = configuration
        window = Window(k, s, p, p, d)
        expected = (window.with_ceil_mode() if ceil_mode else window).count(n)
        if size != expected:
            raise AssertionError(f"{configuration}: {size} from arrays, {expected} from integers")


def _figure(rate: float) -> Figure:
    return Figure(
        title="Sweep",
        compared="the vectorised size formula, on one core",
        measured=rate,
        target=10,
        unit=" million configurations a second",
        at_most=False,
    )
