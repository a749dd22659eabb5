"""Channels in groups: the loops over output and input channels that convolutions share."""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

from convmath.exact.demand import need_multiple
from convmath.exact.integers import Integer, exact_div, is_number
from convmath.geometry.loopnest import Block, Index, loop, single

_MOST_GROUPS = 64  # looked through for the error message


class Channels(NamedTuple):
    """The channel loops of a grouped layer and the indices they give.

    ``output`` and ``input`` index whole arrays; ``output_in_group`` and ``input_in_group`` index within
    one group, as grouped weights do.
    """

    blocks: tuple[Block, ...]
    output: Index
    input: Index
    output_in_group: Index
    input_in_group: Index


def grouped_channels(out_channels: Integer, in_channels: Integer, groups: Integer) -> Channels:
    """Output channels read only the input channels of their own group."""
    outer, inner = exact_div(out_channels, groups), exact_div(in_channels, groups)
    blocks = (single("o", outer), single("c", inner))
    if groups == 1:
        return Channels(blocks, OUT, IN, OUT, IN)
    return Channels(
        (single("g", groups), *blocks),
        Index(((outer, "g"), (1, "o"))),
        Index(((inner, "g"), (1, "c"))),
        OUT,
        IN,
    )


OUT, IN = loop("o"), loop("c")


def check_groups(groups: Integer, **channels: Integer) -> None:
    """Refuse channel counts that do not divide evenly among the groups."""
    for name, value in channels.items():
        need_multiple(value, groups, partial(_uneven, name, groups, channels))


def _uneven(name: str, groups: Integer, channels: dict[str, Integer]) -> str:
    common = math.gcd(*(v for v in channels.values() if is_number(v)))
    fitting = [d for d in range(1, min(common, _MOST_GROUPS) + 1) if common % d == 0]
    return (
        f"{name}={channels[name]} is not divisible by groups={groups}; "
        f"groups can be {', '.join(map(str, fitting))}{' ...' * (common > _MOST_GROUPS)}"
    )
