"""A layer's definition written out: ``Y[o, i, j] = B[o] + sum over c, a, b of ...``, as text or LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from convmath.exact.integers import Integer, is_number
from convmath.geometry.loopnest import Access, Index, Statement, Taps, Weights
from convmath.geometry.operation import (
    ATOM,
    DIVIDE,
    NEGATIVE,
    POWER,
    QUOTIENT,
    SUM,
    Apply,
    Constant,
    Expression,
    Operation,
    Reduce,
)


class Script(NamedTuple):
    """How the parts of a definition are written."""

    template: Callable[[Operation], str]
    times: str
    access: Callable[[str, Sequence[str]], str]
    over: Callable[[Operation, str, str], str]  # the operation, the loops, and what it goes over
    floor: Callable[[str, str], str]
    called: Callable[[str, str], str]
    group: Callable[[str], str]
    named: Callable[[Constant], tuple[str, int]]
    bars: bool  # fractions have a bar, which keeps what stands above and below apart
    then: str  # what is done afterwards
    style: str  # of the expressions of a user's symbols


def _subscripted(array: str, indices: Sequence[str]) -> str:
    return f"{array}_{{{', '.join(indices)}}}" if indices else array


def _constant_latex(constant: Constant) -> tuple[str, int]:
    return _letters_latex(constant.name), ATOM if constant.name.isalpha() else POWER


def _letters_latex(name: str) -> str:
    """A name in LaTeX, also one like ``sqrt(2)`` or ``(alpha/size)``."""
    inner, above, below = name[name.find("(") + 1 : -1], *name.strip("()").partition("/")[::2]
    if name.startswith("sqrt("):
        return rf"\sqrt{{{inner}}}"
    if below:
        return rf"\frac{{{_letters_latex(above)}}}{{{_letters_latex(below)}}}"
    return GREEK.get(name) or (name if len(name) == 1 or not name.isalpha() else rf"\mathrm{{{name}}}")


GREEK = {"alpha": r"\alpha", "beta": r"\beta", "eps": r"\varepsilon"}
PLAIN = Script(
    template=lambda operation: operation.text,
    times="·",
    access=lambda array, indices: f"{array}[{', '.join(indices)}]" if indices else array,
    over=lambda operation, loops, body: f"{operation.sign[0]} over {loops} of {body}",
    floor=lambda above, below: f"floor({above}/{below})",
    called=lambda name, inner: f"{name}({inner})",
    group=lambda inner: f"({inner})",
    named=lambda constant: (constant.name, ATOM),
    bars=False,
    then=", then ",
    style="TEXT",
)
FORMULA = Script(
    template=lambda operation: operation.latex,
    times=r" \, ",
    access=_subscripted,
    over=lambda operation, loops, body: rf"{operation.sign[1]}_{{{loops}}} {body}",
    floor=lambda above, below: rf"\left\lfloor \frac{{{above.strip('()')}}}{{{below}}} \right\rfloor",
    called=lambda name, inner: rf"\operatorname{{{name}}}\left({inner}\right)",
    group=lambda inner: rf"\left({inner}\right)",
    named=_constant_latex,
    bars=True,
    then=r",\ \text{then } ",
    style="LATEX",
)


def operands_text(operation: Operation, parts: Sequence[tuple[str, int]], script: Script) -> str:
    """What is written for an operation on operands, each with how tightly it binds."""
    held_apart = script.bars and operation is DIVIDE
    texts = [
        text if held_apart or binds >= operation.wanted(place) else script.group(text)
        for place, (text, binds) in enumerate(parts)
    ]
    template = script.template(operation)
    places = template.count("{") - 2 * template.count("{{")
    if places == 0:
        return template.join(texts)
    return template.format(", ".join(texts)) if places == 1 else template.format(*texts)


def written(
    expression: Expression, leaf: Callable[[Expression], tuple[str, int]], script: Script = PLAIN
) -> tuple[str, int]:
    """An expression as text, and how tightly it binds; ``leaf`` writes what is no operation."""
    if isinstance(expression, Apply):
        parts = [written(part, leaf, script) for part in expression.operands]
        fraction = script.bars and expression.operation is DIVIDE
        binds = POWER if fraction else expression.operation.binds
        return operands_text(expression.operation, parts, script), binds
    if isinstance(expression, Constant):
        return script.named(expression)
    if isinstance(expression, (int, float)):
        return number_text(expression), NEGATIVE if expression < 0 else ATOM
    return leaf(expression)


def number_text(number: Any) -> str:
    """A number as it is read: whole ones without a point."""
    if isinstance(number, float) and number.is_integer():
        return str(int(number))
    return str(number)


def index_text(index: Index, script: Script = PLAIN) -> str:
    """One index: ``2·i + a - 1``."""
    parts = [_scaled(coefficient, name, script) for coefficient, name in index.terms]
    if index.scaled:
        parts.insert(0, _floor(*index.scaled, script))
    text = " + ".join(parts)
    if index.offset != 0 or not parts:
        text = f"{text}{_offset(index.offset, script)}" if parts else _plain(index.offset, script)
    if index.wrap:
        return script.called(index.wrap, text)
    return text.replace("+ -", "- ")


def _floor(numerator: Integer, name: str, shift: Integer, denominator: Integer, script: Script) -> str:
    over = _scaled(numerator, name, script) + (_offset(shift, script) if shift != 0 else "")
    if denominator == 1:
        return over
    return script.floor(f"({over})" if shift != 0 else over, _factor(denominator, script))


def _scaled(coefficient: Integer, name: str, script: Script) -> str:
    if coefficient == 1:
        return name
    return f"-{name}" if coefficient == -1 else f"{_factor(coefficient, script)}{script.times}{name}"


def _factor(value: Integer, script: Script) -> str:
    text = _plain(value, script)
    return text if is_number(value) or not getattr(value, "args", ()) else script.group(text)


def _plain(value: Any, script: Script) -> str:
    if is_number(value):
        return str(value)
    from convmath.render import expression

    return expression.write(value, getattr(expression, script.style))


def _offset(offset: Integer, script: Script) -> str:
    if is_number(offset):
        return f" - {-offset}" if offset < 0 else f" + {offset}"
    text = _plain(offset, script)
    if text.startswith("-") and " " not in text:
        return f" - {text[1:]}"
    return f" + {text}"


def access_text(access: Access | Weights, script: Script = PLAIN) -> str:
    """``W[o, c, a, b]``; an array without indices is a number by its name."""
    return script.access(access.array, [index_text(index, script) for index in access.indices])


def unclashed(statement: Statement) -> Statement:
    """The statement with a prime on each loop that a symbol of the user's is named like."""
    expressions = [extent for block in statement.blocks for extent in block.extents]
    accesses = (statement.target, *statement.reads())
    expressions += [part for access in accesses for index in access.indices for part in _numbers_in(index)]
    taken = {symbol.name for e in expressions for symbol in getattr(e, "free_symbols", ())}
    loops = {name for block in statement.blocks for name in block.loops}
    names = {name: f"{name}'" if name in taken else name for name in loops}
    return statement if names.keys().isdisjoint(taken) else _renamed(statement, names)


def _numbers_in(index: Index) -> list[Integer]:
    scaled = [part for part in index.scaled or () if not isinstance(part, str)]
    return [index.offset, *(coefficient for coefficient, _ in index.terms), *scaled]


def _renamed(statement: Statement, names: dict[str, str]) -> Statement:
    def index(old: Index) -> Index:
        scaled = old.scaled and (old.scaled[0], names[old.scaled[1]], *old.scaled[2:])
        return old._replace(terms=tuple((c, names[n]) for c, n in old.terms), scaled=scaled)

    def renamed(old: Expression) -> Expression:
        if isinstance(old, Access):
            return old._replace(indices=tuple(map(index, old.indices)))
        if isinstance(old, Weights):
            return old._replace(rules=tuple((names[i], names[a], share) for i, a, share in old.rules))
        if isinstance(old, Apply):
            return old._replace(operands=tuple(map(renamed, old.operands)))
        return old._replace(body=renamed(old.body)) if isinstance(old, Reduce) else old

    return statement._replace(
        target=renamed(statement.target),
        value=renamed(statement.value),
        blocks=tuple(b._replace(loops=tuple(names[n] for n in b.loops)) for b in statement.blocks),
    )


def statement_text(statement: Statement, script: Script = PLAIN) -> str:
    """The whole statement as one line.

    >>> from convmath import Conv2d
    >>> print(statement_text(Conv2d(3, 8, 3, padding=1).definition((3, 5, 5))[0]))
    Y[o, i, j] = B[o] + sum over c, a, b of W[o, c, a, b]·X[c, i + a - 1, j + b - 1]
    """
    statement = unclashed(statement)
    target = access_text(statement.target, script)
    if statement.scatters:
        return _scattered_text(statement, target, script)
    return f"{target} = {_value_text(statement.value, statement, script)[0]}"


def _scattered_text(statement: Statement, target: str, script: Script) -> str:
    """Every product is added where it lands, and what stands beside the sum afterwards."""
    reduction = statement.reduction
    assert reduction is not None
    products = f"{target} += {_value_text(reduction.body, statement, script)[0]}"
    if statement.value == reduction:
        return products
    others = [part for part in statement.value.operands if part != reduction]
    after = " + ".join(_value_text(part, statement, script)[0] for part in others)
    whole = access_text(statement.target._replace(indices=()), script)
    return f"{products}{script.then}{whole} + {after}"


_COUNT = Constant("count", None)


def _value_text(expression: Expression, statement: Statement, script: Script) -> tuple[str, int]:
    inner = [name for block in statement.blocks for name in block.loops]
    loops = ", ".join(name for name in inner if name not in statement.target.loops)

    def leaf(part: Expression) -> tuple[str, int]:
        if isinstance(part, Reduce):
            text, binds = written(part.body, leaf, script)
            if not loops:
                return text, binds
            body = text if binds > QUOTIENT or (script is PLAIN and binds > SUM) else script.group(text)
            return script.over(part.operation, loops, body), SUM
        if isinstance(part, Taps):
            count, binds = script.named(_COUNT)
            return (f"{count} - {_plain(part.less, script)}", SUM) if part.less != 0 else (count, binds)
        if isinstance(part, (Access, Weights)):
            return access_text(part, script), ATOM
        return _plain(part, script), ATOM

    return written(expression, leaf, script)


def ranges_text(statement: Statement, script: Script = PLAIN) -> str:
    """Which values the loops take: ``o < 8, c < 3, i < 5``."""
    pairs = [
        (name, extent)
        for block in unclashed(statement).blocks
        for name, extent in zip(block.loops, block.extents, strict=True)
    ]
    return ", ".join(f"{name} < {_plain(extent, script)}" for name, extent in pairs)
