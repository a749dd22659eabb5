"""What --format json prints is what docs/schemas.json says, and has the names that text has."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from convmath import INPUT, Network, Node, parse_layer
from convmath.explain.layer import explained
from convmath.explain.quantities import plainly
from tests.layers.examples import EXAMPLES

SCHEMAS = json.loads((Path(__file__).resolve().parents[2] / "docs" / "schemas.json").read_text())

SHEETS = Path(__file__).with_name("sheets")
MODULES = Path(__file__).resolve().parents[1] / "networks" / "user_modules.py"

RUNS = (
    ("explain", ["Conv2d(3, 8, 3, padding=1)", "--input", "3x9x9"]),
    ("explain", ["Conv2d(C, 2*C, k, stride=s)", "--input", "CxHxW"]),
    ("explain", ["ConvTranspose1d(1, 1, 3, stride=2) -> BatchNorm1d(1) -> Flatten()", "--input", "1x9"]),
    ("explain", ["Linear(20, 3)", "--input", "20"]),
    ("explain", ["Upsample(scale_factor=2, mode='linear')", "--input", "1x4", "--only", "rf,macs"]),
    ("explain", ["lenet", "--only", "params"]),
    ("explain", ["resnet18", "--node", "layer2.0.add"]),
    ("explain-position", ["resnet18", "--node", "layer2.0.add", "--position", "3..4,5"]),
    ("explain-position", ["AdaptiveAvgPool1d(3)", "--input", "1x8", "--position", "1"]),
    ("explain-element", ["MaxPool1d(2)", "--input", "1x4", "--element", "0,1", "--x", "[[1, 2, 3, 4]]"]),
    ("explain-element", ["AvgPool1d(2)", "--input", "1x4", "--element", "0,0"]),
    ("summary", ["resnet18"]),
    ("summary", ["unet", "--symbolic"]),
    ("summary", ["mlp", "--batch", "N", "--depth", "1"]),
    ("summary", [f"{MODULES}:Attention", "--input", "3x8x8"]),
    ("compare", ["lenet", "alexnet"]),
    ("list", []),
    ("list-layers", []),
    ("lecture", []),
    ("solve-inputs", ["unet"]),
    ("solve-inputs", ["lenet"]),
    ("solve-inputs", ["resnet18", "--output", "7"]),
    ("solve-inputs", ["Upsample(scale_factor=2)", "--input", "1x4x4", "--output", "3"]),
    ("solve-reaches", ["resnet18", "--pixel", "0,112", "--node", "layer2.0.add"]),
    ("solve-smallest", ["vgg16"]),
    ("solve-padding", ["--kernel-size", "3"]),
    ("solve-padding", ["--kernel-size", "4", "--stride", "2", "--input", "9"]),
    ("solve-arguments", ["--input", "224", "--output", "112"]),
    ("solve-dilations", ["--kernel-size", "3", "--receptive-field", "500"]),
    ("solve-width", ["resnet18", "--parameters", "1e6", "--multiplications", "1e9", "--memory", "1e8"]),
    ("solve-depth", ["Conv1d(1, 1, 3)", "--input", "1x99", "--parameters", "40", "--memory", "1e9"]),
    ("solve-depth", ["Conv1d(1, 1, 3)", "--receptive-field", "11"]),
    ("check", ["Conv2d(3, 100, 5)", "parameters=2600", "output=1", "flops=x", "--input", "3x300x300"]),
    ("check", ["lenet", "C1.parameters=156", "C1.output=6x28x28", "S2.height=13", "--hint", "1"]),
    ("check", ["Conv2d(3, 8, k)", "height=H - k", "--input", "3xHxW"]),
    ("worksheet", ["parameters", "--variants", "2"]),
    ("grade", [str(SHEETS / "doubted.toml"), str(SHEETS / "answers.csv")]),
    ("notes", [str(SHEETS / "notes.md")]),
)


def schema(name):
    return {**SCHEMAS, "$ref": f"#/$defs/{name}"}


def command(name, arguments):
    first, _, second = name.partition("-")
    return [
        first,
        *([second] if first == "solve" or second == "layers" else []),
        *arguments,
        "--format",
        "json",
    ]


@pytest.mark.parametrize(
    ("name", "arguments"),
    RUNS,
    ids=[" ".join((name, *map(str, rest[:1]))).rpartition("/")[2] for name, rest in RUNS],
)
def test_what_a_command_prints_is_what_its_schema_says(convmath, name, arguments):
    printed = json.loads(convmath(*command(name, arguments)).out)
    Draft202012Validator(schema(name)).validate(printed)


def test_the_schemas_are_schemas_and_describe_every_command():
    Draft202012Validator.check_schema(SCHEMAS)
    assert {name for name, _ in RUNS} <= SCHEMAS["$defs"].keys()


def test_no_schema_names_what_is_never_printed(convmath):
    printed = {key for name, arguments in RUNS for key in keys(convmath(*command(name, arguments)).out)}
    assert set(named(SCHEMAS)) <= printed


def keys(text):
    waiting = [json.loads(text)]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield from part
        waiting += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()


def named(part):
    if isinstance(part, dict):
        yield from part.get("properties", ())
        for each in part.values():
            yield from named(each)
    elif isinstance(part, list):
        for each in part:
            yield from named(each)


PLACES = {"network", "input_shape", "layers"}


@pytest.mark.parametrize(
    ("text", "shape"), [row[:2] for row in EXAMPLES], ids=lambda value: str(value)[:40]
)
def test_text_and_json_name_the_same_quantities(text, shape):
    layer, several = parse_layer(text), parse_layer(text).arity is None
    reads = () if layer.arity == 0 else (INPUT, INPUT) if several else (INPUT,)
    network = Network("one", (Node("layer", layer, reads),), shape or (1,))
    (explanation,) = explained(network, "float32")
    assert {quantity.name for quantity in explanation.quantities} == plainly(network).keys() - PLACES
