"""Networks as TOML or JSON files: names, layers as they are written, and what each reads."""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from convmath.errors import ConvmathError, near, short
from convmath.layers.base import Shape, show
from convmath.network.network import Network
from convmath.network.nodes import Node
from convmath.parse.layer import parse_layer
from convmath.parse.shape import parse_shape


def save(network: Network, path: str | Path) -> None:
    """Write a network, whole or not at all; its weights are left out."""
    path = Path(path)
    network.check_whole("it cannot be saved")
    _check_suffix(path)
    writers = {".toml": _toml, ".json": _json}
    write_whole({path: writers[path.suffix](network)})


def read_text(path: Path) -> str:
    """A file's text, its line ends as they are.  Raises ConvmathError for a file that cannot be read."""
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ConvmathError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConvmathError(f"{path} is not written in UTF-8; save it as UTF-8") from None


def write_whole(texts: Mapping[Path, str]) -> None:
    """Write files, all of them whole, or none."""
    texts = {path.resolve(): text for path, text in texts.items()}  # what a link names, not the link
    drafts = {path: path.with_name(f".{path.name}.{os.getpid()}") for path in texts}
    try:
        for path, draft in drafts.items():
            draft.write_bytes(texts[path].encode("utf-8"))
            if path.exists():
                shutil.copymode(path, draft)
        for path, draft in drafts.items():
            draft.replace(path)
    except OSError as error:
        raise ConvmathError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        for draft in drafts.values():
            with suppress(OSError):
                draft.unlink(missing_ok=True)


def load(path: str | Path) -> Network:
    """Read a network; what is wrong is said with the file's name.

    Raises ConvmathError for a file that cannot be read, is no network or has a node that does not fit in.
    """
    path = Path(path)
    _check_suffix(path)
    text = read_text(path)
    try:
        found = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (ValueError, RecursionError) as error:  # both decoders' errors
        raise ConvmathError(f"{path} is no {path.suffix[1:]} file: {error}") from None
    try:
        return _network(found)
    except ConvmathError as error:
        raise ConvmathError(f"{path}: {error}") from None


def _check_suffix(path: Path) -> None:
    if path.suffix not in (".toml", ".json"):
        raise ConvmathError(f"{path.name} must end in .toml or .json")


def _network(found: Any) -> Network:
    top = _table("the file", found, ("name", "input", "nodes"), ("source", "uncounted"))
    if not isinstance(top["nodes"], list):
        raise ConvmathError("nodes must be a list of tables, each with name, layer and inputs")
    nodes = tuple(_node(number, entry) for number, entry in enumerate(top["nodes"], start=1))
    return Network(
        str(top["name"]),
        nodes,
        parse_shape(str(top["input"])),
        str(top.get("source", "")),
        uncounted=_uncounted(top.get("uncounted", []), nodes),
    )


def _table(what: str, found: Any, keys: tuple[str, ...], others: tuple[str, ...] = ()) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise ConvmathError(f"{what} is a {type(found).__name__}, no table with {', '.join(keys)}")
    missing = [key for key in keys if key not in found]
    if missing:
        raise ConvmathError(f"{what} has no {' and no '.join(missing)}; it needs {', '.join(keys)}")
    for key in found:
        if key not in keys + others:
            raise ConvmathError(f"{what} has {short(key)}, which decides nothing{near(key, keys + others)}")
    return found


def _node(number: int, found: Any) -> Node:
    entry = _table(f"node number {number}", found, ("name", "layer", "inputs"))
    if not isinstance(entry["inputs"], list):
        raise ConvmathError(f"node {entry['name']}: inputs={entry['inputs']!r} must be a list of names")
    try:
        layer = parse_layer(str(entry["layer"]))
    except ConvmathError as error:
        raise ConvmathError(f"node {entry['name']}: {error}") from None
    return Node(str(entry["name"]), layer, tuple(map(str, entry["inputs"])))


def _uncounted(weights: Any, nodes: tuple[Node, ...]) -> frozenset[str]:
    names = {node.name for node in nodes}
    if not isinstance(weights, list) or not all(str(each).rpartition(".")[0] in names for each in weights):
        raise ConvmathError(f"uncounted={weights!r} must list weights of its nodes, like conv1.weight")
    return frozenset(map(str, weights))


def _own_input(network: Network) -> Shape:
    if network.input_shape is None:
        raise ConvmathError(f"{network} has no input of its own, which a file needs; give it one")
    return network.input_shape


def _plain(network: Network) -> dict[str, Any]:
    nodes = [{"name": n.name, "layer": repr(n.layer), "inputs": list(n.inputs)} for n in network.nodes]
    head = {"name": network.name, "input": show(_own_input(network)), "source": network.source}
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
