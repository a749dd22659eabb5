"""A network: named layers joined into a graph without cycles; layers and chains are networks too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from convmath.errors import ConvmathError, near, short
from convmath.exact.integers import Integer
from convmath.geometry.loopnest import Operations
from convmath.geometry.reading import ReceptiveField
from convmath.layers.arguments import frozen, is_whole
from convmath.layers.base import Layer, Shape, show
from convmath.network.leftover import leftover
from convmath.network.nodes import INPUT, Node, Unread, check_nodes, last_readers
from convmath.network.trace import Trace

if TYPE_CHECKING:
    from convmath.network.summary import Summary

CHAIN = "chain"  # the name of layers that follow each other and have no other


@dataclass(frozen=True, repr=False)
class Network:
    """Named layers, each after those it reads; the last one is the output.

    ``input_shape`` is the one used where no other is asked for, the batch left out; a chain of layers
    needs none.  ``source`` says where the network was published.  ``weights`` may hold arrays by name,
    ``conv1.weight``.  ``unknown`` names operators that an import could not read: totals are then partial.
    ``uncounted`` names weights that are no parameters of their own: those of a node before, or fixed. Of
    an imported module's parameters ``frozen`` counts, by name, those that are read but not trained, and
    ``unused`` those that nothing reads.  ``remarks`` say what had to be understood to read it.  ``confirm``
    is called with the network and an input before it is traced on that, and raises where the network does
    not stand for it.

    >>> from convmath import Conv2d, MaxPool2d
    >>> network = Network.chain([Conv2d(1, 6, 5, padding=2), MaxPool2d(2)], (1, 28, 28))
    >>> network.output_shape()
    (6, 14, 14)
    """

    name: str
    nodes: tuple[Node, ...]
    input_shape: Shape | None = None
    source: str = ""
    weights: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    unknown: tuple[Unread, ...] = ()
    uncounted: frozenset[str] = frozenset()
    frozen: tuple[tuple[str, int], ...] = ()
    unused: tuple[tuple[str, int], ...] = ()
    remarks: tuple[str, ...] = field(default=(), repr=False, compare=False)
    confirm: Callable[[Network, Shape], None] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", tuple(self.nodes))
        check_nodes(self.name, self.nodes)
        if self.input_shape is not None:
            object.__setattr__(self, "input_shape", checked_shape(self.input_shape))

    @classmethod
    def chain(
        cls,
        layers: Layer | Iterable[Layer] | Mapping[str, Layer],
        input_shape: Shape | None = None,
        name: str = CHAIN,
        remarks: tuple[str, ...] = (),
    ) -> Network:
        """Layers one after another, by the names they are given or by their place.

        >>> from convmath import Conv2d, MaxPool2d
        >>> print(Network.chain([Conv2d(1, 6, 5), MaxPool2d(2)]))
        Conv2d(1, 6, 5) -> MaxPool2d(2)
        """
        build, x = Builder(), INPUT
        listed = (layers,) if isinstance(layers, Layer) else layers
        named = listed if isinstance(listed, Mapping) else dict(_by_place(listed))
        if not named:
            raise ConvmathError("a chain needs at least one layer")
        for own, layer in named.items():
            if not isinstance(layer, Layer):
                raise ConvmathError(f"{layer!r} is no layer; a chain takes layers like Conv2d(3, 8, 3)")
            if layer.arity != 1:
                raise ConvmathError(f"{layer!r} does not read one input and cannot stand in a chain")
            x = build(own, layer, x)
        return build.network(name, input_shape, remarks=remarks)

    @property
    def output(self) -> str:
        """The name of the node whose result the network gives."""
        return self.nodes[-1].name

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, in the order of the nodes."""
        return tuple(node.layer for node in self.nodes)

    @property
    def is_chain(self) -> bool:
        """Whether every node reads the one before it, the first one the input."""
        before = [INPUT, *(node.name for node in self.nodes)]
        return all(node.inputs == (read,) for node, read in zip(self.nodes, before, strict=False))

    def __getitem__(self, name: str) -> Node:
        for node in self.nodes:
            if node.name == name:
                return node
        names = [node.name for node in self.nodes]
        inside = [each for each in names if each.startswith(f"{name}.")]
        alike = f"; it is a group: {', '.join(inside[:3])}, ..." if inside else near(name, names)
        raise ConvmathError(f"{self.name} has no node {short(name)}{alike}")

    def trace(self, input_shape: Shape | None = None) -> Trace:
        """Shapes, counts and receptive fields of every node on an input: a ``Trace``."""
        asked = self.input_shape if input_shape is None else checked_shape(input_shape)
        if asked is None:
            raise ConvmathError(f"{self} has no input of its own; give one, like 3x224x224")
        if self.confirm is not None:
            self.confirm(self, asked)
        return Trace(self, asked)

    def output_shape(self, input_shape: Shape | None = None) -> Shape:
        """The shape that the last layer gives."""
        return self.trace(input_shape).output_shape

    def parameters(self) -> dict[str, Integer]:
        """How many trainable numbers each parameter holds, ``conv1.weight``; no input is needed."""
        return {
            f"{node.name}.{name}": count
            for node in self.nodes
            for name, count in node.layer.parameters().items()
            if f"{node.name}.{name}" not in self.uncounted
        }

    def parameter_total(self, input_shape: Shape | None = None) -> Integer:
        """How many trainable numbers all layers hold."""
        if self.input_shape is None and input_shape is None:
            return sum(self.parameters().values())
        return self.trace(input_shape).parameter_total()

    def operations(self, input_shape: Shape | None = None) -> Operations:
        """Every operation that executing the layers on one input takes (nominal)."""
        return self.trace(input_shape).operations()

    def effective_operations(self, input_shape: Shape | None = None) -> Operations:
        """The same without the taps that fall on zero padding or are cropped away."""
        return self.trace(input_shape).effective_operations()

    def check_whole(self, otherwise: str) -> None:
        """Raise ConvmathError where some node could not be read, and say what to do."""
        if self.unknown:
            raise ConvmathError(f"{self.title} is partial: {self.unknown[0]}; {otherwise}")

    def receptive_field(self, input_shape: Shape | None = None, node: str | None = None) -> ReceptiveField:
        """What one position of a node reads of the input, of the last map unless a node is named.

        Raises ConvmathError where there are no positions, or some node could not be read.
        """
        trace = self.trace(input_shape)
        field = trace.receptive_field(node)
        if field is None and node is None:
            self.check_whole("name a node before it")
        if field is None:
            name = trace.last_map if node is None else node
            raise ConvmathError(
                f"{name} of {self.title} has no positions; a receptive field is that of a map's node"
            )
        return field

    def leftover(self, input_shape: Shape | None = None) -> tuple[Integer | None, ...]:
        """How many positions of each axis of the input lie past the last one that is read."""
        return leftover(self.trace(input_shape))

    def run(self, start: Any, step: Callable[[Node, list[Any]], Any]) -> Any:
        """What comes out when every node's result is ``step(node, what it reads)``.

        The nodes run in their order; what no node reads any more is let go.
        """
        last = last_readers(self.nodes)
        values = {INPUT: start}
        for node in self.nodes:
            values[node.name] = step(node, [values[read] for read in node.inputs])
            for read in set(node.inputs):
                if last[read] == node.name:
                    del values[read]
        return values[self.output]

    def summary(self, input_shape: Shape | None = None, **options: Any) -> Summary:
        """The table of all layers with its totals: a ``Summary``."""
        from convmath.network.summary import summary_of

        return summary_of(self, input_shape, **options)

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()

    def _repr_latex_(self) -> str:
        return self.summary()._repr_latex_()

    @property
    def title(self) -> str:
        """What people call it: its name, or of a plain chain its layers."""
        return " -> ".join(map(repr, self.layers)) if self.name == CHAIN and self.is_chain else self.name

    def __repr__(self) -> str:
        return f"Network({self.name!r}, {len(self.nodes)} nodes, input_shape={self.input_shape})"

    def __str__(self) -> str:
        return self.title if self.input_shape is None else f"{self.title} on {show(self.input_shape)}"


def _by_place(layers: Iterable[Layer]) -> Iterator[tuple[str, Layer]]:
    return ((str(place), layer) for place, layer in enumerate(layers))


def Chain(layers: Layer | Iterable[Layer]) -> Network:  # noqa: N802
    """Layers applied one after another: a network without an input of its own.

    >>> from convmath import Conv2d
    >>> chain = Chain((Conv2d(1, 1, 3), Conv2d(1, 1, 3, dilation=2), Conv2d(1, 1, 3, dilation=4)))
    >>> chain.receptive_field((1, 32, 32)).size
    (15, 15)
    """
    return Network.chain(layers)


def checked_shape(shape: Any) -> Shape:
    """A shape as a tuple of whole numbers and symbols; anything else is refused.

    >>> checked_shape([3, 224, 224])
    (3, 224, 224)
    """
    found = frozen(shape)
    if not isinstance(found, tuple) or not found or not all(map(is_whole, found)):
        raise ConvmathError(
            f"{short(str(shape))} is no input shape; give a tuple of whole numbers or symbols"
        )
    return found


class Builder:
    """Puts a network together, node by node; every call returns the name that later nodes read.

    >>> from convmath import Add, Conv2d, ReLU
    >>> build = Builder()
    >>> x = build("conv1", Conv2d(3, 8, 3, padding=1), INPUT)
    >>> with build.scope("block"):
    ...     y = build.chain("", x, Conv2d(8, 8, 3, padding=1), ReLU())
    ...     y = build("add", Add(), x, y)
    >>> y, build.network("tiny", (3, 32, 32)).output_shape()
    ('block.add', (8, 32, 32))
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._prefix = ""

    def __call__(self, name: str, layer: Layer, *inputs: str) -> str:
        """One node."""
        full = self._prefix + name
        self.nodes.append(Node(full, layer, inputs))
        return full

    def chain(self, name: str, x: str, *layers: Layer) -> str:
        """Layers one after another, named ``name.0``, ``name.1``, ... as ``nn.Sequential`` does."""
        lead = f"{name}." if name else ""
        for place, layer in enumerate(layers):
            x = self(f"{lead}{place}", layer, x)
        return x

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Names inside start with ``name.``."""
        before, self._prefix = self._prefix, f"{self._prefix}{name}."
        try:
            yield
        finally:
            self._prefix = before

    def network(
        self, name: str, input_shape: Shape | None = None, source: str = "", **options: Any
    ) -> Network:
        """What was put together."""
        return Network(name, tuple(self.nodes), input_shape, source, **options)
