"""A layer's definition written out: ``Y[o, i, j] = B[o] + sum over c, a, b of ...``."""

from __future__ import annotations

from typing import Any

from convmath.exact.integers import Integer, is_number
from convmath.geometry.loopnest import Access, Index, Statement, Then


def index_text(index: Index) -> str:
    """One index as text: ``2·i + a - 1``."""
    parts = [_scaled(coefficient, name) for coefficient, name in index.terms]
    if index.scaled:
        parts.insert(0, _floor(*index.scaled))
    text = " + ".join(parts)
    if index.offset != 0 or not parts:
        text = f"{text}{_offset(index.offset)}" if parts else _plain(index.offset)
    return f"{index.wrap}({text})" if index.wrap and index.wrap != "constant" else text.replace("+ -", "- ")


def _floor(numerator: Integer, name: str, shift: Integer, denominator: Integer) -> str:
    over = _scaled(numerator, name) + (_offset(shift) if shift != 0 else "")
    if denominator == 1:
        return over
    return f"floor({f'({over})' if shift != 0 else over}/{_factor(denominator)})"


def _scaled(coefficient: Integer, name: str) -> str:
    if coefficient == 1:
        return name
    return f"-{name}" if coefficient == -1 else f"{_factor(coefficient)}·{name}"


def _factor(value: Integer) -> str:
    return str(value) if is_number(value) or not getattr(value, "args", ()) else f"({_plain(value)})"


def _plain(value: Any) -> str:
    if is_number(value):
        return str(value)
    from convmath.render.expression import write

    return write(value)


def _offset(offset: Integer) -> str:
    if is_number(offset):
        return f" - {-offset}" if offset < 0 else f" + {offset}"
    text = _plain(offset)
    if text.startswith("-") and " " not in text:
        return f" - {text[1:]}"
    return f" + {text}"


def access_text(access: Access) -> str:
    """``W[o, c, a, b]``; an array without indices is a number by its name."""
    if not access.indices or access.array == "count":
        return access.array
    return f"{access.array}[{', '.join(map(index_text, access.indices))}]"


def unclashed(statement: Statement) -> Statement:
    """The statement with a prime on each loop that a symbol of the user's is named like."""
    expressions = [extent for block in statement.blocks for extent in block.extents]
    accesses = (statement.target, *statement.factors)
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

    def access(old: Access) -> Access:
        return Access(old.array, tuple(map(index, old.indices)))

    def then(old: Then) -> Then:
        return old._replace(operand=access(old.operand)) if isinstance(old.operand, Access) else old

    return statement._replace(
        target=access(statement.target),
        factors=tuple(map(access, statement.factors)),
        then=tuple(map(then, statement.then)),
        blocks=tuple(b._replace(loops=tuple(names[n] for n in b.loops)) for b in statement.blocks),
    )


def statement_text(statement: Statement) -> str:
    """The whole statement as one line.

    >>> from convmath import Conv2d
    >>> print(statement_text(Conv2d(3, 8, 3, padding=1).definition((3, 5, 5))[0]))
    Y[o, i, j] = sum over c, a, b of W[o, c, a, b]·X[c, i + a - 1, j + b - 1] + B[o]
    """
    statement = unclashed(statement)
    sign = "+=" if _scatters(statement) else "="
    return f"{access_text(statement.target)} {sign} {_value_text(statement)}"


def _scatters(statement: Statement) -> bool:
    """Whether several values of the loops write the same element, and so add onto it."""
    return any(block.outputs is not None for block in statement.blocks)


def _value_text(statement: Statement) -> str:
    text = "·".join(map(access_text, statement.factors))
    inner = [name for block in statement.blocks for name in block.loops]
    reduced = [name for name in inner if name not in statement.target.loops]
    if statement.reduce and reduced:
        text = f"{statement.reduce} over {', '.join(reduced)} of {text}"
    if _scatters(statement):
        return ", then ".join([text, *(then_text(then, "Y") for then in statement.then)])
    for then in statement.then:
        text = then_text(then, text)
    return text


def then_text(then: Then, value: str) -> str:
    """One operation after the reduction, around the text of the value so far."""
    operand = access_text(then.operand) if isinstance(then.operand, Access) else _plain(then.operand or 0)
    return then.text.format(value, operand=operand)


def ranges_text(statement: Statement) -> str:
    """Which values the loops take: ``o < 8, c < 3, i < 5``."""
    pairs = [
        (name, extent)
        for block in unclashed(statement).blocks
        for name, extent in zip(block.loops, block.extents, strict=True)
    ]
    return ", ".join(f"{name} < {_plain(extent)}" for name, extent in pairs)
