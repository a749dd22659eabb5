r"""The small language of formulas that answers and wrong rules are written in; nothing is executed.

``floor((n + 2*p - k)/s) + 1``, ``⌊(n - k)/s⌋ + 1``, ``\lfloor\frac{n-k}{s}\rfloor + 1``.
The same tree runs on ints, on fractions and on symbols, and writes itself with numbers put in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, NoReturn

from convmath.errors import ConvmathError, near, short
from convmath.exact.integers import floor_div, is_symbolic, maximum, minimum, plain, ratio
from convmath.parse.characters import plain_letters

LONGEST = 1_000  # characters of an answer
_DEEPEST = 50  # brackets within brackets
_MOST_DIGITS = 40  # of a number that is written
_HIGHEST = 20  # exponent of a symbol
_MOST_BITS = 2_000  # of a number that is worked out
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3}(?!\w))?|\.\d+)
    |(?P<name>[^\W\d]\w*)
    |(?P<sign>\*\*|//|[-+*/^%()\[\]{}|,·×÷⌊⌋⌈⌉]))""",
    re.VERBOSE,
)
_LATEX = (
    (r"\{,\}", ","),
    (r"(?<=\d)\\[,;!](?=\d)", ""),
    (r"\\boxed\s*|\\[()\[\]]", " "),
    (r"\^\s*\{\s*(-?\d+)\s*\}", r"^\1"),
    (r"\\(?:left|right|displaystyle|,|;|!|:|quad)", " "),
    (r"\\(?:times|cdot|ast)(?![A-Za-z])", "*"),
    (r"\\div(?![A-Za-z])", "/"),
    (r"\\lfloor(?![A-Za-z])", "⌊"),
    (r"\\rfloor(?![A-Za-z])", "⌋"),
    (r"\\lceil(?![A-Za-z])", "⌈"),
    (r"\\rceil(?![A-Za-z])", "⌉"),
    (r"\\[dt]?frac(?![A-Za-z])", " frac"),
    (r"\\(?:mathrm|text|operatorname)(?![A-Za-z])|\$", " "),
)
_CLOSING = {"(": ")", "[": "]", "{": "}", "⌊": "⌋", "⌈": "⌉"}
FUNCTIONS = ("floor", "ceil", "max", "min")
_CALLED = {"int": "floor", "ceiling": "ceil", **{name: name for name in FUNCTIONS}}
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "%": 2}


class Tree(NamedTuple):
    """A number, a name, or an operation on others."""

    kind: str
    parts: tuple[Tree, ...] = ()
    value: Any = None

    @property
    def names(self) -> frozenset[str]:
        """The names in it."""
        if self.kind == "name":
            return frozenset({self.value})
        return frozenset().union(*(part.names for part in self.parts))


class UnreadableError(ConvmathError):
    """An answer that is none: it is never counted wrong."""


@cache
def parsed(text: str) -> Tree:
    """The tree of a formula that convmath itself wrote down."""
    return read_formula(text)


def read_formula(text: str) -> Tree:
    """The tree of a formula.

    Raises UnreadableError with what is wrong; nothing that takes long is begun.

    >>> evaluate(read_formula("2(3 + 1)^2/4 − 1"), {})
    7
    >>> sorted(read_formula("⌊(n + 2p - k)/s⌋ + 1").names)
    ['k', 'n', 'p', 's']
    """
    if len(text) > LONGEST:
        raise UnreadableError(f"the answer has {len(text)} characters; at most {LONGEST} are read")
    return _Parser(text, without_latex(plain_letters(text))).formula()


def without_latex(text: str) -> str:
    r"""A formula of LaTeX in plain signs.

    >>> without_latex(r"$8 \times 30$"), without_latex(r"\lfloor x \rfloor")
    (' 8 * 30 ', '⌊ x ⌋')
    """
    if "\\" in text or "$" in text or "{,}" in text:
        for pattern, letters in _LATEX:
            text = re.sub(pattern, letters, text)
    return text


def evaluate(tree: Tree, values: Mapping[str, Any]) -> Any:
    """What a formula gives: an int where it is one, else a Fraction, or an expression of symbols.

    Raises UnreadableError for a division by zero and for numbers beyond all bounds.
    """
    if tree.kind == "number":
        return tree.value
    if tree.kind == "name":
        return values[tree.value]
    first = next(iter(tree.parts))
    if tree.kind in ("floor", "ceil") and first.kind == "/":
        above, below = (evaluate(part, values) for part in first.parts)
        if all(type(each) is int for each in (above, below)) or is_symbolic(above) or is_symbolic(below):
            return _rounded(tree.kind, above, below)
    parts = [evaluate(part, values) for part in tree.parts]
    return _bounded(_OPERATIONS[tree.kind](*parts))


def written(tree: Tree, texts: Mapping[str, str] | None = None) -> str:
    """The formula as text, with other texts for its names.

    >>> written(read_formula("(k^2*C_in + 1)*C_out"), {"k": "5", "C_in": "6", "C_out": "16"})
    '(5^2*6 + 1)*16'
    """
    return _Writer(texts or {}).text(tree, 0)


def substituted(tree: Tree, by: Mapping[str, Tree]) -> Tree:
    """The formula with other formulas for some names."""
    if tree.kind == "name":
        return by.get(tree.value, tree)
    return tree._replace(parts=tuple(substituted(part, by) for part in tree.parts)) if tree.parts else tree


def _rounded(kind: str, above: Any, below: Any) -> Any:
    if below == 0:
        raise UnreadableError("the answer divides by 0")
    return plain(floor_div(above, below) if kind == "floor" else -floor_div(-above, below))


def _floor(value: Any) -> Any:
    if not is_symbolic(value):
        return value.__floor__()
    import sympy

    above, below = sympy.fraction(sympy.together(value))
    return floor_div(above, below)


def _ceil(value: Any) -> Any:
    return -_floor(-value)


def _divided(above: Any, below: Any) -> Any:
    if below == 0:
        raise UnreadableError("the answer divides by 0")
    return ratio(above, below)


def _power(base: Any, exponent: Any) -> Any:
    if is_symbolic(base) and type(exponent) is int and 0 <= exponent <= _HIGHEST:
        return base**exponent
    if is_symbolic(base) or is_symbolic(exponent):
        raise UnreadableError(
            f"the exponent {short(str(exponent))} is no whole number from 0 to {_HIGHEST}"
        )
    if type(exponent) is not int or abs(exponent) > 1000:
        raise UnreadableError(f"the exponent {short(str(exponent))} is not a small whole number")
    if exponent < 0:
        return _divided(1, _power(base, -exponent))
    if _bits(base) * exponent > _MOST_BITS:
        raise UnreadableError("the answer is beyond all numbers here")
    return base**exponent


def _bits(value: Any) -> int:
    return max(int(abs(value.numerator)).bit_length(), int(value.denominator).bit_length())


def _bounded(value: Any) -> Any:
    if not is_symbolic(value) and _bits(value) > _MOST_BITS:
        raise UnreadableError("the answer is beyond all numbers here")
    return value if type(value) is int else ratio(value, 1)


def _largest(*values: Any) -> Any:
    found, *others = values
    for other in others:
        found = maximum(found, other)
    return found


def _least(*values: Any) -> Any:
    found, *others = values
    for other in others:
        found = minimum(found, other)
    return found


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divided,
    "//": lambda a, b: _floor(_divided(a, b)),
    "%": lambda a, b: a - b * _floor(_divided(a, b)),
    "^": _power,
    "neg": lambda a: -a,
    "floor": _floor,
    "ceil": _ceil,
    "max": _largest,
    "min": _least,
}


class _Parser:
    """Reads from left to right, what binds more first."""

    def __init__(self, text: str, plainly: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str]] = []
        self.place = self.depth = 0
        at = 0
        while at < len(plainly.rstrip()):
            found = _TOKEN.match(plainly, at)
            if found is None:
                self.refuse(f"{plainly[at:].strip()[:1]!r} is not read here")
            self.tokens.append((found.lastgroup or "", found[found.lastgroup or 0]))
            at = found.end()
        self.tokens.append(("end", ""))

    def refuse(self, reason: str) -> NoReturn:
        raise UnreadableError(f"{short(self.text.strip())} cannot be read: {reason}")

    def deeper(self, what: str) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            self.refuse(f"it has too many {what}")

    @property
    def now(self) -> str:
        return self.tokens[self.place][1]

    def formula(self) -> Tree:
        found = self.sum(0)
        if self.tokens[self.place][0] != "end":
            self.refuse(f"{self.now!r} is not expected here")
        return found

    def sum(self, least: int) -> Tree:
        self.deeper("brackets")
        left = self.signed()
        while True:
            sign = {"·": "*", "×": "*", "÷": "/"}.get(self.now, self.now)
            if sign not in _BINDS and self.implicit():
                sign = "implicit"
            binds = _BINDS.get(sign, 2 if sign == "implicit" else 0)
            if binds <= least:
                break
            self.place += sign != "implicit"
            left = Tree("*" if sign == "implicit" else sign, (left, self.sum(binds)))
        self.depth -= 1
        return left

    def implicit(self) -> bool:
        """Whether a factor follows without a sign: ``2p``, ``8(5*5 + 1)``."""
        kind, text = self.tokens[self.place]
        return kind == "name" or text in ("(", "[", "{", "⌊", "⌈")

    def signed(self) -> Tree:
        if self.now == "-":
            self.place += 1
            self.deeper("signs")
            found = self.signed()
            self.depth -= 1
            return Tree("neg", (found,))
        if self.now == "+":
            self.place += 1
        return self.power()

    def power(self) -> Tree:
        base = self.atom()
        if self.now not in ("^", "**"):
            return base
        self.place += 1
        self.deeper("powers")
        found = Tree("^", (base, self.signed()))
        self.depth -= 1
        return found

    def atom(self) -> Tree:
        kind, text = self.tokens[self.place]
        self.place += kind != "end"
        if kind == "number":
            return Tree("number", value=self.number(text))
        if kind == "name":
            return self.named(text)
        if text in _CLOSING:
            return self.bracketed(text)
        self.refuse("it ends too early" if kind == "end" else f"{text!r} is not expected here")

    def bracketed(self, opening: str) -> Tree:
        found = self.sum(0)
        self.close(opening)
        return Tree({"⌊": "floor", "⌈": "ceil"}[opening], (found,)) if opening in "⌊⌈" else found

    def close(self, opening: str) -> None:
        if self.now != _CLOSING[opening]:
            self.refuse(f"{_CLOSING[opening]!r} is missing")
        self.place += 1

    def named(self, name: str) -> Tree:
        if name == "frac":
            return Tree("/", (self.atom(), self.atom()))
        if name not in _CALLED or self.now not in ("(", "["):
            return Tree("name", value=name)
        opening = self.now
        self.place += 1
        parts = [self.sum(0)]
        while self.now == ",":
            self.place += 1
            parts.append(self.sum(0))
        self.close(opening)
        called = _CALLED[name]
        if called in ("floor", "ceil") and len(parts) != 1:
            self.refuse(f"{name} takes one value")
        return Tree(called, tuple(parts))

    def number(self, text: str) -> Any:
        if len(text) > _MOST_DIGITS:
            self.refuse("it has a number of too many digits")
        if text.isdigit():
            return int(text)
        from fractions import Fraction

        exponent = re.search(r"[eE]([+-]?\d+)$", text)
        if exponent and abs(int(exponent[1])) > 100:
            self.refuse("it has a number beyond all bounds")
        return ratio(Fraction(text), 1)  # type: ignore[arg-type]


class _Writer:
    """Writes a tree with as few brackets as say the same."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def text(self, tree: Tree, least: int) -> str:
        found, binds = self.plain(tree)
        return f"({found})" if binds < least else found

    def plain(self, tree: Tree) -> tuple[str, int]:
        """The text, and how much what is in it binds: 1 a sum, 2 a product, 3 a power, 4 an atom."""
        if tree.kind == "number":
            return str(tree.value), 4 if type(tree.value) is int and tree.value >= 0 else 2
        if tree.kind == "name":
            found = self.texts.get(tree.value, tree.value)
            return found, _binding(found)
        if tree.kind in FUNCTIONS:
            return f"{tree.kind}({', '.join(self.text(part, 0) for part in tree.parts)})", 4
        if tree.kind == "neg":
            return f"-{self.text(tree.parts[0], 2)}", 1
        left, right = tree.parts
        if tree.kind == "^":
            return f"{self.text(left, 4)}^{self.text(right, 4)}", 3
        binds = _BINDS[tree.kind]
        after = binds if tree.kind in "+*" else binds + 1
        first, second = self.text(left, binds), self.text(right, after)
        if tree.kind == "*" and "1" in (first, second):
            return self.plain(right if first == "1" else left)
        if binds == 1:
            return self.sum(first, tree.kind, second), 1
        return f"{first}{tree.kind}{second}", binds

    def sum(self, first: str, sign: str, second: str) -> str:
        """A sum or a difference, without two signs in a row."""
        bare = second[1:-1] if second.startswith("(-") and second.endswith(")") else second
        if bare.startswith("-") and not re.search(r"[-+]", bare[1:]):
            return f"{first} {'+' if sign == '-' else '-'} {bare[1:]}"
        return f"{first} {sign} {second}"


def _binding(text: str) -> int:
    """How much a text that is put in binds; what stands in brackets is one."""
    if text.startswith("(") and text.endswith(")"):
        return 4
    if re.search(r"(?<=\S) ?[-+] ?(?=\S)|^-", text):
        return 1
    if "*" in text or "/" in text:
        return 2
    return 3 if "^" in text else 4


def check_names(tree: Tree, known: Mapping[str, Any], text: str) -> None:
    """Refuse names that the question does not have."""
    for name in sorted(tree.names):
        if name not in known:
            if not known:
                raise UnreadableError(f"{short(text)} cannot be read: {short(name)} is no number")
            raise UnreadableError(
                f"{short(text)} has {short(name)}, which the question does not{near(name, known)}"
            )
