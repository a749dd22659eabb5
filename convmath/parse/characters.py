"""The letters that people paste, written in the few that are read."""

from __future__ import annotations

import re

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("→⟶➔➜⇒", "->"),
        **dict.fromkeys("✕✖⨯", "×"),
        **dict.fromkeys("∙⋅•・", "·"),
        **dict.fromkeys("−–—‐‑", "-"),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("“”", '"'),
        **dict.fromkeys("、", ","),
        **dict.fromkeys("⁄∕", "/"),
        **dict.fromkeys("\u200b\u2060\ufeff\ufe0f", ""),
    }
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_POWER = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")


def plain_letters(text: str) -> str:
    """Full-width forms, arrows, dashes and raised digits as one would type them.

    >>> plain_letters("Conv2d（3，8，3） → ReLU（）"), plain_letters("5²·3 − 1")
    ('Conv2d(3,8,3) -> ReLU()', '5^2·3 - 1')
    """
    if text.isascii():
        return text
    import unicodedata

    raised = _POWER.sub(lambda found: f"^{found[0].translate(_RAISED)}", text)
    return unicodedata.normalize("NFKC", raised.translate(_SIGNS)).translate(_SIGNS)
