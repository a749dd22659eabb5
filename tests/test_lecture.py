"""Every number in the lecture, right or wrong, against numbers worked by hand here."""

from fractions import Fraction

import pytest

from convmath import Chain, Conv2d, ConvTranspose2d, Linear, MaxPool2d, ZeroPad2d, network_of, parse_chain
from convmath.explain.element import work_out
from convmath.explain.quantities import plainly
from convmath.lecture import CLAIMS
from convmath.network.separable import depthwise_separable_conv2d, separate, spatially_separable_conv2d

# What the lecture gets wrong, by section, as it says it and as it is.
WRONG = {
    ("1.3", 3, 7),
    ("1.3", 1, 2),
    ("2.1", (6, 28, 28), (6, 24, 24)),
    ("2.2", 28, 48),
    ("2.4", (1, 2, 2), (1, 1, 1)),
    ("3.1", ((5, 15), (10, 20)), ((5, 10), (15, 20))),
    ("4.2", 16, 13),
}


def test_exactly_these_claims_are_wrong():
    assert {(c.section, c.says, c.found()) for c in CLAIMS if not c.right()} == WRONG


def test_every_wrong_claim_gives_its_reason():
    assert all(claim.remark for claim in CLAIMS if not claim.right())


def multiplications(chain, shape):
    return plainly(network_of(chain, shape))["multiplications"]


def each(chain, shape):
    """What every layer multiplies."""
    parts = plainly(network_of(chain, shape))["layers"]
    return [part["multiplications"] for part in parts]


def shapes_of(chain, shape):
    """What every layer gives."""
    trace = chain.trace(shape)
    return [trace.shapes[node.name] for node in chain.nodes]


def test_1_1_dense_layer_on_a_megapixel():
    assert Linear(1_000_000, 1000).parameters() == {"weight": 1_000_000_000, "bias": 1000}


def test_1_3_worked_sum():
    x = (((10, 20, 30), (40, 50, 60), (70, 80, 90)),)
    w = ((((1, 0, -1),) * 3,),)
    element = work_out(Conv2d(1, 1, 3, bias=False), (1, 3, 3), (0, 0, 0), {"X": x, "W": w})
    assert element.value == (10 - 30) + (40 - 60) + (70 - 90) == -60


def test_2_1_valid_same_and_full():
    sizes = {p: Conv2d(1, 1, 5, padding=p).output_shape((1, 10, 10))[1] for p in ("valid", "same", "full")}
    assert sizes == {"valid": 6, "same": 10, "full": 14}


def test_2_2_a_border_of_10_adds_20_and_one_of_70_adds_140():
    assert ZeroPad2d(10).output_shape((3, 100, 100)) == (3, 120, 120)
    assert ZeroPad2d(70).output_shape((3, 100, 100)) == (3, 240, 240)


def test_2_4_pooling_example_takes_stride_1():
    x = (((0, 1, 2), (3, 4, 5), (6, 7, 8)),)
    pool = MaxPool2d(2, stride=1)
    pooled = [[work_out(pool, (1, 3, 3), (0, i, j), {"X": x}).value for j in (0, 1)] for i in (0, 1)]
    assert pooled == [[4, 5], [7, 8]]
    assert MaxPool2d(2, stride=2).output_shape((1, 3, 3)) == (1, 1, 1)


def test_2_5_lenet():
    layers = parse_chain(
        "Conv2d(1, 6, 5, padding=2) -> Sigmoid() -> AvgPool2d(2) -> Conv2d(6, 16, 5) -> Sigmoid() -> "
        "AvgPool2d(2) -> Flatten() -> Linear(400, 120) -> Linear(120, 84) -> Linear(84, 10) -> Softmax()"
    )
    shapes = shapes_of(layers, (1, 28, 28))
    kept = [shape for place, shape in enumerate(shapes) if place not in (1, 4)]
    assert kept == [
        (6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (400,), (120,), (84,), (10,), (10,),
    ]  # fmt: skip
    assert layers.parameter_total() == 61_706


def test_3_1_transposed_convolution_stamps_the_kernel_untransposed():
    layer, shape = ConvTranspose2d(1, 1, 2, bias=False), (1, 1, 1)
    arrays = {"X": (((5,),),), "W": ((((1, 2), (3, 4)),),)}
    stamped = [[work_out(layer, shape, (0, i, j), arrays).value for j in (0, 1)] for i in (0, 1)]
    assert stamped == [[5, 10], [15, 20]]


def test_3_2_receptive_fields_and_spaces():
    layers = [f"Conv2d(1, 1, 3, dilation={d})" for d in (1, 2, 4)]
    fields = [parse_chain(" -> ".join(layers[: n + 1])).receptive_field((1, 32, 32)).size for n in range(3)]
    assert fields == [(3, 3), (7, 7), (15, 15)]
    spans = [Conv2d(1, 1, 2, dilation=d).windows((9, 9))[0].size - 2 for d in (1, 2, 4)]
    assert spans == [0, 1, 3]


def test_3_3_spatially_separable():
    assert separate([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) == ([1, 2, 1], [-1, 0, 1])
    chain = spatially_separable_conv2d(1, 1, 3, bias=False)
    column, row = each(chain, (1, 5, 5))
    assert (chain.parameter_total(), column, row, column + row) == (6, 45, 27, 72)
    assert Conv2d(1, 1, 3, bias=False).parameters() == {"weight": 9}
    assert multiplications(Conv2d(1, 1, 3), (1, 5, 5)) == 81


def test_3_4_depthwise_separable():
    chain = depthwise_separable_conv2d(3, 128, 3, bias=False)
    parts = each(chain, (3, 7, 7))
    standard = multiplications(Conv2d(3, 128, 3), (3, 7, 7))
    assert (parts, sum(parts), standard) == ([675, 9_600], 10_275, 86_400)
    assert Fraction(sum(parts), standard) == Fraction(137, 1152)


@pytest.mark.parametrize("groups", [1, 2])
def test_3_5_grouped_parameters(groups):
    layer = Conv2d(96, 256, (5, 7), groups=groups, bias=False)
    assert layer.parameters()["weight"] == 5 * 7 * 96 * 256 // groups


def test_4_1_alexnet_as_drawn():
    layers = parse_chain(
        "Conv2d(3, 96, 11, stride=4) -> MaxPool2d(3, stride=2) -> Conv2d(96, 256, 5, padding=2) -> "
        "MaxPool2d(3, stride=2) -> Conv2d(256, 384, 3, padding=1) -> Conv2d(384, 384, 3, padding=1) -> "
        "Conv2d(384, 256, 3, padding=1) -> MaxPool2d(3, stride=2) -> Flatten() -> "
        "Linear(6400, 4096) -> Linear(4096, 4096) -> Linear(4096, 1000)"
    )
    shapes = shapes_of(layers, (3, 224, 224))
    assert shapes == [
        (96, 54, 54), (96, 26, 26), (256, 26, 26), (256, 12, 12), (384, 12, 12), (384, 12, 12),
        (256, 12, 12), (256, 5, 5), (6400,), (4096,), (4096,), (1000,),
    ]  # fmt: skip
    assert Chain(layers.layers[:1]).leftover((3, 224, 224)) == (1, 1)


def test_4_2_a_vgg_block_keeps_and_then_halves():
    block = parse_chain("Conv2d(64, 128, 3, padding=1) -> Conv2d(128, 128, 3, padding=1) -> MaxPool2d(2)")
    assert block.output_shape((64, 112, 112)) == (128, 56, 56)


def test_4_4_inception_paths_meet():
    paths = (
        "Conv2d(192, 64, 1)",
        "Conv2d(192, 96, 1) -> Conv2d(96, 128, 3, padding=1)",
        "Conv2d(192, 16, 1) -> Conv2d(16, 32, 5, padding=2)",
        "MaxPool2d(3, stride=1, padding=1) -> Conv2d(192, 32, 1)",
    )
    assert {parse_chain(path).output_shape((192, 28, 28))[1:] for path in paths} == {(28, 28)}


def test_4_6_transition_halves_height_and_width():
    transition = parse_chain("BatchNorm2d(256) -> ReLU() -> Conv2d(256, 128, 1) -> AvgPool2d(2)")
    assert transition.output_shape((256, 56, 56)) == (128, 28, 28)
