"""Timing contestants fairly on a machine that is not ours alone: by turns, many times, in quiet moments."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

Call = Callable[[], object]
Step = Callable[[], None]

STAT = Path("/proc/stat")
BUSY = 0.2  # of a core: more than this in other processes is noise


@dataclass
class Quiet:
    """Waits for moments in which other processes leave the machine alone, up to ``patience`` seconds in all.

    ``waits`` counts the moments asked for, ``noisy`` those among them that patience did not last for.
    """

    patience: float
    waits: int = 0
    noisy: int = 0

    def wait(self, rest: float) -> None:
        """Sleep ``rest`` seconds, and again while another process is busy."""
        self.waits += 1
        while _busy_elsewhere(rest) > BUSY:
            if self.patience <= 0:
                self.noisy += 1
                return
            self.patience -= rest


def by_turns(
    contestants: Mapping[str, Call], rounds: int, *, at_least: float = 0, quiet: Quiet, rest: float = 0.2
) -> dict[str, list[float]]:
    """Seconds of every call of each contestant, taking turns, after a first turn that is not timed.

    A turn calls until ``at_least`` seconds have passed.  Before it come ``rest`` seconds, in which
    the idle threads of the contestant before stop spinning, and the wait for a quiet moment.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for call in contestants.values():
        call()
    for _ in range(rounds):
        for name, call in contestants.items():
            quiet.wait(rest)
            seconds[name] += _turn(call, at_least)
    return seconds


def _turn(call: Call, at_least: float) -> list[float]:
    times = [time.perf_counter()]
    while len(times) == 1 or times[-1] - times[0] < at_least:
        call()
        times.append(time.perf_counter())
    return [later - earlier for earlier, later in pairwise(times)]


def _busy_elsewhere(seconds: float) -> float:
    """Sleep, and say how many cores other processes kept busy meanwhile: 0 where only Linux could tell."""
    before, own = _busy_seconds(), time.process_time()
    time.sleep(seconds)
    return (_busy_seconds() - before - (time.process_time() - own)) / seconds


def _busy_seconds() -> float:
    """Seconds that all cores together have been busy, the hypervisor's included."""
    if not STAT.exists():
        return time.process_time()
    user, nice, system, _, _, *rest = map(int, STAT.read_text("utf-8").splitlines()[0].split()[1:9])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")
