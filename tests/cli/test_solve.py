"""``convmath solve`` as it is typed: answers worked out by hand, and every refusal one sentence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHAIN = "Conv2d(3, w, 3) -> ReLU() -> Conv2d(w, w, 3)"
BLOCK = "Conv2d(64, 64, 3, padding=1) -> ReLU()"


def test_inputs_of_a_network(convmath):
    out = convmath("solve", "inputs", "unet").out
    assert "nxn: n >= 16 divisible by 16" in out
    assert "H: H >= 16 divisible by 16" in out
    assert "H and W do not depend on each other" in out
    assert "up0.concat  n >= 16 divisible by 16" in out


def test_inputs_that_give_an_output(convmath):
    out = convmath("solve", "inputs", "Conv2d(3, 64, 7, stride=2, padding=3)", "--output", "112").out
    assert "nxn: 223 <= n <= 224" in out
    out = convmath("solve", "inputs", "resnet50", "--output", "7").out
    assert "give 7 at layer4.2.relu" in out
    assert "nxn: 193 <= n <= 224" in out


def test_inputs_say_which_axis_is_tied_to_which(convmath):
    out = convmath("solve", "inputs", "alexnet@paper").out
    assert "H: 227 <= H <= 258, with W = 227" in out


def test_inputs_say_why_none_fits(convmath):
    run = convmath("solve", "inputs", "unet", "--output", "63")
    assert run.code == 0
    assert "nxn: no n: size 63 at out leaves none" in run.out
    out = convmath("solve", "inputs", "AdaptiveAvgPool1d(1) -> Conv1d(3, 3, 3)", "--input", "3x8").out
    assert "L: no L: 1 = Conv1d(3, 3, 3) leaves none" in out


def test_inputs_of_a_file(convmath, tmp_path):
    path = tmp_path / "net.toml"
    path.write_text(
        'name = "net"\ninput = "1x9"\n\n[[nodes]]\nname = "a"\nlayer = "MaxPool1d(3)"\ninputs = ["input"]\n'
    )
    assert "L: L >= 3" in convmath("solve", "inputs", str(path)).out


def test_inputs_as_json(convmath):
    found = convmath("solve", "inputs", "unet", "--format", "json").json()
    assert found["square"] == {
        "text": "n >= 16 divisible by 16",
        "first": 16,
        "last": None,
        "modulus": 16,
        "residues": [0],
        "others": [],
    }
    assert found["axes"]["W"]["text"] == "W >= 16 divisible by 16"
    assert found["independent"] is True


def test_smallest(convmath):
    assert convmath("solve", "smallest", "vgg16").out == "3x32x32\n"
    found = convmath("solve", "smallest", "Conv2d(1, 1, 3) -> MaxPool2d(2)", "--format", "json").json()
    assert found == {"network": "chain", "smallest": [1, 4, 4]}


def test_padding(convmath):
    out = convmath("solve", "padding", "--kernel-size", "3", "--dilation", "2").out
    assert out == "padding = 2 keeps every size; so does any begin + end = 4\n"
    arguments = ("solve", "padding", "--kernel-size", "4", "--format", "json")
    found = convmath(*arguments).json()
    assert (found["totals"], found["symmetric"], found["pair"]) == ([3, 3], None, [1, 2])


def test_arguments(convmath):
    asked = ("solve", "arguments", "--input", "224", "--output", "112", "--kernel-size", "6..7")
    assert convmath(*asked, "--dilation", "1").out.splitlines() == [
        "kernel_size  stride  dilation  padding",
        "          6       2         1  2",
        "          7       2         1  3",
    ]
    found = convmath(*asked, "--dilation", "1", "--format", "json").json()
    assert found[1] == {"kernel_size": 7, "stride": 2, "dilation": 1, "padding": [3, 3]}


def test_arguments_within_narrow_bounds(convmath):
    out = convmath("solve", "arguments", "--input", "5", "--output", "9").out
    assert "3       1         2  " not in out
    out = convmath("solve", "arguments", "--input", "5", "--output", "50").out
    assert out == "nothing within these bounds turns 5 into 50\n"


def test_depth(convmath):
    run = convmath("solve", "depth", BLOCK, "--input", "64x56x56", "--multiplications", "1e9")
    assert run.out.splitlines() == [
        "depth 8: 924,844,032 multiplications",
        "depth 9: 1,040,449,536 multiplications, over 1,000,000,000",
    ]


def test_width(convmath):
    asked = ("solve", "width", CHAIN, "--input", "3x32x32", "--parameters", "100_000")
    assert convmath(*asked).out.splitlines() == [
        "width 103: 98,468 parameters",
        "width 104: 100,360 parameters, over 100,000",
    ]
    found = convmath(*asked, "--multiple-of", "8", "--format", "json").json()
    assert (found["width"], found["beyond"]["value"]) == (96, 104)


def test_width_of_memory(convmath):
    asked = ("solve", "width", CHAIN, "--input", "3x32x32", "--memory", "103360", "--dtype", "float16")
    assert "width 20: 103,360 bytes of results" in convmath(*asked).out  # 2 bytes * 2584 * 20


def test_width_of_a_published_network(convmath):
    # as published, 64 wide, it has 11,689,512
    out = convmath("solve", "width", "resnet18", "--parameters", "11689512").out
    assert out.startswith("width 64: 11,689,512 parameters\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("inputs", "resnet5"), "did you mean"),
        (("inputs", "unet", "--output", "0"), "output=0 is no size"),
        (("inputs", "unet", "--node", "out"), "give its output too"),
        (("inputs", "unet", "--output", "2", "--node", "outt"), "did you mean out?"),
        (("inputs", "Flatten() -> Linear(4, 2)"), "takes any input; give one"),
        (("inputs", "Conv2d(3, 8, k)", "--input", "3x9x9"), "has the symbol k"),
        (("inputs", "unet", "--input", "1xHxW"), "--input 1xHxW has the symbol H"),
        (
            ("smallest", "AdaptiveAvgPool1d(1) -> Conv1d(3, 3, 3)", "--input", "3x8"),
            "no input fits AdaptiveAvgPool1d(1) -> Conv1d(3, 3, 3)",
        ),
        (("padding", "--kernel-size", "3", "--stride", "2"), "give the input size"),
        (("padding", "--kernel-size", "0"), "kernel_size=0 must be"),
        (("arguments", "--input", "8", "--output", "4", "--stride", "4..1"), "--stride '4..1' is no range"),
        (
            ("arguments", "--input", "8", "--output", "4", "--kernel-size", "x"),
            "--kernel-size 'x' is no range",
        ),
        (("depth", BLOCK, "--input", "64x8x8"), "there is no limit"),
        (
            ("depth", BLOCK, "--input", "64x8x8", "--parameters", "1.5"),
            "--parameters '1.5' is no whole number",
        ),
        (("depth", BLOCK, "--input", "64x8x8", "--parameters", "many"), "is no whole number"),
        (("depth", BLOCK, "--input", "64x8x8", "--parameters", "nan"), "is no whole number"),
        (
            ("depth", "Conv1d(w, w, 3)", "--input", "4x9", "--parameters", "9"),
            "give numbers for the symbols",
        ),
        (("width", CHAIN, "--parameters", "9"), "give one like 3x224x224"),
        (("width", CHAIN, "--input", "3x9x9", "--parameters", "9"), "even a width of 1 has 38 parameters"),
        (("width", BLOCK, "--input", "64x9x9", "--parameters", "9"), "the chain has none for its width"),
        (
            ("width", "Conv1d(1, 1, w)", "--input", "1x9", "--multiplications", "99"),
            "cannot be shown to grow",
        ),
        (("width", "alexnet", "--parameters", "9"), "width"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(convmath, arguments, message):
    run = convmath("solve", *arguments)
    assert run.code == 2
    assert message in run.err
    assert run.err.count("\n") == 1


QUESTIONS = (
    ("inputs", "unet"),
    ("inputs", "alexnet@paper"),
    ("smallest", "resnet18"),
    ("padding", "--kernel-size", "3"),
    ("arguments", "--input", "224", "--output", "112"),
    ("depth", BLOCK, "--input", "64x56x56", "--parameters", "1e6"),
)

PROGRAM = """
import sys
from convmath.cli import main
for question in {questions!r}:
    try:
        main(["solve", *question])
    except SystemExit as stop:
        assert not stop.code, question
print([name for name in ("sympy", "numpy", "torch") if name in sys.modules])
"""


def test_questions_in_numbers_import_no_symbols():
    program = PROGRAM.format(questions=QUESTIONS)
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert json.loads(run.stdout.splitlines()[-1]) == []


def test_what_a_pixel_reaches(convmath):
    """A 3x3 window at every position reads row 0 in rows 0 and 1, and row 4 in rows 3 to 5."""
    chain = "Conv2d(1, 1, 3, padding=1)"
    run = convmath("solve", "reaches", chain, "--input", "1x9x9", "--pixel", "0x4")
    assert run.out == "pixel 0x4 reaches (0..1) x (3..5) of 0, 1x9x9\n"
    found = convmath("solve", "reaches", "resnet50", "--pixel", "0x0", "--format", "json").json()
    assert found["reached"] == [list(range(7)), list(range(7))]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--pixel", "9x4"), "pixel 9x4 is not on the input 1x9x9"),
        (("--pixel", "4"), "pixel 4 is not on the input 1x9x9"),
        (("--pixel", "axb"), "--pixel 'axb' must be whole numbers"),
        (("--pixel", "0x0", "--node", "7"), "has no node '7'"),
    ],
)
def test_pixels_that_are_nowhere(convmath, arguments, sentence):
    run = convmath("solve", "reaches", "Conv2d(1, 1, 3, padding=1)", "--input", "1x9x9", *arguments)
    assert run.code == 2
    assert sentence in run.err
