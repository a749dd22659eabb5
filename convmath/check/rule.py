"""A misconception as data: what is bent or dropped of the right formula, or the whole wrong one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from convmath.check.facts import Facts
from convmath.check.formula import Tree, UnreadableError, evaluate, parsed, substituted, written
from convmath.exact.integers import is_symbolic

DROPPED = ""
TOPICS = {  # what a part of a formula is about
    "pad": "the padding",
    "p": "the padding",
    "reach": "how far the window reaches",
    "s": "the stride",
    "first": "the very first window",
    "d": "the dilation",
    "op": "the output padding",
    "g": "the groups",
    "c": "the input channels",
    "C_in": "the input channels",
    "K": "the kernel's taps",
    "bias": "the biases",
    "C_out": "the output channels",
    "M": "the positions where a filter is put down",
    "N": "the positions",
    "F_in": "the inputs of a unit",
    "F_out": "the units",
    "A": "the channels that are flattened",
    "unbiased": "the biases",
    "batch": "the batch",
    "C_0": "the channels of the layer before",
}


class Rule(NamedTuple):
    """A wrong rule that people use.

    ``bends`` names parts of the right formula and what is put in their place, nothing where a part is
    left out; where no part is to blame, ``wrong`` is the whole formula.  It is possible where every name
    in ``needs`` says something: there is no dilation to forget where it is 1.  ``said`` is what went
    wrong, and ``right`` what is right, unless the part that is bent says it itself.  ``like`` is the code
    of the same mistake with another layer.
    """

    code: str
    said: str
    bends: Mapping[str, str] = {}
    wrong: str = ""
    needs: tuple[str, ...] = ()
    right: str = ""
    like: str = ""

    @property
    def topic(self) -> str:
        """What to think about, to see the mistake."""
        return next((TOPICS[name] for name in (*self.bends, *self.needs) if name in TOPICS), "")


def bent(code: str, said: str, needs: str = "", right: str = "", like: str = "", **bends: str) -> Rule:
    """A rule made from the right one by bending or dropping named parts."""
    return Rule(code, said, bends, "", tuple(needs.split()), right, like)


def typed(code: str, wrong: str, said: str, needs: str = "", right: str = "", like: str = "") -> Rule:
    """A rule with a formula of its own."""
    return Rule(code, said, {}, wrong, tuple(needs.split()), right, like)


class Form:
    """A right formula with its named parts, what each part is, and the wrong rules beside it."""

    def __init__(self, formula: str, parts: Mapping[str, str], rules: tuple[Rule, ...]) -> None:
        self.formula: str = formula
        self.parts: Mapping[str, str] = parts
        self.rules: tuple[Rule, ...] = rules

    def possible(self, facts: Facts, code: str = "") -> Iterator[tuple[Rule, Tree]]:
        """The rules whose mistake can be made here, or one and those like it, with their formulas."""
        for rule, tree, names in self._trees:
            if code and code not in (rule.code, rule.like):
                continue
            if all(map(facts.decides, rule.needs)) and names <= facts.values.keys():
                yield rule, tree

    @property
    def tree_names(self) -> frozenset[str]:
        """The names of the right formula."""
        return parsed(self.formula).names

    @cached_property
    def _trees(self) -> tuple[tuple[Rule, Tree, frozenset[str]], ...]:
        trees = [(rule, self._bent(rule)) for rule in self.rules]
        return tuple((rule, tree, tree.names) for rule, tree in trees)

    def _bent(self, rule: Rule) -> Tree:
        if rule.wrong:
            return parsed(rule.wrong)
        kept = {part: parsed(text) for part, text in rule.bends.items() if text != DROPPED}
        dropped = frozenset(part for part, text in rule.bends.items() if text == DROPPED)
        return without(substituted(parsed(self.formula), kept), dropped)

    def tree_of(self, rule: Rule) -> Tree:
        """The wrong formula of a rule."""
        return self._bent(rule)

    def of_parts(self, rule: Rule) -> str:
        """What is right of the part that a rule bends."""
        return next((self.parts[part] for part in rule.bends if part in self.parts), "")

    def right(self, rule: Rule, facts: Facts) -> str:
        """What is right, in a sentence."""
        sentence = rule.right or self.of_parts(rule)
        return sentence.format_map(facts.written) if "{" in sentence else sentence


class Wrong(NamedTuple):
    """A wrong rule at work: its code, its formula with numbers, the answer, what was wrong and is right.

    ``gives`` is what the formula itself gives, where the answer is made from that.
    """

    code: str
    formula: str
    value: Any
    said: str
    right: str
    topic: str = ""
    gives: Any = None
    like: str = ""

    @property
    def worked(self) -> str:
        """The formula with what it gives: ``(5^2 + 1)*100 = 2600``; symbols say it by themselves."""
        result = self.value if self.gives is None else self.gives
        if not self.formula or is_symbolic(result) or str(result) == self.formula:
            return "" if str(result) == self.formula else self.formula
        return f"{self.formula} = {result}"


def at_work(form: Form, facts: Facts) -> Iterator[Wrong]:
    """Every wrong rule that is possible here, with its own value."""
    return (wrong for _, wrong in _working(form, facts))


def _working(form: Form, facts: Facts, code: str = "") -> Iterator[tuple[Rule, Wrong]]:
    for rule, formula in form.possible(facts, code):
        tree = nought(formula, _zeros(facts))
        try:
            value = evaluate(tree, facts.values)
        except UnreadableError:
            continue
        right = form.right(rule, facts)
        yield (
            rule,
            Wrong(
                rule.code,
                written(tree, facts.written),
                value,
                rule.said,
                right,
                rule.topic,
                value,
                rule.like,
            ),
        )


def across(form: Form, axes: Sequence[Facts], code: str = "") -> Iterator[Wrong]:
    """Every wrong rule on all axes together, its values a tuple; where it cannot be made the axis is right.

    With a ``code`` only that rule, or the one of a pool that is like it.
    """
    found: dict[int, dict[int, Wrong]] = {}
    for place, facts in enumerate(axes):
        for rule, wrong in _working(form, facts, code):
            found.setdefault(id(rule), {})[place] = wrong
    for by_axis in found.values():
        values = tuple(
            by_axis[place].value if place in by_axis else facts.values["m"]
            for place, facts in enumerate(axes)
        )
        yield next(iter(by_axis.values()))._replace(value=values)


def shown(form: Form, facts: Facts) -> str:
    """The right formula with the numbers put in."""
    return written(nought(parsed(form.formula), _zeros(facts)), facts.written)


def value_of(form: Form, facts: Facts) -> Any:
    """What the right formula gives."""
    return evaluate(parsed(form.formula), facts.values)


def _zeros(facts: Facts) -> frozenset[str]:
    """What is left out because there is none of it."""
    return frozenset(name for name in ("bias", "pad", "op") if facts.values.get(name) == 0)


def without(tree: Tree, names: frozenset[str]) -> Tree:
    """A formula without these names: a factor less, or a term less.

    >>> written(without(parsed("(k^2*c + bias)*C"), frozenset({"c"})))
    '(k^2 + bias)*C'
    """
    return _left(tree, names, False) or Tree("number", value=0)


def nought(tree: Tree, names: frozenset[str]) -> Tree:
    """A formula whose terms with these names are gone, because they are 0.

    >>> written(nought(parsed("k^2*c*C + bias*C"), frozenset({"bias"})))
    'k^2*c*C'
    """
    return _left(tree, names, True) or Tree("number", value=0)


def _left(tree: Tree, names: frozenset[str], zero: bool) -> Tree | None:
    """What is left of a formula; None for nothing."""
    if tree.kind == "name":
        return None if tree.value in names else tree
    if not tree.parts or tree.names.isdisjoint(names):
        return tree
    parts = [_left(part, names, zero) for part in tree.parts]
    left = tuple(part for part in parts if part is not None)
    if len(left) == len(parts):
        return tree._replace(parts=left)
    if not left or (tree.kind == "/" and parts[0] is None) or (zero and tree.kind == "*"):
        return None
    return Tree("neg", left) if tree.kind == "-" and parts[0] is None else left[0]
