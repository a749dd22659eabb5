"""An exported graph walked through, node by node, into a network."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import nn

from convmath.errors import ConvmathError
from convmath.layers.base import Layer, show
from convmath.layers.opaque import Opaque
from convmath.layers.parameter import Parameter
from convmath.layers.reshape import Reshape
from convmath.network.network import Network
from convmath.network.nodes import INPUT, Node, Unread
from convmath.torch.aten import ENTRIES, WITHOUT_SAMPLES
from convmath.torch.aten.axes import SHAPED, reshaped
from convmath.torch.aten.calls import Held, Shape, Value

_INLINED = ("wrap_with_set_grad_enabled", "wrap_with_autocast")  # blocks that change no number


class Importer:
    """Puts layers into a network while it walks through an exported graph."""

    def __init__(self, program: Any, module: nn.Module, batch: int) -> None:
        self.program, self.module, self.batch = program, module, batch
        self.nodes: list[Node] = []
        self.shapes: dict[str, Shape] = {}
        self.weights: dict[str, Any] = {}
        self.held: dict[str, str] = {}  # weight -> the module's tensor that it is
        self.fixed: set[str] = set()  # weights that are no parameters
        self.bases: dict[Any, Any] = {}  # a tensor -> the one whose memory it views
        self.unknown: dict[str, Unread] = {}  # node -> what it is
        self.values: dict[Any, Any] = {}
        self.label, self.in_layer = "", False
        self.parts = {path for path, _ in module.named_modules()}

    def network(self, name: str | None, input_shape: Shape) -> Network:
        """Walk through the graph."""
        self.shapes[INPUT] = input_shape
        result = self._walk(self.program.graph, lambda node: self._placeholder(node, input_shape))
        return self._finished(result, name or type(self.module).__name__, input_shape)

    def _walk(self, graph: Any, placeholder: Any) -> Any:
        """What the graph gives, its inputs given by ``placeholder``."""
        for node in graph.nodes:
            if node.op == "placeholder":
                self.values[node] = placeholder(node)
            elif node.op == "call_function":
                self.values[node] = self._called(node)
            elif node.op == "output":
                return self._seen(node.args[0])
        raise ConvmathError(f"{type(self.module).__name__} gives nothing; there is nothing to read")

    def _finished(self, results: Any, name: str, input_shape: Shape) -> Network:
        value = results[0] if len(results) == 1 else None
        if not isinstance(value, Value) or value.name == INPUT:
            raise ConvmathError(
                f"{name} gives {len(results)} results; wrap it in a module that gives one tensor"
                if len(results) != 1
                else f"{name} gives no tensor that is made from its input; there is nothing to read"
            )
        used = _used(self.nodes, value.name)
        return Network(
            name,
            tuple(node for node in self.nodes if node.name in used),
            input_shape,
            weights={key: held for key, held in self.weights.items() if key.rpartition(".")[0] in used},
            unknown=tuple(said for each, said in self.unknown.items() if each in used),
            uncounted=self._uncounted(used),
            unused=self._never_read(used),
            frozen=self._not_trained(used),
        )

    def _kept(self, used: set[str]) -> list[str]:
        return [weight for weight in self.held if weight.rpartition(".")[0] in used]

    def _uncounted(self, used: set[str]) -> frozenset[str]:
        """The weights that a node before holds already, and those that are buffers."""
        kept, place = self._kept(used), self._places()
        first = {place.get(self.held[weight], self.held[weight]): weight for weight in reversed(kept)}
        again = {
            weight for weight in kept if first[place.get(self.held[weight], self.held[weight])] != weight
        }
        return frozenset(again | {weight for weight in kept if weight in self.fixed})

    def _places(self) -> dict[str, int]:
        """The module's parameters by name; one under two names is the same."""
        named = self.module.named_parameters(remove_duplicate=False)
        return {name: id(parameter) for name, parameter in named}

    def _read_parameters(self, used: set[str]) -> set[int | None]:
        place = self._places()
        return {place.get(self.held[weight]) for weight in self._kept(used)}

    def _never_read(self, used: set[str]) -> tuple[tuple[str, int], ...]:
        """The parameters that nothing reads: parts that are not called."""
        read = self._read_parameters(used)
        return tuple((n, p.numel()) for n, p in self.module.named_parameters() if id(p) not in read)

    def _not_trained(self, used: set[str]) -> tuple[tuple[str, int], ...]:
        """The parameters that are read and not trained."""
        read, named = self._read_parameters(used), self.module.named_parameters()
        return tuple((n, p.numel()) for n, p in named if id(p) in read and not p.requires_grad)

    def _placeholder(self, node: Any, input_shape: Shape) -> Any:
        signature = self.program.graph_signature
        parameter = signature.inputs_to_parameters.get(node.name)
        target = parameter or signature.inputs_to_buffers.get(node.name)
        if target is not None:
            tensor = self.program.state_dict.get(target, self.program.constants.get(target))
            return Held(target, _array(target, tensor), parameter is not None)
        constant = signature.inputs_to_lifted_tensor_constants.get(node.name)
        if constant is not None:
            return Held(constant, _array(constant, self.program.constants[constant]), False)
        return Value(INPUT, input_shape)

    def _called(self, node: Any) -> Any:
        if node.target is operator.getitem:
            return self._item(node)
        if getattr(node.target, "__name__", "") in _INLINED:
            return self._inlined(node)
        schema = getattr(node.target, "_schema", None)
        if schema is None or not _is_tensor(node):
            return self._opaque(node, str(node.target)) if _is_tensor(node) else None
        name = schema.name.removeprefix("aten::")
        in_place, name = name.endswith("_"), name.removesuffix("_")
        self.label, self.in_layer = _label(node, name, self.parts)
        given = {argument.name: self._seen(value) for argument, value in _bound(schema, node)}
        value = self._read(name, given, node)
        if not self._shaped_like(value, node.meta["val"]):
            value = self._opaque(node, name)
        self._follow(node, schema)
        if in_place:
            self._write(node, value)
        return value

    def _inlined(self, node: Any) -> Any:
        """A block under ``no_grad`` or ``autocast``: its own graph, walked through in its place."""
        place = next(k for k, argument in enumerate(node.args) if _is_graph(argument))
        inner = getattr(node.graph.owning_module, node.args[place].target)
        given = iter(node.args[place + 1 :])
        return list(self._walk(inner.graph, lambda each: self._seen(next(given))))

    def _follow(self, node: Any, schema: Any) -> None:
        """Remember whose memory a result views, as the operator's schema says."""
        same = schema.name in ("aten::dropout", "aten::feature_dropout")  # at inference, the tensor itself
        if same or any(result.alias_info for result in schema.returns):
            self.bases[node] = self.bases.get(node.args[0], node.args[0])

    def _write(self, node: Any, value: Any) -> None:
        """From here on the tensor written to is the result; what else views its memory is not known."""
        written = node.args[0]
        base = self.bases.get(written, written)
        views = {base, *(view for view, of in self.bases.items() if of is base)} - {written, node}
        self.values[written] = value
        for view in views:
            if isinstance(self.values.get(view), Value):
                self.label, self.in_layer = _label(node, "write", self.parts)
                name = node.target._schema.name.removeprefix("aten::")
                self.values[view] = self._opaque(view, f"{name} in place", view)

    def _seen(self, argument: Any) -> Any:
        if isinstance(argument, (list, tuple)):
            return [self._seen(entry) for entry in argument]
        return self.values.get(argument) if isinstance(argument, torch.fx.Node) else argument

    def _read(self, name: str, given: dict[str, Any], node: Any) -> Any:
        """What the table makes of a call; None where it, or the samples, do not allow it."""
        first = given.get("self", given.get("input"))
        x = self.value(first) if isinstance(first, Held) and name != "addmm" else first
        given["x"] = x
        taken = [each for each in _tensors(given) if isinstance(each, Value)]
        if any(each.batch not in (0, None) for each in taken):
            return None
        alone = all(each.batch is None for each in taken)
        try:
            if name in SHAPED and isinstance(x, Value) and self._keeps_samples(name, given, node):
                whole = tuple(node.meta["val"].shape)
                return reshaped(self, x, whole if alone else whole[1:])
            if name in ENTRIES and (isinstance(x, Value) or x is None or name == "addmm"):
                return ENTRIES[name](self, given) if not alone or name in WITHOUT_SAMPLES else None
        except ConvmathError:
            pass
        return None

    def _keeps_samples(self, name: str, given: dict[str, Any], node: Any) -> bool:
        """Whether a change of shape leaves the samples and the kind of numbers alone."""
        if given.get("dtype") is not None:
            return False
        if given["x"].batch is None:
            return True
        if node.meta["val"].shape[:1] != (self.batch,):
            return False
        if name not in ("squeeze", "unsqueeze"):
            return True
        dims, rank = given.get("dim"), max(node.meta["val"].ndim, 1)
        listed = [dims] if isinstance(dims, int) else list(dims or ([0] if self.batch == 1 else []))
        return all(dim % (rank + (name == "squeeze")) != 0 for dim in listed)

    def _shaped_like(self, value: Any, given: Any) -> bool:
        """Whether what was read has the shapes that PyTorch gives."""
        if isinstance(value, Value) and isinstance(given, torch.Tensor):
            samples = () if value.batch is None else (self.batch,)
            return (*samples, *value.shape) == tuple(given.shape)
        several = isinstance(value, list) and isinstance(given, (list, tuple))
        return several and all(map(self._shaped_like, value, given))

    def _item(self, node: Any) -> Any:
        values, place = self.values[node.args[0]], node.args[1]
        self.bases[node] = self.bases.get(node.args[0], node.args[0])
        if isinstance(values, list):
            found = values[place] if place < len(values) else None
            if found is not None or not node.users:
                return found
        call = node.args[0]
        label, self.in_layer = _label(call, call.name, self.parts)
        self.label = f"{label}.{place}"
        return self._opaque(node, f"{call.name}[{place}]", call)

    def _opaque(self, node: Any, name: str, call: Any = None) -> Any:
        """A node for what could not be read; several results are told apart where they are taken."""
        if not isinstance(node.meta["val"], torch.Tensor):
            return None
        sources = [self.values.get(source) for source in (call or node).all_input_nodes]
        read = [self.value(each) for each in sources if not isinstance(each, Held) or each.trainable]
        inputs = [value for value in read if value is not None]
        own, batch = self._without_samples(tuple(node.meta["val"].shape))
        value = self.put(Opaque(name, own or (1,), len(inputs)), *inputs)._replace(batch=batch)
        given = " and ".join(show(x.shape) for x in inputs) or "nothing"
        follows = name.partition("[")[0] in (*ENTRIES, *SHAPED) and any(
            x.batch not in (0, None) for x in inputs
        )
        said = f"{name} on {given} gives {show(own or (1,))}"
        self.unknown[value.name] = Unread(value.name, name, said, follows)
        return value

    def _without_samples(self, shape: Shape) -> tuple[Shape, int | None]:
        """A tensor's shape for one sample, and where the axis of the samples was."""
        if self.batch in shape:
            place = shape.index(self.batch)
            return (*shape[:place], *shape[place + 1 :]), place
        for place, size in enumerate(shape):
            if self.batch > 1 and size and size % self.batch == 0:
                return (*shape[:place], size // self.batch, *shape[place + 1 :]), -1
        return shape, None

    def put(self, layer: Layer, *inputs: Value, **weights: Held | None) -> Value:
        """A node under a name of its own; its shape is the layer's."""
        name = self._unique(self.label)
        shape: Any = layer.output_shape(*(value.shape for value in inputs))
        self.nodes.append(Node(name, layer, tuple(value.name for value in inputs)))
        self.shapes[name] = shape
        for key, held in weights.items():
            if held is not None:
                self._hold(f"{name}.{key}", held)
        return Value(name, shape, None if all(value.batch is None for value in inputs) else 0)

    def _hold(self, weight: str, held: Held) -> None:
        self.weights[weight], self.held[weight] = held.array, held.name
        if not held.trainable:
            self.fixed.add(weight)

    def value(self, argument: Any, beside: Any = None) -> Value | None:
        """An argument as the result of a node; a held tensor becomes a ``Parameter``.

        ``beside`` is what it meets: a tensor without samples that has as many axes must be one sample.
        """
        found = self._parameter(argument) if isinstance(argument, Held) else argument
        if not isinstance(found, Value):
            return None
        sampled = isinstance(beside, Value) and beside.batch == 0
        if found.batch is not None or not sampled or len(found.shape) <= len(beside.shape):
            return found
        if found.shape[0] != 1:
            return None
        return self.put(Reshape(found.shape[1:]), found)

    def _parameter(self, held: Held) -> Value:
        """A tensor of the module's own as a node."""
        for weight, name in self.held.items():
            if name == held.name and weight == f"{weight.rpartition('.')[0]}.weight":
                place = weight.rpartition(".")[0]
                if self.made(place) == Parameter(held.array.shape or (1,), held.trainable):
                    return Value(place, held.array.shape or (1,), None)
        before, self.label = self.label, held.name
        array = held.array.reshape(held.array.shape or (1,))
        found = self.put(Parameter(array.shape, held.trainable), weight=held._replace(array=array))
        self.label = before
        return found

    def made(self, name: str) -> Layer | None:
        """The layer of a node."""
        return next((node.layer for node in reversed(self.nodes) if node.name == name), None)

    def made_by(self, value: Value) -> tuple[Layer, Value] | None:
        """The layer that gave a value and the first input it read."""
        for node in reversed(self.nodes):
            if node.name == value.name and node.inputs:
                return node.layer, Value(node.inputs[0], self.shapes[node.inputs[0]])
        return None

    def _unique(self, label: str) -> str:
        names = (label if again == 0 else f"{label}_{again}" for again in range(len(self.nodes) + 2))
        return next(name for name in names if name not in self.shapes)


def _array(name: str, tensor: Any) -> Any:
    """A tensor's numbers, as they are now; half precision as float32."""
    if tensor.is_meta:
        raise ConvmathError(f"{name} is on the meta device and holds no numbers; make it on the CPU")
    half = tensor.dtype in (torch.bfloat16, torch.float16)
    return (tensor.float() if half else tensor).detach().cpu().numpy().copy()


def _tensors(given: Mapping[str, Any]) -> Iterator[Any]:
    for argument in given.values():
        yield from argument if isinstance(argument, list) else [argument]


def _is_tensor(node: Any) -> bool:
    return isinstance(node.meta.get("val"), (torch.Tensor, list, tuple))


def _is_graph(argument: Any) -> bool:
    """Whether it is a graph of its own, kept by the module whose graph names it."""
    if not isinstance(argument, torch.fx.Node) or argument.op != "get_attr":
        return False
    return hasattr(getattr(argument.graph.owning_module, str(argument.target), None), "graph")


def _bound(schema: Any, node: Any) -> Iterator[tuple[Any, Any]]:
    """Every argument of the schema with what the call gives, or its default."""
    for place, argument in enumerate(schema.arguments):
        if place < len(node.args):
            yield argument, node.args[place]
        else:
            yield argument, node.kwargs.get(argument.name, argument.default_value)


def _label(node: Any, name: str, parts: set[str]) -> tuple[str, bool]:
    """The module that made a call, and whether it is PyTorch's; else with the operator's name."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    path, kind = stack[-1] if stack else ("", "")
    path = re.sub(r"@\d+", "", path)
    in_layer = str(kind if isinstance(kind, str) else kind.__module__).startswith("torch.nn.modules.")
    if in_layer and path:
        return str(path), True
    label = f"{path}.{name}" if path else name
    return (f"{label}_call" if label in parts else label), in_layer


def _used(nodes: list[Node], output: str) -> set[str]:
    """The nodes that the output depends on."""
    used = {output}
    for node in reversed(nodes):
        if node.name in used:
            used.update(node.inputs)
    return used
