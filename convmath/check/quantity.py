"""What can be asked of a layer or a network, under the names people use, and the right answer to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, NamedTuple

from convmath.check.facts import Facts, axes_facts, layer_facts, pads_same
from convmath.errors import ConvmathError, near, short
from convmath.exact.integers import Integer, product, ratio
from convmath.geometry.notation import AXES, AXIS_NAMES
from convmath.layers.base import Placed, Shape, show
from convmath.network.conventions import convention
from convmath.network.dtypes import width_of
from convmath.network.nodes import INPUT, Node
from convmath.network.trace import Trace


@dataclass(eq=False)
class Subject:
    """What a question is about: a network on its input or one node of it, a number format, a batch."""

    trace: Trace
    node: Node | None
    dtype: str = "float32"
    batch: int = 1
    kept: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, trace: Trace, node: str = "", dtype: str = "float32", batch: int = 1) -> Subject:
        """The node of a name; without one the only node, or the whole of a network of several."""
        network = trace.network
        found = network[node] if node else network.nodes[0] if len(network.nodes) == 1 else None
        return cls(trace, found, dtype, batch)

    @property
    def name(self) -> str:
        """The node that is asked about; nothing of the whole, and of a layer by itself."""
        alone = len(self.trace.network.nodes) == 1
        return self.node.name if self.node and not alone else ""

    def once(self, what: str, quantity: Quantity, make: Callable[[], Any]) -> Any:
        """What is the same for every answer to a quantity, worked out when it is first asked for."""
        key = what, quantity.name
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]

    @property
    def placed(self) -> Placed | None:
        """The layer that is asked about; None of a network of several."""
        return self.trace.placed[self.node.name] if self.node else None

    @property
    def output(self) -> Shape:
        """The shape that it gives."""
        return self.trace.shapes[self.node.name] if self.node else self.trace.output_shape

    @property
    def width(self) -> int:
        """Bytes of an element."""
        return width_of(self.dtype)

    @cached_property
    def facts(self) -> Facts:
        """The numbers of its layer."""
        assert self.placed is not None
        found = layer_facts(self.placed)
        first = self.trace.input_shape[0]
        return found if self.is_first else found | Facts({"C_0": first})

    @property
    def is_first(self) -> bool:
        """Whether it reads the network's input."""
        return self.node is None or self.node.inputs == (INPUT,)

    @cached_property
    def axes(self) -> tuple[Facts, ...]:
        """The numbers of its layer's spatial axes; none where no window slides."""
        return axes_facts(self.placed) if self.placed is not None and len(self.placed.shapes) == 1 else ()

    def each(self) -> list[Subject]:
        """The same of every node."""
        return [replace(self, node=node) for node in self.trace.network.nodes]


class Quantity(NamedTuple):
    """A quantity: its name, what else it is called, how it is answered, and the right answer."""

    name: str
    right: Callable[[Subject], Any]
    aliases: str = ""
    shaped: bool = False
    memory: bool = False

    @property
    def title(self) -> str:
        """What it is called where people read it."""
        return self.name.replace("_", " ")


class UnaskableError(ConvmathError):
    """A quantity that the layer or network does not have."""


def _one(values: Sequence[Any]) -> Any:
    """The one value where all axes have the same, else all of them."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def _side(subject: Subject) -> Any:
    if len(subject.output) == 1:
        raise UnaskableError("there is no height or width behind a dense layer; ask for output")
    return _one(subject.output[1:])


def _axis(name: str, subject: Subject) -> Any:
    letters = AXES.get(len(subject.output) - 1, ())
    sizes = {AXIS_NAMES[letter]: size for size, letter in zip(subject.output[1:], letters, strict=True)}
    if name not in sizes:
        raise UnaskableError(f"the output {show(subject.output)} has no {name}; ask for output")
    return sizes[name]


def _parameters(subject: Subject) -> Integer:
    if subject.node is None or subject.placed is None:
        return subject.trace.parameter_total()
    return subject.placed.parameter_total - subject.trace.uncounted_parameters(subject.node)


def _named(subject: Subject, biases: bool) -> Integer:
    """The trained numbers of arrays that are biases, or that are none."""
    counts = subject.trace.network.parameters()
    only = f"{subject.node.name}." if subject.node else ""
    return sum(
        count
        for name, count in counts.items()
        if name.startswith(only) and name.rpartition(".")[2].startswith("bias") == biases
    )


def moving_statistics(subject: Subject) -> Integer:
    """What is kept beside the weights, and not trained."""
    kept: Integer = sum(
        product(shape)
        for each in ([subject] if subject.node else subject.each())
        if each.placed is not None
        for shape in each.placed.layer.buffers().values()
    )
    fixed = [each.placed for each in ([subject] if subject.node else subject.each()) if each.placed]
    return kept + sum(sum(_fixed(placed)) for placed in fixed)


def _fixed(placed: Placed) -> list[Integer]:
    shapes = placed.layer.weight_shapes()
    return [product(shapes[name]) for name in placed.layer.fixed_weights() if name in shapes]


def _multiplications(subject: Subject) -> Integer:
    if subject.placed is None:
        return counted("macs", subject)
    taken: Integer = subject.placed.operations.multiplications
    return taken


def _operations(kind: str, subject: Subject) -> Any:
    return getattr(subject.placed.operations if subject.placed else subject.trace.operations(), kind)


def counted(name: str, subject: Subject) -> Integer:
    """What a published convention counts."""
    rule = convention(name)
    return rule.count(subject.placed) if subject.placed else subject.trace.total(rule.count)


def _field(part: str, subject: Subject) -> Any:
    field = subject.trace.receptive_field(subject.node.name if subject.node else None)
    if field is None:
        raise UnaskableError("there is no receptive field behind the last map; name a node before it")
    return _one(getattr(field, part))


def results(subject: Subject) -> Integer:
    """Elements of a node's result, or of all results together."""
    if subject.node is not None:
        return product(subject.output)
    return sum(product(subject.trace.shapes[node.name]) for node in subject.trace.network.nodes)


def _activations(subject: Subject) -> Integer:
    """The input and all results but those of layers that work in place: activation functions, reshapes."""
    trace = subject.trace
    kept = [each for each in subject.each() if each.placed and not _in_place(each.placed)]
    return product(trace.input_shape) + sum(product(each.output) for each in kept)


def _in_place(placed: Placed) -> bool:
    """Whether a result can stand where its input stood: activation functions, and what only moves it."""
    if any(each.__name__ == "Activation" for each in type(placed.layer).__mro__):
        return True
    taken = placed.operations
    idle = all(
        getattr(taken, kind) == 0 for kind in ("multiplications", "additions", "comparisons", "functions")
    )
    return idle and product(placed.output_shape) == sum(map(product, placed.shapes))


def _in_features(subject: Subject) -> Integer:
    for node in subject.trace.network.nodes:
        placed = subject.trace.placed[node.name]
        if hasattr(placed.layer, "in_features") and (
            subject.node is None or subject.node.name == node.name
        ):
            features: Integer = placed.layer.in_features
            return features
    return product(subject.output)


def _unshared(subject: Subject) -> Integer:
    """Weights and biases if every output position had its own."""
    if subject.placed is None:
        return sum(_unshared(each) for each in subject.each())
    found = subject.placed.parameter_total
    return found if not subject.axes else ratio(found * product(subject.output), subject.output[0])


def _quotient(subject: Subject) -> Any:
    if not subject.axes:
        raise UnaskableError("only a layer with windows divides by a stride; ask for output")
    values = [
        ratio(f["n"] + f["pad"] - f["reach"], f["s"]) + 1 for f in (axis.values for axis in subject.axes)
    ]
    return _one(values)


class Keeping(NamedTuple):
    """The padding of an axis that keeps its size, or that SAME stands for: for both sides, or in pairs."""

    symmetric: Sequence[int]
    totals: Sequence[int]
    pair: tuple[int, int]
    pairs: bool = True  # whether any pair of such a total will do

    def holds(self, padding: Any) -> bool:
        """Whether a padding keeps the size."""
        if isinstance(padding, tuple):
            return padding == self.pair or (
                self.pairs and sum(padding) in self.totals and min(padding) >= 0
            )
        return padding in self.symmetric

    @property
    def shown(self) -> Any:
        """The padding that one would give."""
        return self.symmetric[0] if self.symmetric else self.pair


def keeping(subject: Subject, axis: int = 0) -> Keeping:
    """The padding that keeps the size of an axis, or what SAME stands for there."""
    from convmath.solve.padding import padding_that_keeps

    if not subject.axes:
        raise UnaskableError("only a layer with windows has padding; name a convolution or a pool")
    f = subject.axes[axis].values
    if pads_same(subject.placed):
        pad = f["pad"]
        half, rest = pad // 2, pad - pad // 2
        return Keeping([half] if half == rest else [], [pad], (half, rest), False)
    found = padding_that_keeps(f["k"], f["s"], f["d"], None if f["s"] == 1 else f["n"])
    return Keeping(found.symmetric, found.totals, found.pair)


def _padding(subject: Subject) -> Any:
    shown = [keeping(subject, axis).shown for axis in range(len(subject.axes) or 1)]
    return shown[0] if all(each == shown[0] for each in shown) else tuple(shown)


def _kept(subject: Subject) -> Any:
    before = subject.placed.shapes[0] if subject.placed else subject.trace.input_shape
    return ratio(product(subject.output), product(before))


def replaced(subject: Subject) -> tuple[Subject, Subject] | None:
    """The two parts of a depthwise separable convolution; None of anything else."""
    found = [each for each in subject.each() if each.placed and "Conv" in _families(each.placed)]
    if subject.node is not None or len(found) != 2:
        return None
    depthwise, pointwise = found
    apart = depthwise.facts.values["g"] == depthwise.facts.values["C_in"] != 1
    return (depthwise, pointwise) if apart and pointwise.facts.values["K"] == 1 else None


def _ratio(subject: Subject) -> Any:
    parts = replaced(subject)
    if parts is None:
        raise UnaskableError(
            "a ratio is that of a depthwise separable convolution to the one it replaces; give both layers"
        )
    depthwise, pointwise = (part.facts.values for part in parts)
    whole = depthwise["M"] * depthwise["K"] * depthwise["C_in"] * pointwise["C_out"]
    return ratio(_multiplications(subject), whole)


def _families(placed: Placed) -> set[str]:
    return {each.__name__ for each in type(placed.layer).__mro__}


def _share(subject: Subject) -> Any:
    if subject.node is None:
        raise UnaskableError("a share is that of one node; name it with --node")
    return ratio(counted("macs", subject), subject.trace.total(convention("macs").count))


QUANTITIES = {
    quantity.name: quantity
    for quantity in (
        Quantity(
            "output", lambda s: tuple(s.output), "shape output_shape volume output_volume out", shaped=True
        ),
        Quantity("size", _side, "side output_size output_side out_size width_and_height", shaped=True),
        Quantity("height", partial(_axis, "height"), "output_height rows h"),
        Quantity("width", partial(_axis, "width"), "output_width columns w"),
        Quantity("length", partial(_axis, "length"), "output_length"),
        Quantity("depth", partial(_axis, "depth"), "output_depth"),
        Quantity("channels", lambda s: s.output[0], "out_channels output_channels maps filters"),
        Quantity("parameters", _parameters, "params num_params parameter_count total_params"),
        Quantity("trainable", _parameters, "trainable_parameters trainable_params"),
        Quantity(
            "non_trainable", moving_statistics, "non_trainable_parameters non_trainable_params untrained"
        ),
        Quantity(
            "all_parameters",
            lambda s: _parameters(s) + moving_statistics(s),
            "total_parameters parameters_in_all",
        ),
        Quantity("weights", lambda s: _named(s, False), "weight"),
        Quantity("biases", lambda s: _named(s, True), "bias"),
        Quantity(
            "unshared_parameters",
            _unshared,
            "parameters_without_sharing locally_connected_parameters unshared",
        ),
        Quantity(
            "multiplications",
            _multiplications,
            "macs mac mults madds multiply_accumulates multiply_adds multiply_accumulate muls",
        ),
        Quantity("additions", partial(_operations, "additions"), "adds"),
        Quantity("comparisons", partial(_operations, "comparisons"), ""),
        Quantity("flops", lambda s: counted("flops", s), "flop operations ops"),
        Quantity("receptive_field", partial(_field, "size"), "rf field receptive_field_size", shaped=True),
        Quantity("effective_stride", partial(_field, "stride"), "jump total_stride", shaped=True),
        Quantity("effective_padding", partial(_field, "padding"), "", shaped=True),
        Quantity(
            "memory", lambda s: results(s) * s.width * s.batch, "output_memory result_memory", memory=True
        ),
        Quantity(
            "weight_memory", lambda s: _parameters(s) * s.width, "parameter_memory model_size", memory=True
        ),
        Quantity(
            "activation_memory",
            lambda s: _activations(s) * s.width * s.batch,
            "activations forward_memory",
            memory=True,
        ),
        Quantity(
            "peak_memory", lambda s: s.trace.memory(s.width)[1] * s.batch, "memory_at_once", memory=True
        ),
        Quantity("padding", _padding, "p same_padding pad", shaped=True),
        Quantity("in_features", _in_features, "flattened flat features"),
        Quantity("neurons", lambda s: product(s.output), "elements units outputs activations_count"),
        Quantity("quotient", _quotient, "unrounded exact_size before_rounding", shaped=True),
        Quantity("kept", _kept, "kept_share"),
        Quantity("ratio", _ratio, "cost_ratio"),
        Quantity("saving", lambda s: 1 - _ratio(s), "saved"),
        Quantity("share", _share, ""),
    )
}
_NAMES = {name: name for name in QUANTITIES} | {
    alias: quantity.name for quantity in QUANTITIES.values() for alias in quantity.aliases.split()
}


def quantity_named(text: str) -> Quantity:
    """A quantity by its name or what else it is called; spaces, dashes and case do not matter.

    >>> quantity_named("MACs").name, quantity_named("receptive field").name
    ('multiplications', 'receptive_field')
    """
    name = text.strip().lower().replace(" ", "_").replace("-", "_")
    if name not in _NAMES:
        raise ConvmathError(f"there is no quantity {short(text.strip())}{near(name, _NAMES)}")
    return QUANTITIES[_NAMES[name]]


def others(subject: Subject, but: Quantity) -> Mapping[str, Any]:
    """The right answers to other questions of the same sheet."""
    found = {}
    for quantity in QUANTITIES.values():
        if quantity.name != but.name and not quantity.memory and quantity.name not in _SILENT:
            try:
                found[quantity.name] = quantity.right(subject)
            except (ConvmathError, AttributeError, IndexError):
                continue
    return found


_SILENT = ("kept", "ratio", "saving", "share", "quotient", "trainable", "padding", "effective_padding")
