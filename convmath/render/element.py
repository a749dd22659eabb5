"""A worked-out output element as text: letters, numbers put in, value."""

from __future__ import annotations

from typing import Any

from convmath.explain.element import Element, Term


def element_text(element: Element) -> str:
    """The expansion in letters, and where numbers are known the same in numbers and its value.

    Padding never wins a maximum: there it is -inf.
    """
    name = _named("Y", element.target)
    beside = "-inf" if element.reduce == "max" else None
    letters = [_letters(term, beside or str(term.outside)) for term in element.terms]
    lines = [f"{name} = {_combined(element, letters, letters=True)}"]
    if element.value is not None:
        numbers = [beside if beside and term.padding else _numbers(term) for term in element.terms]
        indent = " " * (len(name) + 1)
        lines += [f"{indent}= {_combined(element, numbers, letters=False)}", f"{indent}= {element.value}"]
    options = ", ".join(f"--{array.lower()}" for array in element.missing)
    return "\n".join([*lines, *([f"(no numbers without {options})"] if options else [])])


def _named(array: str, indices: tuple[int, ...]) -> str:
    return f"{array}[{', '.join(map(str, indices))}]" if indices else array


def _letters(term: Term, beside: str) -> str:
    parts = (
        beside if term.padding and array.startswith("X") else _named(array, indices)
        for array, indices in term.factors
    )
    return "·".join(parts)


def _numbers(term: Term) -> str:
    return "·".join(_grouped(number) for number in term.numbers or ())


def _grouped(number: Any) -> str:
    return f"({number})" if number < 0 else str(number)


def _combined(element: Element, terms: list[str], *, letters: bool) -> str:
    text = f"max({', '.join(terms)})" if element.reduce == "max" else " + ".join(terms) or "0"
    for step, indices, number in element.then:
        array = getattr(step.operand, "array", "")
        operand = _named(array, indices) if array and letters and array != "count" else str(number)
        text = step.text.format(text, operand=operand)
    return text
