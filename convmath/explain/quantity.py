"""What an explanation is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Add, Integer, Mul

from convmath.geometry.loopnest import Statement


@dataclass(frozen=True)
class Quantity:
    """One answer: ``formula`` in symbols, the same with ``values`` put in, ``value``, and why.

    ``name`` is that of ``convmath.explain.quantities``; ``label`` says more where one name has several
    answers. A quantity may have no formula, or none but the numbers.  One that is ``quiet`` says nothing
    new, and is shown only where it is asked for.
    """

    name: str
    value: Any
    formula: Any = None
    values: Mapping[Any, Any] = field(default_factory=dict)
    why: str = ""
    unit: str = ""
    label: str = ""
    quiet: bool = False

    @property
    def title(self) -> str:
        """What it is called where people read it."""
        return self.label or self.name.replace("_", " ")


@dataclass(frozen=True)
class Explanation:
    """A layer on an input, or a whole network: its definition and its quantities."""

    title: str
    statements: tuple[Statement, ...]
    quantities: tuple[Quantity, ...]
    remark: str = ""

    def shown(self, only: frozenset[str] | None = None) -> tuple[Quantity, ...]:
        """The quantities to show: those asked for, or all that say something."""
        if only is None:
            return tuple(quantity for quantity in self.quantities if not quantity.quiet)
        wanted = [quantity for quantity in self.quantities if quantity.name in only]
        said = {quantity.name for quantity in wanted if not quantity.quiet}
        return tuple(quantity for quantity in wanted if not (quantity.quiet and quantity.name in said))

    def __str__(self) -> str:
        from convmath.render.text import explanation_text

        return explanation_text(self)


class Explanations(tuple[Explanation, ...]):
    """Explanations of several layers, which print as text."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n\n".join(map(str, self))


def product_of(factors: Sequence[Any]) -> Any:
    """The factors as an unevaluated product, in their order."""
    return Mul(*map(sympy.sympify, factors), evaluate=False) if factors else Integer(1)


def sum_of(terms: Sequence[Any]) -> Any:
    """The terms that are not 0 as an unevaluated sum; None for fewer than two."""
    present = [sympy.sympify(term) for term in terms if term != 0]
    return Add(*present, evaluate=False) if len(present) > 1 else None
