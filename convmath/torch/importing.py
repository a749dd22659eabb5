"""A user's module as a Network, read from the graph that ``torch.export`` makes of it."""

from __future__ import annotations

import logging
import operator
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from convmath.errors import ConvmathError
from convmath.layers.base import Layer, show
from convmath.layers.opaque import Opaque
from convmath.layers.parameter import Parameter
from convmath.network.network import INPUT, Network, Node
from convmath.torch.aten import ENTRIES, SHAPED, Held, Shape, Value, reshaped

BATCH = 2  # samples in an example made here: what mixes them shows


def from_torch(module: nn.Module, example: Any, name: str | None = None) -> Network:
    """The network that ``module`` runs, weights included, as it runs at inference.

    ``example`` is an input tensor (N, C, *spatial), or its shape without the batch.  Operators that
    convmath does not know stay in place and are named in ``Network.unknown``: totals are then partial.
    Sizes that the module works out are those of the example; parts never called are not counted.
    Raises ConvmathError where the module cannot be exported or gives anything but one tensor.

    >>> network = from_torch(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()), (3, 32, 32))
    >>> [(node.name, node.layer) for node in network.nodes], network.parameter_total()
    ([('0', Conv2d(3, 8, 3)), ('1', ReLU())], 224)
    """
    x = example if isinstance(example, torch.Tensor) else _zeros(module, example)
    if x.ndim < 2:
        raise ConvmathError(f"the example has shape {tuple(x.shape)}; give a batch of samples, (N, C, ...)")
    with _at_inference(module):
        return _Importer(_exported(module, x), module, x.shape[0]).network(name, tuple(x.shape[1:]))


def _zeros(module: nn.Module, shape: Shape) -> Any:
    """A batch where the module's own numbers are, and of their kind."""
    held = next((tensor for tensor in module.parameters() if tensor.is_floating_point()), torch.zeros(0))
    return torch.zeros(BATCH, *shape, dtype=held.dtype, device=held.device)


@contextmanager
def _at_inference(module: nn.Module) -> Iterator[None]:
    """Evaluation mode for a while; every part gets its own mode back."""
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        yield
    finally:
        for part, training in modes.items():
            part.training = training


@contextmanager
def _silenced() -> Iterator[None]:
    """What PyTorch logs when an export fails is said in one sentence instead."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(before)


def _exported(module: nn.Module, x: Any) -> Any:
    try:
        with _silenced():
            return torch.export.export(module, (x,))
    except (Exception, SystemExit) as error:  # whatever the user's forward raises
        (first, *_) = str(error).strip().splitlines() or [type(error).__name__]
        raise ConvmathError(
            f"{type(module).__name__} cannot be exported on an input of shape {tuple(x.shape)}: {first}"
        ) from error


class _Importer:
    """Puts layers into a network while it walks through an exported graph."""

    def __init__(self, program: Any, module: nn.Module, batch: int) -> None:
        self.program, self.module, self.batch = program, module, batch
        self.nodes: list[Node] = []
        self.shapes: dict[str, Shape] = {}
        self.weights: dict[str, Any] = {}
        self.held: dict[str, str] = {}  # weight -> the module's tensor that it is
        self.fixed: set[str] = set()  # weights that are no parameters
        self.bases: dict[Any, Any] = {}  # a tensor -> the one whose memory it views
        self.unknown: dict[str, str] = {}  # node -> what it is
        self.values: dict[Any, Any] = {}
        self.label = ""
        self.parts = {path for path, _ in module.named_modules()}

    def network(self, name: str | None, input_shape: Shape) -> Network:
        """Walk through the graph."""
        self.shapes[INPUT] = input_shape
        for node in self.program.graph.nodes:
            if node.op == "placeholder":
                self.values[node] = self._placeholder(node, input_shape)
            elif node.op == "call_function":
                self.values[node] = self._called(node)
            elif node.op == "output":
                return self._finished(node, name or type(self.module).__name__, input_shape)
        raise AssertionError("an exported graph has an output")

    def _finished(self, node: Any, name: str, input_shape: Shape) -> Network:
        (results,) = node.args
        value = self.values.get(results[0]) if len(results) == 1 else None
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
            unknown=tuple(said for name, said in self.unknown.items() if name in used),
            uncounted=self._uncounted(used),
        )

    def _uncounted(self, used: set[str]) -> frozenset[str]:
        """The weights that a node before holds already, and those that are buffers."""
        kept = [weight for weight in self.held if weight.rpartition(".")[0] in used]
        first = {self.held[weight]: weight for weight in reversed(kept)}
        again = {weight for weight in kept if first[self.held[weight]] != weight}
        return frozenset(again | {weight for weight in kept if weight in self.fixed})

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
        schema = getattr(node.target, "_schema", None)
        if schema is None or not _is_tensor(node):
            return None
        name = schema.name.removeprefix("aten::")
        in_place, name = name.endswith("_"), name.removesuffix("_")
        self.label = _label(node, name, self.parts)
        given = {argument.name: self._seen(value) for argument, value in _bound(schema, node)}
        value = self._read(name, given, node)
        if not _shaped_like(value, node.meta["val"]):
            value = self._opaque(node, name)
        self._follow(node, schema)
        if in_place:
            self._write(node, value)
        return value

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
                self.label = _label(node, "write", self.parts)
                self.values[view] = self._opaque(view, f"{node.name} in place", view)

    def _seen(self, argument: Any) -> Any:
        if isinstance(argument, (list, tuple)):
            return [self._seen(entry) for entry in argument]
        return self.values.get(argument) if isinstance(argument, torch.fx.Node) else argument

    def _read(self, name: str, given: dict[str, Any], node: Any) -> Any:
        """What the table makes of a call; None where it, or the batch, does not allow it."""
        key = "self" if "self" in given else "input"
        if isinstance(given.get(key), Held):
            given = {**given, key: self.value(given[key])}
        source = given.get(key)
        if isinstance(node.meta["val"], torch.Tensor) and node.meta["val"].shape[:1] != (self.batch,):
            return None
        try:
            if name in SHAPED and isinstance(source, Value) and self._keeps_samples(name, given, node):
                return reshaped(self, source, tuple(node.meta["val"].shape[1:]))
            if name in ENTRIES and (isinstance(source, Value) or key not in given):
                return ENTRIES[name](self, given)
        except ConvmathError:
            pass
        return None

    def _keeps_samples(self, name: str, given: dict[str, Any], node: Any) -> bool:
        """Whether a change of shape leaves the batch and the kind of numbers alone."""
        if given.get("dtype") is not None:
            return False
        if name not in ("squeeze", "unsqueeze"):
            return True
        dims, rank = given.get("dim"), max(node.meta["val"].ndim, 1)
        listed = [dims] if isinstance(dims, int) else list(dims or ([0] if self.batch == 1 else []))
        return all(dim % (rank + (name == "squeeze")) != 0 for dim in listed)

    def _item(self, node: Any) -> Any:
        values, place = self.values[node.args[0]], node.args[1]
        self.bases[node] = self.bases.get(node.args[0], node.args[0])
        if isinstance(values, list):
            return values[place] if place < len(values) else None
        call = node.args[0]
        self.label = f"{_label(call, call.name, self.parts)}.{place}"
        return self._opaque(node, f"{call.name}[{place}]", call)

    def _opaque(self, node: Any, name: str, call: Any = None) -> Any:
        """A node for what could not be read; several results are told apart where they are taken."""
        if not isinstance(node.meta["val"], torch.Tensor):
            return None
        read = [self.value(self.values.get(source)) for source in (call or node).all_input_nodes]
        inputs = [value for value in read if value is not None]
        shape = tuple(node.meta["val"].shape)
        own = shape[1:] if shape[:1] == (self.batch,) and len(shape) > 1 else shape or (1,)
        value = self.put(Opaque(name, own, len(inputs)), *inputs)
        given = " and ".join(show(x.shape) for x in inputs) or "nothing"
        self.unknown[value.name] = f"{value.name}: {name} on {given} gives {show(own)}"
        return value

    def put(self, layer: Layer, *inputs: Value, **weights: Held | None) -> Value:
        """A node under a name of its own; its shape is the layer's."""
        name = self._unique(self.label)
        shape: Any = layer.counts(*(value.shape for value in inputs)).output_shape
        self.nodes.append(Node(name, layer, tuple(value.name for value in inputs)))
        self.shapes[name] = shape
        for key, held in weights.items():
            if held is not None:
                self._hold(f"{name}.{key}", held)
        return Value(name, shape)

    def _hold(self, weight: str, held: Held) -> None:
        self.weights[weight], self.held[weight] = held.array, held.name
        if not held.trainable:
            self.fixed.add(weight)

    def value(self, argument: Any, beside: Any = None) -> Value | None:
        """An argument as the result of a node; a held tensor becomes a ``Parameter``.

        ``beside`` is what it meets: a held tensor of as many axes, batch included, must be one sample.
        """
        if not isinstance(argument, Held):
            return argument if isinstance(argument, Value) else None
        shape = argument.array.shape
        rank = len(beside.shape) if isinstance(beside, Value) else max(map(len, self.shapes.values()))
        if len(shape) > rank and shape[0] != 1:
            return None
        own = shape[1:] if len(shape) > rank else shape
        held = argument._replace(array=argument.array.reshape(own or (1,)))
        before, self.label = self.label, argument.name
        found = self.put(Parameter(own or (1,), argument.trainable), weight=held)
        self.label = before
        return found

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


def _shaped_like(value: Any, given: Any) -> bool:
    """Whether what was read has the shapes that PyTorch gives, the batch left out."""
    if isinstance(value, Value) and isinstance(given, torch.Tensor):
        return value.shape == tuple(given.shape[1:])
    several = isinstance(value, list) and isinstance(given, (list, tuple))
    return several and all(map(_shaped_like, value, given))


def _is_tensor(node: Any) -> bool:
    return isinstance(node.meta.get("val"), (torch.Tensor, list, tuple))


def _bound(schema: Any, node: Any) -> Iterator[tuple[Any, Any]]:
    """Every argument of the schema with what the call gives, or its default."""
    for place, argument in enumerate(schema.arguments):
        if place < len(node.args):
            yield argument, node.args[place]
        else:
            yield argument, node.kwargs.get(argument.name, argument.default_value)


def _label(node: Any, name: str, parts: set[str]) -> str:
    """The module that made a call: its own path for a layer of PyTorch's, else with the operator's name."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    path, kind = stack[-1] if stack else ("", "")
    path = re.sub(r"@\d+", "", path)
    if str(kind if isinstance(kind, str) else kind.__module__).startswith("torch.nn.modules.") and path:
        return str(path)
    label = f"{path}.{name}" if path else name
    return f"{label}_call" if label in parts else label


def _used(nodes: list[Node], output: str) -> set[str]:
    """The nodes that the output depends on."""
    used = {output}
    for node in reversed(nodes):
        if node.name in used:
            used.update(node.inputs)
    return used
