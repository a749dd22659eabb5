"""One family over one, two and three spatial axes, under PyTorch's names."""

from __future__ import annotations

from typing import Any, TypeVar

from convmath.layers.base import Layer

Family = TypeVar("Family", bound=Layer)
WHERE = {1: "one spatial axis", 2: "height and width", 3: "depth, height and width"}


def ranked(family: type[Family]) -> tuple[type[Family], type[Family], type[Family]]:
    """The classes ``<family>1d``, ``2d`` and ``3d``; what they do is their family's."""
    one, two, three = (_of_rank(family, rank) for rank in (1, 2, 3))
    return one, two, three


def _of_rank(family: type[Family], rank: int) -> type[Family]:
    members: dict[str, Any] = {
        "rank": rank,
        "__doc__": f"``{family.__name__}`` over {WHERE[rank]}.",
        "__module__": family.__module__,
    }
    return type(f"{family.__name__}{rank}d", (family,), members)
