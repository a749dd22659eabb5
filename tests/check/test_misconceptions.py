"""Every misconception of the collected tables: its own number triggers its own code.

The numbers are those of the tables where these give one, and otherwise worked by hand beside them.
"""

import pytest

from convmath import check

SIZE = ("Conv1d(1, 1, 5, stride=2, padding=2, dilation=3)", "1x22", "length")  # right: 7
LENET = ("Conv2d(6, 16, 5)", "6x28x28", "parameters")  # right: 2,416
GROUPS = ("Conv2d(12, 24, 3, groups=3)", "12x9x9", "parameters")  # right: 888
UP = ("ConvTranspose1d(1, 1, 4, stride=2, padding=1, output_padding=1)", "1x7", "length")  # right: 15
STACK = (
    "Conv2d(1,1,3) -> MaxPool2d(2) -> Conv2d(1,1,3) -> MaxPool2d(2) -> Conv2d(1,1,5)",
    "1x64x64",
    "receptive_field",
)  # right: 26
MACS = ("Conv2d(64, 128, 3, stride=2, padding=1)", "64x56x56", "multiplications")  # right: 57,802,752
POOL = ("MaxPool2d(2)", "16x32x32", "output")  # right: 16x16x16
DENSE = ("Flatten() -> Linear(270000, 100)", "3x300x300", "1.parameters")  # right: 27,000,100
NORM = "BatchNorm2d(512)"
SEPARABLE = "Conv2d(3, 3, 3, groups=3, bias=False) -> Conv2d(3, 128, 1, bias=False)"
BIASED = "Conv2d(3, 3, 3, groups=3) -> Conv2d(3, 128, 1)"
CHAIN = "Conv2d(3, 8, 3, padding=1) -> MaxPool2d(2) -> Conv2d(8, 16, 3, padding=1) -> MaxPool2d(2) -> Flatten() -> Linear(?, 10)"

TABLES = [
    # A
    *((code, *SIZE, answer) for code, answer in {
        "O01": 6, "O02": 6, "O03": 5, "O04": 14, "O05": 8, "O06": "15/2", "O07": 8, "O09": 11, "O10": 6, "O11": 10,
        "O12": 5, "O13": 9, "O14": 11, "O15": 11, "O16": 22, "O17": 13, "O18": 1, "O19": 9, "O20": 9, "O21": 20,
        "O22": 3, "O23": 11, "O24": 4, "O25": 51,
    }.items()),
    # +1 inside the fraction: floor((23 - 5 + 1)/2) = 9 where floor((23 - 5)/2) + 1 = 10
    ("O08", "Conv1d(1, 1, 5, stride=2)", "1x23", "length", 9),
    # the same in other ways to write a shape
    ("V01", "Conv2d(16, 32, 7, stride=2)", "16x63x63", "output", "29x29x16"),
    ("L01", "MaxPool2d(2)", "16x32x32", "output", "16x16x8"),
    ("O01", "Conv2d(3, 8, 3, stride=2)", "3x32x32", "output", "14x14x8"),
    ("O01", "Conv2d(3, 8, 3, stride=2)", "3x32x32", "output", "14x14"),
    ("O01", "Conv2d(3, 8, 3, stride=2)", "3x32x32", "output", "14"),
    ("O01", "Conv2d(3, 8, 3, stride=2)", "3x32x32", "size", "14x14"),
    ("V04", "Conv2d(3, 8, 3, padding=1)", "3x32x32", "output", "10x32x32"),
    # B
    *((code, *LENET, answer) for code, answer in {
        "P01": 2400, "P02": 2401, "P03": 416, "P04": 401, "P05": 400, "P06": 151, "P07": 496, "P08": 976, "P09": 2496,
        "P10": 2406, "P11": 1391616, "P12": 1881616, "P18": 75280, "P19": 38656, "P20": 566, "P21": 1216, "P22": 9216,
    }.items()),
    *((code, *GROUPS, answer) for code, answer in {"P14": 2616, "P15": 312, "P16": 7800, "P17": 872}.items()),
    # the dilated kernel of 5 taps reaches over 9: (81*6 + 1)*16
    ("P13", "Conv2d(6, 16, 5, dilation=2)", "6x28x28", "parameters", 7792),
    # C
    *((code, *UP, answer) for code, answer in {
        "T01": 3, "T02": 14, "T03": 14, "T04": 19, "T05": 17, "T06": 16, "T07": 12, "T08": 16, "T09": 16, "T11": 17,
    }.items()),
    # dilation 2 reaches over 7: (7-1)*2 - 2 + 7 + 1 = 18, without it 15
    ("T10", "ConvTranspose1d(1, 1, 4, stride=2, padding=1, output_padding=1, dilation=2)", "1x7", "length", 15),
    # D
    *((code, *STACK, answer) for code, answer in {
        "R01": 15, "R02": 11, "R03": 180, "R04": 29, "R05": 9, "R06": 23, "R08": 25, "R09": 17, "R10": 20, "R11": 35,
        "R12": 5,
    }.items()),
    # 1 + 2*2 + 2 = 7 with the dilation, 5 without
    ("R07", "Conv2d(1,1,3,dilation=2) -> Conv2d(1,1,3)", "1x64x64", "receptive_field", 5),
    # E
    *((code, *MACS, answer) for code, answer in {
        "M01": 115605504, "M02": 28901376, "M03": 231211008, "M04": 903168, "M05": 451584, "M06": 73728,
        "M07": 248020992, "M09": 19267584, "M10": 57903104, "M11": 115505152, "M12": 2064384,
    }.items()),
    ("M03", MACS[0], MACS[1], "flops", 2 * 231211008),
    ("M04", MACS[0], MACS[1], "flops", 2 * 903168 + 128 * 28 * 28),
    ("D01", SEPARABLE, "3x7x7", "multiplications", 675),
    ("D02", SEPARABLE, "3x7x7", "multiplications", 9600),
    ("D03", SEPARABLE, "3x7x7", "multiplications", 675 * 9600),
    ("B06", "Linear(63, 25, bias=False)", "63", "parameters", 1600),
    ("P05", "Conv2d(4, 8, 3)", "4x9x9", "weights", 72),
    ("F10", "Conv2d(3,7,5) -> ReLU() -> MaxPool2d(2) -> Conv2d(7,3,3) -> MaxPool2d(2) -> Flatten() -> Linear(432,33)", "3x56x56",
     "in_features", 363),
    ("M08", "Conv2d(64, 128, 3, stride=2, padding=1, groups=2)", "64x56x56", "multiplications", 57802752),
    # F
    ("V01", "Conv2d(16, 32, 7, stride=2)", "16x63x63", "output", "16x29x29"),
    ("V02", "Conv2d(16, 32, 7, stride=2)", "16x63x63", "output", "512x29x29"),
    ("V03", "ZeroPad2d(2)", "8x15x15", "output", "8x17x17"),
    ("V04", "ZeroPad2d(2)", "8x15x15", "output", "12x19x19"),
    ("V04", "ZeroPad2d(2)", "8x15x15", "channels", 12),
    ("V02", "Conv2d(16, 32, 7)", "16x63x63", "channels", 512),
    ("V05", "ZeroPad2d(2)", "8x15x15", "output", "10x17x17"),
    ("V06", "ZeroPad2d(1)", "32x31x31", "output", "33x33x33"),
    ("V07", "ZeroPad2d(1)", "32x31x31", "output", "34x31x31"),
    ("V08", "Conv2d(16, 32, 7)", "16x63x63", "padding", 7),
    ("V09", "Conv2d(1, 1, 3, dilation=2)", "1x32x32", "padding", 1),
    # height 3 at stride 3 gives 2, width 5 at stride 4 gives 1: exchanged (8-5)//4+1 = 1 and (8-3)//3+1 = 2
    ("V10", "Conv2d(1, 1, (3, 5), stride=(3, 4))", "1x8x8", "output", "1x1x2"),
    ("V11", "Conv2d(3, 64, 7, stride=2, padding='same')", "3x224x224", "padding", 3),
    ("V12", "Conv2d(3, 64, 3, stride=2, padding='same')", "3x225x225", "height", 112),
    # G
    ("L01", *POOL, "8x16x16"),
    ("L02", *POOL, "8x32x32"),
    ("L03", *POOL, "16x15x15"),
    ("L04", *POOL, "16x31x31"),
    ("L05", "MaxPool2d(4)", "16x128x128", "height", 64),
    ("L06", "MaxPool2d(2)", "16x32x32", "parameters", 64),
    ("L06", "MaxPool2d(2)", "16x32x32", "parameters", 80),
    ("L07", "MaxPool2d(3, stride=2)", "1x110x110", "height", 55),
    ("L08", "MaxPool2d(2)", "16x32x32", "kept", "50 %"),
    ("L09", "MaxPool2d(3, stride=2, padding=1)", "64x112x112", "height", 55),
    # H
    ("F01", "Flatten() -> Linear(16384, 256)", "1x128x128", "1.parameters", 4194304),
    ("F02", *DENSE, 27000001),
    ("F03", *DENSE, 27270000),
    ("F04", *DENSE, 9000100),
    ("F05", "Flatten() -> Linear(16384, 256)", "1x128x128", "1.parameters", 12583168),
    # 39x39x3 -> 37x37x10 -> 17x17x20 -> 7x7x40: 1960
    *(("F06", "Conv2d(3,10,3) -> Conv2d(10,20,5,stride=2) -> Conv2d(20,40,5,stride=2) -> Flatten() -> Linear(1960,10)",
       "3x39x39", "in_features", answer) for answer in (13690, 4563)),
    ("F07", CHAIN, "3x32x32", "in_features", 16 * 16 * 16),
    ("F08", CHAIN, "3x32x32", "in_features", 64),
    ("F08", "Conv2d(1, 6, 5) -> MaxPool2d(2)", "1x28x28", "in_features", 144),
    ("F09", CHAIN, "3x32x32", "in_features", 32 * 1024),
    # every layer one less: 28 -> 23 -> 11 - 1 = 10 ... as the question asked: 144 for 400
    ("F10", "Conv2d(1,6,5) -> MaxPool2d(2) -> Conv2d(6,16,5) -> MaxPool2d(2) -> Flatten() -> Linear(400,120)", "1x32x32",
     "in_features", 144),
    ("F11", "Conv2d(3, 8, 3) -> Conv2d(8, 16, 3)", "3x32x32", "1.parameters", 448),
    ("F12", "Conv2d(3, 8, 3) -> MaxPool2d(2) -> Conv2d(8, 16, 3)", "3x32x32", "2.output", "16x30x30"),
    # I
    ("B01", NORM, "512x7x7", "parameters", 0),
    ("B02", NORM, "512x7x7", "parameters", 512),
    ("B03", NORM, "512x7x7", "all_parameters", 1024),
    ("B04", NORM, "512x7x7", "trainable", 2048),
    ("B05", NORM, "512x7x7", "parameters", 2 * 512 * 49),
    ("B06", "Conv2d(3, 64, 7, bias=False)", "3x224x224", "parameters", 9472),
    # J
    ("D01", SEPARABLE, "3x7x7", "parameters", 27),
    ("D02", SEPARABLE, "3x7x7", "parameters", 384),
    ("D03", SEPARABLE, "3x7x7", "parameters", 10368),
    ("D04", SEPARABLE, "3x7x7", "ratio", "0.111"),
    ("D05", BIASED, "3x7x7", "parameters", 27 + 3 + 384),
    ("D05", BIASED, "3x7x7", "parameters", 27 + 384 + 128),
    # K: 6x28x28 float32 results are 18,816 bytes
    ("Y01", "Conv2d(1, 6, 5, padding=2)", "1x28x28", "memory", 4704),
    ("Y01", "Conv2d(1, 6, 5, padding=2)", "1x28x28", "memory", 4 * 18816),
    ("Y03", "Conv2d(1, 6, 5, padding=2)", "1x28x28", "memory", 8 * 18816),
    ("Y04", "Conv2d(1, 6, 5, padding=2)", "1x28x28", "memory", 2 * 18816),
    ("Y06", "Conv2d(1, 6, 5, padding=2)", "1x28x28", "activation_memory", 18816),
    ("Y06", "Conv2d(1, 6, 5, padding=2)", "1x28x28", "weight_memory", 4 * 150),
    # L
    ("N01", "Conv2d(3, 32, 3)", "3x32x32", "parameters", 816),
    ("N02", "Conv2d(3, 32, 3)", "3x32x32", "parameters", 869),
    ("N03", "Conv2d(3, 32, 3)", "3x32x32", "parameters", 8960),
    ("N04", "Conv2d(3, 32, 3)", "3x32x32", "parameters", 896 * 1024),
    ("N06", "Conv2d(3, 32, 3)", "3x32x32", "parameters", 895),
    ("N07", "Conv2d(3, 32, 3)", "3x32x20", "output", "32x18x30"),
    ("N08", "Conv2d(3, 32, 3)", "3x32x32", "parameters", 777600),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "layers", "shape", "quantity", "answer"),
    TABLES,
    ids=[f"{t[0]}-{i}" for i, t in enumerate(TABLES)],
)
def test_a_wrong_number_names_its_own_rule(code, layers, shape, quantity, answer):
    (verdict,) = check(layers, shape, {quantity: answer if isinstance(answer, str) else str(answer)})
    assert code in verdict.codes
    assert verdict.verdict in ("known", "near", "right-if", "follows")


def test_a_batch_that_is_forgotten():
    (verdict,) = check("Conv2d(1, 6, 5, padding=2)", "1x28x28", batch=32, memory=18816)
    assert "Y05" in verdict.codes


def test_megabytes_that_are_mebibytes():
    """CS231n's 72 MB for 24 million numbers."""
    (verdict,) = check("Conv2d(1, 6, 5, padding=2)", "1x1774x1774", memory="72.0 MiB")
    assert verdict.right == 4 * 6 * 1774**2
    assert verdict.verdict == "right"


OTHERWISE = [
    ("K01", "Conv1d(1, 1, 3, stride=2)", "1x10", "length", "9/2"),
    ("K01", "Conv2d(1, 1, 3, stride=2)", "1x10x10", "output", "invalid"),
    ("K02", "Conv2d(16, 32, 7)", "16x63x63", "padding", 6),
    ("K02", "Conv2d(3, 8, 3, padding=2)", "3x32x32", "height", 32),
    ("K03", "Conv2d(1, 1, 3, dilation=2)", "1x32x32", "height", 26),
    ("K04", "Conv2d(3, 8, 4, stride=2, padding=2)", "3x32x32", "height", 16),
    ("K04", "Conv2d(3, 64, 7, stride=2, padding=3)", "3x224x224", "padding", "(2, 3)"),
    ("K04", "Conv1d(3, 64, 7, stride=2, padding=3)", "3x224", "padding", "(2, 3)"),
    ("K04", "Conv2d(3, 64, 3, stride=2)", "3x225x225", "padding", 1),
    ("K04", "Conv2d(3, 64, 1, stride=2)", "3x224x224", "padding", 0),
    ("K05", "MaxPool2d(3, stride=2)", "1x112x112", "height", 56),
    ("K05", "MaxPool2d(3, stride=2, ceil_mode=True)", "1x112x112", "height", 55),
    ("K06", "vgg16", None, "flops", "15.47 G"),
    ("K06", "vgg16", None, "multiplications", "30.94 G"),
    ("K07", "resnet50", None, "weight_memory", "97.5 MB"),
    ("K08", "BatchNorm1d(512)", "512", "parameters", 2048),
    ("K09", "vgg16", None, "parameters", 138344128),
    ("K10", "resnet50", None, "receptive_field", 483),
    ("K10", "resnet50@paper", None, "receptive_field", 427),
    ("K11", "alexnet@paper", None, "parameters", 62378344),
    ("K11", "alexnet", None, "parameters", 60965224),
    ("K12", "Conv2d(3, 64, 7, stride=2, padding='same')", "3x224x224", "padding", "(3, 2)"),
    ("K13", "Conv2d(3, 128, 3)", "3x7x7", "output", "5x5x128"),
    ("K13", "Conv2d(3, 128, 3)", "3x7x7", "output", "(5,5,128)"),
    ("K20", "Conv2d(3, 128, 3)", "3x7x7", "output", "(1, 128, 5, 5)"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "layers", "shape", "quantity", "answer"),
    OTHERWISE,
    ids=[f"{t[0]}-{i}" for i, t in enumerate(OTHERWISE)],
)
def test_what_another_convention_has_for_right(code, layers, shape, quantity, answer):
    (verdict,) = check(layers, shape, {quantity: str(answer)})
    assert verdict.verdict == "right-if"
    assert code in verdict.codes
    assert verdict.why.startswith("right if")


RIGHT = [
    ("Conv2d(6, 16, 5)", "6x28x28", {"parameters": 2416, "output": "16x24x24", "weights": 2400, "biases": 16}),
    ("Conv2d(12, 24, 3, groups=3)", "12x9x9", {"parameters": 888}),
    ("Conv1d(1, 1, 5, stride=2, padding=2, dilation=3)", "1x22", {"length": 7, "quotient": "15/2"}),
    ("ConvTranspose1d(1, 1, 4, stride=2, padding=1, output_padding=1)", "1x7", {"length": 15}),
    (STACK[0], STACK[1], {"receptive_field": 26, "effective_stride": 4}),
    (MACS[0], MACS[1], {"multiplications": "57,802,752", "macs": "57.8 M", "flops": 2 * 57802752 + 128 * 28 * 28}),
    ("BatchNorm1d(512)", "512", {"trainable": 1024, "non_trainable": 1024, "all_parameters": 2048}),
    (BIASED, "3x7x7", {"parameters": 542}),
    ("Conv2d(3, 8, 3)", "3x8x8", {"receptive_field": "3x3", "effective_stride": "1x1", "effective_padding": "0x0", "size": "6x6"}),
    ("Conv2d(3, 8, (3, 5))", "3x8x8", {"padding": "(1, 2)"}),
    ("Conv2d(3, 4, 3, stride=10000)", "3x32x32", {"padding": "(154985, 154986)"}),
    ("Conv2d(3, 8, 3)", "3x32x32", {"output": r"$8 \times 30 \times 30$", "parameters": r"\boxed{224}", "neurons": "7{,}200"}),
    ("Conv2d(3, 8, 3)", "3x32x32", {"output": "torch.Size([8, 30, 30])", "parameters": "(3*3*3 + 1) * 8 = 224", "height": "'30'"}),
    ("Conv2d(3, 8, 3)", "3x32x32", {"output": "None x 8 x 30 x 30", "parameters": "224 trainable parameters", "width": "30."}),
    ("vgg16", None, {"parameters": "1.38 x 10^8"}),
    ("Conv1d(1, 1, 3)", "1x104", {"output": "1,102"}),
    ("MaxPool2d(2)", "16x32x32", {"parameters": "none"}),
    ("Conv1d(1, 4, 5, stride=2, dilation=2)", "1x40", {"receptive_field": 9, "effective_stride": 2, "length": 16, "size": 16}),
    ("Conv3d(1, 4, (3, 5, 7))", "1x9x9x9", {"depth": 7, "height": 5, "width": 3, "size": "7x5x3", "rf": "3x5x7"}),
    (SEPARABLE, "3x7x7", {"ratio": "137/1152", "saving": "88.1 %", "parameters": "27 + 384"}),
    ("MaxPool2d(2)", "16x32x32", {"kept": "25 %", "parameters": 0, "output": "16x16x16"}),
    ("Conv2d(1, 1, 3, dilation=2)", "1x32x32", {"padding": 2}),
    ("Conv2d(16, 32, 4)", "16x32x32", {"padding": "(1, 2)"}),
    ("lenet", None, {"parameters": "61,706", "in_features": 400, "receptive_field": 16, "C1.memory": "18816 bytes"}),
    ("resnet50", None, {"parameters": "25.6 M", "weight_memory": "97.5 MiB", "multiplications": "4.1 GMACs"}),
    ("Conv2d(3, 8, 3)", "3x9x9", {"neurons": 8 * 49, "memory": 4 * 8 * 49}),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "shape", "answers"), RIGHT, ids=range(len(RIGHT)))
def test_right_answers_are_right(layers, shape, answers):
    for verdict in check(layers, shape, {name: str(answer) for name, answer in answers.items()}):
        assert verdict.verdict == "right", verdict
