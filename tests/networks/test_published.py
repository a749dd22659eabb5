"""Every published figure, typed from its source, against the networks of the zoo."""

import pytest

from convmath import Conv2d, GroupNorm, LayerNorm, Network, Upsample, summarise, zoo

# parameters, multiplications, receptive field: size, stride, padding; None where the source is silent.
FIGURES = {
    "alexnet": (61_100_840, 714_188_480, 195, 32, None),
    "vgg16": (138_357_544, 15_470_264_320, 212, 32, 90),
    "googlenet": (6_624_904, 1_498_376_192, 379, None, None),
    "resnet18": (11_689_512, 1_814_073_344, 435, 32, None),
    "resnet50": (25_557_032, 4_089_184_256, 427, 32, None),
    "resnet50@paper": (25_557_032, 3_857_973_248, 483, 32, None),
    "densenet121": (7_978_856, 2_834_161_664, 2071, 32, None),
    # Araujo, Norris, Sim, Computing receptive fields (Distill 2019)
    "mobilenet_v1": (None, None, 315, 32, None),
    # torchvision's table of models: parameters
    "vgg11": (132_863_336, None, None, None, None),
    "vgg11_bn": (132_868_840, None, None, None, None),
    "vgg13": (133_047_848, None, None, None, None),
    "vgg13_bn": (133_053_736, None, None, None, None),
    "vgg16_bn": (138_365_992, None, None, None, None),
    "vgg19": (143_667_240, None, None, None, None),
    "vgg19_bn": (143_678_248, None, None, None, None),
    "resnet34": (21_797_672, None, None, None, None),
    "resnet101": (44_549_160, None, None, None, None),
    "resnet152": (60_192_808, None, None, None, None),
    "densenet161": (28_681_000, None, None, None, None),
    "densenet169": (14_149_480, None, None, None, None),
    "densenet201": (20_013_928, None, None, None, None),
    "mobilenet_v2": (3_504_872, None, None, None, None),
    # Caffe's model files: bvlc_googlenet, nin_imagenet, and AlexNet in two groups
    "googlenet@paper": (6_998_552, None, None, None, None),
    "nin@paper": (7_595_176, None, None, None, None),
    "alexnet@paper": (60_965_224, None, 195, 32, None),
    "lenet": (61_706, None, None, None, None),
    "dcgan_generator@pytorch": (3_576_704, None, None, None, None),
    "mlp": (1_000 * 1_000 * 1_000 + 1_000 + 1_000 * 10 + 10, None, None, None, None),
}


@pytest.mark.parametrize("name", FIGURES)
def test_published_figures(name):
    found = summarise(zoo.network(name))
    field = found.receptive_field
    ours = (found.parameters, found.multiplications, field.size[0], field.stride[0], field.padding[0])
    expected = FIGURES[name]
    assert [o for o, e in zip(ours, expected, strict=True) if e is not None] == [
        e for e in expected if e is not None
    ]


CONVENTIONS = {
    "macs": 4_089_184_256,
    "thop": 4_133_742_592,
    "timm": 4_111_412_224,
    "torchinfo": 4_089_238_376,
}


@pytest.mark.parametrize("name", CONVENTIONS)
def test_one_resnet50_many_totals(name):
    assert summarise(zoo.network("resnet50"), counting=name).multiplications == CONVENTIONS[name]


def test_flops_are_twice_the_macs_and_the_biases():
    found = summarise(zoo.network("resnet50"), counting="flops")
    assert found.multiplications == 2 * 4_089_184_256 + 1_000


def test_googlenet_with_its_auxiliary_heads():
    assert zoo.network("googlenet", auxiliary=True).parameter_total() == 13_004_888


def test_vgg16_convolutions_alone():
    (features,) = [r for r in zoo.network("vgg16").summary().grouped(1).rows if r.name == "features"]
    assert (features.parameters, features.multiplications) == (14_714_688, 15_346_630_656)


def test_batch_normalised_elements_of_resnet50():
    rows = zoo.network("resnet50").summary().rows
    sizes = [row.output_shape for row in rows if row.layer.startswith("BatchNorm")]
    assert sum(c * h * w for c, h, w in sizes) == 11_113_984


LENET5 = {"C1": 156, "S2": 12, "C3": 1_516, "S4": 32, "C5": 48_120, "F6": 10_164}
CONNECTIONS = {
    "C1": 122_304,
    "S2": 5_880,
    "C3": 151_600,
    "S4": 2_000,
    "C5": 48_120,
    "F6": 10_164,
    "output": 840,
}


def test_lenet5_counts_of_the_paper():
    found = summarise(zoo.network("lenet5"), counting="connections")
    assert {row.name: row.parameters for row in found.rows if row.name in LENET5} == LENET5
    assert found.parameters == 60_000
    assert {row.name: row.multiplications for row in found.rows if row.name in CONNECTIONS} == CONNECTIONS
    assert found.multiplications == 340_908


# Shapes at the end of each stage, d2l's printed ones: node -> shape.
SHAPES = {
    "lenet": ["6x28x28", "6x14x14", "16x10x10", "16x5x5", "400", "120", "84", "10"],
    "alexnet@d2l": [
        *("96x54x54", "96x26x26", "256x26x26", "256x12x12", "384x12x12", "384x12x12"),
        *("256x12x12", "256x5x5", "6400", "4096", "4096", "10"),
    ],
    "vgg11@d2l": [
        *("64x112x112", "128x56x56", "256x28x28", "512x14x14", "512x7x7"),
        *("25088", "4096", "4096", "10"),
    ],
    "nin@d2l": [
        *("96x54x54", "96x26x26", "256x26x26", "256x12x12", "384x12x12", "384x5x5"),
        *("10x5x5", "10x1x1"),
    ],
    "googlenet@d2l": ["64x24x24", "192x12x12", "480x6x6", "832x3x3", "1024x1x1", "10"],
    "resnet18@d2l": ["64x24x24", "64x24x24", "128x12x12", "256x6x6", "512x3x3", "10"],
}


@pytest.mark.parametrize("name", SHAPES)
def test_published_shapes_appear_in_order(name):
    from convmath.layers.base import show

    found = iter([show(row.output_shape) for row in zoo.network(name).summary().rows])
    assert all(shape in found for shape in SHAPES[name])  # ``in`` consumes: a subsequence


@pytest.mark.parametrize("name", zoo.names())
def test_every_network_gives_its_classes(name):
    network = zoo.network(name)
    assert network.output_shape()[0] == zoo.ZOO[name].classes
    assert network.source


@pytest.mark.parametrize(
    ("layer", "thop", "torchinfo"),
    [
        (LayerNorm((8, 8, 8)), 4 * 512, 1_024),
        (GroupNorm(2, 8), 0, 16),
        (Upsample(scale_factor=2, mode="bilinear"), 11 * 2_048, 0),
        (Upsample(scale_factor=2), 2_048, 0),
    ],
    ids=repr,
)
def test_what_tools_count_beside_convolutions(layer, thop, torchinfo):
    """Measured with thop 0.1.1 and torchinfo 1.8.0 behind an 8-channel 3x3 convolution of 4 on 8x8."""
    network = Network.chain([Conv2d(4, 8, 3, padding=1), layer], (4, 8, 8))
    assert summarise(network, counting="thop").multiplications == 18_432 + thop
    assert summarise(network, counting="torchinfo").multiplications == 18_432 + 512 + torchinfo
