"""Layers and shapes as people write, print and paste them; what each must be is written out by hand."""

import pytest

from convmath import ConvmathError, network_of
from convmath.parse.calls import read_calls
from convmath.parse.shape import fitted, parse_shape

KERAS_LENET = """
model = Sequential([
    keras.layers.Conv2D(6, 5, padding='same', activation='sigmoid', input_shape=(28, 28, 1)),
    AveragePooling2D(2),
    layers.Conv2D(16, 5, activation='sigmoid'),
    AveragePooling2D(),
    Flatten(),
    Dense(120, activation='sigmoid'), Dense(84, activation="sigmoid"),
    Dense(10, activation='softmax')])
"""
PRINTED = """Net(
  (conv1): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1))
  (pool): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
  (fc): Sequential(
    (0): Flatten(start_dim=1, end_dim=-1)
    (1): Linear(in_features=864, out_features=10, bias=True)
  )
)"""

FORMS = [  # text, input, layers, input as it is read
    ("nn.Conv2d(3, 8, 3)", "3x9x9", "Conv2d(3, 8, 3)", (3, 9, 9)),
    ("torch.nn.Sequential(nn.Conv2d(3,8,3), nn.ReLU(True), nn.MaxPool2d(2),)", "3x9x9",
     "Conv2d(3, 8, 3) -> ReLU() -> MaxPool2d(2)", (3, 9, 9)),
    ("nn.Sequential(\n  nn.Conv2d(3, 8, 3),  # first\n  nn.ReLU(inplace=True),\n)", "3x9x9",
     "Conv2d(3, 8, 3) -> ReLU()", (3, 9, 9)),
    ("nn.Sequential(nn.Sequential(nn.Conv2d(3, 8, 3)), nn.ReLU())", "3x9x9", "Conv2d(3, 8, 3) -> ReLU()", (3, 9, 9)),
    ("nn.Sequential(OrderedDict([('c1', nn.Conv2d(3, 8, 3)), ('r1', nn.ReLU())]))", "3x9x9",
     "Conv2d(3, 8, 3) -> ReLU()", (3, 9, 9)),
    ("(conv1): Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1))", "3x9x9", "Conv2d(3, 8, 3)", (3, 9, 9)),
    (PRINTED, "1x28x28", "Conv2d(1, 6, 5) -> MaxPool2d(2) -> Flatten() -> Linear(864, 10)", (1, 28, 28)),
    ("self.conv1 = nn.Conv2d(3, 6, 5)\nself.conv2 = nn.Conv2d(6, 16, 5)", "3x32x32",
     "Conv2d(3, 6, 5) -> Conv2d(6, 16, 5)", (3, 32, 32)),
    ("Conv2d(3,8,3) → ReLU → MaxPool2d(2)", "3x9x9", "Conv2d(3, 8, 3) -> ReLU() -> MaxPool2d(2)", (3, 9, 9)),
    ("Conv2d(3,8,3), ReLU(), MaxPool2d(2)", "3x9x9", "Conv2d(3, 8, 3) -> ReLU() -> MaxPool2d(2)", (3, 9, 9)),
    ("Conv2d(3,8,3)\nReLU()\n\nMaxPool2d(2)\n", "3x9x9", "Conv2d(3, 8, 3) -> ReLU() -> MaxPool2d(2)", (3, 9, 9)),
    ("Conv2d（3，8，kernel_size＝3） → ReLU（）", "３×９×９", "Conv2d(3, 8, 3) -> ReLU()", (3, 9, 9)),
    ("Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=same)", "3x9x9", "Conv2d(3, 8, 3, padding='same')", (3, 9, 9)),
    ("Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), padding_mode=reflect)", "3x9x9",
     "Conv2d(3, 8, 3, padding=1, padding_mode='reflect')", (3, 9, 9)),
    ("BatchNorm2d(4, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)", "4x9x9", "BatchNorm2d(4)", (4, 9, 9)),
    ("Softmax(dim=None) -> Softplus(beta=1.0, threshold=20.0)", "8", "Softmax() -> Softplus()", (8,)),
    ("from keras import layers\nmodel.add(Conv2D(8, 3, activation=tf.nn.relu, input_shape=(9, 9, 3)))\nmodel.summary()", None,
     "Conv2d(3, 8, 3) -> ReLU()", (3, 9, 9)),
    ("InputLayer((9, 9, 3)), Conv2D(8, 3)", None, "Conv2d(3, 8, 3)", (3, 9, 9)),
    ("MaxPool2d(2)", "224x224x3", "MaxPool2d(2)", (3, 224, 224)),
    ("Conv2d(3, 8, 3)", "torch.Size([3, 9, 9])", "Conv2d(3, 8, 3)", (3, 9, 9)),
    ("Conv2d(3, 8, 3)", "3@9x9", "Conv2d(3, 8, 3)", (3, 9, 9)),
    ("Conv2d(3, 8, 3)", "-1x3x9x9", "Conv2d(3, 8, 3)", (3, 9, 9)),
    ("ReLU", "8", "ReLU()", (8,)),
    ("nn.LeakyReLU(0.2, True) -> nn.Dropout(0.3, True)", "8", "LeakyReLU(0.2) -> Dropout(0.3)", (8,)),
    ("LazyConv2d(8, 3) -> Flatten() -> LazyLinear(10)", "3x9x9",
     "Conv2d(3, 8, 3) -> Flatten() -> Linear(392, 10)", (3, 9, 9)),
    ("Conv2d(3, 8, 3) -> Flatten() -> Linear(?, 10)", "3x9x9",
     "Conv2d(3, 8, 3) -> Flatten() -> Linear(392, 10)", (3, 9, 9)),
    ("Conv2d(3, 8, 3)", "(3, 9, 9)", "Conv2d(3, 8, 3)", (3, 9, 9)),
    ("Conv2d(3, 8, 3)", "[3,9,9]", "Conv2d(3, 8, 3)", (3, 9, 9)),
    ("Conv2d(3, 8, 3)", "3 9 9", "Conv2d(3, 8, 3)", (3, 9, 9)),
    ("Conv2d(3, 8, 3)", "3×9×9", "Conv2d(3, 8, 3)", (3, 9, 9)),
    ("Conv2d(3, 8, 3)", "9x9x3", "Conv2d(3, 8, 3)", (3, 9, 9)),
    ("Conv2d(3, 8, 3)", "16x3x9x9", "Conv2d(3, 8, 3)", (3, 9, 9)),
    ("Conv2d(3, 8, 3)", "16x9x9x3", "Conv2d(3, 8, 3)", (3, 9, 9)),
    ("Conv2d(3, 8, 3)", "9", "Conv2d(3, 8, 3)", (3, 9, 9)),
    ("Conv2d(1, 8, 3)", "9x12", "Conv2d(1, 8, 3)", (1, 9, 12)),
    ("Conv2D(32, 3, strides=2, activation='relu', padding='same', input_shape=(28, 28, 1))", None,
     "Conv2d(1, 32, 3, stride=2, padding='same') -> ReLU()", (1, 28, 28)),
    ("Conv2D(32, (3, 5), kernel_initializer='he_normal', name='c')", "28x20x1", "Conv2d(1, 32, (3, 5))", (1, 28, 20)),
    ("Conv2D(8, 3)", "3x32x32", "Conv2d(3, 8, 3)", (3, 32, 32)),
    ("Conv2D(8, 3, data_format='channels_first', input_shape=(3, 32, 32))", None, "Conv2d(3, 8, 3)", (3, 32, 32)),
    ("model = Sequential()\nmodel.add(Conv2D(4, (3, 3), input_shape=(8, 8, 3)))\nmodel.add(MaxPooling2D(pool_size=(2, 2)))\n"
     "model.add(Flatten())\nmodel.add(Dropout(0.5))\nmodel.add(Dense(10))", None,
     "Conv2d(3, 4, 3) -> MaxPool2d(2) -> Flatten() -> Dropout() -> Linear(36, 10)", (3, 8, 8)),
    ("Sequential([Input(shape=(8, 8, 3)), Conv2D(4, 3), Activation('relu')])", None,
     "Conv2d(3, 4, 3) -> ReLU()", (3, 8, 8)),
    ("Sequential([Input((8, 8, 3)), Conv2D(4, 3), PReLU(shared_axes=[1, 2]), Flatten(), Dense(10), PReLU()])", None,
     "Conv2d(3, 4, 3) -> PReLU(4) -> Flatten() -> Linear(144, 10) -> PReLU(10)", (3, 8, 8)),
    ("MaxPooling2D()", "8x6x4", "MaxPool2d(2)", (4, 8, 6)),
    ("MaxPooling2D(3, strides=2, padding='same')", "8x8x4", "MaxPool2d(3, stride=2, padding=(0, 1))", (4, 8, 8)),
    ("AveragePooling2D(3, strides=2, padding='same')", "9x9x4",
     "AvgPool2d(3, stride=2, padding=1, count_include_pad=False)", (4, 9, 9)),
    ("GlobalAveragePooling2D()", "7x7x512", "AdaptiveAvgPool2d(1) -> Flatten()", (512, 7, 7)),
    ("Dense(10, activation='softmax')", "784", "Linear(784, 10) -> Softmax()", (784,)),
    ("Dense(10)", "7x7x512", "Conv2d(512, 10, 1)", (512, 7, 7)),
    ("BatchNormalization()", "512", "BatchNorm1d(512)", (512,)),
    ("BatchNormalization()", "7x7x512", "BatchNorm2d(512)", (512, 7, 7)),
    ("DepthwiseConv2D(3)", "7x7x4", "Conv2d(4, 4, 3, groups=4)", (4, 7, 7)),
    ("SeparableConv2D(128, 3, use_bias=False)", "7x7x3",
     "Conv2d(3, 3, 3, groups=3, bias=False) -> Conv2d(3, 128, 1, bias=False)", (3, 7, 7)),
    ("Conv2DTranspose(8, 3, strides=2)", "7x7x3", "ConvTranspose2d(3, 8, 3, stride=2)", (3, 7, 7)),
    ("Conv2DTranspose(8, 4, strides=2, padding='same')", "7x7x3",
     "ConvTranspose2d(3, 8, 4, stride=2, padding=1)", (3, 7, 7)),
    ("ZeroPadding2D(((1, 2), (3, 4)))", "7x7x3", "ZeroPad2d((3, 4, 1, 2))", (3, 7, 7)),
    ("Conv1D(4, 3, padding='causal', dilation_rate=2)", "10x2", "Conv1d(2, 4, 3, padding=(4, 0), dilation=2)", (2, 10)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shape", "layers", "read"), FORMS, ids=range(len(FORMS)))
def test_what_people_paste_is_read(text, shape, layers, read):
    network = network_of(text, shape)
    pairs = {"padding=(4, 0)": "padding=((4, 0),)", "padding=(0, 1)": "padding=((0, 1), (0, 1))"}
    for short, long in pairs.items():
        layers = layers.replace(short, long)
    expected = network_of(layers, read)
    assert network.layers == expected.layers
    assert network.input_shape == read
    network.trace()


def test_a_lenet_written_in_keras():
    network = network_of(KERAS_LENET)
    assert network.parameter_total() == 61_706
    assert network.output_shape() == (10,)


@pytest.mark.parametrize(
    ("text", "shape", "output"),
    [  # what Keras itself gives, its channels moved to the front
        ("Conv2DTranspose(8, 3, strides=2, padding='same')", "7x7x3", (8, 14, 14)),
        ("Conv2DTranspose(8, 2, strides=3, padding='same')", "7x7x3", (8, 21, 21)),
        ("Conv2DTranspose(8, 2, strides=3)", "7x7x3", (8, 21, 21)),
        ("Conv2DTranspose(8, 3, strides=2, padding='same', output_padding=0)", "7x7x3", (8, 13, 13)),
        ("UpSampling2D((2, 3))", "7x7x3", (3, 14, 21)),
        ("Cropping2D(((1, 0), (2, 2)))", "7x7x3", (3, 6, 3)),
        ("keras.layers.Reshape((7, 7, 4))", "196", (4, 7, 7)),
        ("MaxPooling2D(2, padding='same')", "7x5x3", (3, 4, 3)),
    ],
)
def test_sizes_that_keras_gives(text, shape, output):
    assert network_of(text, shape).output_shape() == output


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (PRINTED, ["conv1", "pool", "fc.0", "fc.1"]),
        ("nn.Sequential(nn.Sequential(nn.ReLU(), nn.ReLU()), nn.ReLU())", ["0.0", "0.1", "2"]),
        ("OrderedDict([('c1', ReLU()), ('r1', ReLU())])", ["c1", "r1"]),
        ("Conv2D(4, 3, activation='relu', input_shape=(8, 8, 3))", ["0", "1"]),
    ],
)
def test_layers_keep_the_names_they_are_given(text, names):
    found = [node.name for node in network_of(text, "8x8x8" if "Net" not in text else "1x28x28").nodes]
    assert found == names


@pytest.mark.parametrize(
    ("text", "shape", "layout", "read"),
    [
        ("Conv2d(3, 8, 3)", "9x9x3", "HWC", (3, 9, 9)),
        ("Conv2d(3, 8, 3)", "3x9x3", "HWC", (3, 3, 9)),
        ("Conv2d(3, 8, 3)", "3x9x3", None, (3, 9, 3)),
        ("Conv2D(8, 3)", "3x32x32", "HWC", (32, 3, 32)),
        ("Conv2D(8, 1)", "28x28x1", "CHW", (28, 28, 1)),
        ("lenet", "28x28x1", "HWC", (1, 28, 28)),
    ],
)
def test_a_layout_that_is_said_is_taken_at_its_word(text, shape, layout, read):
    assert network_of(text, shape, layout=layout).input_shape == read


def test_tuples_have_channels_first():
    assert network_of("Conv2D(8, 3)", (3, 9, 9)).layers == network_of("Conv2d(3, 8, 3)").layers


@pytest.mark.parametrize(
    ("text", "shape", "said"),
    [
        ("Conv2d(3, 8, 3)", "9x9x3", "9x9x3 fits with its channels last: read as 3x9x9"),
        ("Conv2d(3, 8, 3)", "1x3x9x9", "1x3x9x9 is read as 3x9x9: leave the batch out"),
        ("vgg16", "64", "64 is read as 3x64x64"),
        (
            "Conv2d(3, 8, 3) -> Flatten() -> Linear(?, 10)",
            "3x9x9",
            "Linear(?, 10) is read as Linear(392, 10), on 392",
        ),
        ("BatchNormalization()", "512", "has 2048 numbers, as Keras counts: 1024 are trained"),
        ("Conv2D(8, 3)", "3x32x32", "with its channels first; Keras itself would write 32x32x3"),
        (PRINTED, "1x28x28", "Net is read as a chain, in the order in which it is printed"),
    ],
)
def test_what_was_understood_is_said(text, shape, said):
    assert said in "; ".join(network_of(text, shape).remarks)


def test_what_is_plain_is_read_without_a_remark():
    assert network_of("Conv2d(3, 8, 3)", "3x9x9").remarks == ()


@pytest.mark.parametrize("name", ["VGG-16", "vgg_16", "ResNet-50", "resnet 50", "MobileNet-V2", "LeNet"])
def test_networks_are_known_whatever_their_dashes(name):
    bare = name.lower().replace("-", "").replace("_", "").replace(" ", "")
    assert network_of(name).name.partition("@")[0].replace("_", "") == bare


@pytest.mark.parametrize(
    ("text", "shape", "message"),
    [
        ("Conv2d(3, 8, 3", None, r"it ends before a bracket is closed"),
        ("Conv2d(3, 8, 3))", None, r"'\)' has no bracket that it closes"),
        ("Conv2d(3 8, 3)", None, r"'\)' is missing before '8'"),
        ("Conv2d(3, 8, 3) @ ReLU()", None, r"'@' is not read here"),
        ("Conv2d(3, 8, 3) -> ", None, r"a layer is missing"),
        ("-> ReLU()", None, r"a layer is missing"),
        ("Conv2d(3, 8, kernel_size=?)", "3x9x9", r"only in_channels can be left to the input"),
        ("LazyLinear(10) -> Linear(10, ?)", "8", r"only in_features can be left to the input"),
        ("Linear(?, 10)", None, r"takes its channels from the input"),
        ("Conv2D(8)", "9x9x3", r"needs kernel_size; Conv2D takes filters, kernel_size"),
        ("Conv2D(8, 3, kernel=3)", "9x9x3", r"Conv2D has no argument 'kernel'; did you mean kernel_size"),
        ("Conv2D(8, 3, padding='full')", "9x9x3", r"padding='full' is not Keras's"),
        ("Conv2D(8, 3, padding='causal')", "9x9x3", r"padding='causal' is for one axis"),
        ("Conv2D(8, 3, activation='rely')", "9x9x3", r"there is no activation 'rely'; did you mean relu"),
        ("Conv2D(8, 3)", "9x9", r"takes 2 spatial sizes and channels, its input is 9x9"),
        ("Conv2d(*a)", None, r"\*\*a is no argument"),
        ("GELU(approximate='tanh')", "3", r"approximate=tanh is not covered; only none is"),
        ("Conv2d(3, 8, k*0.5)", None, r"^'0.5' is no whole number or symbol$"),
        ("Softmax(dim='a')", "8", r"dim='a' must be a whole number"),
        ("Flatten(start_dim=(1,))", "8x3x3", r"start_dim=\(1,\) must be a whole number"),
        ("AveragePooling(2)", "9x9x3", r"there is no layer 'AveragePooling'"),
        ("Dense2D(3)", "9x9x3", r"there is no layer 'Dense2D'"),
        ("Conv2D(8, 3, input_shape=())", None, r"the input that is stated is no shape"),
        (
            "Conv2DTranspose(4, 'a')",
            "9x9x3",
            r"has an argument of a kind that Conv2DTranspose does not take|must be",
        ),
        ("Dense(3) -> Dropout('a')", "9", r"has an argument of a kind that Dropout does not take"),
        (
            "Conv2D(8, 3) -> PReLU()",
            "9x9x3",
            r"^'PReLU\(\)' learns a slope for every element of 8x7x7, .* shared_axes=\[1, 2\]",
        ),
        ("class Net(nn.Module): pass", None, r"it is code; give the module that it makes"),
        ("nn.Sequential(BasicBlock((conv1): Conv2d(3, 3, 3)), ReLU())", "3x9x9", r"a module of its own"),
        ("self.a = nn.ReLU()\nself.a = nn.ReLU()", "3", r"the name 'a' is given twice"),
        ("Sequential(())", "3", r"a layer's name is missing"),
        ("Sequential()", "3", r"a layer is missing"),
        ("Sequential(" + "[" * 200, "3", r"nested too deeply"),
        ("Conv2d(3, 8, " + "(" * 200, "3", r"nested too deeply"),
        ("x" * 200_000, "3", r"there is no network 'x{57}\.\.\.'"),
        ("Conv2d(" + "3," * 100_000, "3", r"has 200007 characters; at most 100000"),
        ("Conv2d(3, 8, os.path)", "3x9x9", r"kernel_size='os.path' must be a whole number"),
        ("Conv2d(3, 8, eval('1'))", "3x9x9", r"is no argument"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(text, shape, message):
    with pytest.raises(ConvmathError, match=message):
        network_of(text, shape)


@pytest.mark.parametrize("text", ["3x-1", "3xx4", "x", "3x9.5", "3x0x9", "3;4", "", "3x" + "9" * 30])
def test_shapes_that_are_none(text):
    with pytest.raises(ConvmathError, match=r"is no input shape|an axis of size 0|beyond 10\^18"):
        parse_shape(text)


def test_sizes_are_not_guessed_where_they_fit_two_ways():
    assert fitted((3, 9), 2, 3) == ((3, 9), "")
    assert fitted((9, 9, 3), 2, None) == ((9, 9, 3), "")


def test_calls_keep_what_they_were_written_as():
    (call,) = read_calls("nn.Conv2d(3, 8, (3, 5), bias=False, padding_mode='zeros')", str)
    assert (call.name, call.kind) == ("nn.Conv2d", "Conv2d")
    assert call.args == (3, 8, (3, 5))
    assert call.named == {"bias": False, "padding_mode": "zeros"}
