"""The lines of a text as plain arithmetic: without markup, links and LaTeX, in the letters one types."""

from __future__ import annotations

import re

from convmath.parse.characters import plain_letters

RANGE = "\ue000"  # between the ends of a range, so that it is no minus
_REPAIRED = {"Ã—": "×", "Â·": "·", "â‰ˆ": "≈", "Â²": "²", "✖️": "×"}  # double-encoded, or with a selector
_APART = {"⇒": " => ", "∼": "≈", **{sign: f" {sign} " for sign in "…，、；。"}}  # no part of a number
_LOWERED, _DIGITS = re.compile("[₀-₉]+"), str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_OUT = re.compile(
    r"https?://\S+|<!--.*?-->|</?[A-Za-z][^<>]*>|\]\([^()\s]*\)|!\[|\\tag\*?\s*\{[^}]*\}|\\tag\s*\S+|\\label\{[^}]*\}"
)
_LATEX = (
    (r"\{,\}", ","),
    (r"\\!", ""),
    (r"(?<=\d)\\[,;:!](?=\d)", " "),
    (r"\\(?:times|ast)(?![A-Za-z])", "×"),
    (r"\\cdot(?![A-Za-z])", "·"),
    (r"\\div(?![A-Za-z])", "÷"),
    (r"\\(?:approx|simeq|sim|thickapprox)(?![A-Za-z])", "≈"),
    (r"\\(?:leq?|leqslant)(?![A-Za-z])", "<="),
    (r"\\(?:geq?|geqslant)(?![A-Za-z])", ">="),
    (r"\\(?:neq?)(?![A-Za-z])", "!="),
    (r"\\(?:to|rightarrow|longrightarrow|Rightarrow|implies|Longrightarrow|mapsto)(?![A-Za-z])", " -> "),
    (r"\\lfloor(?![A-Za-z])", "⌊"),
    (r"\\rfloor(?![A-Za-z])", "⌋"),
    (r"\\lceil(?![A-Za-z])", "⌈"),
    (r"\\rceil(?![A-Za-z])", "⌉"),
    (r"\\[()\[\]]", " "),
    (r"\\num\{([^{}]*)\}", r"\1"),
    (r"\\(?:left|right|bigl?|bigr?|Bigl?|Bigr?|displaystyle|limits)(?![A-Za-z])", ""),
    (r"\\(?:text|mathrm|mathbf|mathit|operatorname|textbf|mbox)\s*\{([^{}]*)\}", r" \1 "),
    (r"\\%", "%"),
    (r"\\[_#&$]", " "),
    (r"\\(?:quad|qquad|,|;|:|!| |\\)", " "),
    (r"\^\s*\{\s*(-?\d+)\s*\}", r"^\1"),
    (r"_\s*\{([^{}]*)\}", r"_\1"),
)
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")


def plain_line(line: str) -> str:
    r"""A line with its arithmetic as one would type it.

    >>> plain_line(r"$\lfloor\frac{20-3}{2}\rfloor+1 = **9**$").split()
    ['⌊((20-3)/(2))⌋+1', '=', '9']
    """
    for broken, sign in _REPAIRED.items():
        line = line.replace(broken, sign)
    line = _OUT.sub(" ", line)
    if "\\" in line or "{,}" in line:
        line = _without_latex(line)
    line = re.sub(r"(?<=[\dKMGBkm%])\s*[–—]\s*(?=\d)", RANGE, line)
    for sign, plainly in _APART.items():
        line = line.replace(sign, plainly)
    line = plain_letters(_LOWERED.sub(lambda found: f"_{found[0].translate(_DIGITS)}", line))
    line = re.sub(
        r"`\s*(?=[=≈])", " | ", line
    )  # code that begins with a relation goes on from no text before it
    line = line.replace("\\*", "*").replace("$", " ").replace("`", " ")
    line = re.sub(r"(?<=[\d)\]])\*\*(?=[\d(])", "^", line)  # a power, and no bold print
    line = re.sub(r"(?<![\w.])0[xX](?=[\dA-Fa-f])", " ¤", line)  # a number to the base 16
    line = re.sub(r"(?<=[\d)\]])(\s*)[xX](\s*)(?=[\d(\[⌊])", r"\1×\2", line)
    return line.replace("**", " ").replace("__", " ")


def _without_latex(line: str) -> str:
    line = line.replace("\\*", "\x00")
    line = re.sub(r"(?<=\d)\s*(?=\\[dt]?frac)", " ¤ ", line)  # a mixed number is no product
    for _ in range(4):  # fractions within fractions
        line, count = _FRACTION.subn(r"((\1)/(\2))", line)
        if not count:
            break
    for pattern, letters in _LATEX:
        line = re.sub(pattern, letters, line)
    return line.replace("&", " | " if line.count("&") > 1 else " ").replace("\x00", "*")
