"""A user's module as a Network, read from the graph that ``torch.export`` makes of it."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import fields
from typing import Any

import torch
from torch import nn

from convmath import layers
from convmath.errors import ConvmathError, short
from convmath.exact.integers import is_number
from convmath.layers import NAMES
from convmath.layers.base import Shape, show
from convmath.network.network import Network, checked_shape
from convmath.parse.shape import parse_shape
from convmath.torch.general import generally
from convmath.torch.graph import Importer

BATCH = 97  # samples in an example made here: a prime that no layer has, so what mixes them shows


def from_torch(module: nn.Module, example: Any, name: str | None = None) -> Network:
    """The network that ``module`` runs, weights included, as it runs at inference.

    ``example`` is an input tensor (N, C, *spatial), or its shape without the batch, ``(3, 224, 224)`` or
    ``"3x224x224"``.  Operators that convmath does not know stay in place and are named in
    ``Network.unknown``: totals are then partial.  Every parameter of the module is accounted for:
    counted, or named in ``Network.unused``.  The network stands for inputs of other sizes where the
    module has the same layers there, which is tried before it is told.  Raises ConvmathError where the
    module cannot be exported or gives anything but one tensor.

    >>> network = from_torch(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()), (3, 32, 32))
    >>> [(node.name, node.layer) for node in network.nodes], network.parameter_total()
    ([('0', Conv2d(3, 8, 3)), ('1', ReLU())], 224)
    """
    if not is_module(module):
        raise ConvmathError(
            f"{_kind(module)} is no torch.nn.Module; give a module, not what makes or calls one"
        )
    if isinstance(module, torch.jit.ScriptModule):
        raise ConvmathError(
            f"{_kind(module)} is TorchScript; give the torch.nn.Module that it was made from"
        )
    shape, like = _example(module, example)
    return generally(lambda wanted: _read(module, wanted, like, name), shape)


def is_module(what: Any) -> bool:
    """Whether it is a ``torch.nn.Module``."""
    return isinstance(what, nn.Module)


def _kind(what: Any) -> str:
    return f"{type(what).__name__} {short(repr(what))[1:-1]}"


def _example(module: nn.Module, example: Any) -> tuple[Shape, Any]:
    """The shape of one sample, and a tensor of the kind and place of the input."""
    if isinstance(example, torch.Tensor):
        if example.ndim < 2:
            raise ConvmathError(
                f"the example has shape {tuple(example.shape)}; give a batch of samples, (N, C, ...)"
            )
        return tuple(example.shape[1:]), example
    if isinstance(example, str):
        example = parse_shape(example)
    if not isinstance(example, (tuple, list)):
        raise ConvmathError(
            f"{_kind(example)} is no example; give the input's shape without the batch, like "
            "(3, 224, 224), or a tensor"
        )
    shape = checked_shape(example)
    if not all(is_number(size) and size >= 1 for size in shape):
        raise ConvmathError(f"the example {show(shape)} has a size that is no whole number of at least 1")
    held = next((tensor for tensor in module.parameters() if tensor.is_floating_point()), torch.zeros(0))
    return shape, held


def _read(module: nn.Module, shape: Shape, like: Any, name: str | None) -> Network:
    """The module read on one input."""
    with _at_inference(module):
        try:
            program, batch = _exported(module, _samples(BATCH, shape, like)), BATCH
        except (Exception, SystemExit) as error:  # whatever the user's code raises
            try:  # a forward that is written for one sample
                program, batch = _exported(module, _samples(1, shape, like)), 1
            except (Exception, SystemExit):  # whatever the user's forward raises
                raise ConvmathError(_why(module, shape, like, error)) from None
        return Importer(program, module, batch).network(name, tuple(map(int, shape)))


def _samples(batch: int, shape: Shape, like: Any) -> Any:
    """A batch where the module's own numbers are, and of their kind; it is never filled."""
    return torch.empty(batch, *shape, dtype=like.dtype, device=like.device)


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
    """What PyTorch logs and prints when an export fails is said in one sentence instead."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    quiet = io.StringIO()
    try:
        with warnings.catch_warnings(), redirect_stdout(quiet), redirect_stderr(quiet):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _exported(module: nn.Module, x: Any) -> Any:
    with _silenced():
        return torch.export.export(module, (x,))


def _why(module: nn.Module, shape: Shape, like: Any, error: BaseException) -> str:
    """Why a module cannot be exported: the layer that its input does not fit, or the error's first line."""
    misfit = _misfit(module, shape, like)
    if misfit:
        return misfit
    (first, *_) = str(error).strip().splitlines() or [type(error).__name__]
    said = re.sub(rf"\b{BATCH}\b", "N", first)
    return f"{type(module).__name__} cannot be exported on an input of shape {show(shape)}: {said[:300]}"


def _misfit(module: nn.Module, shape: Shape, like: Any) -> str:
    """The first of PyTorch's layers that refuses what it is given, in our layer's words; empty if none."""
    from torch._subclasses.fake_tensor import FakeTensorMode

    calls: list[tuple[str, Any, Any]] = []
    hooks = [
        part.register_forward_pre_hook(lambda part, given, path=path: calls.append((path, part, given)))
        for path, part in module.named_modules()
    ]
    try:
        with _silenced(), torch.no_grad(), FakeTensorMode(allow_non_fake_inputs=True):
            module(_samples(BATCH, shape, like))
    except (Exception, SystemExit):
        path, part, given = calls[-1] if calls else ("", module, ())
        return _refusal(path, part, given)
    finally:
        for hook in hooks:
            hook.remove()
    return ""


def _refusal(path: str, part: Any, given: Any) -> str:
    if type(part).__name__ not in NAMES or len(given) != 1 or not isinstance(given[0], torch.Tensor):
        return ""
    try:
        layer = _as_layer(part)
        layer.output_shape(tuple(given[0].shape[1:]))
    except ConvmathError as error:
        return f"{path}: {error}" if path else str(error)
    except (TypeError, AttributeError):
        pass
    return ""


def _as_layer(part: nn.Module) -> Any:
    """A layer of PyTorch's as convmath's of the same name, by its arguments."""
    kind: Any = getattr(layers, type(part).__name__)
    given = {field.name: getattr(part, field.name) for field in fields(kind) if hasattr(part, field.name)}
    if "bias" in given:
        given["bias"] = given["bias"] is not None
    return kind(**given)
