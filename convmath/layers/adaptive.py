"""Adaptive and global pooling: the windows follow from the output size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from convmath.exact.integers import Integer
from convmath.geometry.loopnest import Access, Index, Statement, Taps, adaptive
from convmath.geometry.notation import OUTPUT_LOOPS, TAP_LOOPS
from convmath.geometry.operation import Expression, largest, summed
from convmath.geometry.window import AdaptiveWindow
from convmath.layers.arguments import check_at_least, per_axis, shortened
from convmath.layers.base import Layer, Shape, check_input
from convmath.layers.elementwise import CHANNEL
from convmath.layers.pool import pooled
from convmath.layers.ranks import ranked


@dataclass(frozen=True, repr=False)
class AdaptivePool(Layer):
    """Pooling to a given size: window i of o over n positions is [floor(i*n/o), ceil((i + 1)*n/o)).

    ``output_size`` is one size, one per axis, or None for an axis that keeps its size.
    """

    output_size: Integer | tuple[Integer | None, ...] | list[Integer | None] | None

    rank: ClassVar[int]
    ends_maps: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        for size in per_axis(self, "output_size", self.rank):
            if size is not None:
                check_at_least(
                    "output_size", size, 1, self.output_size, "a whole number, None, a tuple of them"
                )
        object.__setattr__(self, "output_size", shortened(self.output_size))

    def windows(self, sizes: Shape) -> tuple[AdaptiveWindow, ...]:
        """The windows of each spatial axis."""
        wanted = per_axis(self, "output_size", self.rank)
        return tuple(
            AdaptiveWindow(n, n if size is None else size) for n, size in zip(sizes, wanted, strict=True)
        )

    def element(self, read: Access) -> Expression:
        """What an output element is, made from what its window reads."""
        raise NotImplementedError

    def definition(self, *shapes: Shape) -> tuple[Statement, ...]:
        (shape,) = shapes
        check_input(self, shape, None, self.rank)
        axes = list(
            zip(OUTPUT_LOOPS[self.rank], TAP_LOOPS[self.rank], self.windows(shape[1:]), strict=True)
        )
        read = (Index(((1, a),), scaled=(w.n, i, 0, w.windows)) for i, a, w in axes)
        spatial = tuple(adaptive((i, a), w) for i, a, w in axes)
        return (pooled(shape[0], spatial, self.element(Access("X", (CHANNEL, *read)))),)


class AdaptiveMaxPool(AdaptivePool):
    """The largest value of each adaptive window."""

    def element(self, read: Access) -> Expression:
        return largest(read)


class AdaptiveAvgPool(AdaptivePool):
    """The mean of each adaptive window; global average pooling for ``output_size=1``.

    >>> from convmath import AdaptiveAvgPool2d
    >>> AdaptiveAvgPool2d(6).output_shape((256, 13, 13))
    (256, 6, 6)
    """

    def element(self, read: Access) -> Expression:
        return summed(read) / Taps()


AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d = ranked(AdaptiveMaxPool)
AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d = ranked(AdaptiveAvgPool)


@dataclass(frozen=True, repr=False)
class GlobalAvgPool2d(AdaptiveAvgPool2d):  # type: ignore[valid-type, misc]
    """The mean of each channel's whole map: ``AdaptiveAvgPool2d(1)``."""

    output_size: int = field(default=1, init=False)


@dataclass(frozen=True, repr=False)
class GlobalMaxPool2d(AdaptiveMaxPool2d):  # type: ignore[valid-type, misc]
    """The largest value of each channel's whole map: ``AdaptiveMaxPool2d(1)``."""

    output_size: int = field(default=1, init=False)
