"""Networks of windows: sizes, conditions, counts, fields and what is left over, by ISL for every n."""

from typing import NamedTuple

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

pytest.importorskip("islpy", reason="the polyhedral library ISL is not there: pip install convmath[proof]")

from convmath import Add, Concat, Conv1d, ConvmathError, MaxPool1d
from convmath.network.conditions import solved
from convmath.network.leftover import leftover
from convmath.network.network import Builder
from convmath.solve import inputs
from tests.proved.lattice import LINE, N, Taps

FEWER = settings(max_examples=max(10, settings().max_examples // 3))  # each a proof for all sizes
KERNELS, STRIDES, SIDES, DILATIONS = (st.integers(*ends) for ends in ((1, 3), (1, 3), (0, 2), (1, 2)))


class Convolution(Taps):
    def layer(self):
        padding = ((self.begin, self.end),)
        return Conv1d(1, 1, self.kernel_size, self.stride, padding, self.dilation, bias=False)


class Pool(Taps):
    def layer(self):
        return MaxPool1d(self.kernel_size, self.stride, self.begin, ceil_mode=self.ceil_mode)


@st.composite
def pools(draw):
    kernel_size, stride, ceil_mode = draw(st.tuples(KERNELS, STRIDES, st.booleans()))
    padding = draw(st.integers(0, kernel_size // 2))
    return Pool(kernel_size, stride, padding, padding, ceil_mode=ceil_mode)


CONVOLUTIONS = st.tuples(KERNELS, STRIDES, SIDES, SIDES, DILATIONS).map(lambda each: Convolution(*each))
CHAINS = st.lists(CONVOLUTIONS | pools(), min_size=1, max_size=3)
NETWORKS = st.lists(CHAINS, min_size=1, max_size=2)  # one, or two that meet


def network(chains):
    build, ends = Builder(), []
    for letter, chain in zip("ab", chains, strict=False):
        name = "input"
        for number, taps in enumerate(chain):
            name = build(f"{letter}{number}", taps.layer(), name)
        ends.append(name)
    if len(ends) > 1:
        build("meet", Add() if len(chains[0]) % 2 else Concat(), *ends)
    return build.network("drawn", (1, N))


class Maps(NamedTuple):
    """What ISL is told of a chain: the names of its maps' sizes, the input's first, and its windows."""

    sizes: tuple[str, ...]
    chain: tuple[Taps, ...]

    @property
    def last(self):
        return self.sizes[-1]

    def known(self):
        """Of every map the last position is there, and no further one."""
        for taps, before, after in zip(self.chain, self.sizes, self.sizes[1:], strict=False):
            there = f"({taps.there(f'({after} - 1)', before)})"
            yield f"{after} >= 1 and {there} and not ({taps.there(after, before)})"

    def reads(self, x, y, bordered):
        """That position y of the last map reads x of the input; padding is read too without borders."""
        steps = range(len(self.chain))
        places = [x, *(f"i{step}" for step in steps[1:]), y]
        rules = []
        for step, taps in enumerate(self.chain):
            rules.append(f"{places[step]} = {taps.at(places[step + 1], f'a{step}')}")
            rules.append(f"0 <= a{step} < {taps.kernel_size}")
        if bordered:
            rules += [f"0 <= {place} < {size}" for place, size in zip(places, self.sizes, strict=True)]
        inner = ", ".join([*places[1:-1], *(f"a{step}" for step in steps)])
        return f"(exists ({inner} : {' and '.join(rules)}))"


def maps(chains):
    return [
        Maps(("n", *(f"{letter}{number}" for number in range(len(chain)))), tuple(chain))
        for letter, chain in zip("mk", chains, strict=False)
    ]


def known(each, meet=True):
    """The sizes of all maps but the input, and what holds of them."""
    names = [size for chain in each for size in chain.sizes[1:]]
    met = [f"{chain.last} = {each[0].last}" for chain in each[1:] if meet]
    return ", ".join(names), " and ".join([rule for chain in each for rule in chain.known()] + met)


def members(sizes, n="n"):
    """A set of sizes as ISL reads it."""
    last = "" if sizes.last is None else f" and {n} <= {sizes.last}"
    within = [f"({n} >= {sizes.first}{last} and {n} mod {sizes.modulus} = {r})" for r in sizes.residues]
    return " or ".join(within + [f"{n} = {other}" for other in sizes.others]) or "0 = 1"


def fitting(chains):
    names, rules = known(maps(chains))
    return LINE.sizes(f"exists ({names} : {rules})")


def traced(chains):
    """The network on n positions; refused are only those that no n fits."""
    try:
        return network(chains).trace()
    except ConvmathError:
        assert fitting(chains).is_empty()
        reject()


@given(NETWORKS)
def test_which_sizes_fit(chains):
    assert fitting(chains) == LINE.sizes(members(inputs(network(chains)).square))


@given(CHAINS, CHAINS)
def test_the_condition_where_maps_meet(first, second):
    chains = [first, second]
    names, rules = known(maps(chains), meet=False)
    found = LINE.sizes(f"exists ({names} : {rules})")
    for symbol, sizes in [solved(demand) for _, demand in traced(chains).demands if demand.relation == "="]:
        assert symbol == "n"
        found &= LINE.sizes(members(sizes))
    assert found == fitting(chains)


@FEWER
@given(NETWORKS)
def test_sizes_and_counts(chains):
    trace, each, where = traced(chains), maps(chains), fitting(chains)
    names, rules = known(each)
    size = LINE.points("y", f"exists ({names} : {rules} and 0 <= y < {each[0].last})")
    LINE.assert_same(trace.output_shape[1], size, where)
    nominal, effective = LINE.nothing(), LINE.nothing()
    for chain in each:
        for taps, before, after in zip(chain.chain, chain.sizes, chain.sizes[1:], strict=False):
            if isinstance(taps, Convolution):
                every = f"exists ({names} : {rules} and 0 <= i < {after}"
                nominal += taps.kernel_size * LINE.points("i", f"{every})")
                effective += LINE.taps(taps.kernel_size, f"{every} and 0 <= {taps.at()} < {before})")
    LINE.assert_same(trace.operations().multiplications, nominal, where)
    LINE.assert_same(trace.effective_operations().multiplications, effective, where)


@FEWER
@given(NETWORKS)
def test_what_is_left_over(chains):
    each = maps(chains)
    names, rules = known(each)
    (past,) = leftover(traced(chains))
    if past is None:
        assert any(
            taps.dilation > 1 or taps.stride > taps.kernel_size for chain in chains for taps in chain
        )
        return
    read = " or ".join(chain.reads("x", "y", bordered=True) for chain in each)
    later = f"exists (x, y : z <= x and ({read}))"
    behind = LINE.points("z", f"exists ({names} : {rules} and 0 <= z < n and not ({later}))")
    LINE.assert_same(past, behind, fitting(chains))


@given(CHAINS)
def test_the_field_of_a_chain(chain):
    """Without borders: what position y reads starts at stride*y - padding and ends size - 1 later."""
    field = network([chain]).trace().receptive_field()
    (whole,) = maps([chain])
    reads = LINE.map("y", "x", whole.reads("x", "y", bordered=False))
    first = f"{field.stride[0]}*y - {field.padding[0]}"
    assert reads.lexmin() == LINE.map("y", "x", f"x = {first}")
    assert reads.lexmax() == LINE.map("y", "x", f"x = {first} + {field.size[0] - 1}")


@FEWER
@given(CHAINS, CHAINS)
def test_the_field_where_chains_meet(one, other):
    """No position of the input that is read lies outside; without gaps and drift both ends are read."""
    chains = [one, other]
    field, each = traced(chains).receptive_field(), maps(chains)
    names, rules = known(each)
    if field.varies:
        return
    sizes = LINE.map("y", "x", f"exists ({names} : {rules} and 0 <= y < {each[0].last})")
    read = " or ".join(chain.reads("x", "y", bordered=True) for chain in each)
    first = f"{field.stride[0]}*y - {field.padding[0]}"
    said = LINE.map("y", "x", f"{first} <= x < {first} + {field.size[0]}")
    assert LINE.map("y", "x", f"exists ({names} : {rules} and ({read}))").is_subset(said)
    if not field.bound:
        free = [LINE.map("y", "x", chain.reads("x", "y", bordered=False)) for chain in each]
        union = free[0].union(free[1]).intersect_domain(sizes.domain())
        inside = said.intersect_domain(sizes.domain())
        assert union.lexmin() == inside.lexmin()
        assert union.lexmax() == inside.lexmax()
