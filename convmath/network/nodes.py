"""The nodes of a network, and what their order says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from convmath.errors import ConvmathError, near, short
from convmath.layers.base import Layer

INPUT = "input"


class Node(NamedTuple):
    """One layer in its place: the names of the nodes it reads."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]


class Unread(NamedTuple):
    """A node whose operator an import could not read; it ``follows`` if only what it reads is to blame."""

    node: str
    operator: str
    said: str
    follows: bool = False

    def __str__(self) -> str:
        return f"{self.node}: {self.said}"


class Cause(NamedTuple):
    """An operator that could not be read: how often it is called, and the first node that calls it."""

    operator: str
    times: int
    first: str


def causes(unread: Sequence[Unread]) -> list[Cause]:
    """What could not be read, each operator once, the most frequent first; what only follows is left out.

    >>> calls = [Unread(f"b{k}.roll", "roll", "roll on 8x4x4 gives 8x4x4") for k in range(3)]
    >>> causes([*calls, Unread("b0.add", "add", "", follows=True)])
    [Cause(operator='roll', times=3, first='b0.roll')]
    """
    times = Counter(each.operator for each in unread if not each.follows)
    first = {each.operator: each.node for each in reversed(unread)}
    return [Cause(operator, count, first[operator]) for operator, count in times.most_common()]


def check_nodes(network: str, nodes: Sequence[Node]) -> None:
    """Refuse nodes that are no network: without a name of their own, or reading what is not there yet."""
    if not nodes:
        raise ConvmathError(f"network {network!r} has no layer; give it at least one")
    names = {node.name for node in nodes}
    known = {INPUT}
    for node in nodes:
        _check_name(network, node, known)
        _check_reads(network, node, known, names)
        _check_arity(network, node)
        known.add(node.name)


def _check_name(network: str, node: Node, known: set[str]) -> None:
    if not node.name or not node.name.isprintable():
        raise ConvmathError(
            f"{network}: {node.layer!r} is called {node.name!r}; give each node a name that can be printed"
        )
    if node.name in known:
        raise ConvmathError(f"{network}: the name {node.name!r} is taken; give each node a name of its own")
    if not isinstance(node.layer, Layer):
        raise ConvmathError(f"{network}: {node.name} is {node.layer!r}, which is no layer")


def _check_reads(network: str, node: Node, known: set[str], names: set[str]) -> None:
    for read in node.inputs:
        if read in known:
            continue
        if read in names:
            raise ConvmathError(
                f"{network}: {node.name} reads {read!r}, which does not come before it; list nodes after "
                "those they read, without a circle"
            )
        raise ConvmathError(
            f"{network}: {node.name} reads {short(read)}, which no node is called{near(read, [*known])}"
        )


def _check_arity(network: str, node: Node) -> None:
    takes = node.layer.arity
    if takes is not None and len(node.inputs) != takes:
        raise ConvmathError(
            f"{network}: {node.name} = {node.layer!r} takes {takes} input{'s' * (takes != 1)}, "
            f"it is given {len(node.inputs)}"
        )
    if takes is None and not node.inputs:
        raise ConvmathError(f"{network}: {node.name} = {node.layer!r} joins nothing; give it inputs")


def last_readers(nodes: Sequence[Node]) -> dict[str, str]:
    """For each node that is read, the last one that reads it: after that it can be let go."""
    return {read: node.name for node in nodes for read in node.inputs}


def passed_by_all(nodes: Sequence[Node]) -> list[Node]:
    """The nodes that every path from the input to the output goes through.

    Paths from the input to a node, times paths from there to the output, are then all paths.
    """
    output = nodes[-1].name
    ahead: dict[str, int] = Counter({INPUT: 1})
    for node in nodes:
        ahead[node.name] = sum([ahead[read] for read in node.inputs])
    behind: dict[str, int] = Counter({output: 1})
    for node in reversed(nodes):
        for read in node.inputs:
            behind[read] += behind[node.name]
    return [node for node in nodes if ahead[node.name] * behind[node.name] == ahead[output]]
