"""Number formats, and the bytes that a number takes in each."""

from __future__ import annotations

from convmath.errors import ConvmathError, near, short

BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}


def width_of(dtype: str) -> int:
    """Bytes of a number.

    >>> width_of("float32")
    4
    """
    if dtype not in BYTES:
        raise ConvmathError(f"dtype={short(dtype)} is not known{near(dtype, BYTES)}")
    return BYTES[dtype]
