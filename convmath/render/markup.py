"""Explanations and derivations as Markdown, LaTeX and HTML with MathML."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from convmath.exact.integers import is_symbolic
from convmath.render.definition import FORMULA, ranges_text, statement_text
from convmath.render.expression import LATEX, MATHML, TEXT, Style, write, write_factor
from convmath.render.text import value_text

if TYPE_CHECKING:
    from convmath.derive.derivation import Derivation
    from convmath.explain.quantity import Explanation, Quantity

_TIMES = {"latex": r" \times ", "mathml": "<mo>&#xD7;</mo>"}


def _escaped(prose: str) -> str:
    """Text whose asterisks and underscores Markdown shall leave alone."""
    return prose.replace("*", r"\*").replace("_", r"\_")


def _latex_prose(prose: str) -> str:
    """Text for LaTeX: its special characters escaped."""
    return "".join("\\" + c if c in "_#%&{}$" else r"\^{}" if c == "^" else c for c in prose)


def _forms(quantity: Quantity, style: Style) -> list[str]:
    """Formula, numbers put in and value in a style, each once."""
    forms = []
    if quantity.formula is not None:
        forms = [write(quantity.formula, style), write(quantity.formula, style, quantity.values)]
    forms.append(_value(quantity, style))
    return [form for place, form in enumerate(forms) if form not in forms[:place]]


def _value(quantity: Quantity, style: Style) -> str:
    if is_symbolic(quantity.value):
        return write(quantity.value, style)
    if isinstance(quantity.value, tuple) and any(map(is_symbolic, quantity.value)):
        return _TIMES[style.name].join(write_factor(part, style) for part in quantity.value)
    text = value_text(quantity.value)
    if isinstance(quantity.value, str) and style.name != "mathml":
        return rf"\text{{{text}}}"
    if style.name == "latex":
        text = text.replace(",", "{,}").replace("x", r" \times ").replace("_", r"\_")
    unit = f" {quantity.unit}" if quantity.unit else ""
    if style.name == "mathml":
        return f"<mtext>{escape(text + unit)}</mtext>"
    return text + (rf"\ \text{{{unit.strip()}}}" if unit and style.name == "latex" else unit)


def explanation_markdown(explanation: Explanation, only: frozenset[str] | None = None) -> str:
    """A heading, the definition, and a table with a row per quantity, its steps below each other."""
    rows = [f"| {q.title} | {_steps(q)} | {_escaped(q.why)} |" for q in explanation.shown(only)]
    definition = [
        line
        for statement in explanation.statements
        for line in (f"    {statement_text(statement)}", f"    for {ranges_text(statement)}")
    ]
    remark = [f"({explanation.remark})", ""] if explanation.remark else []
    head = [f"### `{explanation.title}`", "", *definition, *([""] if definition else []), *remark]
    return "\n".join([*head, "| quantity | value | why |", "|---|---|---|", *rows])


def _steps(quantity: Quantity) -> str:
    first, *rest = _forms(quantity, LATEX)
    return "<br>".join([f"${first}$", *(f"$= {form}$" for form in rest)])


def explanation_latex(explanation: Explanation, only: frozenset[str] | None = None) -> str:
    """An ``align*`` with the definition, and the steps of each quantity below each other."""
    lines = []
    for statement in explanation.statements:
        target, sign, value = re.split(r" (\+?=) ", statement_text(statement, FORMULA), maxsplit=1)
        lines.append(f"{target} &{sign} {value} && {ranges_text(statement, FORMULA)}")
    for quantity in explanation.shown(only):
        first, *rest = _forms(quantity, LATEX)
        lines.append(rf"\text{{{quantity.title}}} &= {first}")
        lines += [f"&= {form}" for form in rest]
    body = " \\\\\n  ".join(lines)
    return f"% {explanation.title}\n\\begin{{align*}}\n  {body}\n\\end{{align*}}"


def explanation_html(explanation: Explanation, only: frozenset[str] | None = None) -> str:
    """A section with the definition and a table, formulas in MathML."""
    rows = "\n".join(
        f"<tr><th>{escape(q.title)}</th><td>{_mathml(_forms(q, MATHML))}</td><td>{escape(q.why)}</td></tr>"
        for q in explanation.shown(only)
    )
    lines = (f"{statement_text(each)}\nfor {ranges_text(each)}" for each in explanation.statements)
    definition = "\n".join(f"<pre>{escape(line)}</pre>" for line in lines)
    heading = f"<h3>{escape(explanation.title)}</h3>"
    definition += f"\n<p>{escape(explanation.remark)}</p>" if explanation.remark else ""
    return f"<section>\n{heading}\n{definition}\n<table>\n{rows}\n</table>\n</section>"


def _mathml(forms: list[str]) -> str:
    return f'<math display="inline"><mrow>{"<mo>=</mo>".join(forms)}</mrow></math>'


def derivation_text(derivation: Derivation) -> str:
    """The steps of a derivation, numbered, each with its reason and whether it is proved."""
    lines = [derivation.title, "=" * len(derivation.title)]
    for number, (step, proof) in enumerate(zip(derivation.steps, derivation.verify(), strict=True), 1):
        lines += ["", *([f"     {step.equation}"] if step.equation else [])]
        lines += [f"{number:>3}. {_statement(step.statement, TEXT)}", f"     {step.reason}"]
        lines += [] if step.rule == "given" else [f"     [{proof}]"]
    return "\n".join(lines)


def derivation_markdown(derivation: Derivation) -> str:
    """The steps of a derivation as a numbered list with LaTeX formulas."""
    lines = [f"## {derivation.title}", ""]
    for number, (step, proof) in enumerate(zip(derivation.steps, derivation.verify(), strict=True), 1):
        equation = [f"   `{step.equation}`", ""] if step.equation else []
        verdict = "" if step.rule == "given" else f" *({proof})*"
        statement = f"   $${_statement(step.statement, LATEX)}$$"
        lines += [f"{number}. {_escaped(step.reason)}{verdict}", "", *equation, statement, ""]
    return "\n".join(lines).rstrip()


def derivation_latex(derivation: Derivation) -> str:
    """The steps of a derivation as an ``align*`` with the reasons beside them."""
    lines = [
        rf"{_statement(s.statement, LATEX)} && \text{{{_latex_prose(s.reason)}}}" for s in derivation.steps
    ]
    body = " \\\\\n  & ".join(lines)
    return f"% {derivation.title}\n\\begin{{align*}}\n  & {body}\n\\end{{align*}}"


def _statement(statement: object, style: Style) -> str:
    relation = getattr(statement, "rel_op", None)
    if relation is None:
        return write(statement, style)
    sign = r"\le" if style.name == "latex" else relation
    return f"{write(statement.lhs, style)} {sign} {write(statement.rhs, style)}"  # type: ignore[attr-defined]
