"""Input shapes as people write them, and which of their sizes is the channels."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from convmath.errors import ConvmathError, short
from convmath.exact.integers import is_number
from convmath.layers.base import Shape, show
from convmath.parse.calls import checked_number
from convmath.parse.characters import plain_letters
from convmath.parse.layer import layer_symbol

_LONGEST_NUMBER = 19  # digits
LAYOUTS = ("CHW", "HWC")
_IMAGE = (1, 3, 4)  # channels of a picture


def parse_shape(text: str) -> Shape:
    """An input shape without the batch: ``3x224x224``, ``(3, 224, 224)``, ``3 224 224`` or ``CxHxW``.

    >>> parse_shape("3x7x7"), parse_shape("[3，7，7]")
    ((3, 7, 7), (3, 7, 7))
    """
    written = re.sub(r"^\s*(?:torch\.Size|tf\.TensorShape)", "", plain_letters(text)).replace("@", "x")
    bare = written.strip(" \n.").strip("()[] ")
    plain = re.sub(r"\s*([x×*,])\s*|\s+", lambda found: found[1] or ",", bare)
    parts = re.split(r"[xX×*,]", re.sub(r"^(?:None|-1)[,x×*]", "", plain.removesuffix(",")))
    if any(len(part) > _LONGEST_NUMBER for part in parts):
        raise ConvmathError(f"{short(text)} has a number beyond 10^18; check the input")
    if not all(re.fullmatch(r"[A-Za-z_]\w*|\d+", part) for part in parts):
        raise ConvmathError(
            f"{short(text)} is no input shape; write channels and sizes like 3x224x224 or CxHxW"
        )
    shape = tuple(checked_number(int(part)) if part.isdigit() else _symbol(part) for part in parts)
    if any(size == 0 for size in shape):
        raise ConvmathError(f"the input {text} has an axis of size 0; every size must be at least 1")
    return shape


def _symbol(name: str) -> Any:
    found = layer_symbol(name)
    if isinstance(found, str):
        raise ConvmathError(f"{name} is a word, and no size; write a number or another letter")
    return found


class Fitted(NamedTuple):
    """A shape with channels first, and what had to be understood to read it so."""

    shape: Shape
    remark: str = ""


def fitted(shape: Shape, rank: int | None, channels: Any = None, layout: str | None = None) -> Fitted:
    """A shape as it must be meant for ``rank`` spatial sizes and, where they are known, these ``channels``.

    >>> fitted((224, 224, 3), 2, 3)
    Fitted(shape=(3, 224, 224), remark='224x224x3 fits with its channels last: read as 3x224x224')
    >>> fitted((8, 3, 224, 224), 2, 3).remark
    '8x3x224x224 is read as 3x224x224: leave the batch out'
    >>> fitted((28, 28), 2, 1).shape, fitted((224,), 2, 3).shape
    ((1, 28, 28), (3, 224, 224))
    """
    if rank is None:
        return Fitted(_moved(shape) if layout == "HWC" else shape)
    if len(shape) == rank + 2 and rank > 0:
        found = fitted(shape[1:], rank, channels, layout).shape
        return Fitted(found, f"{show(shape)} is read as {show(found)}: leave the batch out")
    if layout == "HWC":
        return Fitted(_moved(shape))
    known = is_number(channels) and all(map(is_number, shape))
    if (
        known
        and len(shape) == rank + 1 > 1
        and shape[0] != channels
        and shape[-1] == channels
        and layout is None
    ):
        moved = _moved(shape)
        return Fitted(moved, f"{show(shape)} fits with its channels last: read as {show(moved)}")
    if channels is None and layout is None and rank == 2 and _is_picture_last(shape):
        moved = _moved(shape)
        said = f"{show(shape)} is read with its channels last, as {show(moved)}; --layout CHW is otherwise"
        return Fitted(moved, said)
    if known and rank > 0 and channels not in shape:
        sizes = shape if len(shape) == rank else shape * rank if len(shape) == 1 else None
        if sizes is not None:
            return Fitted((channels, *sizes), f"{show(shape)} is read as {show((channels, *sizes))}")
    return Fitted(shape)


def _is_picture_last(shape: Shape) -> bool:
    """Whether a shape is that of a picture with its channels last, and cannot well be another."""
    whole = len(shape) == 3 and all(map(is_number, shape))
    return whole and shape[-1] in _IMAGE and min(shape[:2]) > 4 * max(_IMAGE)


def fitted_last(shape: Shape, rank: int | None, layout: str | None = None) -> Fitted:
    """A shape beside a text of Keras, which has channels last unless only a picture's channels are first.

    >>> fitted_last((28, 28, 1), 2).shape, fitted_last((3, 32, 32), 2).remark
    ((1, 28, 28), '3x32x32 is read with its channels first; Keras itself would write 32x32x3')
    """
    if layout is not None or rank is None or len(shape) != rank + 1:
        return fitted(shape, rank, None, layout or ("HWC" if rank is None or len(shape) > 1 else None))
    if shape[0] in _IMAGE and shape[-1] not in _IMAGE:
        last = show((*shape[1:], shape[0]))
        return Fitted(
            shape, f"{show(shape)} is read with its channels first; Keras itself would write {last}"
        )
    return Fitted(_moved(shape))


def _moved(shape: Shape) -> Shape:
    """The last axis, the channels, first."""
    return (*shape[-1:], *shape[:-1])
