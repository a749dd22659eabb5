"""A worked-out output element: letters, numbers put in, value, as text or LaTeX."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from convmath.geometry.operation import ATOM, NEGATIVE, POWER, QUOTIENT, Constant
from convmath.render.definition import FORMULA, PLAIN, Script, number_text, written

if TYPE_CHECKING:
    from convmath.explain.element import Element, Worked

_MOST_STEPS = 12  # of intermediate elements that are written out


def element_text(element: Element) -> str:
    """The expansion in letters, and where numbers are known the same in numbers and its value.

    Elements of intermediate arrays come first; padding never wins a maximum: there it is -inf.
    """
    blocks = ["\n".join(_lines(step)) for step in _shown(element)]
    options = ", ".join(
        f"--{array.lower()}" if array in "XWB" else f"--array {array}=..." for array in element.missing
    )
    return "\n".join([*blocks, *([f"(no numbers without {options})"] if options else [])])


def element_latex(element: Element) -> str:
    """The same as an ``align*``."""
    rows = []
    for step in _shown(element):
        first, *rest = _forms(step, FORMULA)
        rows.append(f"{_name(step.array, step.indices, FORMULA)} &= {first}")
        rows += [f"&= {form}" for form in rest]
    body = " \\\\\n  ".join(rows)
    return f"\\begin{{align*}}\n  {body}\n\\end{{align*}}"


def element_markdown(element: Element) -> str:
    """The same as a formula of its own."""
    return f"$$\n{element_latex(element).replace('align*', 'aligned')}\n$$"


def element_html(element: Element) -> str:
    """The text, as it stands."""
    return f"<pre>{escape(element_text(element))}</pre>"


def element_plain(element: Element) -> dict[str, Any]:
    """The same for a program: every step as text, and its number."""
    steps = [
        {
            "element": _name(step.array, step.indices, PLAIN),
            "is": _forms(step, PLAIN)[0],
            "value": _json_number(step.value),
        }
        for step in element.steps
    ]
    return {"steps": steps, "value": _json_number(element.value), "missing": list(element.missing)}


def _json_number(value: Any) -> Any:
    return str(value) if isinstance(value, Fraction) or value in (float("inf"), float("-inf")) else value


def _shown(element: Element) -> list[Worked]:
    *before, last = element.steps
    return [*before[:_MOST_STEPS], last]


def _lines(step: Worked) -> list[str]:
    name = _name(step.array, step.indices, PLAIN)
    first, *rest = _forms(step, PLAIN)
    return [f"{name} = {first}", *(f"{' ' * len(name)} = {form}" for form in rest)]


def _forms(step: Worked, script: Script) -> list[str]:
    """Letters, numbers put in, and value, each once."""

    def letters(read: Any) -> tuple[str, int]:
        return (
            (_name(read.array, read.indices, script), ATOM)
            if hasattr(read, "array")
            else _number(read, script)
        )

    def numbers(read: Any) -> tuple[str, int]:
        return _number(read.number if hasattr(read, "array") else read, script)

    forms = [written(step.expression, letters, script)[0]]
    if step.value is not None:
        put_in = written(step.expression, numbers, script._replace(named=partial(_constant, script)))
        forms += [put_in[0], _number(step.value, script)[0]]
    return [form for place, form in enumerate(forms) if form not in forms[:place]]


def _constant(script: Script, constant: Constant) -> tuple[str, int]:
    """A constant's number; what is written as a number already, like ``sqrt(2)``, stays."""
    letters = re.search("[a-z]", constant.name.replace("sqrt", ""))
    return _number(constant.value, script) if letters else script.named(constant)


def _name(array: str, indices: tuple[int, ...], script: Script) -> str:
    return script.access(array, list(map(str, indices)))


def _number(value: Any, script: Script) -> tuple[str, int]:
    """A number and how tightly it binds; a fraction is a quotient."""
    sign = "-" if value < 0 else ""
    if isinstance(value, Fraction) and value.denominator != 1:
        above, below = abs(value.numerator), value.denominator
        text = rf"\frac{{{above}}}{{{below}}}" if script.bars else f"{above}/{below}"
        binds = POWER if script.bars else QUOTIENT
    else:
        text, binds = number_text(abs(value)), ATOM
        if script.bars:
            text = re.sub(r"e([+-])0*(\d+)", _scientific, text.replace("inf", r"\infty"))
    return f"{sign}{text}", NEGATIVE if sign else binds


def _scientific(power: re.Match[str]) -> str:
    return rf" \cdot 10^{{{power[1].strip('+')}{power[2]}}}"
