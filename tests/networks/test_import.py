"""Modules that people write, read into networks: counted as PyTorch counts, run as PyTorch runs."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from convmath import Hardswish, ReLU, Sigmoid, Tanh, floor_div, summarise
from convmath.errors import ConvmathError
from convmath.explain.place import seen
from convmath.geometry.notation import symbol
from convmath.layers import ChannelShuffle, Multiply, Upsample
from convmath.network.conditions import conditions
from convmath.network.files import load, save
from convmath.oracle.execute import run_bounded
from convmath.solve import reached
from convmath.torch import counted_flops, from_torch, run, to_torch
from tests.networks import user_modules
from tests.networks.user_modules import MODULES

H, W = map(symbol, "HW")
EACH = pytest.mark.parametrize(("kind", "shape"), MODULES, ids=[kind.__name__ for kind, _ in MODULES])


def seeded(kind):
    """A module with weights, and statistics that are not the identity."""
    torch.manual_seed(0)
    module = kind().double()
    for name, buffer in module.named_buffers():
        if buffer.is_floating_point():
            buffer.uniform_(0.5, 1.5) if "var" in name else buffer.uniform_(-0.5, 0.5)
    return module.eval()


@EACH
def test_the_reference_runs_it_as_pytorch_does(kind, shape):
    module = seeded(kind)
    network = from_torch(module, torch.zeros(2, *shape, dtype=torch.float64))
    assert network.unknown == ()
    x = np.random.default_rng(0).random((2, *shape))
    ours, theirs = run_bounded(network, x), run(module, x)
    assert ours.value.shape == theirs.shape
    assert np.all(np.abs(ours.value - theirs) <= 2 * ours.error)
    assert ours.error.max() < 1e-9
    assert np.ptp(theirs) > 1e-3  # an output that says something


@EACH
def test_totals_are_pytorchs(kind, shape):
    module = seeded(kind)
    summary = summarise(from_torch(module, shape))
    assert summary.parameters == sum(p.numel() for p in module.parameters())
    flops, _ = counted_flops(lambda: run(module, np.zeros((1, *shape))))
    assert 2 * summary.multiplications == flops


@EACH
def test_there_and_back_again(kind, shape):
    module = seeded(kind)
    network = from_torch(module, torch.zeros(2, *shape, dtype=torch.float64))
    again = to_torch(network).double()
    x = np.random.default_rng(1).random((3, *shape))
    assert run(again, x) == pytest.approx(run(module, x), rel=1e-6, abs=1e-6)  # weights went as float32


@EACH
def test_it_can_be_a_file(kind, shape, tmp_path):
    network = from_torch(seeded(kind), shape)
    save(network, tmp_path / "network.toml")
    again = load(tmp_path / "network.toml")
    assert again.nodes == network.nodes
    assert again.parameter_total() == network.parameter_total()


def layers_of(kind, shape):
    return [node.layer for node in from_torch(kind(), shape).nodes]


def test_patterns_are_recognised():
    assert ChannelShuffle(2) in layers_of(user_modules.Shuffle, (3, 8, 8))
    assert Multiply() in layers_of(user_modules.SqueezeExcitation, (3, 10, 10))
    assert Hardswish() in layers_of(user_modules.SqueezeExcitation, (3, 10, 10))
    assert Upsample(scale_factor=2, mode="bilinear") in layers_of(user_modules.EncoderDecoder, (3, 16, 24))


def test_names_are_the_modules():
    names = [node.name for node in from_torch(user_modules.Residual(), (3, 16, 16)).nodes]
    assert names[:4] == ["stem", "layers.0.conv1", "layers.0.bn1", "layers.0.relu"]
    assert names[-2:] == ["mean", "head"]


def test_sizes_may_be_symbols():
    import sympy

    height, width = sympy.symbols("H W", integer=True, positive=True)
    network = from_torch(user_modules.EncoderDecoder(), (3, 16, 24))
    trace = network.trace((3, height, width))
    assert trace.shapes[network.output] == (2, height, width)
    assert list(conditions(trace)) == ["H divisible by 4", "W divisible by 4"]


def test_a_module_keeps_its_mode():
    module = user_modules.Residual()
    module.layers[0].bn1.eval()
    from_torch(module, (3, 16, 16))
    modes = [part.training for part in (module, module.layers[0].bn1, module.layers[0].bn2)]
    assert modes == [True, False, True]


def test_what_is_unknown_is_named_and_the_summary_partial():
    network = from_torch(user_modules.Attention(), (3, 8, 8))
    assert list(map(str, network.unknown)) == ["sort.0: sort[0] on 4x6x6 gives 4x6x6"]
    summary = summarise(network)
    assert summary.rows[-1].output_shape == (2, 6, 6)
    assert summary.receptive_field is None
    assert "partial" in str(summary)
    assert "sort[0] is not read and not counted: at sort.0" in str(summary)
    with pytest.raises(ConvmathError, match=r"Attention is partial: .*; it cannot be saved"):
        save(network, "never.toml")


class MixesSamples(nn.Module):
    def forward(self, x):
        return x.view(1, -1)


class BatchStatistics(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(3, track_running_stats=False)

    def forward(self, x):
        return self.norm(x)


@pytest.mark.parametrize("kind", [MixesSamples, BatchStatistics])
def test_what_mixes_samples_is_unknown(kind):
    assert len(from_torch(kind(), (3, 4, 4)).unknown) == 1


class TwoResults(nn.Module):
    def forward(self, x):
        return x + 1, x - 1


class Branches(nn.Module):
    def forward(self, x):
        return x + 1 if x.sum() > 0 else x - 1


@pytest.mark.parametrize(
    ("module", "example", "message"),
    [
        (TwoResults(), (3, 4, 4), "TwoResults gives 2 results; wrap it in a module that gives one tensor"),
        (nn.Identity(), (3, 4, 4), "Identity gives no tensor that is made from its input"),
        (Branches(), (3, 4, 4), "Branches cannot be exported on an input of shape"),
        (nn.Conv2d(4, 4, 3), (3, 4, 4), "^Conv2d\\(4, 4, 3\\) takes 4 channels, the input 3x4x4 has 3"),
        (nn.ReLU(), torch.zeros(3), "the example has shape"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_refusals(module, example, message):
    with pytest.raises(ConvmathError, match=message):
        from_torch(module, example)


class Odd(nn.Module):
    """A convolution, and something odd done to its result."""

    def __init__(self, odd):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.gate = nn.Parameter(torch.rand(1, 4))
        self.place = nn.Parameter(torch.rand(1, 64, 4))
        self.odd = odd

    def forward(self, x):
        return self.odd(self, self.conv(x), x)


def scaled_view(module, y, x):
    y[:, 0:2] *= 2
    return y


def filled_view(module, y, x):
    y[:, 0] = 0
    return y


def changed_below_a_view(module, y, x):
    flat = y.flatten(1)
    y.mul_(3)
    return flat


def written_through_dropout(module, y, x):
    kept = F.dropout(y, 0.5, training=False)
    return F.relu_(y) + kept


def bits(module, y, x):
    return y.view(torch.int32)


def floored(module, y, x):
    return torch.div(y, 0.1, rounding_mode="floor")


def subtracted_twice(module, y, x):
    return torch.rsub(y, 3, alpha=2)


def clamped_by_a_tensor(module, y, x):
    return torch.clamp(y, min=module.gate[:, :, None, None])


@pytest.mark.parametrize(
    "odd",
    [
        *(scaled_view, filled_view, changed_below_a_view, written_through_dropout),
        *(bits, floored, subtracted_twice, clamped_by_a_tensor),
    ],
    ids=lambda odd: odd.__name__,
)
def test_nothing_is_read_wrongly(odd):
    assert from_torch(Odd(odd), (4, 8, 8)).unknown != ()


def in_place_one_after_another(module, y, x):
    y = F.relu_(y)
    y += x
    return y * 2


def called_in_vain(module, y, x):
    module.conv(x)
    return module.conv(x) + module.conv(y)


def a_gate_for_all_samples(module, y, x):
    return y.mean((2, 3)) + module.gate


def places(module, y, x):
    return y.flatten(2).transpose(1, 2) + module.place


def rows_exchanged(module, y, x):
    """Looks like a channel shuffle, but takes rows of the map apart."""
    return y.view(len(y), 2, 4, 2, 16).transpose(1, 2).reshape(len(y), 4, 4, 16)


def flat_residual(module, y, x):
    flat = y.flatten(1)
    return flat + torch.tanh(flat)


@pytest.mark.parametrize(
    "odd",
    [
        *(in_place_one_after_another, called_in_vain, a_gate_for_all_samples, places),
        *(rows_exchanged, flat_residual),
    ],
    ids=lambda odd: odd.__name__,
)
def test_odd_but_known(odd):
    torch.manual_seed(0)
    module = Odd(odd).double().eval()
    network = from_torch(module, (4, 8, 8))
    x = np.random.default_rng(0).random((2, 4, 8, 8))
    ours = run_bounded(network, x)
    assert np.all(np.abs(ours.value - run(module, x)) <= 2 * ours.error)
    held = {"gate": 4 * (odd is a_gate_for_all_samples), "place": 256 * (odd is places)}
    assert network.parameter_total() == 148 + sum(held.values())


class Named(nn.Module):
    """Parts called like functions, like the input, and like what PyTorch's modules have."""

    def __init__(self):
        super().__init__()
        self.input = nn.Conv2d(4, 4, 1)
        self.add = nn.Sequential(nn.Conv2d(4, 4, 1))
        self.relu = nn.Sequential(nn.Conv2d(4, 4, 1))
        self.network = nn.BatchNorm2d(4)
        self.register_buffer("fixed", torch.rand(4, 1, 3, 3))

    def forward(self, x):
        y = F.relu(self.network(self.input(x)) + self.relu(self.add(x)))
        return F.conv2d(y, self.fixed, padding=1, groups=4)


def test_of_a_partial_network_the_nodes_before_are_known():
    class Summing(nn.Module):
        def __init__(self):
            super().__init__()
            self.before, self.behind = nn.Conv2d(1, 2, 3), nn.Conv2d(2, 2, 3)

        def forward(self, x):
            return self.behind(torch.cumsum(self.before(x), 2))

    network = from_torch(Summing(), (1, 9, 9))
    assert [axis.pixels for axis in seen(network, (1, 2), "before")] == [(1, 2, 3), (2, 3, 4)]
    assert reached(network, (0, 4), "before") == (frozenset({0}), frozenset({2, 3, 4}))
    assert network.leftover() == (None, None)
    for ask in (seen, reached):
        with pytest.raises(ConvmathError, match=r"Summing is partial: cumsum: .*; name a node before it"):
            ask(network, (0, 4))
        with pytest.raises(ConvmathError, match=r"behind gives 2x5x5, which has no position"):
            ask(network, (0, 4), "behind")


def test_names_that_clash_and_weights_that_are_no_parameters():
    module = Named().double().eval()
    network = from_torch(module, (4, 8, 8))
    x = np.random.default_rng(0).random((2, 4, 8, 8))
    assert run(to_torch(network).double(), x) == pytest.approx(run(module, x), rel=1e-6, abs=1e-6)
    assert network.parameter_total() == sum(p.numel() for p in module.parameters()) == 68
    before = run_bounded(network, x).value
    module.input.weight.data.fill_(7)
    assert np.array_equal(run_bounded(network, x).value, before)
    assert summarise(network).rows[-1].parameters == 0


class Runs(nn.Module):
    """A module whose forward is a function."""

    def __init__(self, function, **parts):
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x):
        return self.function(self, x)


def padded_same(self, x):
    h, w = x.shape[-2:]
    down, across = (max((-(-n // 2) - 1) * 2 + 3 - n, 0) for n in (h, w))
    return self.c(F.pad(x, (across // 2, across - across // 2, down // 2, down - down // 2)))


def test_same_padding_worked_out_in_forward_is_same_padding():
    """TensorFlow's: ceil(n/2) outputs, whatever n is."""
    network = from_torch(Runs(padded_same, c=nn.Conv2d(3, 16, 3, 2)), (3, 224, 224))
    assert network.output_shape((3, 225, 193)) == (16, 113, 97)
    assert network.output_shape((3, H, W))[1:] == (floor_div(H + 1, 2), floor_div(W + 1, 2))


FROM_THE_SIZE = (  # what a module works out from its input's size, and an input
    (lambda self, x: F.adaptive_avg_pool2d(x, (x.shape[2] // 2, x.shape[3] // 2)), (3, 16, 16)),
    (lambda self, x: F.max_pool2d(x, x.shape[2] // 4), (3, 16, 16)),
    (lambda self, x: x[:, :, :64] * 2, (3, 16, 16)),
    (lambda self, x: F.relu(x) if x.shape[2] > 50 else x * 2, (3, 16, 16)),
    (lambda self, x: F.interpolate(self.c(x), size=x.shape[2:]) + x, (3, 16, 16)),
    (lambda self, x: self.t(x[:, 0])[..., :-2] + x[:, 0], (3, 3, 16)),
    (lambda self, x: x.view(x.shape[0], 1, 3, x.shape[2], x.shape[3]).sum(1), (3, 8, 8)),
)


@pytest.mark.parametrize(("function", "shape"), FROM_THE_SIZE, ids=range(len(FROM_THE_SIZE)))
def test_what_is_worked_out_from_the_size_is_no_constant(function, shape):
    parts = {"c": nn.Conv2d(3, 3, 3, 2, 1), "t": nn.Conv1d(3, 3, 3, padding=2)}
    network = from_torch(Runs(function, **parts), shape)
    with pytest.raises(ConvmathError, match=r"the module works it out from the size|layers on 3x"):
        network.output_shape((shape[0], H, W)[: len(shape)])


def test_other_sizes_in_numbers_are_asked_of_the_module():
    halved = lambda self, x: F.adaptive_avg_pool2d(x, (x.shape[2] // 2, 4))  # noqa: E731
    network = from_torch(Runs(halved), (3, 16, 16))
    assert network.output_shape() == (3, 8, 4)
    assert network.output_shape((3, 17, 20)) == (3, 8, 4)
    with pytest.raises(
        ConvmathError, match=r"AdaptiveAvgPool2d\(\(10, 4\)\) on 3x20x12.*read it on 3x20x12"
    ):
        network.output_shape((3, 20, 12))


def test_a_block_inside_a_block_is_its_own():
    def nested(self, x):
        with torch.no_grad():
            x = torch.relu(x)
        with torch.no_grad():
            x = torch.sigmoid(x)
            with torch.autocast("cpu", enabled=False):
                x = torch.tanh(x)
        return x

    assert from_torch(Runs(nested), (3, 8, 8)).layers == (ReLU(), Sigmoid(), Tanh())


def test_indices_of_a_pool_are_not_read():
    indices = lambda self, x: F.max_pool2d(x, 2, return_indices=True)[1] * 2  # noqa: E731
    (unread,) = from_torch(Runs(indices), (3, 8, 8)).unknown
    assert "max_pool2d_with_indices[1]" in str(unread)


def test_torchscript_is_refused():
    with pytest.raises(ConvmathError, match="is TorchScript; give the"):
        from_torch(torch.jit.script(nn.Conv2d(3, 3, 3)), (3, 8, 8))
