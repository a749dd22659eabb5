"""Every code that a verdict or the linter can have, and what it stands for."""

from __future__ import annotations

from convmath.check.rule import Form
from convmath.check.rules import fields, memory, operations, padding, parameters, shapes, sizes

FORMS: tuple[tuple[str, Form], ...] = (
    ("Output size of a convolution", sizes.CONVOLUTION),
    ("Output size of a pool", sizes.POOL),
    ("Output size of a transposed convolution", sizes.TRANSPOSED),
    ("Output size with SAME padding", sizes.SAME),
    ("Parameters of a convolution", parameters.CONVOLUTION),
    ("Parameters of a dense layer", parameters.DENSE),
    ("Parameters of batch normalisation", parameters.BATCH_NORM),
    ("Parameters of batch normalisation, moving statistics included", parameters.BATCH_NORM_TOTAL),
    ("Parameters of a pool", parameters.POOL),
    ("Multiplications of a convolution", operations.CONVOLUTION),
    ("Multiplications of a transposed convolution", operations.TRANSPOSED),
    ("Multiplications of a dense layer", operations.DENSE),
    ("What a pool keeps", operations.KEPT),
    ("Padding that keeps a size", padding.KEEPING),
    ("What SAME padding stands for", padding.SAME),
    ("Memory", memory.MEMORY),
)
_SHAPES = (*shapes.CONVOLUTION, *shapes.POOL[:2], *shapes.PAD)
OTHER_CODES: tuple[tuple[str, list[tuple[str, str]]], ...] = (
    (
        "Receptive fields",
        [(fold.code, f"{fold.said}: `{fold.step}` layer by layer; {fold.right}") for fold in fields.FOLDS],
    ),
    ("Shapes and channels", [(rule.code, f"{rule.said}; {rule.right}") for rule in _SHAPES]),
    (
        "Chains, flattening and totals",
        [
            ("F06", "the wrong map is flattened"),
            ("F07", "it is flattened before the last pool"),
            ("F08", "the channels are left out when flattening"),
            ("F09", "the batch is counted among the features"),
            ("F10", "the +1 is missing at every layer of a chain"),
            ("F12", "the size of the network's input is taken for every layer"),
            ("F13", "a layer is left out of a total"),
            ("E01", "right given one's own wrong answer before"),
        ],
    ),
    (
        "Depthwise separable convolutions",
        [
            ("D01", "only the depthwise part is counted"),
            ("D02", "only the 1x1 part is counted"),
            ("D03", "the two parts are multiplied"),
            ("D04", "only 1/k^2, or only 1/C_out, of the cost is counted"),
            ("D05", "one part is counted with biases and the other without"),
        ],
    ),
    (
        "Conventions: right, if they hold",
        [
            ("K01", "nothing is rounded: windows that do not fit are said not to fit"),
            ("K02", "p is read as the padding of both sides together"),
            ("K03", "the dilation is counted from 0, as the number of holes between taps"),
            ("K04", "the padding is TensorFlow's SAME"),
            ("K05", "windows may, or may not, overhang: ceil_mode"),
            ("K06", "a multiply-accumulate is one operation, or two"),
            ("K07", "MB means MiB"),
            ("K08", "the moving statistics of batch normalisation are counted too"),
            ("K09", "only weights are counted, no biases"),
            (
                "K10",
                "another variant of a ResNet is meant: the stride in the 1x1 or in the 3x3 convolution",
            ),
            ("K11", "another variant of AlexNet is meant, or convolutions are not split into groups"),
            ("K12", "the odd position is padded at the start"),
            ("K13", "channels are written last"),
            ("K14", "only the map's sizes are given, or each axis is written out"),
            ("K15", "the multiplications of all layers are counted"),
            ("K16", "it is counted as some tool counts"),
            ("K17", "another memory is meant: of the weights, of the activations, at once"),
            ("K19", "another variant of a published network is meant"),
            ("K20", "the batch is written in front"),
        ],
    ),
    (
        "Slips",
        [
            ("N01", "one digit is wrong, missing or too many"),
            ("N02", "two digits are swapped"),
            ("N03", "it is off by a power of ten"),
            ("N04", "K, M or G, or 1000 and 1024, are taken for each other"),
            ("N06", "it is off by one"),
            ("N07", "the numbers are right, their order is not"),
            ("N08", "that is the answer to another question"),
            ("N09", "the sign is wrong"),
        ],
    ),
    (
        "In notes",
        [
            ("A01", "the arithmetic does not hold as it is written"),
            ("S01", "a table's shape does not follow from the row above it"),
            ("S02", "a number of values is not the product of its shape"),
            ("S03", "a total is not the sum of its rows"),
            ("S04", "a number of parameters is wrong, by no rule that is known"),
            ("S05", "windows of an example are not as far apart as its stride says"),
            ("S06", "a row's share is not its part of the rows' own total"),
            ("S07", "a row's multiplications are not those of its layer"),
            ("S08", "a row's receptive field is wrong, by no rule that is known"),
            ("C01", "a claim that is meant to be checked does not hold"),
            ("C02", "a claim that is meant to be checked cannot be read"),
            ("G01", "a generated block is not current"),
            ("G02", "a generated block cannot be written"),
        ],
    ),
)
