"""The layers as PyTorch modules: the third witness.  Importing this package imports torch.

>>> import numpy as np
>>> from convmath import Conv1d
>>> module = load(to_module(Conv1d(1, 1, 3, padding=((0, 1),))), {"weight": [[[1, 0, -1]]], "bias": [10]})
>>> run(module, np.array([[[1, 2, 3, 4]]]))
array([[[ 8.,  8., 13.]]])
"""

try:
    import torch as torch
except ImportError as error:
    raise ImportError('convmath.torch needs PyTorch; pip install "convmath[torch]"') from error

from convmath.torch.importing import from_torch, is_module
from convmath.torch.module import to_module
from convmath.torch.network import to_torch
from convmath.torch.run import (
    check_device,
    counted_flops,
    device_name,
    load,
    parameter_counts,
    run,
    seeded,
)

__all__ = [
    "check_device",
    "counted_flops",
    "device_name",
    "from_torch",
    "is_module",
    "load",
    "parameter_counts",
    "run",
    "seeded",
    "to_module",
    "to_torch",
]
