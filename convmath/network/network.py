"""A network: named layers joined into a graph without cycles, on one input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from convmath.errors import ConvmathError
from convmath.layers.base import Layer, Shape, show

if TYPE_CHECKING:
    from convmath.exact.integers import Integer
    from convmath.network.summary import Summary
    from convmath.network.trace import Trace

INPUT = "input"


class Node(NamedTuple):
    """One layer in its place: the names of the nodes it reads."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Network:
    """Named layers, each after those it reads; the last one is the output.

    ``input_shape`` is the one used where no other is asked for, the batch left out.  ``source`` says
    where the network was published.  ``weights`` may hold arrays by name, ``conv1.weight``.
    ``unknown`` names operators that an import could not read: totals are then partial.  ``uncounted``
    names weights that are no parameters of their own: those of a node before, or fixed.

    >>> from convmath import Conv2d, MaxPool2d
    >>> network = Network.chain([Conv2d(1, 6, 5, padding=2), MaxPool2d(2)], (1, 28, 28))
    >>> network.output_shape()
    (6, 14, 14)
    """

    name: str
    nodes: tuple[Node, ...]
    input_shape: Shape
    source: str = ""
    weights: Mapping[str, Any] = field(default_factory=dict, repr=False)
    unknown: tuple[str, ...] = ()
    uncounted: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.nodes:
            raise ConvmathError(f"network {self.name!r} has no layer; give it at least one")
        known = {INPUT}
        for node in self.nodes:
            _check(self.name, node, known)
            known.add(node.name)

    @classmethod
    def chain(cls, layers: Iterable[Layer], input_shape: Shape, name: str = "chain") -> Network:
        """Layers one after another, named by their place."""
        build = Builder()
        build.chain("", INPUT, *layers)
        return build.network(name, input_shape)

    @property
    def output(self) -> str:
        """The name of the node whose result the network gives."""
        return self.nodes[-1].name

    def __getitem__(self, name: str) -> Node:
        for node in self.nodes:
            if node.name == name:
                return node
        raise ConvmathError(f"{self.name} has no node {name!r}{_suggest(name, self.nodes)}")

    def output_shape(self, input_shape: Shape | None = None) -> Shape:
        """The shape that the last layer gives."""
        return self.trace(input_shape).shapes[self.output]

    def parameter_total(self, input_shape: Shape | None = None) -> Integer:
        """How many trainable numbers all layers hold."""
        return self.trace(input_shape).parameter_total()

    def run(self, start: Any, step: Callable[[Node, list[Any]], Any]) -> Any:
        """What comes out when every node's result is ``step(node, what it reads)``.

        The nodes run in their order; what no node reads any more is let go.
        """
        last = {read: node.name for node in self.nodes for read in node.inputs}
        values = {INPUT: start}
        for node in self.nodes:
            values[node.name] = step(node, [values[read] for read in node.inputs])
            for read in set(node.inputs):
                if last[read] == node.name:
                    del values[read]
        return values[self.output]

    def trace(self, input_shape: Shape | None = None) -> Trace:
        """Shapes, counts and receptive fields of every node on an input: a ``Trace``."""
        from convmath.network.trace import Trace

        return Trace(self, self.input_shape if input_shape is None else input_shape)

    def summary(self, input_shape: Shape | None = None, **options: Any) -> Summary:
        """The table of all layers with its totals; see ``convmath.network.summary``."""
        from convmath.network.summary import summarise

        return summarise(self, input_shape, **options)

    def save(self, path: Any) -> None:
        """Write the network to a ``.toml`` or ``.json`` file, without its weights."""
        from convmath.network.files import save

        save(self, path)

    @staticmethod
    def load(path: Any) -> Network:
        """Read a network from a ``.toml`` or ``.json`` file."""
        from convmath.network.files import load

        return load(path)

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()

    def _repr_latex_(self) -> str:
        return self.summary()._repr_latex_()

    def __str__(self) -> str:
        return f"{self.name}: {len(self.nodes)} layers on {show(self.input_shape)}"


def _check(network: str, node: Node, known: set[str]) -> None:
    if not node.name:
        raise ConvmathError(f"{network}: {node.layer!r} has an empty name; give each node one")
    if node.name in known:
        raise ConvmathError(f"{network}: the name {node.name!r} is taken; give each node a name of its own")
    if not isinstance(node.layer, Layer):
        raise ConvmathError(f"{network}: {node.name} is {node.layer!r}, which is no layer")
    for read in node.inputs:
        if read not in known:
            raise ConvmathError(
                f"{network}: {node.name} reads {read!r}, which no node before it is called; "
                "list nodes after those they read"
            )
    takes = node.layer.inputs
    if takes is not None and len(node.inputs) != takes:
        raise ConvmathError(
            f"{network}: {node.name} = {node.layer!r} takes {takes} input{'s' * (takes != 1)}, "
            f"it is given {len(node.inputs)}"
        )
    if takes is None and not node.inputs:
        raise ConvmathError(f"{network}: {node.name} = {node.layer!r} joins nothing; give it inputs")


def _suggest(name: str, nodes: Iterable[Node]) -> str:
    import difflib

    near = difflib.get_close_matches(name, [node.name for node in nodes], n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(near)}?" if near else ""


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

    def network(self, name: str, input_shape: Shape, source: str = "", **options: Any) -> Network:
        """What was put together."""
        return Network(name, tuple(self.nodes), input_shape, source, **options)
