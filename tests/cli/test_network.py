"""``summary``, ``compare`` and ``list``: what they print, and what they refuse."""

import csv
import io
import textwrap

import pytest

RESNET50 = {"parameters": 25_557_032, "multiplications": 4_089_184_256}  # torchvision; published widely


def test_summary_as_json(convmath):
    found = convmath("summary", "resnet50", "--format", "json").json()
    assert {name: found[name] for name in RESNET50} == RESNET50
    field = found["receptive_field"]
    assert (field["size"], field["stride"], field["padding"]) == ([427, 427], [32, 32], [213, 213])
    assert sum(layer["parameters"] for layer in found["layers"]) == RESNET50["parameters"]
    assert sum(layer["multiplications"] for layer in found["layers"]) == RESNET50["multiplications"]
    assert found["layers"][0]["output_shape"] == [64, 112, 112]
    assert found["memory"]["weights"] == 4 * RESNET50["parameters"]


def test_summary_as_a_table(convmath):
    lines = convmath("summary", "lenet").out.splitlines()
    assert lines[0].startswith("lenet@lecture on 1x28x28")
    assert any("Conv2d(1, 6, 5, padding=2)" in line and "117,600" in line for line in lines)
    assert any(line.split() == ["parameters", "61,706"] for line in lines)


def test_groups_of_layers(convmath):
    rows = convmath("summary", "resnet18", "--depth", "1", "--format", "csv").out
    names = [row["name"] for row in csv.DictReader(io.StringIO(rows))]
    assert names[:6] == ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2"]


@pytest.mark.parametrize(
    ("format_", "start"), [("markdown", "**lenet@"), ("latex", r"\begin{tabular}"), ("html", "<table>")]
)
def test_other_formats_hold_the_total(convmath, format_, start):
    out = convmath("summary", "lenet", "--format", format_).out
    assert out.startswith(start)
    assert "61,706" in out


def test_symbols(convmath):
    found = convmath("summary", "resnet50", "--symbolic", "--format", "json").json()
    assert found["parameters"] == "2049*K + 23508032"
    last_map = next(layer for layer in found["layers"] if layer["name"] == "layer4.2.add")
    assert last_map["output_shape"] == [2048, "floor((H - 1)/32) + 1", "floor((W - 1)/32) + 1"]


@pytest.mark.parametrize(
    ("convention", "total"),
    [("macs", 4_089_184_256), ("timm", 4_089_184_256 + 2 * 11_113_984), ("connections", 4_089_185_256)],
)
def test_conventions(convmath, convention, total):
    """ResNet-50 normalises 11,113,984 elements, and its 1000 classes have a bias each."""
    found = convmath("summary", "resnet50", "--convention", convention, "--format", "json").json()
    assert found["multiplications"] == total


def test_a_chain_and_a_file(convmath, tmp_path):
    from convmath import network_of
    from convmath.network.files import save

    text = "Conv2d(1, 6, 5) -> ReLU() -> MaxPool2d(2)"
    save(network_of(text, "1x28x28"), tmp_path / "small.toml")
    chain = convmath("summary", text, "--input", "1x28x28", "--format", "json").json()
    file = convmath("summary", str(tmp_path / "small.toml"), "--format", "json").json()
    assert chain["layers"] == file["layers"]
    assert chain["multiplications"] == 6 * 24 * 24 * 25


MODULE = textwrap.dedent(
    """
    from torch import nn

    class Net(nn.Sequential):
        def __init__(self):
            super().__init__(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 30 * 30, 10))

    class Resized(nn.Module):
        def forward(self, x):
            return nn.functional.interpolate(nn.functional.max_pool2d(x, 2), size=x.shape[2:])

    net = Net()
    def needs(width): ...
    def gives_a_number(): return 7
    three = 3
    """
)


@pytest.fixture
def file(tmp_path, monkeypatch):
    (tmp_path / "my_course_net.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "my_course_net", raising=False)
    return "my_course_net.py"


@pytest.mark.parametrize("name", ["my_course_net:Net", "my_course_net.py:net", "my_course_net:net"])
def test_a_torch_module_with_one_command(convmath, file, name):
    found = convmath("summary", name, "--input", "3x32x32", "--format", "json").json()
    assert found["parameters"] == 8 * 27 + 8 + 7200 * 10 + 10
    assert found["multiplications"] == 8 * 27 * 900 + 72_000
    assert [layer["name"] for layer in found["layers"]] == ["0", "1", "2", "3"]


def test_compare(convmath):
    lines = convmath("compare", "resnet18", "resnet50").out.splitlines()
    parameters = next(line.split() for line in lines if line.startswith("parameters"))
    assert parameters == ["parameters", "11,689,512", "25,557,032"]


def test_list_names_them_all(convmath):
    from convmath import zoo

    out = convmath("list").out
    assert all(name in out for name in zoo.names())


WRONG = (
    (("summary", "resnet49"), "there is no network 'resnet49'; did you mean"),
    (
        ("summary", "Conv2d(3, 8, 3) -> Conv2d(9, 8, 3)", "--input", "3x9x9"),
        "node 1 (8x7x7 from 0): Conv2d(9, 8, 3) takes 9 channels, the input 8x7x7 has 8",
    ),
    (("summary", "resnet50", "--input", "3x224"), "node conv1"),
    (("summary", "resnet50", "--convention", "mac"), "there is no convention 'mac'; did you mean macs?"),
    (("summary", "resnet50", "--depth", "0"), "depth=0 must be at least 1"),
    (("summary", "resnet50", "--batch", "0"), "--batch '0' must be one number of at least 1"),
    (("summary", "resnet50", "--batch", "2x3"), "--batch '2x3' must be one number"),
    (("summary", "resnet50", "--batch", "-1"), "--batch '-1' must be one number of at least 1"),
    (("summary", "net.py"), "'net.py' is a file of Python; name what it makes, like net.py:Net"),
    (("summary", "net.py:Net()"), "'net.py:Net()' is no plain name; write net.py:Net"),
    (("explain", "resnet50", "--only", "macs,weight"), "weight is of a single layer; name one with --node"),
    (("explain", "resnet50", "--position", "3,a..5"), "--position '3,a..5' must be whole numbers"),
    (("summary", "Flatten()"), "Flatten() takes any input; give one like 3x224x224"),
    (("summary", "nowhere.toml"), "nowhere.toml cannot be read"),
    (("summary", "no_such_module:Net", "--input", "3x8x8"), "no_such_module:Net cannot be imported"),
    (("summary", "my_course_net:Net"), "has no input of its own; give it in numbers"),
    (("summary", "my_course_net:Nett", "--input", "3x8x8"), "has no 'Nett'; did you mean Net?"),
    (("summary", "my_course_net:needs", "--input", "3x8x8"), "my_course_net:needs() fails: TypeError"),
    (("summary", "my_course_net:gives_a_number", "--input", "3x8x8"), "gives int, no torch.nn.Module"),
    (("summary", "my_course_net:three", "--input", "3x8x8"), "is int, no module"),
    (
        ("summary", "my_course_net:Net", "--input", "3x8x8"),
        "3: Linear(7200, 10) takes 7200 features, the input 288 has 288; write Linear(288, 10)",
    ),
    (
        ("summary", "my_course_net:Resized", "--input", "3x8x8", "--symbolic"),
        "upsample_nearest2d is Upsample(size=8) on 3x8x8 and Upsample(size=(9, 17)) on 3x9x17",
    ),
    (("compare", "resnet18", "resnet"), "there is no network 'resnet'"),
)


@pytest.mark.parametrize(("arguments", "sentence"), WRONG, ids=[" ".join(a)[:50] for a, _ in WRONG])
def test_wrong_input_is_one_sentence_and_exit_code_2(convmath, file, arguments, sentence):
    run = convmath(*arguments)
    assert run.code == 2
    assert sentence in run.err
    assert len(run.err.strip().splitlines()) == 1
    assert run.out == ""
