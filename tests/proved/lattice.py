"""Lattice points counted for all sizes by ISL and barvinok: a witness that knows windows, not formulas.

Sets are written from what a window is: output i reads position s*i + d*a - begin with tap a.  Sizes are
the parameters n and m, at least 1.
"""

import functools
import re
from typing import NamedTuple

import islpy as isl
import sympy

from convmath.exact.polyhedra import Polyhedra, apart, by_remainders

N, M = sympy.symbols("n m", integer=True, positive=True)
MOST_POINTS = 40


class Taps(NamedTuple):
    """Along one axis: the windows' numbers, and which outputs there are of n positions."""

    kernel_size: int
    stride: int = 1
    begin: int = 0
    end: int = 0
    dilation: int = 1
    outputs: str = ""  # the outputs i, where they are not those whose window ends inside the padding
    ceil_mode: bool = False  # whether a last window may reach past it

    @property
    def size(self):
        return self.dilation * (self.kernel_size - 1) + 1

    def there(self, i="i", n="n"):
        """Whether there is an output i, if it is not negative."""
        past = self.stride - 1 if self.ceil_mode else 0
        ends = f"{self.stride}*{i} + {self.size - 1 - self.begin} <= {n} - 1 + {self.end + past}"
        return self.outputs or (f"{ends} and {self.stride}*{i} - {self.begin} < {n}" if past else ends)

    def windows(self, n="n"):
        """Which outputs there are."""
        return f"0 <= i and ({self.there(n=n)})"

    def taps(self, n="n"):
        """Windows and their taps, those beside the input too."""
        return f"{self.windows(n)} and 0 <= a < {self.kernel_size}"

    def landing(self, n="n"):
        """Those that lie on the input."""
        return f"{self.taps(n)} and 0 <= {self.at()} < {n}"

    def at(self, i="i", a="a"):
        """The position that tap a of output i reads."""
        return f"({self.stride}*{i} + {self.dilation}*{a} - {self.begin})"


class Lattice:
    """Points whose number depends on some sizes, each of them at least 1."""

    def __init__(self, *symbols):
        self.view = Polyhedra(symbols)
        self.declared = f"[{', '.join(map(str, symbols))}]"
        self.least = " and ".join(f"{symbol} >= 1" for symbol in symbols)

    def points(self, indices, condition):
        """How many points fulfil a condition, for all sizes."""
        return self.set(indices, condition).card()

    def nothing(self):
        """None at all."""
        return self.points("i", "0 = 1")

    def taps(self, kernel_size, condition):
        """How many pairs of an i and a tap a fulfil it: tap by tap, so that each count is linear in n."""
        each = [self.points("i", re.sub(r"\ba\b", f"({a})", condition)) for a in range(kernel_size)]
        return functools.reduce(lambda some, more: some + more, each)

    def set(self, indices, condition):
        """The points that fulfil a condition."""
        return self._named(isl.Set(f"{self.declared} -> {{ [{indices}] : {condition} }}"))

    def map(self, inputs, outputs, condition):
        """Which points go with which."""
        return self._named(isl.Map(f"{self.declared} -> {{ [{inputs}] -> [{outputs}] : {condition} }}"))

    def sizes(self, condition="0 = 0"):
        """The sizes that fulfil a condition."""
        return self.set("", f"{self.least} and ({condition})").params()

    def assert_same(self, expression, counted, where="0 = 0"):
        """An expression of ours and a count are equal for all sizes, or for those that are asked for."""
        known, expression = (
            self.sizes(where) if isinstance(where, str) else where,
            sympy.sympify(expression),
        )
        difference = self.view.polynomial(expression).sub(counted)
        if difference.intersect_params(known).gist_params(known).is_zero():
            return
        for values in apart(difference, by_remainders(self.view, expression, known)):
            self._tried(difference, values, f"{expression} and {counted}")

    def _tried(self, difference, values, sides):
        """The values one by one, where they are few or one of them tells the sides apart."""
        for _ in range(MOST_POINTS):
            if values.is_empty():
                return
            point = values.sample_point()
            assert difference.eval(point).is_zero(), f"{sides} differ at {point}"
            values = values.subtract(isl.Set.from_point(point).params())
        raise AssertionError(f"not decided: {sides}")

    def _named(self, found):
        for place, name in enumerate(self.view.names.values()):
            found = found.set_dim_name(isl.dim_type.param, place, name)
        return found


LINE, PLANE = Lattice(N), Lattice(N, M)
