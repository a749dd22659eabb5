"""The NumPy reference's convolution, against PyTorch's and against the ONNX reference's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import exp, log
from statistics import median
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import onnx
import torch
from figures import Figure, Result, Table
from networks import RESNET50, VGG16, Layer
from onnx.reference import ReferenceEvaluator
from timing import Call, Quiet, Step, by_turns

from convmath_reference.conv import conv

Typical: TypeAlias = Callable[[list[float]], float]

THREADS = 2
ROUNDS = 7
AT_LEAST = 0.05
REST = 0.2
PATIENCE = 600
LAYERS = [("ResNet-50", layer) for layer in RESNET50] + [("VGG-16", layer) for layer in VGG16]
STEPS = len(LAYERS)
COLUMNS = ["network", "layers", "shape", "reference", "PyTorch", "onnx.reference", "to PyTorch", "to ONNX"]
METHOD = f"""\
All {sum(layer.times for _, layer in LAYERS)} convolution layers of ResNet-50 and VGG-16 at 224x224, float32,
batch 1, no bias, {THREADS} threads for PyTorch and for NumPy's BLAS alike. Each distinct shape gets {ROUNDS}
rounds, all three by turns. A turn calls for at least {AT_LEAST * 1e3:.0f} ms, after {REST * 1e3:.0f} ms of
rest: OpenBLAS's idle threads spin for about 110 ms, and would slow the next contestant down several times.
That the three agree is checked first. A figure is the geometric mean, over all layers, of the ratio of the
shortest times. Medians are given beside it and are worth less: when another process keeps one of the cores
busy, threads wait for each other a whole time slice of the scheduler, however short the layer."""


class Race(NamedTuple):
    """The seconds of every call on one layer."""

    network: str
    layer: Layer
    ours: list[float]
    torch: list[float]
    onnx: list[float]


def measure(step: Step) -> Result:
    """Time every distinct layer, and average over all layers of both networks."""
    torch.set_num_threads(THREADS)
    races, quiet = [], Quiet(PATIENCE)
    for network, layer in LAYERS:
        contestants = _contestants(layer)
        _check(contestants)
        seconds = by_turns(contestants, ROUNDS, at_least=AT_LEAST, quiet=quiet, rest=REST)
        races.append(Race(network, layer, **seconds))
        step()
    table = Table(COLUMNS, list(map(_row, races)))
    return Result("Convolution", METHOD, _figures(races), table, quiet.waits, quiet.noisy)


def _contestants(layer: Layer) -> dict[str, Call]:
    random = np.random.default_rng(0)
    weight_shape = (layer.out_channels, layer.in_channels, layer.kernel_size, layer.kernel_size)
    x = random.standard_normal((1, layer.in_channels, layer.n, layer.n), np.float32)
    weight = random.standard_normal(weight_shape, np.float32)
    how: dict[str, Any] = {"stride": layer.stride, "padding": layer.padding}
    tensors = torch.from_numpy(x), torch.from_numpy(weight)
    return {
        "ours": partial(conv, x, weight, **how),
        "torch": torch.inference_mode()(partial(torch.nn.functional.conv2d, *tensors, **how)),
        "onnx": partial(_onnx_model(layer).run, None, {"x": x, "w": weight}),
    }


def _onnx_model(layer: Layer) -> ReferenceEvaluator:
    """A model of one Conv node."""
    pads, strides = [layer.padding] * 4, [layer.stride] * 2
    node = onnx.helper.make_node("Conv", ["x", "w"], ["y"], pads=pads, strides=strides)
    x, w, y = (onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in "xwy")
    return ReferenceEvaluator(onnx.helper.make_model(onnx.helper.make_graph([node], "conv", [x, w], [y])))


def _check(contestants: dict[str, Call]) -> None:
    """Raise unless all contestants compute the same, to float32's accuracy."""
    ours, torchs, (onnxs,) = (np.asarray(call()) for call in contestants.values())
    for other in (torchs, onnxs):
        np.testing.assert_allclose(ours, other, rtol=1e-3, atol=1e-5 * float(np.abs(ours).max()))


def _figures(races: list[Race]) -> list[Figure]:
    return [
        Figure(
            title="Convolution, to PyTorch",
            compared="`convmath_reference.conv` against `torch.nn.functional.conv2d`",
            measured=_mean(races, _to_torch),
            target=2.5,
            unit=" times as long",
            at_most=True,
            note=_note(races, _to_torch),
        ),
        Figure(
            title="Convolution, to ONNX",
            compared="`convmath_reference.conv` against `onnx.reference.ReferenceEvaluator`",
            measured=_mean(races, _to_onnx),
            target=3,
            unit=" times as fast",
            at_most=False,
            note=_note(races, _to_onnx),
        ),
    ]


def _to_torch(race: Race, typical: Typical = min) -> float:
    return typical(race.ours) / typical(race.torch)


def _to_onnx(race: Race, typical: Typical = min) -> float:
    return typical(race.onnx) / typical(race.ours)


def _mean(races: list[Race], ratio: Callable[[Race], float]) -> float:
    """The geometric mean, each layer as often as its network has it."""
    layers = sum(race.layer.times for race in races)
    return exp(sum(race.layer.times * log(ratio(race)) for race in races) / layers)


def _note(races: list[Race], ratio: Callable[..., float]) -> str:
    """The mean of each network alone, and what medians would have said."""
    alone = [
        f"{network} {_mean([race for race in races if race.network == network], ratio):.3g}"
        for network in dict(LAYERS)
    ]
    return f"{', '.join(alone)}; of medians {_mean(races, partial(ratio, typical=median)):.3g}"


def _row(race: Race) -> list[str]:
    seconds = [f"{min(seconds) * 1e3:.2f} ms" for seconds in (race.ours, race.torch, race.onnx)]
    ratios = [f"{_to_torch(race):.2f}", f"{_to_onnx(race):.2f}"]
    return [race.network, str(race.layer.times), str(race.layer), *seconds, *ratios]
