"""Published networks by name, ``architecture@variant``, one file an architecture family.

The plain name is torchvision's variant where there is one, else the lecture's or the paper's.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from convmath.errors import ConvmathError, near, short
from convmath.exact.integers import Integer, is_number
from convmath.layers.base import Shape, show
from convmath.network.network import Network, checked_shape

TORCHVISION = "torchvision, models."
D2L = "Zhang et al., Dive into Deep Learning, chapter "
LECTURE = "the lecture, section "


class Entry(NamedTuple):
    """One published network: which function builds it, with what, and its defaults."""

    family: str
    arguments: dict[str, Any]
    input_shape: Shape
    classes: int
    source: str


def _torchvision(family: str, name: str, side: int = 224, **arguments: Any) -> tuple[str, Entry]:
    entry = Entry(family, arguments, (3, side, side), 1000, f"{TORCHVISION}{name}")
    return f"{name}@torchvision", entry


IMAGE, GREY = (3, 224, 224), (1, 224, 224)
LENET_98 = "LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document recognition (1998)"
ALEXNET_12 = "Krizhevsky, Sutskever, Hinton, ImageNet classification with deep CNNs (2012)"
NIN_13 = "Lin, Chen, Yan, Network in Network (2013)"
GOOGLENET_14 = "Szegedy et al., Going deeper with convolutions (2014)"
RESNET_15 = "He, Zhang, Ren, Sun, Deep residual learning for image recognition (2015)"
MOBILENET_17 = "Howard et al., MobileNets (2017)"
UNET_15 = "Ronneberger, Fischer, Brox, U-Net (2015), with padded convolutions"
DCGAN_15 = "Radford, Metz, Chintala, Unsupervised representation learning with DCGAN (2015)"
RESNETS, DENSENETS, VGGS = (18, 34, 50, 101, 152), (121, 161, 169, 201), (11, 13, 16, 19)

ZOO: dict[str, Entry] = {
    "mlp@lecture": Entry("mlp", {}, (1, 1000, 1000), 10, LECTURE + "1.1: 1000x1000 pixels, 1000 hidden"),
    "lenet@lecture": Entry("lenet", {}, (1, 28, 28), 10, LECTURE + "2.5"),
    "lenet5@paper": Entry("lenet", {"variant": "paper"}, (1, 32, 32), 10, LENET_98),
    "alexnet@torchvision": _torchvision("alexnet", "alexnet")[1],
    "alexnet@lecture": Entry("alexnet", {"variant": "lecture"}, IMAGE, 1000, LECTURE + "4.1"),
    "alexnet@paper": Entry("alexnet", {"variant": "paper"}, (3, 227, 227), 1000, ALEXNET_12),
    "alexnet@d2l": Entry("alexnet", {"variant": "d2l"}, GREY, 10, D2L + "8.1"),
    **dict(
        _torchvision("vgg", f"vgg{depth}{'_bn' * norm}", depth=depth, norm=norm)
        for depth in VGGS
        for norm in (False, True)
    ),
    "vgg11@d2l": Entry("vgg", {"depth": 11, "variant": "d2l"}, GREY, 10, D2L + "8.2"),
    "nin@paper": Entry("nin", {}, IMAGE, 1000, NIN_13 + ", the authors' ImageNet model"),
    "nin@d2l": Entry("nin", {"variant": "d2l"}, GREY, 10, D2L + "8.3"),
    "googlenet@torchvision": _torchvision("googlenet", "googlenet")[1],
    "googlenet@paper": Entry("googlenet", {"variant": "paper"}, IMAGE, 1000, GOOGLENET_14),
    "googlenet@d2l": Entry("googlenet", {"variant": "d2l"}, (1, 96, 96), 10, D2L + "8.4"),
    **dict(_torchvision("resnet", f"resnet{depth}", depth=depth) for depth in RESNETS),
    **{
        f"resnet{depth}@paper": Entry(
            "resnet",
            {"depth": depth, "variant": "paper"},
            IMAGE,
            1000,
            RESNET_15 + ", projection shortcuts",
        )
        for depth in RESNETS
    },
    "resnet18@d2l": Entry("resnet", {"depth": 18, "variant": "d2l"}, (1, 96, 96), 10, D2L + "8.6"),
    **dict(_torchvision("densenet", f"densenet{depth}", depth=depth) for depth in DENSENETS),
    "densenet@d2l": Entry("densenet", {"variant": "d2l"}, (1, 96, 96), 10, D2L + "8.7"),
    "mobilenet_v1@paper": Entry("mobilenet", {}, IMAGE, 1000, MOBILENET_17),
    "mobilenet_v2@torchvision": Entry(
        "mobilenet", {"variant": "v2"}, IMAGE, 1000, TORCHVISION + "mobilenet_v2"
    ),
    "unet@paper": Entry("unet", {}, (1, 256, 256), 2, UNET_15),
    "dcgan_generator@paper": Entry("dcgan", {}, (100,), 3, DCGAN_15),
    "dcgan_generator@pytorch": Entry(
        "dcgan", {"variant": "pytorch"}, (100, 1, 1), 3, "PyTorch, examples/dcgan"
    ),
}
ALIASES = {"densenet121@d2l": "densenet@d2l"}  # four blocks of four, not 121 layers
_PREFERENCE = ("torchvision", "lecture", "paper", "d2l")


def names() -> list[str]:
    """Every network's full name."""
    return list(ZOO)


def full_name(name: str) -> str:
    """The full name of a plain one, whatever its case and its dashes.

    >>> full_name("resnet50"), full_name("lenet"), full_name("resnet50@paper")
    ('resnet50@torchvision', 'lenet@lecture', 'resnet50@paper')
    >>> full_name("VGG-16"), full_name("MobileNet v2")
    ('vgg16@torchvision', 'mobilenet_v2@torchvision')
    """
    candidates = [name, ALIASES.get(name, name), *(f"{name}@{variant}" for variant in _PREFERENCE)]
    for candidate in candidates:
        if candidate in ZOO:
            return candidate
    for candidate in map(_bare, candidates):
        for known in ZOO:
            if _bare(known) == candidate:
                return known
    plain = sorted({known.partition("@")[0] for known in ZOO})
    raise ConvmathError(
        f"there is no network {short(name)}{near(name, [*ZOO, *plain], 'convmath list names them all')}"
    )


def _bare(name: str) -> str:
    """A name in small letters, without dashes and spaces."""
    return name.lower().translate(str.maketrans("", "", "-_ "))


def network(
    name: str,
    classes: Integer | None = None,
    input_shape: Shape | None = None,
    in_channels: Integer | None = None,
    **arguments: Any,
) -> Network:
    """Build a network by name, for a number of classes, numbers or symbols.

    A published network has its channels; ``in_channels`` asks for others.  ``arguments`` are the
    architecture's own: ``width=64`` channels of ResNet's stem, for one.  Raises ConvmathError for a name or
    an argument that is not known, and for an input of other channels.

    >>> network("resnet50").output_shape(), network("resnet50", in_channels=1).input_shape
    ((1000,), (1, 224, 224))
    """
    full = full_name(name)
    entry = ZOO[full]
    shape = _input(full, entry.input_shape, input_shape, in_channels)
    build = import_module(f"{__name__}.{entry.family}").network
    _check_arguments(full, build, arguments)
    given = entry.arguments | arguments
    try:
        nodes = build(shape, entry.classes if classes is None else classes, **given)
    except KeyError as error:
        raise ConvmathError(f"{full}: there is no table for {error}; see convmath list") from None
    return Network(full, tuple(nodes), shape, entry.source)


def _input(full: str, own: Shape, asked: Shape | None, in_channels: Integer | None) -> Shape:
    """The input asked for, with the channels of the network."""
    channels = own[0] if in_channels is None else in_channels
    shape = (channels, *own[1:]) if asked is None else checked_shape(asked)
    if shape[0] != channels and is_number(shape[0]) and is_number(channels):
        first = (channels, *shape[:-1]) if shape[-1] == channels else (channels, *own[1:])
        takes = f"{full} takes {channels} channel{'s' * (channels != 1)}"
        has = f"the input {show(shape)} has {shape[0]}"
        raise ConvmathError(f"{takes}, {has}; channels first: {show(first)}")
    return shape


def _check_arguments(full: str, build: Callable[..., Any], arguments: Mapping[str, Any]) -> None:
    """Refuse what the architecture has no argument for, and variants that are not listed."""
    own = list(inspect.signature(build).parameters)[2:] if arguments else []  # behind shape and classes
    for name in arguments:
        if name not in own:
            raise ConvmathError(
                f"{full} takes no {name}; it takes {', '.join(own) or 'no other arguments'}"
            )
    variant = arguments.get("variant")
    if variant is not None and f"{full.partition('@')[0]}@{variant}" not in ZOO:
        raise ConvmathError(f"{full}: there is no variant {variant!r}; convmath list names them all")
