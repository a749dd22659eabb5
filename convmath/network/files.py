"""Networks as TOML or JSON files: names, layers as they are written, and what each reads."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

from convmath.errors import ConvmathError
from convmath.layers.base import show
from convmath.network.network import Network
from convmath.network.nodes import Node
from convmath.network.parse import parse_layer, parse_shape


def save(network: Network, path: str | Path) -> None:
    """Write a network, whole or not at all; its weights are left out."""
    path = Path(path)
    if network.unknown:
        raise ConvmathError(f"{network.name} is partial and cannot be saved; unknown: {network.unknown[0]}")
    writers = {".toml": _toml, ".json": _json}
    if path.suffix not in writers:
        raise ConvmathError(f"{path.name} must end in .toml or .json")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(writers[path.suffix](network), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise ConvmathError(f"{path} cannot be written: {error.strerror}") from None


def load(path: str | Path) -> Network:
    """Read a network; what is wrong is said with the file's name."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        found = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise ConvmathError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:  # both decoders' errors, and bad UTF-8
        raise ConvmathError(f"{path} is no {path.suffix[1:]} file: {error}") from None
    try:
        nodes = tuple(_node(entry) for entry in found["nodes"])
        name, shape = str(found["name"]), parse_shape(str(found["input"]))
        uncounted = _uncounted(found.get("uncounted", []), nodes)
        return Network(name, nodes, shape, str(found.get("source", "")), uncounted=uncounted)
    except (KeyError, TypeError, AttributeError) as error:
        raise ConvmathError(
            f"{path} is no network ({error!r}); it needs name, input, and nodes with name, layer, inputs"
        ) from None
    except ConvmathError as error:
        raise ConvmathError(f"{path}: {error}") from None


def _node(entry: dict[str, Any]) -> Node:
    if not isinstance(entry["inputs"], list):
        raise ConvmathError(f"node {entry['name']}: inputs={entry['inputs']!r} must be a list of names")
    return Node(str(entry["name"]), parse_layer(str(entry["layer"])), tuple(map(str, entry["inputs"])))


def _uncounted(weights: Any, nodes: tuple[Node, ...]) -> frozenset[str]:
    names = {node.name for node in nodes}
    if not isinstance(weights, list) or not all(str(each).rpartition(".")[0] in names for each in weights):
        raise ConvmathError(f"uncounted={weights!r} must list weights of its nodes, like conv1.weight")
    return frozenset(map(str, weights))


def _plain(network: Network) -> dict[str, Any]:
    nodes = [{"name": n.name, "layer": repr(n.layer), "inputs": list(n.inputs)} for n in network.nodes]
    head = {"name": network.name, "input": show(network.input_shape), "source": network.source}
    uncounted = {"uncounted": sorted(network.uncounted)} if network.uncounted else {}
    return head | uncounted | {"nodes": nodes}


def _json(network: Network) -> str:
    return json.dumps(_plain(network), indent=1, ensure_ascii=False) + "\n"


def _toml(network: Network) -> str:
    """TOML's basic strings are JSON's."""
    plain = _plain(network)
    nodes = plain.pop("nodes")
    lines = [f"{key} = {_quoted(value)}" for key, value in plain.items()]
    for node in nodes:
        lines += ["\n[[nodes]]", *(f"{key} = {_quoted(value)}" for key, value in node.items())]
    return "\n".join(lines) + "\n"


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
