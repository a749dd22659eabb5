"""Bytes: what people make of a number of bytes as such.

Names: bytes the right number, width bytes an element, batch samples at once, input the input's bytes,
biases the biases' bytes.
"""

from __future__ import annotations

from convmath.check.rule import Form, typed

_WIDTH = "an element has {width} bytes"
MEMORY = Form(
    "bytes",
    {},
    (
        typed("Y01", "bytes/width", "elements are counted, not bytes", right=_WIDTH),
        typed("Y01", "bytes*width", "it is multiplied by the bytes of an element twice", right=_WIDTH),
        typed(
            "Y04", "bytes*2", "gradients are counted too", right="only the values themselves are asked for"
        ),
        typed("Y04", "bytes/2", "half of the bytes are counted, as of 16-bit numbers", right=_WIDTH),
        typed("Y03", "bytes*8", "bits are counted, not bytes", right="a byte has 8 bits"),
        typed(
            "Y03", "bytes/8", "it is divided by the bits of a byte", right="it is asked in bytes already"
        ),
        typed(
            "Y02",
            "bytes*1048576/1000000",
            "MiB are written as MB",
            right="1 MiB is 1,048,576 bytes, 1 MB 1,000,000",
        ),
        typed(
            "Y02",
            "bytes*1000000/1048576",
            "MB are written as MiB",
            right="1 MiB is 1,048,576 bytes, 1 MB 1,000,000",
        ),
        typed("Y05", "bytes/batch", "the batch is left out", "batch", "{batch} samples are held at once"),
        typed("Y06", "bytes - input", "the input is left out", "input", "the input is held too"),
        typed("Y06", "bytes - biases", "the biases are left out", "biases", "biases are stored too"),
    ),
)
