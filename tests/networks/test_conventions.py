"""What each convention counts of one layer: by hand, from what the tools' sources do."""

import pytest

from convmath import layers, parse_layer
from convmath.network.conventions import CONVENTIONS, convention

COUNTS = (  # convention, layer, input, what it counts
    # 3 x 3 outputs of 3 channels, 18 products each
    ("macs", "Conv2d(2, 3, 3)", (2, 5, 5), 27 * 18),
    ("macs", "Linear(4, 3)", (5, 4), 5 * 12),
    ("macs", "BatchNorm2d(2)", (2, 5, 5), 0),
    ("flops", "Conv2d(2, 3, 3)", (2, 5, 5), 2 * 27 * 18 + 27),
    ("flops", "Conv2d(2, 3, 3, bias=False)", (2, 5, 5), 2 * 27 * 18),
    ("flops", "Linear(4, 3)", (4,), 2 * 12 + 3),
    ("flops", "AvgPool2d(2)", (2, 4, 4), 0),
    # thop: a transposed convolution as if its kernel stood on every one of 9 x 9 outputs
    ("thop", "ConvTranspose2d(2, 3, 3, stride=2)", (2, 4, 4), 54 * 81),
    ("thop", "Conv2d(2, 3, 3)", (2, 5, 5), 27 * 18),
    ("thop", "BatchNorm2d(3)", (3, 4, 4), 4 * 48),
    ("thop", "BatchNorm2d(3, affine=False)", (3, 4, 4), 2 * 48),
    ("thop", "LayerNorm(4)", (3, 4), 4 * 12),
    ("thop", "Upsample(scale_factor=2)", (1, 3, 3), 36),
    ("thop", "Upsample(scale_factor=2, mode='linear')", (1, 3), 5 * 6),
    ("thop", "Upsample(scale_factor=2, mode='bilinear')", (1, 3, 3), 11 * 36),
    ("thop", "Upsample(scale_factor=2, mode='trilinear')", (1, 2, 2, 2), 31 * 64),
    ("thop", "Upsample(scale_factor=2, mode='bicubic')", (1, 3, 3), (224 + 35) * 36),
    ("thop", "GlobalAvgPool2d()", (3, 4, 4), 0),
    # 4 outputs of a window of 2.5 x 2.5 and a division each: 4 * 7.25
    ("thop", "AdaptiveAvgPool2d(2)", (1, 5, 5), 29),
    ("thop", "AvgPool2d(2)", (3, 4, 4), 12),
    # n exponentials, n - 1 additions, n divisions
    ("thop", "Softmax()", (10,), 29),
    ("thop", "Softmax()", (4, 3, 3), 9 * 11),
    ("thop", "Softmax(dim=3)", (4, 3, 5), 12 * 14),
    ("thop", "ReLU()", (10,), 0),
    ("timm", "Conv2d(2, 3, 3)", (2, 5, 5), 27 * 18),
    ("timm", "BatchNorm2d(3)", (3, 4, 4), 2 * 48),
    ("torchinfo", "Conv2d(2, 3, 3)", (2, 5, 5), (54 + 3) * 9),
    ("torchinfo", "ConvTranspose2d(2, 3, 3, stride=2)", (2, 4, 4), (54 + 3) * 81),
    ("torchinfo", "Linear(4, 3)", (5, 4), 15),
    ("torchinfo", "BatchNorm2d(3)", (3, 4, 4), 6),
    ("torchinfo", "GroupNorm(1, 3)", (3, 4, 4), 6),
    ("torchinfo", "LayerNorm(4)", (3, 4), 8),
    ("torchinfo", "AvgPool2d(2)", (2, 4, 4), 0),
    # LeCun et al. 1998, pages 2284 and 2285
    ("connections", "Conv2d(1, 6, 5)", (1, 32, 32), 122_304),
    ("connections", "Subsample2d(2, channels=6)", (6, 28, 28), 5_880),
    ("connections", "Conv2d(16, 120, 5)", (16, 5, 5), 48_120),
    ("connections", "Linear(120, 84)", (120,), 10_164),
    ("connections", "Linear(120, 84, bias=False)", (120,), 10_080),
    ("connections", "RadialBasis(84, 10)", (84,), 840),
    ("connections", "Tanh()", (84,), 0),
)


@pytest.mark.parametrize(("name", "text", "shape", "expected"), COUNTS, ids=lambda value: str(value)[:40])
def test_what_is_counted(name, text, shape, expected):
    assert convention(name).count(parse_layer(text).on(shape)) == expected


def test_the_families_that_rules_name_exist():
    known = {above.__name__ for kind in layers.classes() for above in kind.__mro__}
    named = {family for each in CONVENTIONS.values() for families, _ in each.rules for family in families}
    assert named <= known
