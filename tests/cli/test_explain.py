"""The command line's answers, each expected number worked by hand or published."""

import io
import json
import sys

import numpy as np
import pytest
import sympy

from convmath.cli import main

JSON = [
    (
        "Conv2d(3,128,3,bias=False)",
        "3x7x7",
        {
            "output_shape": [128, 5, 5],
            "parameters": 128 * 3 * 3 * 3,
            "multiplications": 86_400,
            "effective_multiplications": 86_400,
            "additions": 128 * 25 * 26,
            "leftover": [0, 0],
        },
    ),
    (
        "Conv2d(3,3,3,groups=3,bias=False) -> Conv2d(3,128,1,bias=False)",
        "3x7x7",
        {"multiplications": 10_275},
    ),
    (
        "Conv2d(1,1,3) -> Conv2d(1,1,3,dilation=2) -> Conv2d(1,1,3,dilation=4)",
        "1x32x32",
        {"output_shape": [1, 18, 18]},
    ),
    (
        "ConvTranspose2d(4,6,3,stride=2,bias=False)",
        "4x5x5",
        {"output_shape": [6, 11, 11], "multiplications": 5_400},
    ),
    ("MaxPool2d(3,stride=2,ceil_mode=True)", "1x112x112", {"output_shape": [1, 56, 56]}),
    # a kernel far larger than the input: each of the ten windows meets all nine rows
    (
        "Conv1d(1,1,1000000000,padding=500000000,bias=False)",
        "1x9",
        {"output_shape": [1, 10], "effective_multiplications": 90},
    ),
    ("Conv2d(3,96,11,stride=4)", "3x224x224", {"output_shape": [96, 54, 54], "leftover": [1, 1]}),
    # one padded 3x3 tap row less at each border: (3*5 - 2)^2 of the 15^2 taps are real
    (
        "Conv2d(1,1,3,padding=1,bias=False)",
        "1x5x5",
        {"multiplications": 225, "effective_multiplications": 169},
    ),
    ("Linear(400,120)", "400", {"multiplications": 48_000, "additions": 48_000, "parameters": 48_120}),
    ("BatchNorm2d(8)", "8x4x4", {"multiplications": 128, "additions": 128, "parameters": 16}),
    (
        "AvgPool2d(2)",
        "6x28x28",
        {"multiplications": 0, "additions": 3 * 6 * 14 * 14, "divisions": 6 * 14 * 14},
    ),
]


@pytest.mark.parametrize(("layers", "shape", "expected"), JSON)
def test_json_gives_exactly_these_numbers(convmath, layers, shape, expected):
    answer = convmath("explain", layers, "--input", shape, "--format", "json").json()
    assert {name: answer[name] for name in expected} == expected


def test_a_receptive_field_has_one_entry_an_axis(convmath):
    answer = convmath("explain", "MaxPool2d((1, 2))", "--input", "1x4x4", "--format", "json").json()
    assert answer["receptive_field"] == {
        "size": [1, 2],
        "stride": [1, 2],
        "padding": [0, 0],
        "varies": False,
        "bound": False,
        "status": "aligned",
        "gated": False,
        "sees_all": [False, False],
    }


def test_symbols_answer_in_strings_that_sympy_reads(convmath):
    layers = "Conv2d(C,2*C,k,stride=s,padding=p)"
    answer = convmath("explain", layers, "--input", "CxHxW", "--format", "json").json()
    channels, rows, _ = map(sympy.sympify, answer["output_shape"])
    assert channels == 2 * sympy.Symbol("C")
    numbers = {"H": 17, "k": 5, "s": 2, "p": 1}
    assert rows.subs(numbers) == (17 + 2 * 1 - 5) // 2 + 1
    assert sympy.sympify(answer["parameters"]) == sympy.sympify("2*C + 2*C**2*k**2")


def test_text_shows_formula_numbers_value_and_reason(convmath):
    out = convmath("explain", "Conv2d(3, 128, 3, bias=False)", "--input", "3x7x7").out
    assert "floor((H + 2·p - d·(k - 1) - 1)/s) + 1" in out
    assert "= floor((7 + 2·0 - 1·(3 - 1) - 1)/1) + 1\n" in out
    assert "= 128·3·3·3·5·5\n" in out
    assert "= 86,400\n" in out
    assert "the last must end inside the padded input" in out


def test_text_reports_leftovers(convmath):
    out = convmath("explain", "Conv2d(3, 96, 11, stride=4)", "--input", "3x224x224").out
    assert "leftover along height       1\n" in out
    assert "leftover along width        1\n" in out


def test_chain_adds_up(convmath):
    layers = "Conv2d(3,3,3,groups=3,bias=False) -> Conv2d(3,128,1,bias=False)"
    out = convmath("explain", layers, "--input", "3x7x7", "--only", "multiplications").out
    assert "675 + 9600\n" in out
    assert "= 10,275\n" in out


def test_without_input_the_answer_is_in_symbols(convmath):
    answer = convmath("explain", "Conv2d(3, 8, 3, stride=2)", "--format", "json").json()
    assert answer["output_shape"] == [8, "floor((H - 1)/2)", "floor((W - 1)/2)"]


def test_only_keeps_what_is_asked_for(convmath):
    arguments = ("explain", "Conv2d(3, 8, 3)", "--input", "3x9x9", "--format", "json")
    assert convmath(*arguments, "--only", "parameters,output_shape").json() == {
        "parameters": 224,
        "output_shape": [8, 7, 7],
    }


@pytest.mark.parametrize(
    ("format_", "expected"),
    [
        ("markdown", r"\left\lfloor \frac{H + 2 \, p - d \, \left(k - 1\right) - 1}{s} \right\rfloor + 1"),
        ("latex", r"&= 128 \cdot 3 \cdot 3 \cdot 3 \cdot 5 \cdot 5"),
        ("html", "<mn>128</mn><mo>&#x22C5;</mo><mn>3</mn>"),
    ],
)
def test_every_format_carries_the_formula(convmath, format_, expected):
    out = convmath("explain", "Conv2d(3,128,3,bias=False)", "--input", "3x7x7", "--format", format_).out
    assert expected in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("Conv2d(1,1,2)", "1x2x2", "0,0,0", "--x", "[[1,2],[3,4]]", "--w", "[[1,0],[0,-1]]", "--b", "[3]"),
            ["= 3 + 1·1 + 0·2 + 0·3 + (-1)·4", "= 0"],
        ),
        (("MaxPool2d(2,stride=1)", "1x3x3", "0,1,1", "--x", "[[0,1,2],[3,4,5],[6,7,8]]"), ["= max(4, 5, 7, 8)", "= 8"]),
        (
            ("AvgPool2d(2,padding=1)", "1x2x2", "0,0,0", "--x", "[[8,2],[3,4]]"),
            ["= (0 + 0 + 0 + 8) / 4", "= 2"],
        ),
        (
            ("AvgPool2d(2,padding=1,count_include_pad=False)", "1x2x2", "0,0,0", "--x", "[[8,2],[3,4]]"),
            ["/ 1", "= 8"],
        ),
        (
            ("ConvTranspose2d(1,1,2,bias=False)", "1x2x2", "0,1,1", "--x", "[[1,2],[3,4]]", "--w", "[[1,10],[100,1000]]"),
            ["= 1000·1 + 100·2 + 10·3 + 1·4", "= 1234"],
        ),
        (
            ("Conv1d(1,1,3,padding=1,padding_mode='reflect',bias=False)", "1x3", "0,0", "--x", "[1,2,3]", "--w", "[1,10,100]"),
            ["= 1·2 + 10·1 + 100·2", "= 212"],
        ),
    ],
)  # fmt: skip
def test_one_element_worked_out(convmath, arguments, expected):
    layer, shape, element, *numbers = arguments
    out = convmath("explain", layer, "--input", shape, "--element", element, *numbers).out
    assert all(line in out for line in expected)


@pytest.mark.parametrize(
    ("layer", "shape", "element", "expected"),
    [
        ("ConstantPad2d(1, 3.5)", "1x2x2", "0,0,0", "= 3.5\n"),
        ("MaxPool2d(2, padding=1)", "1x2x2", "0,0,0", "= max(-inf, -inf, -inf, -1)\n           = -1\n"),
    ],
)
def test_padding_is_what_the_layer_pads_with(convmath, layer, shape, element, expected):
    out = convmath("explain", layer, "--input", shape, "--element", element, "--x", "[[-1,-2],[-3,-4]]").out
    assert out.endswith(expected)


def test_an_element_that_nothing_writes_is_its_bias(convmath):
    layer = "ConvTranspose1d(2,2,1,stride=2,groups=2)"
    assert convmath("explain", layer, "--input", "2x3", "--element", "0,1").out == "Y[0, 1] = B[0] + 0\n"


@pytest.mark.parametrize(
    ("layers", "shape", "sentence"),
    [
        ("Conv2d(1,1,k)", "1x20x20", "has symbols"),
        ("Linear(1000000,10)", "1000000", "1,000,000 terms"),
    ],
)
def test_an_element_that_cannot_be_shown_is_refused(convmath, layers, shape, sentence):
    run = convmath("explain", layers, "--input", shape, "--element", ",".join("0" * len(shape.split("x"))))
    assert (run.code, run.out) == (2, "")
    assert sentence in run.err


def test_missing_numbers_are_named(convmath):
    out = convmath(
        "explain", "Conv2d(1,1,2)", "--input", "1x2x2", "--element", "0,0,0", "--x", "[[1,2],[3,4]]"
    ).out
    assert out.endswith("(no numbers without --w, --b)\n")


def test_a_loop_named_like_a_symbol_gets_a_prime(convmath):
    out = convmath("explain", "Conv2d(c,o,a)", "--input", "cxHxW", "--only", "output_shape").out
    assert "Y[o', i, j] = B[o'] + sum over c', a', b of W[o', c', a', b]·X[c', i + a', j + b]" in out


def test_sums_in_shapes_stand_in_parentheses(convmath):
    arguments = ("explain", "Conv2d(C, 8, 3)", "--input", "CxHxW", "--only", "output_shape")
    assert "8 x (H - 2) x (W - 2)\n" in convmath(*arguments).out
    assert (
        r"8 \times \left(H - 2\right) \times \left(W - 2\right)"
        in convmath(*arguments, "--format", "latex").out
    )


def test_what_pytorch_prints_is_read(convmath):
    printed = (
        "BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True) -> ReLU(inplace=True) -> "
        "Flatten(start_dim=1, end_dim=-1) -> Dropout(p=0.5, inplace=False) -> Softmax(dim=1)"
    )
    assert convmath("explain", printed, "--input", "3x2x2", "--format", "json").json()["output_shape"] == [
        12
    ]


@pytest.mark.parametrize(
    ("layers", "shape", "size"),
    [  # traced by hand: taps 0, 4, 8 have different residues modulo 3, so one lands on each position
        ("ConvTranspose2d(1,1,3,stride=3,dilation=4)", "1x8x8", [1, 1]),
        ("ConvTranspose1d(1,1,2,stride=2) -> Conv1d(1,1,2,stride=2)", "1x8", [1]),
        ("ConvTranspose1d(1,1,3,stride=2)", "1x8", [2]),
    ],
)
def test_receptive_field_behind_gaps(convmath, layers, shape, size):
    answer = convmath("explain", layers, "--input", shape, "--format", "json").json()
    assert answer["receptive_field"]["size"] == size


def test_a_flag_that_changes_nothing_may_stand_last(convmath):
    run = convmath(
        "explain", "nn.ReLU(True) -> nn.Dropout(0.5, True)", "--input", "3", "--only", "output_size"
    )
    assert run.code == 0


@pytest.mark.parametrize(
    ("layer", "x", "expected"),
    [
        (
            "LeakyReLU(0.1)",
            "[-1]",
            [r"Y_{0} &= \max\left(X_{0}, \mathrm{slope} \cdot X_{0}\right)", r"\max\left(-1, 0.1 \cdot"],
        ),
        ("GELU()", "[1]", [r"\frac{1}{\sqrt{2}}"]),
        (
            "LayerNorm(2, 1e-6, elementwise_affine=False)",
            "[1, 2]",
            [
                r"{\left(-\frac{1}{2}\right)}^{2} + {\left(\frac{1}{2}\right)}^{2}",
                r"\cdot 10^{-6}",
                r"&= \frac{1 + 2}{2}",
            ],
        ),
        ("LPPool1d(3, 2)", "[[3, 4]]", [r"{\left({X_{0, 0}}^{3} + {X_{0, 1}}^{3}\right)}^{\frac{1}{3}}"]),
        (
            "LocalResponseNorm(1)",
            "[[1]]",
            [r"k + \frac{\alpha}{\mathrm{size}} \cdot", r"1 + 0.0001 \cdot {1}^{2}\right)}^{0.75}"],
        ),
    ],
)
def test_one_element_in_latex(convmath, layer, x, expected):
    """Constants by their letters, then by their numbers; what is raised to a power in parentheses."""
    shape = "x".join(map(str, np.shape(json.loads(x))))
    element = ",".join("0" for _ in np.shape(json.loads(x)))
    asked = ("--input", shape, "--element", element, "--x", x, "--format", "latex")
    out = convmath("explain", layer, *asked).out
    for part in expected:
        assert part in out


def test_a_terminal_without_letters_gets_others(monkeypatch):
    """Also one that says ascii, which click takes for a mistake."""
    page = io.BytesIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", terminal := io.TextIOWrapper(page, "ascii"))
        with pytest.raises(SystemExit):
            main(["explain", "Conv2d(3, 4, 3)", "--input", "3x9x9", "--only", "macs"])
        terminal.flush()
    assert "= 4*3*3*3*7*7\n" in page.getvalue().decode("ascii")


def test_one_element_in_letters(convmath):
    out = convmath("explain", "Conv2d(2,2,1,groups=2)", "--input", "2x2x2", "--element", "1,0,1").out
    assert out == "Y[1, 0, 1] = B[1] + W[1, 0, 0, 0]·X[1, 0, 1]\n"


WRONG = [
    (
        ("Conv2d(6, 8, 3, groups=4)", "6x9x9"),
        "in_channels=6 is not divisible by groups=4; groups can be 1, 2",
    ),
    (("Conv2d(3, 8, 3)", "4x9x9"), "takes 3 channels, the input 4x9x9 has 4"),
    (("Conv2d(3, 8, 3)", "3x9"), "takes channels and 2 spatial sizes, got 3x9; write the input as CxHxW"),
    (("Conv2d(3, 8, 7)", "3x5x5"), "covers 7 positions but the padded input has 5"),
    (("Conv2d(3, 8, 3, strid=2)", "3x9x9"), "has no argument 'strid'; did you mean stride?"),
    (("Conf2d(3, 8, 3)", "3x9x9"), "there is no layer 'Conf2d'; did you mean Conv2d"),
    (("Conv2d(3, 8)", "3x9x9"), "Conv2d has no kernel_size; it takes in_channels"),
    (("Conv2d(3, 8, 3", "3x9x9"), "is no layer"),
    (("Conv2d(3, 8, 0)", "3x9x9"), "kernel_size=0 must be at least 1"),
    (("Conv2d(3, 8, 2.5)", "3x9x9"), "kernel_size=2.5 must be a whole number"),
    (("Conv2d(3, 8, (3, 3, 3))", "3x9x9"), "has 3 values for 2 spatial axes"),
    (("Conv2d(3, 8, 3, padding=-1)", "3x9x9"), "padding=-1 must not be negative"),
    (("Conv2d(3, 8, 3, padding='sane')", "3x9x9"), "padding='sane' is not known"),
    (("Conv2d(3, 8, 3, padding=9, padding_mode='reflect')", "3x9x9"), "needs at least 10 positions"),
    (("MaxPool2d(3, padding=2)", "3x9x9"), "padding=2 must be at most half of kernel_size=3"),
    (("ConvTranspose2d(3, 8, 3, output_padding=1)", "3x9x9"), "output_padding=1 must be smaller"),
    (("Linear(400, 10)", "16x5x5"), "flatten 16x5x5 first"),
    (("Conv2d(3, 8, 3) -> ", "3x9x9"), "a layer is missing"),
    (("Add()", "3x9x9"), "cannot stand in a chain"),
    (("__import__('os').system('true')", "3x9x9"), "join layers with ->, '.' does not"),
    (("Conv2d(3, 8, open('x'))", "3x9x9"), "is no argument"),
    (("Conv2d(3, 8, 3)", "3x0x9"), "axis of size 0"),
    (("Conv2d(3, 8, 3, stride=(1, (2, 3)))", "3x9x9"), "stride=(1, (2, 3)) must be a whole number"),
    (("Conv2d((3,), 8, 3)", "3x9x9"), "in_channels=(3,) must be a whole number or a symbol"),
    (("Conv2d(3, 8, 3, bias=2)", "3x9x9"), "bias=2 must be True or False"),
    (("MaxPool2d(3, ceil_mode=1)", "3x9x9"), "ceil_mode=1 must be True or False"),
    (("LocalResponseNorm(5, alpha='x')", "8x5x5"), "alpha='x' must be a number"),
    (("Dropout('x')", "4"), "p='x' must be a number"),
    (("ConstantPad2d(1, 'a')", "3x9x9"), "value='a' must be a number"),
    (("ReLU()", "3x4x5x6x7"), "give at most CxDxHxW"),
    (("Flatten()", "3x4x5x6x7"), "give at most CxDxHxW"),
    (("Conv2d(3, 8, 3, stride=3, stride=2)", "3x9x9"), "stride twice is no argument"),
    (
        ("Subsample2d(2, padding=1, channels=3)", "3x9x9"),
        "Subsample2d has no argument 'padding'; known are kernel_size, stride, channels",
    ),
    (("Conv2d(3, 8, k*0.5)", "3x9x9"), "'0.5' is no whole number or symbol"),
    (("Conv2d(3, 8, -k)", "3x9x9"), "kernel_size=-k must be at least 1"),
    (("Conv2d(3, 8, 3)", "3xTruexNone"), "True is a word of Python"),
    (("Conv2d(3, 8, " + "-" * 900 + "3)", "3x9x9"), "nested too deeply"),
    (("Conv2d(3, 8, 3)", "3x" + "9" * 5000 + "x7"), "a number beyond 10^18"),
    (("Conv2d(100000000000007, 4, 3, groups=3)", "3x9x9"), "groups can be 1"),
    (("MaxPool2d(2, padding='same')", "3x9x9"), "padding='same' is not known; use a number"),
    (("ReLU(foo=1)", "3x9x9"), "it takes none"),
    (("Sigmoid(True)", "3x9x9"), "Sigmoid has too many arguments; it takes none"),
    (("lenet -> ReLU()", "1x28x28"), "there is no layer 'lenet'; did you mean Linear"),
    (("a" * 2000 + "()", "3x9x9"), f"there is no layer '{'a' * 57}...'"),
    (("Conv2d(3, 8, 3, in_channels=3)", "3x9x9"), "in_channels is given twice; give it once"),
    (("Subsample2d(2, 2, 3)", "3x9x9"), "Subsample2d has too many arguments"),
    (("Conv2d(2, 2, 3, connections=((0, 1), (True,)))", "2x9x9"), "needs different input channels"),
    (("GELU(approximate='tanh')", "3x9x9"), "approximate=tanh is not covered; only none is"),
    (("Conv2d(**a)", "3x9x9"), "**a is no argument"),
    (("Conv2d(3, 8, 3)", "three"), "takes channels and 2 spatial sizes"),
    (("Conv2d(3, 8, 3)", "3x-1x9"), "is no input shape"),
    (("Conv2d(3, 8, 10**30)", "3x9x9"), "is no argument"),
    (("Conv2d(3, 8, 1" + "0" * 30 + ")", "3x9x9"), "beyond 10^18"),
]


@pytest.mark.parametrize("format_", ["text", "json"])
@pytest.mark.parametrize(("arguments", "sentence"), WRONG)
def test_wrong_input_is_one_sentence_and_exit_code_2(convmath, arguments, sentence, format_):
    layers, shape = arguments
    run = convmath("explain", layers, "--input", shape, "--format", format_)
    assert run.code == 2
    assert run.out == ""
    assert sentence in run.err
    assert run.err.startswith("convmath: ")
    assert len(run.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--element", "0,9,9"], "element 0,9,9 is not in the output 8x7x7"),
        (["--element", "a"], "must be whole numbers"),
        (["--element", "0,0,0", "--x", "[1, 2"], "is no list of numbers"),
        (["--element", "0,0,0", "--x", "[[1, 2], [3]]"], "not rectangular"),
        (["--element", "0,0,0", "--x", "[[1, 2]]"], "X has the shape 1x2, it must be 3x9x9"),
        (["--element", "0,0,0", "--x", "[\"a\"]"], "is no number"),
        (["--only", "weigth"], "is no quantity here"),
        (["--format", "pdf"], "'pdf' is not one of"),
        (["--x", "[1]"], "give --element"),
        (["--element", "0,0,0", "--x", "[" + "9" * 5000 + "]"], "is no list of numbers"),
    ],
)  # fmt: skip
def test_wrong_options_are_one_sentence_and_exit_code_2(convmath, options, sentence):
    run = convmath("explain", "Conv2d(3, 8, 3)", "--input", "3x9x9", *options)
    assert run.code == 2
    assert sentence in run.err
    assert len(run.err.splitlines()) == 1


def test_json_has_the_documented_keys(convmath):
    answer = json.loads(convmath("explain", "ReLU()", "--input", "3x9x9", "--format", "json").out)
    assert set(answer) >= {
        "output_shape",
        "parameters",
        "multiplications",
        "effective_multiplications",
        "additions",
        "receptive_field",
        "leftover",
    }
