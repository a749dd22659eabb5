"""What it costs to summarise a network: as a whole process, in one process, in symbols, and when it is long."""

from __future__ import annotations

import time
from functools import partial
from statistics import median
from typing import Any

import torch
from figures import Figure, Result, Table
from startup import run_python
from timing import Call, Quiet, Step, by_turns
from torch.utils.flop_counter import FlopCounterMode
from torch_resnet import resnet152
from torchinfo import summary as torchinfo_summary

from convmath import Network, zoo
from convmath.geometry.notation import symbol
from convmath.layers import Conv2d
from convmath.network.summary import summarise

ROUNDS = 11
PATIENCE = 120
LENGTH = 10_000
PARAMETERS = 60_192_808  # ResNet-152's, published by torchvision
STEPS = 4
METHOD = f"""\
ResNet-152 on 3x224x224. A whole process is `python -m convmath summary resnet152` against a script that builds
the network in PyTorch on the meta device and prints torchinfo's summary (tests/benchmarks/torch_resnet.py). In
one process, the network is built beforehand for all: `summarise(network)` against `torchinfo.summary` and
against a forward pass under `FlopCounterMode`, both on meta tensors. {ROUNDS} rounds by turns; the figure is the
ratio of the shortest times. Symbolic totals are parameters and multiplications in H, W and K, once, in a process
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
    inside = _raced(_in_process(), quiet)
    step()
    symbolic = {name: _symbolic(name) for name in ("resnet152", "densenet201")}
    step()
    lengths = {n: _chain(n) for n in (LENGTH // 10, LENGTH)}
    step()
    rows = [[f"process: {name}", *_shown(seconds)] for name, seconds in processes.items()]
    rows += [[f"in process: {name}", *_shown(seconds)] for name, seconds in inside.items()]
    rows += [[f"symbolic: {name}", *_shown([seconds])] for name, seconds in symbolic.items()]
    rows += [[f"chain of {n:,}", *_shown([seconds])] for n, seconds in lengths.items()]
    table = Table(["what", "shortest", "median"], rows)
    figures = _figures(processes, inside, symbolic, lengths)
    return Result("Summaries", METHOD, figures, table, quiet.waits, quiet.noisy)


def _raced(contestants: dict[str, Call], quiet: Quiet) -> dict[str, list[float]]:
    return by_turns(contestants, ROUNDS, quiet=quiet)


def _in_process() -> dict[str, Call]:
    with torch.device("meta"):
        module, x = resnet152().eval(), torch.zeros(1, 3, 224, 224)
    network = zoo.network("resnet152")
    if summarise(network).parameters != PARAMETERS:
        raise AssertionError("this is no ResNet-152")

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
    inside: dict[str, list[float]],
    symbolic: dict[str, float],
    lengths: dict[int, float],
) -> list[Figure]:
    ours = min(inside["convmath"])
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
                f"`summarise(network)` against {name} on meta tensors, in one process",
                min(inside[name]) / ours,
                20,
                " times as fast",
                at_most=False,
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


def _shown(seconds: list[float]) -> list[str]:
    return [f"{min(seconds) * 1e3:.1f} ms", f"{median(seconds) * 1e3:.1f} ms"]
