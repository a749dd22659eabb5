"""Where branches meet: equal by canonical form, or equal under a condition that is derived.

A size along an axis is made of floors with whole denominators, so ``f(n + M) - f(n)`` does not depend on
n where M is a multiple of every denominator times those inside it.  Two sizes f and g then agree on whole
residue classes of n modulo M, or nowhere but at single values; trying 0 .. M - 1 finds them all.
"""

from __future__ import annotations

from math import lcm
from typing import Any, NamedTuple

from convmath.errors import ConvmathError
from convmath.exact.integers import Integer, is_number, product
from convmath.layers.base import Layer, Shape
from convmath.layers.linear import Linear
from convmath.layers.norm import LayerNorm
from convmath.layers.reshape import Reshape

_LARGEST_MODULUS = 100_000


class Condition(NamedTuple):
    """``symbol`` modulo ``modulus`` must be one of ``residues``, or the symbol one of ``values``.

    >>> str(Condition("H", 16, (0,))), str(Condition("H", 4, (1, 2)))
    ('H divisible by 16', 'H mod 4 in {1, 2}')
    """

    symbol: str
    modulus: int
    residues: tuple[int, ...]
    values: tuple[int, ...] = ()

    def holds(self, value: int) -> bool:
        """Whether a size fulfils it."""
        return value % self.modulus in self.residues or value in self.values

    def both(self, other: Condition) -> Condition:
        """What fulfils this condition and the other, on the same symbol."""
        modulus = lcm(self.modulus, other.modulus)
        residues = tuple(
            r
            for r in range(modulus)
            if r % self.modulus in self.residues and r % other.modulus in other.residues
        )
        values = {v for v in self.values + other.values if self.holds(v) and other.holds(v)}
        single = tuple(sorted(v for v in values if v % modulus not in residues))
        return Condition(self.symbol, modulus, residues, single).reduced()

    def reduced(self) -> Condition:
        """The same with the smallest modulus."""
        for modulus in (m for m in range(1, self.modulus) if self.modulus % m == 0):
            residues = {r % modulus for r in self.residues}
            if len(residues) * (self.modulus // modulus) == len(self.residues):
                return Condition(self.symbol, modulus, tuple(sorted(residues)), self.values)
        return self

    def __str__(self) -> str:
        single = f"{self.symbol} = {' or '.join(map(str, self.values))}" if self.values else ""
        if not self.residues:
            return single or f"no {self.symbol}"
        if self.residues == (0,):
            text = f"{self.symbol} divisible by {self.modulus}"
        elif len(self.residues) == 1:
            text = f"{self.symbol} mod {self.modulus} = {self.residues[0]}"
        else:
            text = f"{self.symbol} mod {self.modulus} in {{{', '.join(map(str, self.residues))}}}"
        return f"{text}, or {single}" if single else text


class Equation(NamedTuple):
    """A size that a layer asks for, where the input's symbols leave it open.

    >>> import sympy
    >>> str(Equation(16 * sympy.Symbol("H"), 400))
    '16*H = 400'
    """

    size: Integer
    wanted: Integer

    def __str__(self) -> str:
        return f"{self.size} = {self.wanted}"


def demanded(layer: Layer, shape: Shape) -> Equation | None:
    """What a layer's channels or features ask of a symbolic input, if it is not so already."""
    if isinstance(layer, Reshape):
        return _equation(product(shape), product(layer.shape))
    wanted = layer.smallest_input()
    if wanted is None:
        return None
    axis = -1 if isinstance(layer, (Linear, LayerNorm)) else 0  # these work on the last axis
    return _equation(shape[axis], wanted[axis])


def _equation(size: Integer, wanted: Integer) -> Equation | None:
    open_ = not (is_number(size) and is_number(wanted)) and size != wanted
    return Equation(size, wanted) if open_ else None


def agreed(layer: Layer, shapes: tuple[Shape, ...], conditions: list[Condition]) -> tuple[Shape, ...]:
    """The shapes of a join's inputs, sizes that must be equal written the same way.

    What they need to be equal is added to ``conditions``.  Numbers are left for the layer to check.
    """
    if len({len(shape) for shape in shapes}) > 1 or all(shape == shapes[0] for shape in shapes):
        return shapes
    free = getattr(layer, "dim", 0) - 1  # the axis along which sizes may differ
    columns: list[tuple[Integer, ...]] = []
    spreads = not hasattr(layer, "dim")
    for axis, sizes in enumerate(zip(*shapes, strict=True)):
        columns.append(sizes if axis == free else _agreed_sizes(sizes, conditions, spreads))
    return tuple(zip(*columns, strict=True))


def _agreed_sizes(
    sizes: tuple[Integer, ...], conditions: list[Condition], spreads: bool
) -> tuple[Integer, ...]:
    """One axis: all sizes but those that are spread out become the simplest of them."""
    distinct = [size for size in dict.fromkeys(sizes) if size != 1 or not spreads]
    if len(distinct) < 2 or all(map(is_number, distinct)):
        return sizes
    simplest = min(distinct, key=_complexity)
    for other in distinct:
        condition = None if other is simplest else equal_where(simplest, other)
        if condition:
            _require(condition, conditions)
    return tuple(size if size == 1 and spreads else simplest for size in sizes)


def _complexity(size: Integer) -> tuple[int, str]:
    return (0 if is_number(size) else 1 + size.count_ops(), str(size))  # type: ignore[union-attr]


def _require(condition: Condition, conditions: list[Condition]) -> None:
    for place, known in enumerate(conditions):
        if known.symbol == condition.symbol:
            conditions[place] = known.both(condition)
            condition = conditions[place]
            break
    else:
        conditions.append(condition)
    if not condition.residues and not condition.values:
        raise ConvmathError(f"no {condition.symbol} makes all branches fit; change a layer's padding")


def equal_where(left: Integer, right: Integer) -> Condition | None:
    """When two sizes are equal: None if always, else the condition on their one symbol.

    Raises ConvmathError where they never are, or where it depends on several symbols.

    >>> import sympy
    >>> from convmath.exact.integers import floor_div
    >>> H = sympy.Symbol("H", integer=True, positive=True)
    >>> print(equal_where(2 * floor_div(H, 2), H))
    H divisible by 2
    """
    import sympy

    from convmath.exact.floors import canonical

    difference = canonical(sympy.sympify(left) - right)
    if difference == 0:
        return None
    modulus = _period(difference)
    symbols = sorted(difference.free_symbols, key=str)
    if not symbols:
        raise ConvmathError(f"{left} and {right} are never equal; change a layer's padding or stride")
    if len(symbols) != 1 or not _periodic(difference) or modulus > _LARGEST_MODULUS:
        raise ConvmathError(f"{left} and {right} must be equal, which symbols leave open; give numbers")
    solved = _solved(difference, symbols[0], modulus)
    if not solved.residues and not solved.values:
        raise ConvmathError(f"{left} and {right} are never equal; change a layer's padding or stride")
    solved = solved.reduced()
    return None if solved.modulus == 1 and solved.residues else solved


def _period(expression: Any) -> int:
    """After how much its growth repeats: floor(f/d) grows evenly over d times what f does."""
    from convmath.exact.floors import FloorDiv

    inside = lcm(*map(_period, expression.args))
    floor = isinstance(expression, FloorDiv) and expression.args[1].is_Integer
    return inside * int(expression.args[1]) if floor else inside


def _periodic(difference: Any) -> bool:
    """Whether it is a sum of multiples of the symbol and of floors with whole denominators."""
    import sympy

    from convmath.exact.floors import FloorDiv

    floors = difference.atoms(FloorDiv)
    whole = all(floor.args[1].is_Integer for floor in floors)
    linear = difference.xreplace({floor: sympy.Dummy() for floor in floors})
    kinds = all(isinstance(atom, (FloorDiv, sympy.Symbol)) or atom.is_Number for atom in _parts(difference))
    return whole and kinds and bool(linear.is_polynomial()) and sympy.Poly(linear).total_degree() <= 1


def _parts(expression: Any) -> set[Any]:
    import sympy

    parts = sympy.preorder_traversal(expression)
    return {part for part in parts if not isinstance(part, (sympy.Add, sympy.Mul))}


def _solved(difference: Any, symbol: Any, modulus: int) -> Condition:
    """Every value at which ``difference`` is 0: it grows by ``slope`` from a value to the one M later."""
    at = [int(difference.subs(symbol, modulus + r)) for r in range(2 * modulus)]
    slope = at[modulus] - at[0]
    if slope == 0:
        return Condition(symbol.name, modulus, tuple(r for r in range(modulus) if at[r] == 0))
    turns = [(r, -at[r] / slope) for r in range(modulus)]
    values = (modulus + r + int(t) * modulus for r, t in turns if t == int(t))
    return Condition(symbol.name, modulus, (), tuple(sorted(value for value in values if value > 0)))
