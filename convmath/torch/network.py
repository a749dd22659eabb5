"""Networks as PyTorch modules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import nn

from convmath.errors import ConvmathError, short
from convmath.layers.base import Layer
from convmath.network.network import Network
from convmath.torch.module import module


class NetworkModule(nn.Module):  # type: ignore[misc]
    """Runs the nodes in order; submodules and weights carry the nodes' names."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self._network = network
        for node in network.nodes:
            *path, name = node.name.split(".")
            parent: nn.Module = self
            for part in path:
                if part not in parent._modules:
                    _add(parent, part, nn.Module(), node.name)
                parent = parent._modules[part]
            _add(parent, name, module(node.layer), node.name)

    def forward(self, x: Any) -> Any:
        """The network's output for ``x`` (N, C, *spatial)."""
        return self._network.run(x, lambda node, read: self.get_submodule(node.name)(*read))


def _add(parent: nn.Module, name: str, child: nn.Module, node: str) -> None:
    try:
        parent.add_module(name, child)
    except KeyError:
        raise ConvmathError(
            f"node {node}: a PyTorch module cannot have a part called {name!r}; rename the node"
        ) from None


def to_torch(what: Network | Layer | Iterable[Layer]) -> Any:
    """A network, or layers, as a ``torch.nn.Module`` in evaluation mode, with weights that it brings along.

    Raises ConvmathError for what is neither, or has symbols in it.

    >>> from convmath import zoo
    >>> sum(parameter.numel() for parameter in to_torch(zoo.network("lenet")).parameters())
    61706
    """
    from convmath.torch.run import load

    if isinstance(what, str):
        raise ConvmathError(
            f"to_torch takes layers or a network; write to_torch(network_of({short(what)}))"
        )
    network = what if isinstance(what, Network) else Network.chain(what)
    found = NetworkModule(network).eval()
    return load(found, network.weights).float() if network.weights else found
