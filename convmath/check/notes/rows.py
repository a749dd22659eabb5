"""What a row of a table of layers says: its layer, its shape, and its numbers."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from convmath.check.notes.number import NUMBER, SUFFIX, Number, read_number
from convmath.check.notes.plain import plain_line
from convmath.errors import ConvmathError
from convmath.layers.base import Layer
from convmath.parse.calls import read_calls
from convmath.parse.layer import torch_layer

ROLES = (  # which column a heading is, the first that fits
    ("field", r"^(?:rf|receptive field|感受野)(?:\s*\(.*\))?$|receptive field (?:size|after)"),
    ("", r"after|memory|bytes|\b[kmg]i?b\b|\([kmg]\)|万|million|\brf\b|receptive|depth|acc|mean|average|speed|year|"
         r"index|\btime\b|compress|peak|error|epoch|感受野|内存"),
    ("share", r"%|share|percent|占比|比例"),
    ("times", r"repeat|times|count|blocks|^n$|^×$|重复"),
    ("multiplications", r"\bmacs?\b|mult|flop|计算量|运算"),
    ("parameters", r"param|weights|参数"),
    ("count", r"activation size|activations?$|neurons|elements|#\s*values|神经元"),
    ("input", r"^in\b|^in[-_ ]|^input|输入|entrée|entrada|eingabe"),
    ("output", r"output|activation shape|\bshape\b|feature map|输出|尺寸|^size$|out size|sortie|saída|salida|ausgabe"),
    ("kernel", r"kernel|filter size|window|^f$|^k$|卷积核"),
    ("filters", r"filters|maps|channels|out_ch|通道"),
    ("stride", r"stride|^s$|步"),
    ("padding", r"pad|^p$|填充"),
    ("layer", r"layer|type|operat|module|name|block|层|couche|capa|camada|schicht"),
)  # fmt: skip
TOTAL = re.compile(
    r"^\W*(?:total|sum|in all|合计|总计|总共|总和|Σ|gesamt|summe|soma|suma|somme)\W*"
    r"(?:params?|parameters|weights|macs|flops|参数量?)?\W*$",
    re.IGNORECASE,
)
_SIDE = r"(\d+)\s*×\s*(\d+)"
_SHAPE = re.compile(r"\(?\s*(\d+)\s*[×,]\s*(\d+)(?:\s*[×,@]\s*(\d+))?\s*\)?|(\d+)@(\d+)×(\d+)")


class Kind(NamedTuple):
    """What kind of layer a text names, and the numbers that it states: None where it states none."""

    name: str
    kernel: int | None = None
    stride: int | None = None
    padding: int | None = None
    filters: int | None = None
    layer: Layer | None = None
    repeated: int = 1


def role_of(heading: str) -> str:
    """What a column holds, by its heading; nothing where that is not known.

    >>> [role_of(heading) for heading in ("Layer", "Output shape", "# parameters", "Remarks")]
    ['layer', 'output', 'parameters', '']
    """
    plain = re.sub(r"[*_`]", "", heading).strip().lower()
    return next((role for role, pattern in ROLES if re.search(pattern, plain)), "") if plain else ""


def kind_of(text: str) -> Kind | None:
    """The layer that a text names; None where it names none that is known.

    >>> kind_of("conv1 (f=5, s=1)")
    Kind(name='conv', kernel=5, stride=1, padding=None, filters=None, layer=None, repeated=1)
    >>> kind_of("3x3 conv, 64, stride 2, pad 1")[:5]
    ('conv', 3, 2, 1, 64)
    """
    plain = plain_line(text).strip()
    low = plain.lower()
    written = _constructor(plain)
    if written is not None:
        return Kind("layer", layer=written)
    name = next((name for name, pattern in _NAMES if re.search(pattern, low)), None)
    if name is None:
        return None
    if any(word not in _WORDS and not _NUMBERED.fullmatch(word) for word in _WORD.findall(low)):
        return Kind("unknown")  # what else is said may change what it computes
    sides = re.search(_SIDE, low)
    if (sides and sides[1] != sides[2]) or low.count("conv") > 1 or ("conv" in low and "pool" in low):
        return Kind("unknown")  # sides that differ, or several layers in one row
    kernel = int(sides[1]) if sides else _stated(low, _KERNEL)
    stride, padding = _stated(low, _STRIDE), _stated(low, _PADDING)
    if padding is None and re.search(r"\bvalid\b|no pad|without pad", low):
        padding = 0
    if padding is None and "same" in low and kernel and kernel % 2 and stride in (None, 1):
        padding = (kernel - 1) // 2
    return Kind(name, kernel, stride, padding, _filters(low, name), None, _stated(low, _TIMES) or 1)


_KERNEL = r"\b[fk]\s*=\s*(\d+)|kernel(?:_size)?\s*=?\s*(\d+)|conv(\d)-\d+"
_STRIDE = r"\bs\s*=\s*(\d+)|strides?\s*(?:of|=|:)?\s*(\d+)|步长\s*=?\s*(\d+)|/\s*(\d)\b"
_PADDING = r"\bp\s*=\s*(\d+)|pad(?:ding)?\s*(?:of|=|:)?\s*(\d+)"
_TIMES = r"(?:^|\s)(?:x|×)\s*(\d+)\s*$|^(\d+)\s*×\s*conv"
_BLOCKS = r"transpos|deconv|depthwise|dw\b|separable|group|dilat|residual|inception|bottleneck|block"


_NAMES = (
    ("unknown", _BLOCKS),
    ("input", r"^\W*(?:input|image|输入)"),
    ("pool", r"pool|池化|subsampl"),
    ("conv", r"conv|卷积|filters?\b|^c\d\b"),
    ("dense", r"\bfc\b|\bfc\d|\bdense(?!net|\s*block)|linear|fully|全连接|^f\d\b|softmax.*\d"),
    ("flat", r"flatten|展平"),
    ("norm", r"batch ?norm|\bbn\b"),
    ("same", r"relu|sigmoid|tanh|activation|dropout|softmax|激活|lrn"),
)


_WORD = re.compile(r"[^\W\d_]+\d*(?:_\d+)?")
_NUMBERED = re.compile(
    r"(?:conv|pool|fc|dense|relu|bn|c|s|f|l|norm|maxpool|flatten|softmax|linear)\d*(?:_\d+)?"
)
_WORDS = frozenset(
    [
        "conv",
        "convolution",
        "convolutional",
        "layer",
        "max",
        "avg",
        "average",
        "pool",
        "pooling",
        "maxpool",
        "avgpool",
        "filters",
        "filter",
        "kernels",
        "kernel",
        "size",
        "stride",
        "strides",
        "padding",
        "pad",
        "valid",
        "same",
        "fc",
        "dense",
        "fully",
        "connected",
        "linear",
        "units",
        "neurons",
        "outputs",
        "output",
        "softmax",
        "relu",
        "sigmoid",
        "tanh",
        "flatten",
        "input",
        "image",
        "batch",
        "norm",
        "bn",
        "batchnorm",
        "normalization",
        "normalisation",
        "dropout",
        "f",
        "s",
        "p",
        "k",
        "x",
        "of",
        "with",
        "without",
        "no",
        "bias",
        "channels",
        "maps",
        "and",
        "the",
        "rgb",
        "卷积",
        "卷积层",
        "池化",
        "池化层",
        "最大池化",
        "平均池化",
        "全连接",
        "全连接层",
        "层",
        "步长",
        "填充",
        "输入",
        "输出",
        "个",
        "卷积核",
        "神经元",
        "激活",
        "展平",
    ]
)


def _constructor(text: str) -> Layer | None:
    """A layer written as PyTorch's constructor."""
    if "(" not in text or not re.match(r"^[\w.]+\(", text):
        return None
    try:
        (call,) = read_calls(text, str)
        return torch_layer(call)
    except (ConvmathError, ValueError, TypeError):
        return None


def _stated(text: str, pattern: str) -> int | None:
    found = re.search(pattern, text)
    return next((int(group) for group in found.groups() if group), None) if found else None


def _filters(low: str, name: str) -> int | None:
    if name == "dense":
        return _stated(
            low, r"(\d+)\s*(?:units|neurons|outputs|神经元)|\((\d+)\)|(?:->|,)\s*(\d+)\s*$|\bfc-(\d+)"
        )
    if name != "conv":
        return None
    low = re.sub(r"\d+\s*×\s*\d+(?=\s*(?:filters|kernels))", " ", low)  # 16 5×5 filters
    pattern = (
        r"(\d+)\s*(?:filters|kernels|channels|maps|个)|(\d+)\s*@|conv\d-(\d+)|->\s*(\d+)|"
        r"\d\s*×\s*\d\s*(?:conv\w*)?\s*,\s*(\d+)(?!\s*×)"
    )
    return _stated(low, pattern)


def shape_of(text: str) -> tuple[int, ...] | None:
    """The shape that a cell holds: sizes of a map and its channels, or the length of a vector.

    >>> [shape_of(text) for text in ("28×28×8", "(5,5,16)", "6@28x28", "120 x 1", "1,024", "32*32*3")]
    [(28, 28, 8), (5, 5, 16), (6, 28, 28), (120,), (1024,), (32, 32, 3)]
    """
    plain = re.sub(r"[_`]", "", plain_line(text)).replace("[", "(").replace("]", ")").strip(" *")
    plain = re.sub(r"(?<=\d)\s*\*\s*(?=\d)", "×", plain)
    number = re.fullmatch(NUMBER, plain)
    if number and not re.fullmatch(r"\d+,\d{1,2}", plain):
        value = read_number(plain).values[0]
        return (value,) if type(value) is int else None
    sizes = [int(size) for size in re.findall(r"\d{1,9}", plain)]
    if not re.fullmatch(r"\(?\s*(?:(?:none|n|-1)\s*,)?[\s×,@\d]*\)?", plain, re.IGNORECASE):
        return None
    if not 1 <= len(sizes) <= 3 or 0 in sizes or sizes == [1, 1]:
        return None
    return tuple(size for size in sizes if size != 1 or len(sizes) != 2)


def value_of_cell(text: str) -> Number | None:
    """The number that a cell states: the only one, or that behind the last equals sign."""
    plain = plain_line(re.sub(r"[*_`~]", "", text)).strip()
    last = re.split(r"[=≈]", plain)[-1].strip()
    found = re.fullmatch(
        rf"(?:about|ca\.?)?\s*({NUMBER})({SUFFIX})?\s*(?:params?|parameters|weights)?", last
    )
    if found is None:
        return None
    number = read_number(found[1], found[2] or "")
    about = re.search(r"[≈~]\s*$|about|ca\.", plain[: -len(last)])
    return number._replace(unit=number.last_digit()) if about else number


def map_of(shape: tuple[int, ...] | None) -> tuple[Any, ...] | None:
    """A shape with its channels first, whichever way it is written; None where that is not sure.

    >>> map_of((28, 28, 8)), map_of((8, 28, 28)), map_of((1, 1, 400)), map_of((3, 5, 7))
    ((8, 28, 28), (8, 28, 28), (400,), None)
    """
    if shape is None or len(shape) == 1:
        return shape
    if len(shape) == 3 and shape.count(1) >= 2:
        return (max(shape),)
    if len(shape) != 3:
        return None
    if shape[0] == shape[1]:
        return (shape[2], *shape[:2])
    return shape if shape[1] == shape[2] else None
