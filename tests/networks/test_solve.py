"""Questions backwards: answers worked out by hand, and sets compared with what trying every size finds."""

import itertools

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
    zoo,
)
from convmath.network import INPUT, Builder, Network
from convmath.notation import symbol
from convmath.solve import Sizes, fits, inputs, smallest_input

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
    with pytest.raises(ConvmathError, match=r"no input fits chain: 1 = Conv1d\(1, 1, 3\) leaves none"):
        smallest_input(network)


@pytest.mark.parametrize(
    ("network", "options", "message"),
    [
        (Conv2d(1, 1, 3), {"output": 0}, "output=0 is no size"),
        (zoo.network("dcgan_generator"), {}, "has no axis whose size could vary"),
        (Linear(4, 2), {}, "takes any number of axes; give an input"),
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
