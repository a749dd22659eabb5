"""Networks run by the reference and by PyTorch: equal within the bound, and a wrong one is found out."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import convmath_reference
from convmath import Add, Builder, Conv1d, Linear, Network, Node, ReLU, zoo
from convmath.errors import ConvmathError
from convmath.network.nodes import INPUT
from convmath.oracle import verify as verifying
from convmath.oracle.execute import run_bounded, run_reference, seeded_integers, seeded_weights
from convmath.oracle.record import page
from convmath.oracle.verify import Verdict, verify
from convmath.torch import load, run, to_torch


def residual():
    """x + relu(1x3 difference of x), then a sum: small enough to do by hand."""
    build = Builder()
    y = build.chain("block", INPUT, Conv1d(1, 1, 3, padding=1, bias=False), ReLU())
    build("add", Add(), INPUT, y)
    return build.network("residual", (1, 4))


DIFFERENCE = {"block.0.weight": np.array([[[-1, 0, 1]]])}


def test_by_hand():
    """x = 1 3 2 5: differences 3 1 2 -2, cut off at 0 and added."""
    assert run_reference(residual(), [[[1, 3, 2, 5]]], DIFFERENCE).tolist() == [[[4, 4, 4, 5]]]


def test_a_network_brings_its_weights():
    network = replace(residual(), weights=DIFFERENCE)
    assert run_reference(network, [[[1, 3, 2, 5]]]).tolist() == [[[4, 4, 4, 5]]]
    assert run(to_torch(network), np.array([[[1, 3, 2, 5]]])).tolist() == [[[4, 4, 4, 5]]]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({}, r"there is no weight block.0.weight of shape \(1, 1, 3\); give it"),
        ({"block.0.weight": np.zeros((1, 3))}, r"block.0.weight has shape \(1, 3\), Conv1d"),
    ],
)
def test_missing_and_misshapen_weights(weights, message):
    with pytest.raises(ConvmathError, match=message):
        run_reference(residual(), [[[1, 3, 2, 5]]], weights)


def test_a_node_called_like_a_modules_method():
    network = Network("odd", (Node("forward", ReLU(), (INPUT,)),), (1, 4))
    with pytest.raises(ConvmathError, match="cannot have a part called 'forward'; rename the node"):
        to_torch(network)


SMALL = (  # networks of every family, on inputs that run fast; the record has them all
    ("lenet", None),
    ("lenet5@paper", None),
    ("mlp", (1, 8, 8)),
    ("alexnet@paper", None),
    ("nin@d2l", (1, 96, 96)),
    ("googlenet", (3, 48, 48)),
    ("resnet18", (3, 64, 64)),
    ("resnet50@paper", (3, 64, 64)),
    ("densenet121", (3, 32, 32)),
    ("mobilenet_v2", (3, 64, 64)),
    ("unet", (1, 32, 48)),
    ("dcgan_generator@pytorch", None),
)


@pytest.mark.parametrize(("name", "shape"), SMALL, ids=[name for name, _ in SMALL])
def test_all_witnesses_agree(name, shape, device):
    verdict = verify(zoo.network(name, input_shape=shape), device)
    assert verdict.holds, verdict
    assert verdict.single < 1e-5
    assert verdict.multiplications_agree is not (None if name != "lenet5@paper" else True)


def test_integers_are_exact():
    """Small whole numbers stay below 2**53 through AlexNet's first eight layers: convolutions, pools, ReLUs."""
    network = zoo.network("alexnet@lecture")
    cut = Network("cut", network.nodes[:8], network.input_shape)
    weights = seeded_integers(cut, largest=1)
    x = np.random.default_rng(0).integers(-1, 2, (1, *cut.input_shape)).astype(np.float64)
    ours = run_reference(cut, x, weights)
    assert np.array_equal(ours, run(load(to_torch(cut), weights), x))
    assert np.ptp(ours) > 100


def test_the_bound_says_something():
    """Through 53 convolutions the bound stays far below the values themselves."""
    network = zoo.network("resnet50", input_shape=(3, 64, 64))
    x = np.random.default_rng(0).random((1, 3, 64, 64))
    result = run_bounded(network, x, seeded_weights(network))
    assert np.median(result.error / np.abs(result.value)) < 1e-9


def leaking_relu(x):
    return np.where(np.asarray(x) < 0, -1e-9, np.asarray(x))


def padded_wrongly(x, *rest, **options):
    y = convmath_reference_max_pool(x, *rest, **options)
    return y + 1e-6 * (np.arange(y.shape[-1]) == 0)


convmath_reference_max_pool = convmath_reference.max_pool


@pytest.mark.parametrize(("name", "wrong"), [("relu", leaking_relu), ("max_pool", padded_wrongly)])
def test_a_wrong_kernel_is_found_out(monkeypatch, name, wrong):
    network = zoo.network("resnet18", input_shape=(3, 64, 64))
    monkeypatch.setattr(convmath_reference, name, wrong)
    verdict = verify(network)
    assert not verdict.holds
    assert verdict.ratio > 1 or verdict.bound > 1e-7


@pytest.mark.parametrize("field", ["parameters", "multiplications", "rows"])
def test_a_wrong_formula_is_found_out(monkeypatch, field):
    summary_of = verifying.summary_of

    def wrong(network):
        summary = summary_of(network)
        if field == "rows":
            last = summary.rows[-1]._replace(output_shape=(11,))
            return replace(summary, rows=(*summary.rows[:-1], last))
        return replace(summary, **{field: getattr(summary, field) + 1})

    monkeypatch.setattr(verifying, "summary_of", wrong)
    assert not verify(zoo.network("lenet")).holds


def test_the_command_line_and_its_record(convmath, tmp_path):
    record = tmp_path / "record.json"
    run = convmath("verify", "lenet", "lenet5", "--record", str(record))
    assert run.code == 0
    assert "2 of 2 networks hold" in run.out
    found = json.loads(record.read_text())
    assert [network["network"] for network in found["cpu"]["networks"]] == ["lenet@lecture", "lenet5@paper"]
    assert found["cuda"] is None
    page = (tmp_path / "record.md").read_text()
    assert "| lenet@lecture | 1x28x28 | 10 | 61,706 | 416,520 |" in page
    assert page.endswith("## GPU\n\nNot run.\n")


def test_the_committed_page_is_its_records():
    docs = Path(__file__).parents[2] / "docs"
    record = json.loads((docs / "verification.json").read_text())
    assert (docs / "verification.md").read_text() == page(record)
    assert [entry["network"] for entry in record["cpu"]["networks"]] == zoo.names()
    assert all(Verdict(**entry).holds for entry in record["cpu"]["networks"])


def test_a_network_that_fails_is_exit_code_1(convmath, monkeypatch):
    monkeypatch.setattr(convmath_reference, "sigmoid", lambda x: 1 / (1 + np.exp(-np.asarray(x))) + 1e-9)
    run = convmath("verify", "lenet")
    assert run.code == 1
    assert "FAILS" in run.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("verify", "lennet"), "there is no network 'lennet'; did you mean"),
        (("verify", "lenet", "--record", "record.txt"), "--record record.txt must end in .json"),
        (("verify", "lenet", "--record", "nowhere/record.json"), "nowhere/record.json cannot be written"),
    ],
)
def test_wrong_input(convmath, arguments, sentence):
    run = convmath(*arguments)
    assert run.code == 2
    assert sentence in run.err


def test_linear_chains_keep_their_names():
    network = Network.chain([Linear(4, 2), ReLU()], (4,))
    assert list(to_torch(network).state_dict()) == ["0.weight", "0.bias"]


def test_what_has_symbols_is_not_run():
    with pytest.raises(ConvmathError, match="has the symbol w; give a number to run it"):
        verify("Conv2d(3, w, 3)", input_shape="3x8x8")
