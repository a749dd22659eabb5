"""What it costs to summarise a network: as a whole process, in one process, in symbols, and when it is long."""

from __future__ import annotations

import time
from functools import partial
from statistics import geometric_mean, median
from typing import Any

import torch
from figures import Figure, Result, Table
from startup import run_python
from timing import Call, Quiet, Step, by_turns
from torch.utils.flop_counter import FlopCounterMode
from torchinfo import summary as torchinfo_summary

from convmath import Conv2d, Network, summarise, zoo
from convmath.geometry.notation import symbol
from convmath.torch import to_torch

ROUNDS = 11
PATIENCE = 120
LENGTH = 10_000
NETWORKS = ("resnet50", "resnet152", "densenet201", "googlenet", "vgg16", "mobilenet_v2")
STEPS = 3 + len(NETWORKS)
METHOD = f"""\
A whole process is `python -m convmath summary resnet152` against a script that builds the network in PyTorch on
the meta device and prints torchinfo's summary (tests/benchmarks/torch_resnet.py). In one process, on 3x224x224,
each network is built beforehand for all: `summarise(network)` against `torchinfo.summary` and against a forward
pass under `FlopCounterMode`, both on meta tensors. {ROUNDS} rounds by turns; the figure is the ratio of the
shortest times, of all six networks their geometric mean. Symbolic totals are parameters and multiplications in H, W and K, once, in a process
that has imported SymPy but derived nothing yet. The long chain is {LENGTH:,} convolutions."""


def measure(step: Step) -> Result:
    """All four races."""
    quiet = Quiet(PATIENCE)
    processes = _raced(
        {
            "convmath": partial(run_python, ["-m", "convmath", "summary", "resnet152"]),
            "torchinfo": partial(run_python, ["tests/benchmarks/torch_resnet.py"]),
        },
        quiet,
    )
    step()
    inside = {}
    for name in NETWORKS:
        inside[name] = _raced(_in_process(name), quiet)
        step()
    symbolic = {name: _symbolic(name) for name in ("resnet152", "densenet201")}
    step()
    lengths = {n: _chain(n) for n in (LENGTH // 10, LENGTH)}
    step()
    rows = [[f"process: {name}", *_shown(seconds)] for name, seconds in processes.items()]
    rows += [
        [f"{network}: {name}", *_shown(seconds)]
        for network, raced in inside.items()
        for name, seconds in raced.items()
    ]
    rows += [[f"symbolic: {name}", *_shown([seconds])] for name, seconds in symbolic.items()]
    rows += [[f"chain of {n:,}", *_shown([seconds])] for n, seconds in lengths.items()]
    table = Table(["what", "shortest", "median"], rows)
    figures = _figures(processes, inside, symbolic, lengths)
    return Result("Summaries", METHOD, figures, table, quiet.waits, quiet.noisy)


def _raced(contestants: dict[str, Call], quiet: Quiet) -> dict[str, list[float]]:
    return by_turns(contestants, ROUNDS, quiet=quiet)


def _in_process(name: str) -> dict[str, Call]:
    network = zoo.network(name)
    with torch.device("meta"):
        module, x = to_torch(network).eval(), torch.zeros(1, 3, 224, 224)
    if summarise(network).parameters != sum(each.numel() for each in module.parameters()):
        raise AssertionError(f"the two are not the same {name}")

    def flops() -> int:
        with torch.inference_mode(), FlopCounterMode(display=False) as counter:
            module(x)
        return int(counter.get_total_flops())

    options: dict[str, Any] = {"device": "meta", "depth": 4, "verbose": 0}
    return {
        "convmath": lambda: summarise(network),
        "torchinfo": lambda: torchinfo_summary(module, (1, 3, 224, 224), **options),
        "flop_counter": flops,
    }


def _symbolic(name: str) -> float:
    """Seconds for both totals in H, W and K."""
    height, width, classes = map(symbol, "HWK")
    start = time.perf_counter()
    network = zoo.network(name, classes=classes, input_shape=(3, height, width))
    trace = network.trace()
    trace.parameter_total(), trace.operations().multiplications
    return time.perf_counter() - start


def _chain(length: int) -> float:
    """Seconds to summarise so many convolutions, the shortest of three."""
    convolutions = [Conv2d(8, 8, 3, padding=1, bias=bool(place % 2)) for place in range(length)]
    network = Network.chain(convolutions, (8, 32, 32))
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        summarise(network)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _figures(
    processes: dict[str, list[float]],
    inside: dict[str, dict[str, list[float]]],
    symbolic: dict[str, float],
    lengths: dict[int, float],
) -> list[Figure]:
    short, long = lengths.values()
    return [
        Figure(
            "Summary, whole process",
            "`convmath summary resnet152` against a script with torchinfo",
            min(processes["torchinfo"]) / min(processes["convmath"]),
            10,
            " times as fast",
            at_most=False,
            note=f"of medians {median(processes['torchinfo']) / median(processes['convmath']):.3g}",
        ),
        *(
            Figure(
                f"Summary, to {name}",
                f"`summarise(network)` against {name} on meta tensors, in one process, of {len(NETWORKS)} networks",
                geometric_mean(_ratios(inside, name).values()),
                20,
                " times as fast",
                at_most=False,
                note=", ".join(
                    f"{network} {ratio:.3g}" for network, ratio in _ratios(inside, name).items()
                ),
            )
            for name in ("torchinfo", "flop_counter")
        ),
        *(
            Figure(
                f"Symbolic totals of {name}",
                "parameters and multiplications in H, W and K, built and derived",
                seconds,
                1,
                " s",
                at_most=True,
            )
            for name, seconds in symbolic.items()
        ),
        Figure(
            f"A chain of {LENGTH:,} layers",
            "`summarise(network)`",
            long,
            1,
            " s",
            at_most=True,
            note=f"{long / short:.3g} times as long as a tenth of it",
        ),
    ]


def _ratios(inside: dict[str, dict[str, list[float]]], name: str) -> dict[str, float]:
    """How many times as fast, network by network."""
    return {network: min(raced[name]) / min(raced["convmath"]) for network, raced in inside.items()}


def _shown(seconds: list[float]) -> list[str]:
    return [f"{min(seconds) * 1e3:.1f} ms", f"{median(seconds) * 1e3:.1f} ms"]
