"""Operators with their arguments, one by one: read from a module, run by the reference, as PyTorch runs them."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from convmath.oracle.execute import run_bounded
from convmath.torch import from_torch, run


class Call(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


READ = {  # what is called, and whether it is read to the end; the input is 4x6x6
    "negation": (lambda x: -x, True),
    "difference": (lambda x: x - x.mean((2, 3), keepdim=True), True),
    "add with alpha": (lambda x: torch.add(x, x.abs() if False else F.relu(x), alpha=3), True),
    "sub with alpha": (lambda x: torch.sub(x, F.relu(x), alpha=0.5), True),
    "a constant added": (lambda x: x + 2.5, True),
    "a constant less it": (lambda x: 2.5 - x, True),
    "a constant taken": (lambda x: x - 2.5, True),
    "times a constant": (lambda x: x * -3.0, True),
    "over a constant": (lambda x: x / 4, True),
    "a constant over it": (lambda x: 4 / x, False),
    "floor division": (lambda x: torch.div(x, 2, rounding_mode="floor"), False),
    "squared": (lambda x: x**2, True),
    "cubed": (lambda x: x**3, False),
    "clamped to 0..1": (lambda x: x.clamp(0, 1), True),
    "clamped to 0..6": (lambda x: x.clamp(0, 6), True),
    "clamped from 0": (lambda x: x.clamp(min=0), True),
    "clamped from 1": (lambda x: x.clamp(min=1), False),
    "clamped to 1": (lambda x: x.clamp(max=1), False),
    "clamped by tensors": (lambda x: torch.clamp(x, x.mean(), x.mean() + 1), False),
    "hardtanh": (lambda x: F.hardtanh(x, -0.5, 0.25), True),
    "elu": (lambda x: F.elu(x, 0.5), True),
    "celu": (lambda x: F.celu(x, 0.5), True),
    "selu": (lambda x: F.selu(x), True),
    "softplus": (lambda x: F.softplus(x, 2.0), True),
    "softplus with a threshold": (lambda x: F.softplus(x, 1.0, threshold=1.0), False),
    "leaky": (lambda x: F.leaky_relu(x, 0.3), True),
    "log sigmoid": (lambda x: F.logsigmoid(x), True),
    "tanh gelu": (lambda x: F.gelu(x, approximate="tanh"), False),
    "softmax of channels": (lambda x: x.softmax(1), True),
    "softmax of rows": (lambda x: x.softmax(-1), True),
    "softmax of samples": (lambda x: x.softmax(0), False),
    "mean of positions": (lambda x: x.mean((2, 3)), True),
    "mean of all": (lambda x: x + x.mean(), False),
    "mean of samples": (lambda x: x - x.mean(0, keepdim=True), False),
    "sum of channels": (lambda x: x.sum(1, keepdim=True), True),
    "largest of rows": (lambda x: x.amax(3), True),
    "deviation": (lambda x: x.std((2, 3), correction=0), True),
    "even chunks": (lambda x: torch.cat(x.chunk(2, 1)[::-1], 1), True),
    "uneven chunks": (lambda x: torch.cat(x.chunk(3, 1)[::-1], 1), True),
    "uneven splits": (lambda x: torch.cat(x.split([1, 3], 1)[::-1], 1), True),
    "a channel": (lambda x: x[:, 1:2] * 2, True),
    "the last channel": (lambda x: x[:, -1:] * 2, True),
    "every second row": (lambda x: x[:, :, ::2] * 2, True),
    "a shuffle": (lambda x: F.channel_shuffle(x, 2), True),
    "a shuffle by hand": (lambda x: x.view(-1, 2, 2, 6, 6).transpose(1, 2).reshape(-1, 4, 6, 6), True),
    "no shuffle": (lambda x: x.view(-1, 2, 2, 6, 6).transpose(3, 4).reshape(-1, 4, 6, 6), None),
    "turned": (lambda x: x.transpose(2, 3) * 2, True),
    "turned with samples": (lambda x: x.transpose(0, 1).flip(0).transpose(0, 1), False),
    "padded": (lambda x: F.pad(x, (1, 2, 0, 3)), True),
    "padded with a value": (lambda x: F.pad(x, (1, 2, 0, 3), value=1.5), True),
    "reflected": (lambda x: F.pad(x, (1, 2, 0, 3), mode="reflect"), True),
    "cropped": (lambda x: F.pad(x, (-1, 0, 0, -2)), True),
    "max pool": (lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True), True),
    "average pool": (lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False), True),
    "average pool over 5": (lambda x: F.avg_pool2d(x, 3, divisor_override=5), True),
    "bilinear": (lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"), True),
    "nearest": (lambda x: F.interpolate(x, size=(3, 9)), True),
    "shuffled pixels": (lambda x: F.pixel_shuffle(x, 2), True),
}


@pytest.mark.parametrize(
    ("name", "whole"), [(name, whole) for name, (_, whole) in READ.items()], ids=list(READ)
)
def test_it_is_read_as_pytorch_runs_it(name, whole):
    module = Call(READ[name][0])
    network = from_torch(module, (4, 6, 6), name="call")
    if whole is not None:
        assert (network.unknown == ()) is whole
    if network.unknown == ():
        x = np.random.default_rng(0).normal(size=(3, 4, 6, 6))
        ours, theirs = run_bounded(network, x), run(module, x)
        assert ours.value.shape == theirs.shape
        assert np.all(np.abs(ours.value - theirs) <= 2 * ours.error)
        assert np.ptp(theirs) > 1e-3
