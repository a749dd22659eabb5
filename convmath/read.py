"""What a question is about: a layer, a chain, a name, a file or a PyTorch module, all as a network.

Every command and every function that asks something of a network reads its subject here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from convmath.errors import ConvmathError, short
from convmath.exact.integers import Integer, is_open
from convmath.geometry.notation import AXES, symbol
from convmath.layers import NAMES
from convmath.layers.base import Layer, Shape, show
from convmath.network.network import Network, checked_shape
from convmath.parse.chain import read_chain
from convmath.parse.characters import plain_letters
from convmath.parse.shape import fitted, parse_shape

if TYPE_CHECKING:
    from torch import nn

    from convmath.network.summary import Summary

Subject: TypeAlias = "Network | Layer | str | Iterable[Layer] | nn.Module"
ShapeLike: TypeAlias = "Shape | list[Integer] | str"


def network_of(
    what: Subject,
    input_shape: ShapeLike | None = None,
    *,
    symbolic: bool = False,
    layout: str | None = None,
) -> Network:
    """What is meant, as a network on an input.

    ``what`` is a network, a layer, layers one after another, a ``torch.nn.Module``, or a text: a layer or
    chain as it is written, a name (``convmath list``), a ``.toml`` or ``.json`` file, or a module as
    ``package.module:attribute`` or ``file.py:Class``.  ``input_shape`` is the one asked for; without it a
    network has its own, and layers the general one in symbols.  With ``symbolic`` every size is a symbol.
    A shape given as text is read as people write it, by ``layout`` with the channels first (``"CHW"``) or
    last (``"HWC"``), and what had to be understood stands in the network's ``remarks``.

    Raises ConvmathError for what is none of these, with the nearest names.

    >>> network_of("Conv2d(3, 8, 3) -> ReLU()", "3x9x9").output_shape()
    (8, 7, 7)
    >>> network_of("lenet").output_shape(), network_of("resnet50", symbolic=True).input_shape
    ((10,), (3, H, W))
    """
    shape = parse_shape(input_shape) if isinstance(input_shape, str) else input_shape
    shape = None if shape is None else checked_shape(shape)
    asked = _Asked(shape, symbolic, layout, isinstance(input_shape, str))
    if isinstance(what, str):
        return _named(plain_letters(what), asked)
    if isinstance(what, Network):
        return _on(what, asked)
    if isinstance(what, Layer) or _are_layers(what):
        return _on(Network.chain(what), asked)
    return _module(what, asked)


class _Asked(NamedTuple):
    """The input that is asked for, and how it was written."""

    shape: Shape | None
    symbolic: bool
    layout: str | None
    written: bool

    def on(self, rank: int | None, channels: Any) -> tuple[_Asked, tuple[str, ...]]:
        """The same with channels first, and what had to be understood."""
        if self.shape is None or not (self.written or self.layout):
            return self, ()
        found = fitted(self.shape, rank, channels, self.layout)
        return self._replace(shape=found.shape), (found.remark,) if found.remark else ()


def parse_chain(text: str, input_shape: Shape | None = None, layout: str | None = None) -> Network:
    """Layers written ``A -> B -> C``, or as PyTorch and Keras write and print them, one after another.

    Names that are not numbers become symbols.  Raises ConvmathError with what is wrong and the remedy.

    >>> print(parse_chain("Conv2d(3, 3, 3, groups=3) -> nn.ReLU()"))
    Conv2d(3, 3, 3, groups=3) -> ReLU()
    >>> print(parse_chain("Sequential([Conv2D(6, 5, input_shape=(28, 28, 1)), Flatten(), Dense(10)])"))
    Conv2d(1, 6, 5) -> Flatten() -> Linear(3456, 10) on 1x28x28
    """
    written = read_chain(text, input_shape, layout)
    return Network.chain(written.layers, written.shape, remarks=written.remarks)


def module_of(what: Subject) -> nn.Module | None:
    """The PyTorch module that is meant, itself or by its place; None where something else is."""
    if isinstance(what, str):
        return _placed(what) if ":" in what and "(" not in what else None
    if isinstance(what, (Network, Layer)) or _are_layers(what):
        return None
    return what if _is_module(what) else None


def summarise(
    what: Subject,
    input_shape: ShapeLike | None = None,
    *,
    batch: Integer = 1,
    counting: str = "macs",
    dtype: str = "float32",
) -> Summary:
    """Every layer on an input, numbers or symbols, and the totals; ``what`` as for ``network_of``.

    ``counting`` names what the total counts (``convmath.network.conventions``), ``dtype`` the number format
    of weights and results.  Raises ConvmathError where the input does not fit or a name is not known.

    >>> summary = summarise("resnet50")
    >>> summary.parameters, summary.multiplications, summary.receptive_field.size
    (25557032, 4089184256, (427, 427))
    """
    return network_of(what, input_shape).summary(batch=batch, counting=counting, dtype=dtype)


def is_name(text: str) -> bool:
    """Whether a text can only be the name of a network in the zoo.

    >>> is_name("resnet50"), is_name("ReLU()"), is_name("net.toml"), is_name("net.py:Net")
    (True, False, False, False)
    """
    return not _are_calls(text) and not text.endswith((".toml", ".json")) and ":" not in text


def _are_calls(text: str) -> bool:
    """Whether a text writes layers out."""
    return "(" in text or "->" in text or text.strip() in NAMES


def _named(text: str, asked: _Asked) -> Network:
    if not text.strip():
        raise ConvmathError(
            "nothing is named; give a layer like Conv2d(3, 8, 3), or a name of convmath list"
        )
    if text.endswith(".py"):
        raise ConvmathError(f"{short(text)} is a file of Python; name what it makes, like net.py:Net")
    if is_name(text):
        return _of_zoo(text, asked)
    if ".py:" in text and "(" in text:
        raise ConvmathError(f"{short(text)} is no plain name; write net.py:Net, without parentheses")
    if _are_calls(text):
        chain = parse_chain(text, asked.shape, asked.layout or (None if asked.written else "CHW"))
        return _on(chain, asked._replace(shape=chain.input_shape, written=False, layout=None))
    if text.endswith((".toml", ".json")):
        from convmath.network.files import load

        return _on(load(text), asked)
    return _module(_placed(text), asked, text)


def _of_zoo(text: str, asked: _Asked) -> Network:
    from convmath import zoo

    own = zoo.ZOO[zoo.full_name(text)].input_shape
    asked, remarks = asked.on(len(own) - 1, own[0])
    if not asked.symbolic:
        return replace(zoo.network(text, input_shape=asked.shape), remarks=remarks)
    shape = own if asked.shape is None else asked.shape
    return replace(zoo.network(text, classes=symbol("K"), input_shape=in_symbols(shape)), remarks=remarks)


def _on(network: Network, asked: _Asked) -> Network:
    """The network on the input asked for: its own, or the general one, unless another is given."""
    asked, remarks = asked.on(*_takes(network))
    shape = asked.shape or network.input_shape or general_input(network)
    shape = in_symbols(shape) if asked.symbolic else shape
    if shape == network.input_shape and not remarks:
        return network
    return replace(network, input_shape=shape, remarks=network.remarks + remarks)


def _takes(network: Network) -> tuple[int | None, Any]:
    """How many spatial axes the network's input has, and its channels, as far as they are known."""
    if network.input_shape is not None:
        return len(network.input_shape) - 1, network.input_shape[0]
    first = network.nodes[0].layer
    example = first.example_shape()
    rank = getattr(first, "rank", None)
    return (0 if example is not None and len(example) == 1 else rank), example[0] if example else None


def in_symbols(shape: Shape) -> Shape:
    """The shape with a symbol for every size but the channels.

    >>> in_symbols((3, 224, 224))
    (3, H, W)
    """
    channels, *sizes = shape
    return (channels, *map(symbol, AXES.get(len(sizes), ())))


def general_input(network: Network) -> Shape:
    """The input in symbols, for a question that names none: the first layer's channels and H, W."""
    first = network.nodes[0].layer
    example, rank = first.example_shape(), getattr(first, "rank", None)
    if example is None and rank is None:
        raise ConvmathError(f"{first!r} takes any input; give one like 3x224x224")
    if rank is None:
        return example or ()
    return (example[0] if example else symbol("C"), *map(symbol, AXES[rank]))


def _are_layers(what: Any) -> bool:
    return isinstance(what, (list, tuple)) and all(isinstance(each, Layer) for each in what)


def _placed(text: str) -> nn.Module:
    """The module that a text names by its place."""
    try:
        from convmath.torch.named import module_named
    except ImportError:
        raise ConvmathError(f'reading {short(text)} needs PyTorch; pip install "convmath[torch]"') from None
    return module_named(text)


def _is_module(what: Any) -> bool:
    try:
        from convmath.torch import is_module
    except ImportError:
        return False
    return is_module(what)


def _module(what: Any, asked: _Asked, text: str = "") -> Network:
    """A PyTorch module as a network: it is run on an input in numbers."""
    if not _is_module(what):
        raise ConvmathError(
            f"{type(what).__name__} {short(repr(what))} is no layer, network or name; give one, or "
            "a torch.nn.Module"
        )
    from convmath.torch import from_torch

    name = text or type(what).__name__
    shape = asked.on(None, None)[0].shape
    if shape is None or any(map(is_open, shape)):
        given = "" if shape is None else f", not {show(shape)}"
        raise ConvmathError(f"{name} has no input of its own; give it in numbers{given}: --input 3x224x224")
    return _on(
        from_torch(what, shape, text.rpartition(":")[2] or None), _Asked(shape, asked.symbolic, None, False)
    )
