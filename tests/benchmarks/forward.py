"""Whole classifiers run forward: the NumPy reference against PyTorch and the ONNX reference."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import exp, log
from typing import NamedTuple

import numpy as np
import torch
from figures import Figure, Result, Table
from onnx_network import evaluator, float32
from timing import Call, Quiet, Step, by_turns

from convmath import zoo
from convmath.oracle.execute import run_reference, seeded_weights
from convmath.torch import load, to_torch

THREADS = 2
ROUNDS = 3
PATIENCE = 60
NAMES = [name for name in zoo.names() if zoo.ZOO[name].input_shape[1:] in ((224, 224), (227, 227))]
STEPS = len(NAMES)
COLUMNS = ["network", "reference", "PyTorch", "onnx.reference", "to PyTorch", "to ONNX"]
METHOD = f"""\
The {len(NAMES)} classifiers of the zoo whose input is 224x224 (227 where the paper says so), float32, batch 1,
{THREADS} threads for PyTorch and for NumPy's BLAS alike, on the same seeded weights. {ROUNDS} rounds by turns
after one that is not timed; ONNX, which takes up to half a minute, runs once. That the three agree is checked
first. A figure is the geometric mean, over the
networks, of the ratio of the shortest times. ONNX's evaluator is not asked to cut ReLU6 off at 6."""


class Race(NamedTuple):
    """The seconds of every run of one network."""

    network: str
    ours: list[float]
    torch: list[float]
    onnx: list[float]


def measure(step: Step) -> Result:
    """Time every classifier."""
    torch.set_num_threads(THREADS)
    races, quiet = [], Quiet(PATIENCE)
    for name in NAMES:
        contestants = _contestants(name)
        onnx = _check(contestants)
        races.append(Race(name, **by_turns(contestants, ROUNDS, quiet=quiet), onnx=[onnx]))
        step()
    table = Table(COLUMNS, list(map(_row, races)))
    return Result("Whole networks", METHOD, _figures(races), table, quiet.waits, quiet.noisy)


def _contestants(name: str) -> dict[str, Call]:
    network = zoo.network(name)
    weights = float32(seeded_weights(network))
    x = np.random.default_rng(0).random((1, *network.input_shape), np.float32)
    module = load(to_torch(network), weights).float()
    tensor, model = torch.from_numpy(x), evaluator(network, weights)
    return {
        "ours": lambda: run_reference(network, x, weights),
        "torch": torch.inference_mode()(lambda: module(tensor)),
        "onnx": lambda: model.run(None, {"input": x})[0],
    }


def _check(contestants: dict[str, Call]) -> float:
    """Raise unless all contestants compute the same, to float32's accuracy; the seconds ONNX takes for it."""
    ours, theirs = (np.asarray(contestants[name]()) for name in ("ours", "torch"))
    start = time.perf_counter()
    onnx = np.asarray(contestants.pop("onnx")())
    seconds = time.perf_counter() - start
    for other in (theirs, onnx):
        np.testing.assert_allclose(ours, other, rtol=1e-2, atol=1e-4 * float(np.abs(ours).max()))
    return seconds


def _figures(races: list[Race]) -> list[Figure]:
    return [
        Figure(
            title="Whole networks, to PyTorch",
            compared="the reference's forward pass against PyTorch's",
            measured=_mean(races, _to_torch),
            target=3,
            unit=" times as long",
            at_most=True,
            note=_extremes(races, _to_torch),
        ),
        Figure(
            title="Whole networks, to ONNX",
            compared="the reference's forward pass against `onnx.reference.ReferenceEvaluator`",
            measured=_mean(races, _to_onnx),
            target=4,
            unit=" times as fast",
            at_most=False,
            note=_extremes(races, _to_onnx),
        ),
    ]


def _to_torch(race: Race) -> float:
    return min(race.ours) / min(race.torch)


def _to_onnx(race: Race) -> float:
    return min(race.onnx) / min(race.ours)


def _mean(races: list[Race], ratio: Callable[[Race], float]) -> float:
    return exp(sum(log(ratio(race)) for race in races) / len(races))


def _extremes(races: list[Race], ratio: Callable[[Race], float]) -> str:
    low, *_, high = sorted(races, key=ratio)
    return f"from {ratio(low):.3g} ({low.network}) to {ratio(high):.3g} ({high.network})"


def _row(race: Race) -> list[str]:
    seconds = [f"{min(seconds) * 1e3:.0f} ms" for seconds in (race.ours, race.torch, race.onnx)]
    return [race.network, *seconds, f"{_to_torch(race):.2f}", f"{_to_onnx(race):.2f}"]
