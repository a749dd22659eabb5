"""Receptive fields through layers and paths, against following every tap."""

import itertools
from fractions import Fraction

import pytest
import sympy

from convmath.exact.proof import evaluate
from convmath.geometry.axis import Whole, hollowed
from convmath.geometry.footprint import Footprint, _shortest
from convmath.geometry.meeting import joined, side_by_side
from convmath.geometry.window import Scatter, Window

MAPS = (
    Window(3, begin=1, end=1),
    Window(2, stride=2),
    Window(3, stride=3, begin=2),
    Window(2, dilation=3),
    Scatter(Window(2, stride=2)),
    Scatter(Window(3, stride=2, begin=1)),
    Scatter(Window(1, stride=2)),
    Scatter(Window(4, stride=3, begin=1)),
)
CHAINS = ((), *((one,) for one in MAPS), *itertools.product(MAPS, repeat=2))
OUTPUTS = range(-4, 20)


@pytest.mark.parametrize("axis_map", [Scatter(Window(3, stride=2)), Scatter(Window(4, stride=3, begin=1))])
def test_a_pattern_goes_on_behind_the_map(axis_map):
    """Nothing is cut off here, so that the outputs need not be listed one by one."""
    outputs = axis_map.window.stride * 8 + axis_map.window.size - 2 * axis_map.window.begin
    found = Footprint(n=9).then(axis_map, outputs, 9)
    assert (len(found.spans), found.ends) == (axis_map.window.stride, False)


@pytest.mark.parametrize(
    ("axis_map", "outputs", "inputs", "hollow"),
    [
        (Window(2, begin=1, dilation=3), 2, 2, (1, 0)),  # taps -1 and 2, then 0 and 3
        (Window(2, begin=2, dilation=3), 3, 2, (0, 0)),  # only the one between: -2 and 1, -1 and 2, 0 and 3
        (Window(1, begin=2), 6, 3, (2, 1)),
        (Window(3, begin=1), 5, 5, (0, 0)),
        (Scatter(Window(1, stride=3, begin=2)), 5, 3, (1, 0)),  # input 1 lands on 1, input 2 on 4
    ],
    ids=str,
)
def test_outputs_that_read_padding_alone(axis_map, outputs, inputs, hollow):
    assert hollowed(axis_map, outputs, inputs, (0, 0)) == hollow


def reads(chain, output):
    """The input positions that an output reads, tap by tap."""
    found = {output}
    for axis_map in reversed(chain):
        found = axis_map.sources(found)
    return found


def hull(positions):
    return (min(positions), max(positions)) if positions else None


def extent(span):
    return span[1] - span[0] + 1 if span else 0


def through(chain):
    footprint = Footprint()
    for axis_map in chain:
        footprint = footprint.then(axis_map)
    return footprint


def chain_facts(chain):
    footprint = through(chain)
    spans = [hull(reads(chain, output)) for output in OUTPUTS]
    yield "spans", [footprint.span(output) for output in OUTPUTS], spans
    sizes = [extent(span) for span in spans]
    yield "size", footprint.size, max(sizes)
    yield "varies", footprint.varies, len(set(sizes)) > 1
    yield "padding", footprint.padding, -spans[4][0] if spans[4] else 0
    far = 144 * len(footprint.spans)
    first, last = (
        hull(reads(chain, place + output)) for output in (0, far) for place in (place_of(chain),)
    )
    yield "stride", footprint.stride, Fraction(last[0] - first[0], far)
    gaps = {b[0] - a[0] for a, b in itertools.pairwise(spans) if a and b}
    uneven = len(set(sizes)) > 1 or len(gaps) > 1
    before = bool(chain) and "position-dependent" in (through(chain[:-1]).status,)
    yield "status", footprint.status == "position-dependent", uneven or before
    yield "shortest", len(footprint.spans) == 1, not uneven
    yield "bound", footprint.bound, False


def place_of(chain):
    """An output that reads something."""
    return next(output for output in range(12) if reads(chain, output))


def joined_facts(left, right):
    paths = [through(chain) for chain in (left, right)]
    found = joined(paths)
    if paths[0].stride != paths[1].stride:
        yield from drift_facts(paths, left, right)
        return
    spans = [hull(reads(left, output) | reads(right, output)) for output in OUTPUTS]
    yield "joined", [found.span(output) for output in OUTPUTS], spans
    ends = [hull(reads(chain, 0)) for chain in (left, right)]
    if "position-dependent" not in (paths[0].status, paths[1].status):
        centred = None in ends or sum(ends[0]) == sum(ends[1])
        yield "centres", found.status, "aligned" if centred else "misaligned"
    else:
        yield "centres", found.status, "position-dependent"
    yield "gated", (found.gated, found.bound), (False, False)


def drift_facts(paths, left, right):
    """Paths drift apart: a bound without the number of outputs, and each output by itself with it."""
    yield "drift", (joined(paths).bound, joined(paths).status), (True, "position-dependent")
    for outputs in (1, 2, 5, 12):
        found = joined(paths, outputs)
        spans = [hull(reads(left, output) | reads(right, output)) for output in range(outputs)]
        yield "drift", (found.status, found.bound, found.ends), ("position-dependent", False, True)
        yield "each", [found.span(output) for output in range(outputs + 3)], [*spans, None, None, None]
        yield "widest", found.size, max(map(extent, spans))


WIDE = Scatter(Window(2, stride=400)), Window(3, stride=7, begin=1), Scatter(Window(2, stride=300))


def large_facts():
    """Patterns too long to go through: a bound all the same."""
    footprint = through(WIDE)
    yield "bound", (footprint.bound, footprint.status), (True, "position-dependent")
    spans = [hull(reads(WIDE, output)) for output in range(0, 20_000, 7)]
    yield "large size", 0 <= footprint.size - max(map(extent, spans)) <= 1, True
    yield "large stride", footprint.stride, Fraction(7, 120_000)
    yield "large padding", 0 <= footprint.padding + spans[0][0] <= 1, True


def nothing_facts():
    """Outputs that read nothing: the first of all, or in between."""
    gap = Footprint(spans=(None, (0, 0)), shift=1)
    yield "nothing first", (gap.padding, gap.size, gap.span(0), gap.span(3)), (0, 1, None, (1, 1))
    drifting = joined([gap, Footprint(((0, 2),), 1)], 4)
    yield "a gap takes the other", drifting.spans, ((0, 2), (0, 3), (2, 4), (1, 5))
    even = Footprint(spans=((0, 0), (1, 3)), shift=2, status="position-dependent")
    both = joined([Footprint(spans=((0, 2),)), Footprint(spans=((1, 1),)), even])
    yield "three paths", (both.spans, both.status), (((0, 2), (1, 3)), "position-dependent")
    moved = (
        Footprint(spans=((4, 5),)),
        Footprint(spans=((3, 6),)),
        Footprint(((0, 9),)),
    )
    yield "one centre", (joined(moved).spans, joined(moved).status), (((0, 9),), "aligned")
    yield "another", joined((moved[0], Footprint(((5, 5),)))).status, "misaligned"
    alike = joined((moved[0], moved[0], moved[1]))
    yield "two alike", alike.spans, ((3, 6),)
    bounds = joined((moved[0]._replace(bound=True), moved[1]))
    yield "a bound joined", bounds.bound, True


def gate_facts():
    path = through(MAPS[:1])
    yield "stays gated", joined([path._replace(gated=True), path]).gated, True
    yield "none gated", joined([path, path]), path
    later = path._replace(gated=True, status="misaligned").then(MAPS[1])
    yield "kept", (later.gated, later.status), (True, "misaligned")
    again = joined([path._replace(status="misaligned"), through((Window(5, begin=2),))])
    yield "misaligned stays", again.status, "misaligned"


def symbolic_facts():
    """With symbols a span is a bound: never smaller than what is read."""
    s, k = sympy.symbols("s k", integer=True, positive=True)
    for stride, kernel in ((1, 2), (2, 3), (3, 3), (2, 5)):
        numbers = {s: stride, k: kernel}
        general = Footprint().then(Window(k, stride=s)).then(Window(3, stride=2, begin=1))
        exact = through((Window(kernel, stride=stride), Window(3, stride=2, begin=1)))
        yield "symbolic size", evaluate(general.size, numbers), exact.size
        yield "symbolic stride", evaluate(general.stride, numbers), exact.stride
        behind = Footprint().then(Window(3)).then(Scatter(Window(k, stride=s)))
        true = through((Window(3), Scatter(Window(kernel, stride=stride))))
        yield "bound", (behind.bound, evaluate(behind.size, numbers) >= true.size), (True, True)
        yield "not too large", evaluate(behind.size, numbers) <= true.size + 2, True
        after = behind.then(Window(3, stride=2, begin=1))
        chain = (Window(3), Scatter(Window(kernel, stride=stride)), Window(3, stride=2, begin=1))
        true_after = through(chain)
        yield "after a bound", 0 <= evaluate(after.size, numbers) - true_after.size <= 2, True
        for bound, exact in ((behind, true), (after, true_after)):
            first = evaluate(sympy.sympify(bound.padding), numbers)
            yield "padding of a bound", 0 <= first - exact.padding <= 1, True
            yield "a bound varies", bound.varies, True
        yield "stride of a bound", evaluate(sympy.sympify(after.stride), numbers) * stride, 2


def facts():
    for chain in CHAINS:
        yield from chain_facts(chain)
    for left, right in itertools.product(CHAINS[:9], CHAINS[:14]):
        yield from joined_facts(left, right)
    yield from gate_facts()
    yield from large_facts()
    yield from nothing_facts()
    yield from symbolic_facts()


def test_every_fact():
    wrong = [(what, said, true) for what, said, true in facts() if said != true]
    assert wrong == []


@pytest.mark.parametrize("chain", [(), MAPS[:1]], ids=str)
def test_the_enumeration_itself(chain):
    """By hand: the input reads itself; a window of 3 with one of padding reads its neighbours."""
    assert reads(chain, 5) == ({5} if not chain else {4, 5, 6})


N, K = sympy.symbols("n k", integer=True, positive=True)
TWO = Footprint(spans=((2, 2), (3, 5)), shift=4)  # outputs 0 and 2 read one position, 1 and 3 read three
CROP, DILATED = Window(begin=-1, end=-1), Window(2, dilation=2, begin=1, end=1)

BY_HAND = (  # a footprint, what is asked of it, the answer
    (lambda: Footprint(n=7).everything(), "spans", ((0, 6),)),
    (lambda: Footprint(n=7).everything(), "bound", True),
    (lambda: Footprint(n=7).everything(), "shift", 0),
    (lambda: Footprint().everything(), "spans", ((0, 0),)),
    # output y of the scatter has inputs (y - 1)/2 to (y + 1)/2, which read 2j to 2j + 2
    (lambda: Footprint(((0, 2),), 2, bound=True).then(Scatter(Window(3, 2, 1))), "spans", ((-1, 3),)),
    (lambda: Footprint(((0, 2),), 2, bound=True).then(Scatter(Window(3, 2, 1))), "shift", 1),
    # 2, 3 - 2 and 2 are where the three start at the pace of 2; 2, 5 - 2 and 2 where they end
    (lambda: joined((TWO, Footprint(((2, 2),), 2, bound=True))), "spans", ((1, 3),)),
    # of five positions windows of two, side by side, leave the last one over; of four none
    (lambda: Footprint(n=5).then(Window(2, 2), 2, 5), "gaps", True),
    (lambda: Footprint(n=4).then(Window(2, 2), 2, 4), "gaps", False),
    (lambda: Footprint(n=5).then(Window(2, 3), 2, 5), "gaps", False),
    (lambda: Footprint(n=7).then(Window(2, 3), 2, 7), "gaps", True),
    (lambda: Footprint(n=5).then(CROP, 3, 5), "spans", ((1, 1), (2, 2), (3, 3))),
    (lambda: Footprint(n=5).then(CROP, 3, 5), "ends", True),
    (lambda: Footprint(n=5).then(CROP, 3, 5), "stride", 1),
    (lambda: Footprint(n=5).then(CROP, 3, 5), "status", "aligned"),
    (lambda: Footprint(n=5).then(Window(3, begin=1, end=1), 5, 5), "ends", False),
    # all that four windows of three at a stride of two read; padding is not read, and may hide gaps
    (lambda: Footprint(n=9).then(Window(3, 2), 4, 9).then(Whole(4)), "spans", ((0, 8),)),
    (lambda: Footprint(n=10).then(Window(3, 2), 4, 10).then(Whole(4)), "spans", ((0, 8),)),
    (lambda: Footprint(n=10, covers=True).then(Window(3, 2), 4, 10).then(Whole(4)), "bound", False),
    (lambda: Footprint(n=5).then(Window(3, 1, 1, 1), 5, 5).then(Whole(5)), "spans", ((0, 4),)),
    (lambda: Footprint(n=5, covers=True).then(Window(3, 1, 1, 1), 5, 5).then(Whole(5)), "bound", False),
    (lambda: Footprint(n=5).then(DILATED, 5, 5).then(Whole(5)), "bound", True),
    (lambda: Footprint(n=9).then(Window(3, 2), 4, 9).then(Whole(4)), "shift", 0),
    (lambda: Footprint(n=N).then(Whole(K)), "bound", True),
    (lambda: Footprint(n=N).then(Window(3, 2)).then(Whole(4)), "spans", ((0, sympy.Min(8, N - 1)),)),
    # outputs 2 to 4 read of six positions, 0 and 1 before them
    (lambda: Footprint(((-4, -3),), 2, n=6).then(Whole(10)), "spans", ((0, 5),)),
    (lambda: Footprint(((-4, -3),), 2, n=6).then(Whole(3)), "spans", ((0, 1),)),
    (lambda: Footprint(((-4, -3),), 2, n=6).then(Whole(2)), "spans", (None,)),
    (lambda: Footprint(((0, 0), (3, 5)), 4, n=9).then(Whole(2)), "spans", ((0, 5),)),
    (lambda: Footprint(((0, 0), (3, 5)), 4, n=9).then(Whole(3)), "spans", ((0, 5),)),
    (lambda: Footprint(((0, 0), (3, 5)), 4, n=9).then(Whole(4)), "spans", ((0, 8),)),
    (lambda: Footprint().then(Window(2, dilation=2)), "gaps", True),
    (lambda: Footprint().then(Window(2)), "gaps", False),
    (lambda: Footprint().then(Window(1, dilation=5)), "gaps", False),
    (lambda: joined((Footprint(), Footprint(((1, 1),)))), "gaps", False),
    (lambda: joined((Footprint(), Footprint(((2, 2),)))), "gaps", True),
    (lambda: joined((Footprint(), Footprint(((2, 2),)), Footprint(((1, 1),)))), "gaps", False),
    (lambda: joined((Footprint(((0, 5),)), Footprint(((1, 1),)), Footprint(((6, 6),)))), "gaps", False),
    (lambda: joined((Footprint(), Footprint(((0, 0),), 2)), 4), "spans", ((0, 0), (1, 2), (2, 4), (3, 6))),
    (lambda: joined((Footprint(), Footprint(((0, 0),), 2)), 4), "stride", 1),
    (lambda: joined((Footprint(), Footprint(((0, 0),), 2)), 4), "gaps", True),
    # a part of two positions, and one that starts at the third
    (
        lambda: side_by_side([(Footprint(), 2), (Footprint(((5, 6),)), 2)]),
        "spans",
        ((0, 0), (1, 1), (7, 8), (8, 9)),
    ),
    (lambda: side_by_side([(Footprint(), 2), (Footprint(((5, 6),)), 2)]), "status", "position-dependent"),
    (lambda: side_by_side([(Footprint(), 2), (Footprint(((5, 6),)), K)]), "bound", True),
    (lambda: side_by_side([(Footprint(), 2), (Footprint(((K, K),)), 2)]), "bound", True),
    (lambda: side_by_side([(Footprint(shift=K), 2), (Footprint(), 2)]), "bound", True),
    (lambda: side_by_side([(Footprint(), 2), (Footprint(gaps=True), 2)]), "gaps", True),
    (lambda: TWO, "extent", (3, True)),
    (lambda: TWO, "stride", 2),
)


@pytest.mark.parametrize(("footprint", "name", "answer"), BY_HAND, ids=range(len(BY_HAND)))
def test_by_hand(footprint, name, answer):
    assert getattr(footprint(), name) == answer


@pytest.mark.parametrize(
    ("footprint", "outputs", "answer"),
    [
        (Footprint(shift=2, n=5), 3, False),  # 0, 2 and 4
        (Footprint(shift=2, n=5), 4, True),  # and 6
        (Footprint(((-1, -1),), n=5), 1, True),
        (Footprint(((-1, 0),), n=5), 1, False),
        (Footprint(((5, 5),), n=5), 1, True),
        (Footprint(((0, 0), None), 2, n=5), 2, True),
        (Footprint(((0, 0), None), 2, n=5), 1, False),
        (Footprint(shift=2, n=5), N, False),
        (Footprint(shift=2, n=N), 4, False),
        (Footprint(shift=2), 4, False),
    ],
    ids=str,
)
def test_whether_an_output_reads_nothing(footprint, outputs, answer):
    assert footprint.misses(outputs) is answer


def test_a_pattern_by_its_shortest_period():
    assert _shortest(((0, 0), (1, 3), (2, 2), (3, 5)), 4) == (((0, 0), (1, 3)), 2)
    assert _shortest(((0, 0), (1, 1), (2, 2)), 3) == (((0, 0),), 1)
    assert _shortest(((0, 0), (1, 1), (2, 3)), 3) == (((0, 0), (1, 1), (2, 3)), 3)
