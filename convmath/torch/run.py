"""Run modules on NumPy arrays, on any device."""

from __future__ import annotations

import platform
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from convmath.errors import ConvmathError


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Random numbers from a seed; afterwards they go on as before."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def load(module: Any, arrays: Mapping[str, Any]) -> Any:
    """Put arrays into the module's parameters and buffers, by name; returns the module, in float64."""
    module.double()
    state = {name: torch.as_tensor(np.array(array, np.float64)) for name, array in arrays.items()}
    unknown = set(state) - set(module.state_dict())
    if unknown:
        raise ConvmathError(
            f"{type(module).__name__} has no {', '.join(sorted(unknown))}; "
            f"it has {', '.join(module.state_dict()) or 'no weights'}"
        )
    module.load_state_dict(state, strict=False)
    return module


def run(module: Any, *arrays: Any, device: str = "cpu") -> Any:
    """What the module makes of the arrays, as an array; whole numbers are run in float64."""
    inputs = [torch.as_tensor(_real(array)).to(device) for array in arrays]
    with torch.no_grad(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Using padding='same' with even kernel lengths")
        y = module.to(device, inputs[0].dtype if inputs else torch.float64)(*inputs)
    return _only(y).detach().cpu().numpy()


def _only(y: Any) -> Any:
    """The tensor of an output that is one, or holds one."""
    held = list(y.values()) if isinstance(y, Mapping) else y
    if not isinstance(held, (list, tuple)):
        return held
    if len(held) != 1:
        raise ConvmathError(f"the module gives {len(held)} outputs; only modules with one are run")
    return _only(held[0])


def _real(array: Any) -> Any:
    values = np.asarray(array)
    return values if np.issubdtype(values.dtype, np.inexact) else values.astype(np.float64)


def parameter_counts(module: Any) -> dict[str, int]:
    """How many numbers each parameter trains; what a connection table masks does not count."""
    counts = {name: p.numel() for name, p in module.named_parameters() if p.requires_grad}
    mask = getattr(module, "mask", None)
    return counts if mask is None else counts | {"weight": int(mask.sum())}


def counted_flops(call: Callable[[], Any]) -> tuple[int, Any]:
    """PyTorch's own count of floating point operations during a call, and what the call gives.

    Each multiplication of a convolution or a matrix product counts twice, with its addition.
    """
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        result = call()
    return counter.get_total_flops(), result


def check_device(device: str) -> None:
    """Raise ConvmathError where PyTorch cannot run on it."""
    if device == "cuda" and not torch.cuda.is_available():
        raise ConvmathError("device cuda: PyTorch finds no GPU; use --device cpu")


def device_name(device: str) -> str:
    """What the device is called: the GPU's name, or the processor's kind."""
    if device == "cuda":
        return f"GPU: {torch.cuda.get_device_name()}"
    return f"CPU: {torch.get_num_threads()} threads of {platform.machine()}"
