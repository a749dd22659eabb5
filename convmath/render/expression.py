"""SymPy expressions as people write them, in any style, with or without numbers put in.

SymPy's own printers sort terms by their rules and cannot show ``2*3`` with the numbers put in; this one
writes sizes first, constants last, and prints ``values`` in place of symbols without evaluating anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

import sympy

from convmath.exact.floors import FloorDiv, Gcd
from convmath.geometry.notation import NOTATIONS

Values = Mapping[sympy.Symbol, Any]
_ADD, _DIV, _MUL, _POW, _ATOM = range(5)  # how tightly a piece binds


class Style(NamedTuple):
    """How each kind of expression is written."""

    name: str
    number: Callable[[str], str]
    symbol: Callable[[str], str]
    add: Callable[[Sequence[tuple[str, str]]], str]
    multiply: Callable[[Sequence[str]], str]
    divide: Callable[[str, str], str]
    power: Callable[[str, str], str]
    floor: Callable[[str], str]
    call: Callable[[str, Sequence[str]], str]
    group: Callable[[str], str]
    total: Callable[[str, str, str, str], str]
    fractions_group: bool = True  # whether numerator and denominator need parentheses


def _signed(minus: str, terms: Sequence[tuple[str, str]]) -> str:
    """``a - b + c`` from signed terms."""
    (sign, first), *rest = terms
    return (minus if sign == "-" else "") + first + "".join(f" {sign} {text}" for sign, text in rest)


def _latex_product(factors: Sequence[str]) -> str:
    """Juxtaposed, with a dot where a number follows."""
    first, *rest = factors
    return first + "".join(rf" \cdot {f}" if f[:1].isdigit() else rf" \, {f}" for f in rest)


def _latex_call(name: str, arguments: Sequence[str]) -> str:
    command = rf"\{name}" if name in ("min", "max", "gcd") else rf"\operatorname{{{name}}}"
    return rf"{command}\left({', '.join(arguments)}\right)"


def _latex_symbol(name: str) -> str:
    if name in NOTATIONS:
        return NOTATIONS[name].latex
    base, _, index = name.partition("_")
    if index and base in NOTATIONS:
        return rf"{NOTATIONS[base].latex}_{{{_latex_word(index)}}}"
    stem, _, last = name.rpartition("_")
    if stem in NOTATIONS:
        return f"{NOTATIONS[stem].latex[:-1]},{_latex_word(last)}}}"
    return f"{_latex_word(base)}_{{{_latex_word(index)}}}" if base and index else _latex_word(name)


def _latex_word(word: str) -> str:
    if word == "Delta":
        return rf"\{word}"
    escaped = word.replace("_", r"\_")
    return escaped if len(word) == 1 else rf"\mathrm{{{escaped}}}"


def _mathml_symbol(name: str) -> str:
    base, *indices = name.split("_")
    stem = f"<mi>{escape(base)}</mi>"
    return f"<msub>{stem}<mi>{escape(','.join(indices))}</mi></msub>" if indices else stem


def _row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def _mathml_sum(terms: Sequence[tuple[str, str]]) -> str:
    (sign, first), *rest = terms
    lead = "<mo>-</mo>" if sign == "-" else ""
    return _row(lead, first, *(f"<mo>{sign}</mo>{text}" for sign, text in rest))


TEXT = Style(
    name="text",
    number=str,
    symbol=str,
    add=lambda terms: _signed("-", terms),
    multiply="·".join,
    divide=lambda above, below: f"{above}/{below}",
    power=lambda base, exponent: f"{base}^{exponent}",
    floor=lambda inner: f"floor({inner})",
    call=lambda name, arguments: f"{name}({', '.join(arguments)})",
    group=lambda inner: f"({inner})",
    total=lambda term, index, first, last: f"sum({term}, {index} = {first} .. {last})",
)

LATEX = Style(
    name="latex",
    number=str,
    symbol=_latex_symbol,
    add=lambda terms: _signed("-", terms),
    multiply=_latex_product,
    divide=lambda above, below: rf"\frac{{{above}}}{{{below}}}",
    power=lambda base, exponent: f"{base}^{{{exponent}}}",
    floor=lambda inner: rf"\left\lfloor {inner} \right\rfloor",
    call=_latex_call,
    group=lambda inner: rf"\left({inner}\right)",
    total=lambda term, index, first, last: rf"\sum_{{{index}={first}}}^{{{last}}} {term}",
    fractions_group=False,
)

MATHML = Style(
    name="mathml",
    number=lambda digits: f"<mn>{digits}</mn>",
    symbol=_mathml_symbol,
    add=_mathml_sum,
    multiply=lambda factors: _row("<mo>&#x22C5;</mo>".join(factors)),
    divide=lambda above, below: f"<mfrac>{_row(above)}{_row(below)}</mfrac>",
    power=lambda base, exponent: f"<msup>{_row(base)}{_row(exponent)}</msup>",
    floor=lambda inner: _row("<mo>&#x230A;</mo>", inner, "<mo>&#x230B;</mo>"),
    call=lambda name, arguments: _row(
        f"<mi>{name}</mi><mo>(</mo>", "<mo>,</mo>".join(arguments), "<mo>)</mo>"
    ),
    group=lambda inner: _row("<mo>(</mo>", inner, "<mo>)</mo>"),
    total=lambda term, index, first, last: _row(
        f"<munderover><mo>&#x2211;</mo>{_row(index, '<mo>=</mo>', first)}{_row(last)}</munderover>", term
    ),
    fractions_group=False,
)


def write(expression: Any, style: Style = TEXT, values: Values | None = None) -> str:
    """An expression in a style, ``values`` printed in place of the symbols they belong to.

    >>> n, k, s = sympy.symbols("n k s", integer=True, positive=True)
    >>> write(FloorDiv(n - k, s) + 1), write(FloorDiv(n - k, s) + 1, values={n: 7, k: 3, s: 2})
    ('floor((n - k)/s) + 1', 'floor((7 - 3)/2) + 1')
    """
    return _Writer(style, values or {}).write(sympy.sympify(expression))[0]


def write_factor(expression: Any, style: Style = TEXT) -> str:
    """An expression as a factor or a side of a shape: a sum in parentheses; fractions as 1/2."""
    return _Writer(style, {}).inside(sympy.sympify(expression), _DIV)


class _Writer(NamedTuple):
    style: Style
    values: Values

    def write(self, expression: Any) -> tuple[str, int]:
        """The text and how tightly it binds."""
        if expression in self.values:
            return _Writer(self.style, {}).write(sympy.sympify(self.values[expression]))
        match expression:
            case sympy.Integer():
                negative = expression < 0
                return ("-" if negative else "") + self.style.number(str(abs(expression))), (
                    _ADD if negative else _ATOM
                )
            case sympy.Symbol():
                return self.style.symbol(expression.name), _ATOM
            case sympy.Add():
                return self.style.add([self._term(term) for term in _ordered(expression)]), _ADD
            case sympy.Mul() | sympy.Rational():
                return self._product(expression)
            case sympy.Pow() if expression.exp == -1:
                return self._quotient(sympy.Integer(1), expression.base), _DIV
            case sympy.Pow():
                return self.style.power(
                    self.inside(expression.base, _ATOM), self.write(expression.exp)[0]
                ), _POW
            case FloorDiv():
                return self.style.floor(self._quotient(*expression.args)), _ATOM
            case sympy.Sum():
                term, (index, first, last) = expression.args
                parts = (self.inside(term, _MUL), *(self.write(part)[0] for part in (index, first, last)))
                return self.style.total(*parts), _MUL
        names = {sympy.Min: "min", sympy.Max: "max", Gcd: "gcd", sympy.Abs: "abs"}
        name = names.get(expression.func, expression.func.__name__)
        return self.style.call(name, [self.write(argument)[0] for argument in expression.args]), _ATOM

    def inside(self, expression: Any, binding: int) -> str:
        text, own = self.write(expression)
        return text if own >= binding else self.style.group(text)

    def _term(self, term: Any) -> tuple[str, str]:
        sign = "-" if _is_negative(term) else "+"
        return sign, self.inside(-term if sign == "-" else term, _DIV)

    def _product(self, expression: Any) -> tuple[str, int]:
        if _is_negative(expression):
            return "-" + self.inside(-expression, _DIV), _ADD
        above, below = _fraction(expression)
        if below:
            binding = _DIV if self.style.fractions_group else _MUL
            return self._quotient(sympy.Mul(*above, evaluate=False), sympy.Mul(*below)), binding
        return self.style.multiply([self.inside(factor, _MUL) for factor in above]), _MUL

    def _quotient(self, above: Any, below: Any) -> str:
        if self.style.fractions_group:
            return self.style.divide(self.inside(above, _MUL), self.inside(below, _POW))
        return self.style.divide(self.write(above)[0], self.write(below)[0])


def _is_negative(term: Any) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative) if term.is_Mul or term.is_Number else False


def _fraction(expression: Any) -> tuple[list[Any], list[Any]]:
    """Factors above and below the line; factors that are fractions themselves stay as they are."""
    if isinstance(expression, sympy.Rational):
        return [sympy.Integer(expression.p)], [sympy.Integer(expression.q)]
    above, below = [], []
    for factor in expression.args:
        if factor.is_Pow and factor.exp == -1:
            below.append(factor.base)
        elif factor.is_Rational and factor.q != 1:
            above += [sympy.Integer(factor.p)] if factor.p != 1 else []
            below.append(sympy.Integer(factor.q))
        else:
            above.append(factor)
    return above or [sympy.Integer(1)], below


def _ordered(expression: Any) -> list[Any]:
    """Sizes first, then padding, kernel, stride; numbers last, and no minus in front if it can be.

    A sum that was put together unevaluated keeps its order.
    """
    if sympy.Add(*expression.args).args != expression.args:
        return list(expression.args)
    ranked = sorted(expression.args, key=lambda term: (_rank(term), sympy.default_sort_key(term)))
    first = next((term for term in ranked if not _is_negative(term)), ranked[0])
    return [first, *(term for term in ranked if term is not first)]


_RANKS = {name: rank for rank, name in enumerate(NOTATIONS)}


def _rank(term: Any) -> int:
    ranks = [_symbol_rank(symbol.name) for symbol in term.free_symbols]
    return min(ranks, default=len(_RANKS) + 1)


def _symbol_rank(name: str) -> int:
    return _RANKS.get(name, _RANKS.get(name.rpartition("_")[0], len(_RANKS)))
