"""Every small wrong change of the window arithmetic is noticed by enumeration."""

import itertools
from functools import cache

import pytest
import sympy

import convmath.geometry.window
from convmath.errors import ConvmathError
from convmath.exact.proof import evaluate
from tests.strength.mutants import load, mutants

SPECS = (  # kernel size, stride, begin, end, dilation
    *((1, 1, 0, 0, 1), (3, 1, 1, 1, 1), (3, 2, 1, 0, 1), (2, 3, 0, 1, 1), (2, 2, 1, 1, 2), (3, 1, 2, 4, 2)),
    *((2, 1, 1, 0, 4), (1, 3, 0, 2, 1), (4, 4, 2, 2, 1), (3, 4, 0, 2, 2), (2, 4, 3, 0, 6), (4, 6, 1, 2, 4)),
    *((3, 6, 5, 1, 3), (2, 1, 2, 0, 1), (3, 3, 0, 0, 2), (1, 2, 1, 1, 1), (2, 1, 0, 2, 1), (3, 2, 0, 3, 1)),
    *((2, 3, 2, 0, 1), (1, 1, 1, 0, 1), (2, 1, 4, 4, 6)),
)  # fmt: skip
SIZES = (1, 2, 3, 5, 6, 9, 12)

SYMBOL = sympy.Symbol("n", integer=True, positive=True)

EQUIVALENT = (  # (mutant, why it computes the same)
    (
        "Window.landing_windows: n - self.dilation -> Add: n + self.dilation",
        "where it is only asked whether n and the dilation are numbers",
    ),
    ("Window.landing_touched: 0 -> -1: -1", "no windows or -1 windows: no lattice points"),
    ("Window.landing_touched: 0 -> -1: -1", "no taps or -1 taps: an empty sum"),
)


def positions(spec, i):
    k, s, begin, _, d = spec
    return [s * i + d * a - begin for a in range(k)]


@cache
def fitting(spec, n):
    """The windows on the padded axis, by sliding."""
    found = []
    while positions(spec, len(found))[-1] <= n - 1 + spec[3]:
        found.append(positions(spec, len(found)))
    return found


@cache
def ceil_fitting(spec, n):
    """The same in PyTorch's ceil_mode."""
    found = fitting(spec, n)
    extra = positions(spec, len(found))
    left = (found[-1][-1] if found else extra[-1] - spec[1]) < n - 1 + spec[3]
    return len(found) + (left and extra[0] < n)


def facts(module):
    """(what, said, true) about every function, on small numbers."""
    for spec, n in itertools.product(SPECS, SIZES):
        yield from window_facts(module.Window(*spec), spec, n)
        yield from pair_facts(module, spec, n)
    for spec in SPECS[4:8]:
        yield from symbolic_facts(module.Window(*spec), spec)
    yield "identity", module.Window() == module.Window(1, 1, 0, 0, 1, None), True
    yield "fits", module.Window(fits=7).count(3), 7
    for n, windows in itertools.product(range(1, 10), range(1, 8)):
        yield from adaptive_facts(module.AdaptiveWindow(n, windows), n, windows)


def window_facts(window, spec, n):
    found = fitting(spec, n)
    inside = [[q for q in w if 0 <= q < n] for w in found]
    spread = [positions(spec, i) for i in range(n)]
    touched = {q for w in spread for q in w}
    if found:
        yield "count", window.count(n), len(found)
        yield "landing_windows", window.landing_windows(len(found), n), sum(map(bool, inside))
        yield "landing_windows", window.landing_windows(1, n), int(bool(inside[0]))
        yield "unread", window.unread(n), n - len({q for w in inside for q in w})
    else:
        yield "slack", window.slack(n) < 0, True
    if spec[3] < window.size and ceil_fitting(spec, n):
        yield "ceil_mode", window.with_ceil_mode().count(n), ceil_fitting(spec, n)
    yield "span", window.span(n), max(touched) - min(touched) + 1 - spec[2] - spec[3]
    yield "touched", window.touched(n), len(touched)
    for kept in (range(max(window.span(n), 0)), range(n)):
        yield "landing_touched", window.landing_touched(n, len(kept)), len(touched & set(kept))
        yield "landing_taps", window.landing_taps(n, len(kept)), sum(q in kept for w in spread for q in w)
    yield "sources", window.sources({1, 2}), {*positions(spec, 1), *positions(spec, 2)}
    yield "reads", window.reads(1, n), (spread[0][0] + spec[1], spread[-1][-1] + spec[1])


def symbolic_facts(window, spec):
    """What stays a sum over a symbol for the input's size, at two sizes of it."""
    said = window.landing_taps(5, SYMBOL), window.landing_windows(5, SYMBOL)
    for n in (2, 9):
        inside = [[0 <= q < n for q in positions(spec, i)] for i in range(5)]
        yield "landing_taps", evaluate(sympy.sympify(said[0]), {SYMBOL: n}), sum(map(sum, inside))
        yield "landing_windows", evaluate(sympy.sympify(said[1]), {SYMBOL: n}), sum(map(any, inside))


def pair_facts(module, spec, n):
    k, s, _, _, d = spec
    other = SPECS[n % len(SPECS)]
    between = fitting(spec, n)
    composed = module.Window(*spec).then(module.Window(*other))
    if between and fitting(other, len(between)):
        yield "then", composed.count(n), len(fitting(other, len(between)))
    outer = positions(other, 2)
    reads = (positions(spec, outer[0])[0], positions(spec, outer[-1])[-1])
    yield "then", composed.reads(2, 2), reads
    touching = [i for i in range(-30, 30) if positions(spec, i)[0] <= n + 1 and positions(spec, i)[-1] >= n]
    low, high = module.Scatter(module.Window(*spec)).reads(n, n + 1)
    yield "scatter", list(range(low, high + 1)), touching
    written = {i for i in range(-40, 40) if {n, n + 1} & set(positions(spec, i))}
    yield "sources", module.Scatter(module.Window(*spec)).sources({n, n + 1}), written
    for axis_map in (module.Window(*spec), module.Scatter(module.Window(*spec))):
        moved = {position + axis_map.step for position in axis_map.sources({n})}
        yield "period", axis_map.sources({n + axis_map.period}), moved
        yield "taps", axis_map.taps, k
    same = module.same_padding(n, module.Window(k, s, dilation=d))
    needed = next(t for t in range(99) if len(fitting((k, s, 0, t, d), n)) >= len(range(0, n, s)))
    yield "same", (same.begin + same.end, same.end - same.begin in (0, 1)), (needed, True)
    yield "same", (same.count(n), same.kernel_size, same.stride), (len(range(0, n, s)), k, s)
    full = module.full_padding(module.Window(k, s, dilation=d))
    yield "full", (full.begin, full.end), (d * k - d, d * k - d)


def adaptive_facts(adaptive, n, windows):
    pieces = [range(adaptive.start(i), adaptive.stop(i)) for i in range(windows)]
    for i, piece in enumerate(pieces):
        yield "start", windows * piece.start <= i * n < windows * (piece.start + 1), True
        yield "stop", windows * (piece.stop - 1) < (i + 1) * n <= windows * piece.stop, True
    yield "taps", adaptive.taps, sum(map(len, pieces))
    yield "widest", adaptive.widest, max(map(len, pieces))


def noticed(module):
    """Whether something about the module is false, or breaks."""
    try:
        return any(said != true for _, said, true in facts(module))
    except (
        ArithmeticError,
        AttributeError,
        NameError,
        TypeError,
        ValueError,
        StopIteration,
        ConvmathError,
    ):
        return True


def test_the_module_itself_passes():
    assert [fact for fact in facts(convmath.geometry.window) if fact[1] != fact[2]] == []


def test_every_mutant_is_noticed():
    alive = [what for what, tree in mutants(convmath.geometry.window.__file__) if survives(tree)]
    assert sorted(alive) == sorted(mutant for mutant, _ in EQUIVALENT)


def survives(tree):
    try:
        module = load(tree)
    except (AttributeError, NameError, TypeError):
        return False
    return not noticed(module)


@pytest.mark.parametrize(
    "function", ["count", "then", "touched", "_landing", "sources", "with_ceil_mode", "_lattice"]
)
def test_mutants_reach_the_function(function):
    assert any(name.split(":")[0].endswith(function) for name in NAMES)


def test_there_are_many_mutants():
    assert len(NAMES) > 150


NAMES = [name for name, _ in mutants(convmath.geometry.window.__file__)]
