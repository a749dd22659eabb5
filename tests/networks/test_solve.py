"""Questions backwards: answers worked out by hand, and sets compared with what trying every size finds."""

import itertools
from contextlib import nullcontext
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmath import (
    AdaptiveAvgPool1d,
    Add,
    BatchNorm1d,
    Chain,
    Concat,
    Conv1d,
    Conv2d,
    ConvmathError,
    ConvTranspose1d,
    ConvTranspose2d,
    Flatten,
    Linear,
    MaxPool1d,
    MaxPool2d,
    ReflectionPad1d,
    ReLU,
    Reshape,
    ZeroPad1d,
    network_of,
    save,
    summarise,
    zoo,
)
from convmath.geometry.notation import symbol
from convmath.network.network import Builder, Network
from convmath.network.nodes import INPUT
from convmath.solve import (
    Sizes,
    arguments,
    check_growing,
    fits,
    inputs,
    largest_depth,
    largest_width,
    padding_that_keeps,
    smallest_input,
)

MOST = 60  # sizes tried one by one

# --- sets of sizes ---


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        (Sizes(), "n >= 1"),
        (Sizes(-5, 3), "1 <= n <= 3"),
        (Sizes(5, 5), "n = 5"),
        (Sizes(5, 4), "no n"),
        (Sizes(17, modulus=16), "n >= 32 divisible by 16"),
        (Sizes(17, 47, 16), "n = 32"),
        (Sizes(2, modulus=4, residues=(1, 3)), "n >= 3 with n mod 2 = 1"),
        (Sizes(2, modulus=4, residues=(0, 2, 3)), "n >= 2 with n mod 4 in {0, 2, 3}"),
        (Sizes(4, others=(3, 2, 9)), "n >= 2"),
        (Sizes(4, others=(2,)), "n >= 4, or n = 2"),
        (Sizes.of([9, 7]), "n = 7 or 9"),
    ],
)
def test_a_set_is_written_in_its_simplest_form(sizes, text):
    assert str(sizes) == text


def test_a_set_with_another_letter():
    assert Sizes(16, modulus=16).text("H") == "H >= 16 divisible by 16"


def any_sizes():
    last = st.none() | st.integers(0, MOST)
    plain = st.tuples(st.integers(-3, 20), last, st.sampled_from([1, 2, 3, 4, 6]))
    return plain.flatmap(
        lambda args: st.builds(
            Sizes,
            st.just(args[0]),
            st.just(args[1]),
            st.just(args[2]),
            st.sets(st.integers(0, args[2] - 1)).map(tuple),
            st.sets(st.integers(1, MOST), max_size=4).map(tuple),
        )
    )


def up_to(sizes, most=MOST):
    return list(itertools.takewhile(lambda n: n <= most, sizes))


@given(any_sizes(), any_sizes())
def test_sets_intersect_as_sets_do(left, right):
    assert up_to(left & right) == [n for n in range(1, MOST + 1) if n in left and n in right]
    assert up_to(left) == [n for n in range(1, MOST + 1) if n in left]


@given(any_sizes(), st.integers(1, 30), st.integers(0, 10))
def test_a_range_is_taken_out(sizes, low, extent):
    expected = [n for n in range(1, MOST + 1) if n in sizes and not low <= n <= low + extent]
    assert up_to(sizes.without(low, low + extent)) == expected


@given(st.integers(1, 9), st.integers(0, 5), st.integers(1, 5), st.sets(st.integers(1, 40), max_size=5))
def test_members_do_not_depend_on_how_a_set_is_written(first, residue, modulus, others):
    sizes = Sizes(first, None, modulus, (residue % modulus,), tuple(others))
    meant = {n for n in range(first, 100) if n % modulus == residue % modulus} | others
    assert set(up_to(sizes, 99)) == meant
    assert (sizes.smallest, sizes.largest, sizes.is_finite) == (min(meant), None, False)


# --- inputs that fit ---


@pytest.mark.parametrize(
    ("name", "text", "independent"),
    [
        # four pools by 2 whose sizes must come back: whole multiples of 2^4
        ("unet", "n >= 16 divisible by 16", True),
        # every window is padded to its middle
        ("resnet50", "n >= 1", True),
        # five pools by 2 and nothing else shrinks
        ("vgg16", "n >= 32", True),
        # conv1 (n - 7)//4 + 1 = 15 for 63; pools 15 -> 7 -> 3 -> 1, one less and the last pool has 2 for 3
        ("alexnet", "n >= 63", True),
        # 13x13 must remain before the last pool: 6 = (13 - 3)//2 + 1 needs 13 or 14, before it 27..30, 55..62,
        # and conv1 gives 55 for 4*54 + 11 = 227 and 62 for 4*61 + 11 .. + 3 = 255 .. 258
        ("alexnet@paper", "227 <= n <= 258", False),
        # 5 = ((n - 4)//2 - 4)//2: (n - 4)//2 in 14, 15
        ("lenet5", "32 <= n <= 35", False),
        ("mlp", "n = 1000", False),
    ],
)
def test_sizes_that_fit_published_networks(name, text, independent):
    found = inputs(zoo.network(name))
    assert (str(found.square), found.independent) == (text, independent)
    assert [str(sizes) for sizes in found.axes.values()] == [text, text]


@pytest.mark.parametrize(
    ("network", "output", "text"),
    [
        (Conv2d(3, 64, 7, stride=2, padding=3), 112, "223 <= n <= 224"),
        (Conv2d(1, 1, 3), 5, "n = 7"),
        (ConvTranspose2d(1, 1, 2, stride=2), 8, "n = 4"),
        (ConvTranspose2d(1, 1, 2, stride=2), 7, "no n"),
        (Conv2d(1, 1, 3, stride=2, padding="same"), 4, "7 <= n <= 8"),
        (Chain((Conv2d(1, 6, 5), MaxPool2d(2), Conv2d(6, 16, 5), MaxPool2d(2))), 5, "32 <= n <= 35"),
        # 32*7 - 31 = 193 .. 224
        (zoo.network("resnet50"), 7, "193 <= n <= 224"),
        (zoo.network("unet"), 64, "n = 64"),
        (zoo.network("unet"), 63, "no n"),
        (Chain((Conv1d(1, 1, 7), AdaptiveAvgPool1d(2))), 3, "n = 9"),  # the map before the pool
    ],
)
def test_sizes_that_give_an_output(network, output, text):
    assert str(inputs(network, output=output).square) == text


def test_the_output_of_a_named_node():
    found = inputs(zoo.network("resnet50"), output=56, node="layer1.2.relu")
    assert (found.node, str(found.square)) == ("layer1.2.relu", "221 <= n <= 224")


def test_axes_of_their_own():
    found = inputs(Conv2d(1, 1, (1, 5), stride=(1, 2)))
    assert {name: str(sizes) for name, sizes in found.axes.items()} == {"H": "n >= 1", "W": "n >= 5"}
    assert found.smallest == (1, 1, 5)
    assert str(found.square) == "n >= 5"


def test_flattened_maps_tie_the_axes():
    layers = (MaxPool2d(2), Flatten(), Linear(12, 5))
    found = inputs(Network.chain(layers, (1, 4, 12)))
    assert {name: str(sizes) for name, sizes in found.axes.items()} == {
        "H": "4 <= n <= 5",  # two rows of six
        "W": "12 <= n <= 13",
    }
    assert not found.independent
    assert str(found.square) == "no n"  # 12 is no square


def test_smallest_inputs():
    assert smallest_input(zoo.network("unet")) == (1, 16, 16)
    assert smallest_input(zoo.network("densenet121")) == (3, 29, 29)
    assert smallest_input(Conv2d(3, 8, 3, dilation=2)) == (3, 5, 5)


def test_the_node_that_narrows_is_named():
    reasons = inputs(zoo.network("unet")).reasons
    assert ("up0.concat", "n >= 16 divisible by 16") in [(r.node, str(r.left)) for r in reasons]


def test_no_input_fits_and_why():
    network = Network.chain([AdaptiveAvgPool1d(2), Conv1d(1, 1, 3)], (1, 8))
    found = inputs(network)
    assert str(found.square) == "no n"
    with pytest.raises(
        ConvmathError,
        match=r"no input fits AdaptiveAvgPool1d\(2\) -> Conv1d\(1, 1, 3\): 1 = Conv1d\(1, 1, 3\) leaves none",
    ):
        smallest_input(network)


@pytest.mark.parametrize(
    ("network", "options", "message"),
    [
        (Conv2d(1, 1, 3), {"output": 0}, "output=0 is no size"),
        (zoo.network("dcgan_generator"), {}, "has no axis whose size could vary"),
        (Linear(4, 2), {}, r"Linear\(4, 2\) on 4 has no axis whose size could vary"),
        (Conv2d(1, 1, symbol("k")), {}, "has the symbol k; give a number"),
        (Chain((Conv2d(1, 2, 3), Conv2d(3, 1, 3))), {}, "takes 3 channels, the input"),
        (zoo.network("unet"), {"output": 8, "node": "flattn"}, "has no node 'flattn'"),
        (zoo.network("mlp"), {"output": 8, "node": "3"}, "has no positions"),
    ],
)
def test_what_cannot_be_solved_is_one_sentence(network, options, message):
    with pytest.raises(ConvmathError, match=message):
        inputs(network, **options)


def test_sizes_beyond_any_float():
    assert str(inputs(Conv2d(1, 1, 3, stride=3), output=10**17).square) == (
        "300000000000000000 <= n <= 300000000000000002"
    )


# --- complete and sound: every size tried ---

CONVS = st.builds(
    lambda k, s, p, d: Conv1d(1, 1, k, s, p, d),
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(0, 2) | st.tuples(st.tuples(st.integers(0, 2), st.integers(0, 2))),
    st.integers(1, 2),
)
SAME = st.builds(
    lambda k, s, mode: Conv1d(1, 1, k, s, "same", padding_mode=mode),
    st.integers(1, 20),
    st.integers(1, 8),
    st.sampled_from(["zeros", "reflect", "circular"]),
)
POOLS = st.builds(
    lambda k, s, ceil: MaxPool1d(k, s, k // 2, ceil_mode=ceil),
    st.integers(1, 4),
    st.integers(1, 3),
    st.booleans(),
)
UPS = st.builds(
    lambda k, s, p: ConvTranspose1d(1, 1, k, s, p), st.integers(1, 4), st.integers(1, 3), st.integers(0, 2)
)
OTHERS = st.sampled_from([ReLU(), ReflectionPad1d(2), ZeroPad1d(-1), BatchNorm1d(1), AdaptiveAvgPool1d(5)])
LAYERS = st.lists(CONVS | POOLS | UPS | SAME | OTHERS, min_size=1, max_size=3)
ENDS = st.sampled_from(
    [(), (Linear(4, 2),), (Flatten(), Linear(5, 2)), (Flatten(), Reshape((1, 7)), Conv1d(1, 1, 3))]
)


@st.composite
def networks(draw):
    """Two branches that are joined, or one alone, and what follows."""
    build = Builder()
    x = build.chain("stem", INPUT, *draw(LAYERS))
    join = draw(st.sampled_from([None, Add(), Concat()]))
    if join is not None:
        left = build.chain("left", x, *draw(LAYERS))
        right = build.chain("right", draw(st.sampled_from([INPUT, x])), *draw(LAYERS))
        x = build("join", join, left, right)
    build.chain("end", x, *(() if isinstance(join, Concat) else draw(ENDS)), ReLU())
    return build.network("drawn", (1, 30))


@given(networks())
def test_exactly_the_sizes_found_fit(network):
    found = inputs(network).square
    assert up_to(found) == [n for n in range(1, MOST + 1) if fits(network, (1, n))]


@given(LAYERS, st.integers(1, 12))
def test_exactly_the_sizes_found_give_the_output(layers, output):
    network = Network.chain(layers, (1, 30))
    found = inputs(network, output=output, node=network.output)
    tried = [n for n in range(1, MOST + 1) if fits(network, (1, n), network.output, output)]
    assert up_to(found.square) == tried


@given(st.integers(1, 3), st.integers(1, 3), st.integers(0, 1), st.integers(1, 60))
def test_exactly_the_sizes_found_fit_a_dense_layer(k, s, p, features):
    layers = (Conv2d(1, 2, k, s, p), Flatten(), Linear(features, 3))
    found = inputs(Network.chain(layers, (1, 9, 7)))
    assert up_to(found.square, 30) == [n for n in range(1, 31) if fits(found.network, (1, n, n))]
    tried = [n for n in range(1, 31) if fits(found.network, (1, n, 7))]
    assert up_to(found.axes["H"], 30) == tried


# --- padding that keeps the size, and arguments ---


@pytest.mark.parametrize(
    ("given", "symmetric", "totals"),
    [
        ({"kernel_size": 3}, [1], [2]),
        ({"kernel_size": 3, "dilation": 2}, [2], [4]),
        ({"kernel_size": 1}, [0], [0]),
        ({"kernel_size": 4}, [], [3]),
        ({"kernel_size": 4, "dilation": 2}, [3], [6]),
        # 2*6 <= 7 + P - 3 <= 2*6 + 1
        ({"kernel_size": 3, "stride": 2, "n": 7}, [4], [8, 9]),
        ({"kernel_size": 2, "stride": 3, "n": 2}, [2], [3, 4, 5]),
    ],
)
def test_padding_that_keeps_the_size(given, symmetric, totals):
    found = padding_that_keeps(**given)
    assert (list(found.symmetric), list(found.totals)) == (symmetric, totals)


def test_padding_in_words():
    assert str(padding_that_keeps(3, dilation=2)) == (
        "padding = 2 keeps every size; so does any begin + end = 4"
    )
    assert str(padding_that_keeps(4)) == (
        "no symmetric padding keeps every size: dilation*(kernel_size - 1) = 3 is odd; "
        "pad (1, 2), or any begin + end = 3"
    )
    assert str(padding_that_keeps(3, stride=2, n=7)) == (
        "padding = 4 keeps the size 7; so does any 8 <= begin + end <= 9"
    )


def windows_that_fit(k, s, d, total, n):
    """How many windows fit, counted by placing them one by one."""
    return sum(1 for start in range(0, n + total, s) if start + d * (k - 1) < n + total)


SMALL = st.integers(1, 5)


@given(SMALL, SMALL, SMALL, st.integers(1, 12))
def test_exactly_the_padding_found_keeps_the_size(k, s, d, n):
    found = padding_that_keeps(k, s, d, n)
    every = [(b, e) for b in range(30) for e in range(80) if windows_that_fit(k, s, d, b + e, n) == n]
    assert sorted(pair for pair in found.pairs() if pair[0] < 30) == every
    assert list(found.symmetric) == [b for b, e in every if b == e]


@given(st.integers(1, 30), st.integers(1, 15))
def test_exactly_the_arguments_found_give_the_output(n, output):
    bounds = [range(1, 5), range(1, 4), range(1, 3), range(4)]
    found = arguments(n, output, bounds[0], bounds[1], bounds[3], bounds[2])
    listed = [(k, s, d, p) for k, s, d, paddings in found for p in paddings]
    tried = itertools.product(*bounds)
    assert listed == [(k, s, d, p) for k, s, d, p in tried if windows_that_fit(k, s, d, 2 * p, n) == output]


def test_arguments_of_a_stem():
    found = {(k, s, d): list(p) for k, s, d, p in arguments(224, 112)}
    assert found[7, 2, 1] == [3]
    assert found[3, 2, 1] == [1]
    assert found[2, 2, 1] == [0]
    assert (3, 1, 1) not in found


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: padding_that_keeps(3, stride=2), "stride=2 keeps no size for every input"),
        (lambda: padding_that_keeps(0), "kernel_size=0 must be a whole number of at least 1"),
        (lambda: padding_that_keeps(3, n=0), "n=0 must be a whole number of at least 1"),
        (lambda: padding_that_keeps(2.5), r"kernel_size=2\.5 must be a whole number"),
        (lambda: arguments(8, 8, padding=range(-1, 2)), "padding=-1 must not be negative"),
        (lambda: arguments(8, 0), "output=0 must be"),
        (lambda: arguments(8, 8, stride=range(2)), "stride=0 must be"),
        (lambda: arguments(8, 8, range(1, 10**6), range(1, 10**6)), "narrow them"),
    ],
)
def test_wrong_arguments_are_one_sentence(call, message):
    with pytest.raises(ConvmathError, match=message):
        call()


# --- budgets ---


def pair(width):
    """27w + w weights and biases, then 9w^2 + w."""
    return Network.chain([Conv2d(3, width, 3), ReLU(), Conv2d(width, width, 3)], (3, 32, 32))


@pytest.mark.parametrize(
    ("limits", "value", "counts"),
    [
        # 9*103^2 + 29*103 = 98468, 9*104^2 + 29*104 = 100360
        ({"parameters": 100_000}, 103, {"parameters": 98_468}),
        ({"parameters": 98_468}, 103, {"parameters": 98_468}),
        ({"parameters": 98_467}, 102, {"parameters": 96_594}),
        # results: 30x30, 30x30 and 28x28 of w channels, 4 bytes each: 10336w
        ({"memory": 103_360}, 10, {"memory": 103_360}),
        # 27*900*w + 9*784*w^2
        (
            {"multiplications": 31_356, "parameters": 10**6},
            1,
            {"multiplications": 31_356, "parameters": 38},
        ),
    ],
)
def test_the_largest_width(limits, value, counts):
    found = largest_width(pair, limits)
    assert (found.value, found.counts, found.beyond) == (value, counts, value + 1)


def test_the_largest_width_among_multiples():
    found = largest_width(pair, {"parameters": 100_000}, multiple_of=8)
    assert (found.value, found.beyond) == (96, 104)
    assert found.stopped == "100,360 parameters, over 100,000"


BLOCK = [Conv2d(64, 64, 3, padding=1), ReLU()]


def test_the_largest_depth():
    # one block takes 64*64*9*56*56 = 115,605,504 multiplications
    found = largest_depth(BLOCK, (64, 56, 56), {"multiplications": 10**9})
    assert (found.value, found.counts) == (8, {"multiplications": 924_844_032})
    assert found.stopped == "1,040,449,536 multiplications, over 1,000,000,000"


def test_the_largest_depth_is_not_found_block_by_block():
    found = largest_depth(BLOCK, (64, 56, 56), {"parameters": 10**15})
    assert found.value == 10**15 // 36_928


def test_a_chain_that_shrinks_ends_where_its_window_does_not_fit():
    found = largest_depth([Conv2d(1, 1, 3)], (1, 32, 32), {"parameters": 10**6})
    assert (found.value, found.counts) == (15, {"parameters": 150})
    assert "the window covers 3 positions but the padded input has 2" in found.stopped


@given(st.integers(1, 3), st.integers(0, 1), st.integers(9, 20_000))
def test_one_block_more_is_too_much(stride, padding, limit):
    block = [Conv2d(1, 1, 3, stride, padding, bias=False)]
    most = largest_depth(block, (1, 16, 16), {"parameters": limit})
    assert most.counts["parameters"] == 9 * most.value <= limit
    stopped = 9 * (most.value + 1) > limit
    with pytest.raises(ConvmathError) if not stopped else nullcontext():
        Network.chain(block * (most.value + 1), (1, 16, 16)).output_shape()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: largest_width(pair, {}), "there is no limit; give parameters"),
        (lambda: largest_width(pair, {"flops": 1}), "'flops' cannot be limited"),
        (lambda: largest_width(pair, {"parameters": 37}), "even a width of 1 has 38 parameters, over 37"),
        (lambda: largest_width(pair, {"parameters": 0}), "parameters=0 must be"),
        (lambda: largest_width(pair, {"memory": 9}, dtype="int7"), "dtype='int7' is not known"),
        (lambda: largest_width(lambda w: pair(1), {"parameters": 99}), "no width up to"),
        (lambda: largest_depth([ReLU()], (1, 8, 8), {"parameters": 9}), "any depth fits"),
        (
            lambda: largest_depth(BLOCK, (64, 8, 8), {"parameters": 9}),
            "even one block has 36,928 parameters",
        ),
        (lambda: largest_depth(BLOCK, (3, 8, 8), {"parameters": 9}), "takes 64 channels"),
    ],
)
def test_budgets_that_cannot_be_met_are_one_sentence(call, message):
    with pytest.raises(ConvmathError, match=message):
        call()


def test_growth_is_proved_or_refused():
    w = symbol("w")
    check_growing(pair(w), {"parameters": 1, "multiplications": 1, "memory": 1}, w)
    check_growing(zoo.network("resnet18", width=w), {"parameters": 1}, w)
    for layer in (Conv2d(1, 1, w), Conv2d(1, 100 - w, 3), Conv2d(1, 1, 3, padding=w, stride=w)):
        with pytest.raises(ConvmathError, match="cannot be shown to grow with w"):
            check_growing(Network.chain([layer], (1, 32, 32)), {"multiplications": 1}, w)


def test_nothing_is_resized_to_nothing():
    halved = network_of("Upsample(scale_factor=0.5)", "1x8")
    assert str(inputs(halved).square) == "n >= 2"
    assert smallest_input(halved) == (1, 2)
    with pytest.raises(ConvmathError, match=r"Upsample\(scale_factor=0.5\) leaves nothing of 1x1"):
        network_of("Upsample(scale_factor=0.5)", "1x1").output_shape()


def test_groups_of_symbols_are_a_condition():
    """Weights of C/g channels each: both numbers of channels are divided."""
    found = summarise(network_of("Conv1d(C, 8, 3, groups=g)", "CxL"))
    assert found.conditions == ("C divisible by g", "8 divisible by g")


@pytest.mark.parametrize("text", ["AdaptiveAvgPool1d(None)", "AdaptiveMaxPool2d((None, 3))"])
def test_a_pool_that_keeps_a_size_takes_any(text):
    assert str(inputs(text).square) == "n >= 1"


def test_what_is_wrong_is_said_of_letters():
    with pytest.raises(
        ConvmathError, match=r"1xnxn from input\): scale_factor=0.6 is multiplied in floating"
    ):
        inputs(network_of("Upsample(scale_factor=0.6)", "1x8x8"))
    with pytest.raises(ConvmathError, match=r"Conv2d\(9, 8, 3\) takes 9 channels, the input 8x\(H - 2\)x"):
        smallest_input("Conv2d(3, 8, 3) -> Conv2d(9, 8, 3)")


def test_a_width_is_found_for_a_name_and_for_a_file(tmp_path):
    build = Builder()
    x = build("wide", Conv2d(3, symbol("w"), 3), INPUT)
    build("narrow", Conv2d(symbol("w"), 8, 1), x)
    save(build.network("two", (3, 8, 8)), tmp_path / "two.toml")
    most = largest_width(str(tmp_path / "two.toml"), {"parameters": 1000})
    assert most.counts == {"parameters": 28 * most.value + 8 * most.value + 8}
    assert most.value == 27
    assert largest_width("resnet18", {"parameters": 10**6}).value == 17


class Pairs:
    def __call__(self, width):
        return pair(width)


@pytest.mark.parametrize("build", [pair, partial(pair), Pairs()], ids=["function", "partial", "object"])
def test_whatever_makes_networks_can_be_asked_for_a_width(build):
    """A pair of width 1 has 38 parameters, by hand above."""
    assert largest_width(build, {"parameters": 38}).counts == {"parameters": 38}


def test_fits_is_asked_of_anything():
    assert fits("unet", (1, 32, 48))
    assert not fits(Conv2d(1, 1, 5), (1, 4, 9))


@pytest.mark.parametrize(
    ("text", "shape", "smallest"),
    [
        ("Flatten(2) -> Linear(160, 3)", "1x16x10", (1, 10, 16)),  # of all that have 160 positions
        ("Flatten(2) -> Linear(16, 3)", "1x2x8", (1, 4, 4)),
        ("MaxPool2d((1, 2)) -> Flatten(2) -> Linear(6, 3)", "1x6x2", (1, 3, 4)),
    ],
)
def test_the_smallest_of_inputs_whose_axes_depend_on_each_other(text, shape, smallest):
    assert smallest_input(network_of(text, shape)) == smallest


def test_fits_asks_for_nodes_that_are_there_and_reads_text():
    assert fits("lenet", "1x28x28")
    with pytest.raises(ConvmathError, match="has no node 'nope'"):
        fits("lenet", (1, 28, 28), node="nope")
