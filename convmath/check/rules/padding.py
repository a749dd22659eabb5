"""Which padding keeps a size.

Names: k taps, s stride, d dilation, and pad what stands on both sides.
"""

from __future__ import annotations

from convmath.check.rule import Form, typed

_ONLY = "(k - 1)/2 keeps a size only with stride 1, dilation 1 and an odd kernel"
_FURTHER = "to keep n positions takes s*(n - 1) + d*(k - 1) + 1 - n, on both sides together"
_ALIKE, _END = "the padding is taken to be the same on both sides", "SAME pads the odd position at the end"
_RULES = (
    typed(
        "V08",
        "k",
        "the padding is as large as the kernel",
        right="a window of k reaches k - 1 further: pad half of that",
    ),
    typed("V09", "floor((k - 1)/2)", _ONLY, right=_FURTHER),
    typed("V09", "(k - 1)/2", _ONLY, right=_FURTHER),
)
KEEPING = Form("pad", {}, _RULES)
SAME = Form(
    "pad",
    {},
    (
        *_RULES,
        typed("V11", "ceil(pad/2)", _ALIKE, right=_END),
        typed("V11", "floor(pad/2)", _ALIKE, right=_END),
        typed("V11", "pad/2", _ALIKE, right=_END),
    ),
)
