"""Channels of one map that see different positions, and the layers that tell them apart again.

A receptive field is that of a position, all its channels together.  Where a layer reads only some of them,
it may see less than that.
"""

from __future__ import annotations

from functools import cached_property

from convmath.exact.integers import is_number
from convmath.geometry.reading import Path, exchanges
from convmath.geometry.window import Window
from convmath.layers.base import Placed


class ChannelUse:
    """What a layer does with channels, read off its definition.

    >>> from convmath import PixelShuffle, PixelUnshuffle
    >>> ChannelUse(PixelUnshuffle(2).on((1, 4, 4))).dealt
    True
    >>> ChannelUse(PixelShuffle(2).on((4, 2, 2))).picked
    True
    """

    def __init__(self, placed: Placed) -> None:
        self._placed = placed

    @cached_property
    def dealt(self) -> bool:
        """Whether positions are dealt out to channels."""
        return any(exchange.target == 0 for exchange in exchanges(self._placed.statements))

    @cached_property
    def picked(self) -> bool:
        """Whether a position reads some channels only, and the next one others, or nobody the rest."""
        shared = any(exchange.source == 0 for exchange in exchanges(self._placed.statements))
        return shared or any(map(self._leaves_some, self._placed.paths))

    @cached_property
    def mixed(self) -> bool:
        """Whether every output reads all channels."""
        return all(path.links[0].axis is None for path in self._placed.paths)

    def _leaves_some(self, path: Path) -> bool:
        """Whether the path reads fewer channels than there are."""
        placed, (axis, axis_map) = self._placed, path.links[0]
        if axis is None or not isinstance(axis_map, Window) or axis_map.kernel_size != 1:
            return False
        outputs = path.piece[1] if path.piece and path.piece[0] == axis else placed.output_shape[axis]
        channels = placed.shapes[path.source][0]
        return is_number(outputs) and is_number(channels) and outputs < channels
