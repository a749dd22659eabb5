"""Networks as files, and what the command line makes of them."""

import json

import pytest

from convmath import ConvmathError, zoo
from convmath.network.files import load, save


@pytest.mark.parametrize("suffix", [".toml", ".json"])
@pytest.mark.parametrize("name", ["lenet5", "alexnet@paper", "resnet18", "unet", "dcgan_generator"])
def test_a_network_reads_back(tmp_path, name, suffix):
    network = zoo.network(name)
    save(network, tmp_path / f"net{suffix}")
    read = load(tmp_path / f"net{suffix}")
    assert read == network
    assert (read.name, read.nodes, read.input_shape) == (network.name, network.nodes, network.input_shape)
    assert [path.name for path in tmp_path.iterdir()] == [f"net{suffix}"]


def one(layer, inputs):
    """A file with one node."""
    node = {"name": "a", "layer": layer, "inputs": inputs}
    return json.dumps({"name": "n", "input": "3x8x8", "nodes": [node]})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no json file"),
        ("[]", r"net.json: the file is a list, no table with name, input, nodes"),
        ('{"name": "n", "input": "3x8x8"}', "the file has no nodes; it needs name, input, nodes"),
        ('{"name": "n", "input": "3x8x8", "nodes": 3}', "nodes must be a list of tables"),
        (
            '{"name": "n", "input": "3x8x8", "nodes": [7]}',
            "node number 1 is a int, no table with name, layer, inputs",
        ),
        (
            '{"name": "n", "input": "3x8x8", "nodes": [{"name": "a"}]}',
            "node number 1 has no layer and no inputs; it needs name, layer, inputs",
        ),
        (one("Conv2d(8)", ["input"]), "node a: Conv2d has no out_channels; it takes in_channels"),
        (one("ReLU()", "input"), "node a: inputs='input' must be a list of names"),
        (
            one("ReLU()", ["a"]),
            "a reads 'a', which does not come before it; list nodes after those they read",
        ),
        (one("ReLU()", ["inptu"]), "a reads 'inptu', which no node is called; did you mean input?"),
        ('{"name": "n", "input": "3x8x8", "nodes": []}', "has no layer"),
        (
            '{"name": "n", "input": "3x8x8", "inputs": 1, "nodes": []}',
            "the file has 'inputs', which decides nothing; did you mean input",
        ),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path, text, message):
    (tmp_path / "net.json").write_text(text)
    with pytest.raises(ConvmathError, match=message):
        load(tmp_path / "net.json")


def test_summary_as_json(convmath):
    found = convmath("summary", "resnet50", "--format", "json").json()
    assert (found["parameters"], found["multiplications"]) == (25_557_032, 4_089_184_256)
    field = found["receptive_field"]
    assert (field["size"], field["stride"], field["padding"], field["status"]) == (
        [427] * 2,
        [32] * 2,
        [213] * 2,
        "aligned",
    )
    assert len(found["layers"]) == 175
    assert found["memory"]["weights"] == 4 * 25_557_032


def test_summary_formats(convmath, tmp_path):
    save(zoo.network("lenet"), tmp_path / "lenet.toml")
    table = convmath("summary", str(tmp_path / "lenet.toml")).out
    assert "61,706" in table
    assert "28.2%" in table
    for form, part in (
        ("markdown", "| C3 | Conv2d(6, 16, 5) | 16x10x10 | 2,416 | 240,000 |"),
        ("csv", 'C3,"Conv2d(6, 16, 5)",16x10x10,2416,240000,14'),
        ("latex", r"C3 & Conv2d(6, 16, 5) & 16x10x10 & 2,416 & 240,000 & 57.6\% & 14 \\"),
        ("html", "<td>Conv2d(6, 16, 5)</td>"),
    ):
        assert part in convmath("summary", "lenet", "--format", form).out


def test_batch_multiplies_and_depth_groups(convmath):
    found = convmath("summary", "resnet18", "--batch", "8", "--depth", "1", "--format", "json").json()
    assert found["multiplications"] == 8 * 1_814_073_344
    assert [layer["name"] for layer in found["layers"]][:5] == ["conv1", "bn1", "relu", "maxpool", "layer1"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["resnet51"], "did you mean resnet50"),
        (["resnet50", "--convention", "x"], "there is no convention 'x'"),
        (["resnet50", "--depth", "0"], "depth=0 must be at least 1"),
        (["resnet50", "--input", "3x2"], "conv1"),
        (["missing.toml"], "cannot be read"),
        (["Flatten()"], "Flatten() takes any input; give one"),
    ],
)
def test_bad_input_is_one_sentence(convmath, arguments, message):
    run = convmath("summary", *arguments)
    assert run.code == 2
    assert message in run.err
    assert "Traceback" not in run.err


def test_compare_and_list(convmath):
    table = convmath("compare", "alexnet", "resnet50").out
    assert "61,100,840" in table
    assert "25,557,032" in table
    assert "densenet201@torchvision" in convmath("list").out


def test_a_network_shows_itself_in_a_notebook():
    network = zoo.network("lenet")
    assert network._repr_html_().startswith("<table><caption>lenet@lecture on 1x28x28")
    assert network._repr_latex_().startswith(r"\begin{tabular}")
    assert "61,706" in str(network.summary())


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("lenet", {"width": 8}, "lenet@lecture takes no width; it takes variant"),
        ("resnet18", {"depth": 17}, "there is no table for 17"),
        ("lenet", {"variant": "foo"}, "there is no variant 'foo'; convmath list names them all"),
    ],
)
def test_what_an_architecture_does_not_take(name, arguments, message):
    with pytest.raises(ConvmathError, match=message):
        zoo.network(name, **arguments)
