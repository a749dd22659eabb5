"""What positions read: receptive fields, single positions, leftover input, against poking the reference's inputs."""

import math

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from convmath import (
    INPUT,
    AdaptiveAvgPool1d,
    Add,
    Builder,
    Chain,
    Concat,
    Conv1d,
    Conv2d,
    ConvTranspose1d,
    Flatten,
    Linear,
    Multiply,
    Network,
    Parameter,
    ReLU,
    Slice,
    Softmax,
    ZeroPad1d,
    network_of,
    parse_shape,
    summarise,
)
from convmath.exact.proof import evaluate
from convmath.explain.place import seen
from convmath.explain.quantities import plainly
from convmath.geometry.notation import symbol
from convmath.oracle.poke import check_fields, poked, poked_leftover, poked_read
from convmath.oracle.strategies import (
    adaptive_pools,
    along_an_axis,
    avg_pools,
    chains,
    conv_transposes,
    convs,
    lp_pools,
    maps,
    max_pools,
    pads,
    reductions,
    reshapes,
    shuffles,
    subsamples,
    upsamples,
)
from convmath.solve import reached

FAMILIES = (
    *(convs, conv_transposes, max_pools, avg_pools, lp_pools, subsamples, adaptive_pools, pads),
    *(upsamples, shuffles),
)


@given(maps())
def test_every_position_of_a_network_reads_what_the_formulas_say(network):
    check_fields(network)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
@settings(max_examples=max(10, settings().max_examples // 2))
@given(data=st.data())
def test_every_position_of_a_layer_reads_what_the_formulas_say(family, data):
    layer, (shape,) = data.draw(family())
    check_fields(Network.chain(layer, shape))


@given(maps(gates=False))
def test_a_pixel_reaches_the_positions_that_read_it(network):
    changed = poked(network)[network.output]
    rank = len(network.input_shape) - 1
    if changed.ndim == rank or not any(network.trace().fields[network.output]):
        return
    for pixel in np.ndindex(*network.input_shape[1:]):
        found = np.argwhere(changed[pixel])
        axes = (
            [set(found[:, axis]) for axis in range(changed.ndim - rank)] if len(found) else [set()] * rank
        )
        assert [set(axis) for axis in reached(network, pixel, network.output)] == axes


@given(maps(gates=False))
def test_a_field_is_as_large_as_some_position_reads(network):
    """No larger than the largest that poking finds, where padding does not count as positions."""
    trace = network.trace()
    for name, changed in poked(network).items():
        field = trace.receptive_field(name)
        if field is None or field.bound:
            continue
        read = list(poked_read(changed, len(trace.input_shape) - 1))
        largest = [max(sizes) for sizes in zip(*map(extents, read), strict=True)]
        if len(field.size) == len(largest):  # sorted, for axes may have been exchanged
            assert all(a >= b for a, b in zip(sorted(field.size), sorted(largest), strict=True))


def extents(axes):
    return [max(axis) - min(axis) + 1 if len(axis) else 0 for axis in axes]


# --- leftover input ---


@given(chains())
def test_leftover_is_what_no_output_notices(case):
    assert case.layer.leftover() == poked_leftover(case.layer)


def test_leftover_is_at_most_the_whole_input():
    """The second layer's one window lies on its padding: no output reads any of the five rows."""
    chain = Network.chain([Conv1d(1, 1, 1, 3), Conv1d(1, 1, 1, 3, ((1, 0),))], (1, 5))
    assert poked_leftover(chain) == chain.leftover() == (5,)


def test_leftover_behind_padding_between_layers():
    """Of four rows the first layer's one window reads 0 and 1; whatever follows, 2 and 3 are left over."""
    chain = Network.chain([Conv1d(1, 1, 2, 3), Conv1d(1, 1, 3, padding=1)], (1, 4))
    assert poked_leftover(chain) == chain.leftover() == (2,)


def test_leftover_in_symbols_is_at_most_the_input_too():
    """Windows of 2 at stride s > 8 over four rows of padding and five of input: the one window reads none of it."""
    s = sympy.Symbol("s", integer=True, positive=True)
    (general,) = Chain(Conv1d(1, 1, 2, s, ((4, 0),))).leftover((1, 5))
    for stride in range(1, 14):
        (number,) = Chain(Conv1d(1, 1, 2, stride, ((4, 0),))).leftover((1, 5))
        assert evaluate(sympy.sympify(general), {s: stride}) == number
    assert Chain(Conv1d(1, 1, 2, 10, ((4, 0),))).leftover((1, 5)) == (5,)


# --- fields worked out by hand, by sliding or by poking ---

SIZES = (  # network, input, node or None for the last map, size of the field, whether it is only bounded
    ("Conv2d(1, 1, (1, 5)) -> Permute((0, 1, 3, 2))", "1x9x9", None, (5, 1), False),
    # the outputs of a pool from 8 to 6 read 2 positions each: with three of them 4, 5, 5, 4
    ("AdaptiveAvgPool1d(6) -> Conv1d(1, 1, 3)", "1x8", None, (5,), False),
    ("AdaptiveAvgPool1d(6) -> Conv1d(1, 1, 2)", "1x80", None, (28,), False),
    ("AdaptiveAvgPool2d(3)", "1x11x11", "0", (5, 5), False),
    ("AdaptiveAvgPool2d(1) -> Upsample(size=80, mode='bilinear')", "1x80x80", "1", (80, 80), False),
    ("AdaptiveAvgPool2d(6) -> Upsample(size=80, mode='bilinear')", "1x80x80", "1", (28, 28), False),
    ("Linear(20, 20) -> Linear(20, 20)", "8x20", "1", (20,), False),
    ("Softmax(dim=2) -> Conv1d(4, 4, 3, padding=1)", "4x9", "1", (9,), False),
    ("ConvTranspose2d(1, 1, 3, stride=3, dilation=4)", "1x8x8", None, (1, 1), False),
    ("ConvTranspose1d(1, 1, 2, stride=2) -> Conv1d(1, 1, 2, stride=2)", "1x8", None, (1,), False),
    ("Conv1d(1, 1, 3, padding=1, padding_mode='circular')", "1x9", None, (9,), False),
    ("PixelShuffle(2) -> Conv2d(1, 1, 3)", "4x6x6", None, (2, 2), False),
    ("Unfold(3, padding=1)", "2x5x6", "0", None, False),
    ("Permute((0, 2, 1, 3))", "1x5x5", "0", (1, 1), False),
    ("Conv2d(1, 2, 3) -> InstanceNorm2d(2)", "1x9x9", "1", (3, 3), False),
    ("Conv2d(1, 2, 3) -> GroupNorm(2, 2) -> Conv2d(2, 2, 3)", "1x9x9", "2", (5, 5), False),
    # each of four channels sees one pixel of a square, and is then put back: a pixel reads itself
    ("PixelUnshuffle(2) -> PixelShuffle(2)", "1x4x4", "1", (2, 2), True),
    ("PixelUnshuffle(2) -> Slice(1, 0, 2)", "1x4x4", "1", (2, 2), True),
    ("PixelUnshuffle(2) -> Conv2d(4, 4, 1) -> PixelShuffle(2)", "1x4x4", "2", (2, 2), False),
    # one output of the pattern's two: it reads 0..2
    ("Conv1d(1, 1, 3) -> ConvTranspose1d(1, 1, 3, 2, padding=1)", "1x3", None, (3,), False),
    ("ConvTranspose1d(1, 1, 3, stride=2, padding=1)", "1x1", None, (1,), False),
    # the padding before the second convolution stands where pixel 0 was: the output reads pixel 1
    (
        "ConvTranspose1d(1, 1, 1, stride=3) -> Conv1d(1, 1, 2) -> Conv1d(1, 1, 2, padding=((1, 0),), dilation=4)",
        *("1x3", None, (1,), False),
    ),
    # the second output is padding, which lies over pixel 2: 0 and 1 are read, and at most all three
    ("MaxPool1d(2, stride=1) -> Conv1d(1, 1, 1, 2, ((0, 1),)) -> Linear(2, 1)", "1x3", "2", (3,), True),
    (
        "ConvTranspose1d(1, 1, 3, padding=((2, 0),)) -> Conv1d(1, 1, 2, 2, 1, 2) -> Linear(3, 2)",
        "1x5",
        "2",
        (5,),
        True,
    ),
    ("Conv1d(1, 1, 3, padding=1) -> MaxPool1d(2) -> AdaptiveAvgPool1d(1)", "1x8", "2", (8,), False),
    # what is cropped at the start and padded on again, in symbols
    (
        "ConvTranspose1d(1, 1, 1, padding=((1, 0),)) -> Conv1d(1, 1, 2, padding=((1, 0),))",
        "1xL",
        None,
        (2,),
        True,
    ),
    (
        "ConvTranspose1d(1, 1, 1, padding=((0, 1),)) -> Conv1d(1, 1, 2, padding=((0, 1),))",
        "1xL",
        None,
        (2,),
        True,
    ),
    ("ConvTranspose1d(1, 1, 4, 2, 1) -> Conv1d(1, 1, 3, padding=1)", "1xL", None, (3,), False),
    # two pixels, whatever the input's size
    ("Slice(2, 4, 6) -> Linear(2, 1)", "1x9", "1", (2,), False),
    ("Slice(2, 4, 6) -> Linear(2, 1)", "1xH", "1", (symbol("H"),), True),
    ("Slice(2, 0, 3, 2) -> Conv1d(1, 1, 3, padding=1)", "1x20", None, (3,), False),
    ("Slice(2, 0, 3, 2) -> Conv1d(1, 1, 3, padding=1)", "1xH", None, (3,), False),
    ("Conv1d(1, 1, 1, stride=s) -> Conv1d(1, 1, 3, padding=1)", "1xH", None, (2 * symbol("s") + 1,), False),
    # wrapped borders with a symbol: any position
    ("Conv1d(2, 2, 1, stride=2, dilation=d, padding_mode='circular')", "2x6", None, (6,), True),
    # every other position of five, the ends cropped: what is padded on again reads nothing
    ("ConvTranspose1d(1, 1, 1, 2, 2) -> Conv1d(1, 1, 2, padding=2, dilation=2)", "1x3", None, (1,), False),
)


@pytest.mark.parametrize(("layers", "shape", "node", "size", "bound"), SIZES, ids=[row[0] for row in SIZES])
def test_fields_by_hand(layers, shape, node, size, bound):
    field = network_of(layers, shape).trace().receptive_field(node)
    assert (field and field.size, bool(field and field.bound)) == (size, bound)


def test_the_windows_of_a_pool_from_eleven_to_three():
    """Starts floor(i*11/3), ends ceil((i+1)*11/3): 0..3, 3..7, 7..10."""
    trace = network_of("AdaptiveAvgPool2d(3)", "1x11x11").trace()
    spans = [trace.fields["0"][1].span(i) for i in range(3)]
    assert spans == [(0, 3), (3, 7), (7, 10)]
    assert trace.receptive_field("0").varies


def test_behind_a_map_that_was_put_together_nothing_grows():
    chain = network_of("AdaptiveAvgPool2d(1) -> Upsample(size=9) -> Conv2d(1, 1, 3, padding=1)", "1x9x9")
    field = chain.receptive_field(node="2")
    assert (field.size, field.sees_all) == ((9, 9), (True, True))


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 7])
def test_a_bound_in_symbols_is_never_below_the_field(k):
    """k=3: the bound 2 of the first version is less than the 4 that are read."""
    symbol = sympy.Symbol("k", integer=True, positive=True)
    chain = "Conv1d(1, 1, 1, 3) -> ConvTranspose1d(1, 1, {}, 3) -> Conv1d(1, 1, 2)"
    general = network_of(chain.format("k"), "1x30").receptive_field()
    exact = network_of(chain.format(k), "1x30").receptive_field()
    assert general.bound
    assert exact.size[0] <= evaluate(sympy.sympify(general.size[0]), {symbol: k})


def seam():
    build = Builder()
    x = build("conv", Conv1d(1, 1, 1), INPUT)
    x = build("twice", Concat(dim=2), x, x)
    build("over", Conv1d(1, 1, 2), x)
    return build.network("seam", (1, 8))


def test_padding_where_positions_were_cut_off_has_none_of_their_field():
    """Position 0 is cut off: what is padded in its place reads nothing, 1 and 2 read 0..2 and 1..3."""
    chain = "Conv1d(1, 1, 3, padding=1) -> Slice(2, 1, 9) -> Conv1d(1, 1, 3, padding=1)"
    field = network_of(chain, "1x9").trace().fields["2"][1]
    assert (field.span(0), field.span(1)) == ((0, 3), (0, 4))


def test_a_map_behind_itself():
    """Position 8 of the doubled map reads pixel 0; the window over the seam reads 7 and 0, whose hull is all 8."""
    trace = seam().trace()
    field = trace.fields["twice"][1]
    assert [field.span(i) for i in (0, 7, 8, 15)] == [(0, 0), (7, 7), (0, 0), (7, 7)]
    assert trace.fields["over"][1].span(7) == (0, 7)
    assert trace.receptive_field("over").size == (8,)
    assert [sorted(axis) for axis in reached(seam(), (0,), "over")] == [[0, 7, 8]]


@pytest.mark.parametrize("shape", [(4, 1), (4, 9)])
@pytest.mark.parametrize("join", [Add(), Multiply()])
def test_a_learned_map_is_no_gate(join, shape):
    """LayerScale and position embeddings read nothing of the input."""
    build = Builder()
    x = build("conv", Conv1d(3, 4, 3, padding=1), INPUT)
    p = build("scale", Parameter(shape))
    build("join", join, x, p)
    field = build.network("scaled", (3, 9)).receptive_field()
    assert (field.size, field.gated, field.bound) == ((3,), False, False)


def test_a_factor_from_the_whole_map_is_a_gate():
    text = str(summarise(squeezed()))
    assert squeezed().receptive_field().gated
    assert "gates: factors or statistics that every position shares see all of the input besides" in text


def squeezed():
    build = Builder()
    x = build("conv", Conv1d(3, 4, 3, padding=1), INPUT)
    y = build.chain("gate", x, network_of("AdaptiveAvgPool1d(1)", "4x9").layers[0], Conv1d(4, 4, 1))
    build("scaled", Multiply(), x, y)
    build("relu", ReLU(), "scaled")
    return build.network("squeezed", (3, 9))


def test_a_product_of_two_maps_of_the_same_input_is_no_gate():
    build = Builder()
    x = build("conv", Conv1d(3, 3, 3, padding=1), INPUT)
    build("product", Multiply(), x, INPUT)
    field = build.network("gated", (3, 9)).receptive_field()
    assert (field.size, field.gated) == ((3,), False)


@pytest.mark.parametrize("pixel", range(16))
def test_pixels_reach_what_resizes_them(pixel):
    """Four outputs lie at 1.5, 5.5, 9.5 and 13.5 and weigh the two pixels around them; the rest reaches nothing."""
    found = reached("Upsample(size=4, mode='linear')", (pixel,), input_shape=(1, 16))
    read = {1: [0], 2: [0], 5: [1], 6: [1], 9: [2], 10: [2], 13: [3], 14: [3]}
    assert [sorted(axis) for axis in found] == [read.get(pixel, [])]


def test_published_fields_stay():
    """Araujo et al. 2019, table 1 counts padding as positions."""
    published = {"alexnet": 195, "vgg16": 212, "resnet50": 427, "densenet121": 2071, "mobilenet_v2": 491}
    found = {name: summarise(name).receptive_field.size for name in published}
    assert found == {name: (size, size) for name, size in published.items()}


def test_what_sees_all_of_the_input_says_so():
    assert "as large as the whole input: a position in the middle sees all of it" in str(
        summarise("resnet50")
    )
    assert "as large as the whole input" not in str(summarise("vgg16"))


def test_a_summary_names_the_node_of_its_field():
    assert "16 at S4 (stride 4" in str(summarise("lenet"))


@given(st.one_of(reductions(), reshapes(), along_an_axis()))
def test_what_moves_axes_keeps_count_of_positions(case):
    """Axes that are left have fields, and none is larger than the input."""
    layer, (shape,) = case
    trace = Network.chain(layer, shape).trace()
    for field in trace.fields["0"] or ():
        assert field is None or math.prod(shape) >= field.size


def test_softmax_over_channels_keeps_positions():
    assert Network.chain(Softmax(), (4, 5, 6)).receptive_field(node="0").size == (1, 1)


LEFT_OVER = (  # network, input, positions at the end that nothing reads: by hand
    ("MaxPool1d(2) -> Softmax(dim=2)", "1x7", (1,)),
    ("MaxPool1d(2) -> InstanceNorm1d(1)", "1x7", (1,)),
    ("Slice(2, 0, 4) -> LayerNorm(4)", "2x9", (5,)),
    ("Conv1d(1, 1, 2, stride=3) -> LayerNorm((1, 3))", "1x10", (2,)),
    ("Conv1d(1, 1, 1, 2, ((0, 1),))", "1x2", (1,)),  # windows at 0 and 2: position 1 is read by none
    ("Conv2d(1, 1, 1, 1, ((1, 0), (0, 0))) -> Slice(2, 0, 1)", "1x5x5", (5, 5)),  # one row, of padding
    ("MaxPool1d(2) -> ReplicationPad1d(1)", "1xL", (None,)),
    ("Upsample(scale_factor=0.5)", "1xL", (None,)),
    ("MaxPool1d(2)", "1xL", ("L - 2*floor(L/2)",)),
    ("PixelUnshuffle(2) -> Slice(1, 0, 2)", "1x4x4", (1, 0)),  # the upper pixels of each square
    ("PixelUnshuffle(2) -> Slice(1, 0, 2)", "1xHxW", (None, None)),
    # one window, on the padding of the mean, or with a tap at either side of it
    ("Mean((2,), keepdim=True) -> Conv1d(1, 2, 1, stride=3, padding=((1, 0),))", "1x7", (7,)),
    ("AdaptiveAvgPool1d(1) -> Conv1d(1, 1, 2, padding=2, dilation=3)", "1x9", (9,)),
    # statistics read all positions, wherever the slice starts
    ("InstanceNorm1d(1) -> Slice(2, 0, 5)", "1x8", (0,)),
    ("InstanceNorm1d(1) -> Slice(2, 1, 5)", "1x8", (0,)),
)


@pytest.mark.parametrize(("text", "shape", "left"), LEFT_OVER, ids=[row[0] for row in LEFT_OVER])
def test_what_is_left_over_by_hand(text, shape, left):
    found = network_of(text, shape).leftover()
    assert tuple(each if each is None or isinstance(each, int) else str(each) for each in found) == left


REACHED = (  # network, input, pixel, the positions of the last map that read it: by hand
    ("Linear(11, 6) -> ZeroPad1d((2, 0))", "1x11", 6, {2, 3, 4, 5, 6, 7}),
    ("Softmax(dim=2) -> ZeroPad1d(2)", "1x4", 1, {2, 3, 4, 5}),
    ("Sum((2,), keepdim=True) -> MaxPool1d(2, 3, 1, 2)", "1x11", 6, set()),
    ("Permute((0, 2, 1)) -> Permute((0, 2, 1))", "1x9", 4, {4}),
)


@pytest.mark.parametrize(("text", "shape", "pixel", "positions"), REACHED, ids=[row[0] for row in REACHED])
def test_what_a_pixel_reaches_by_hand(text, shape, pixel, positions):
    assert [set(axis) for axis in reached(text, (pixel,), input_shape=shape)] == [positions]


def test_a_position_behind_permuted_channels_reads_itself():
    (along,) = seen("Permute((0, 2, 1)) -> Permute((0, 2, 1))", (4,), input_shape="1x9")
    assert (along.pixels, along.field) == ((4,), (4, 4))


def joined_with(layers, shape, join=None):
    """The input, and what a chain makes of it."""
    build = Builder()
    x = build.chain("path", INPUT, *network_of(layers, shape).layers)
    build("join", join or Add(), INPUT, x)
    return build.network("joined", parse_shape(shape))


@pytest.mark.parametrize(
    ("layers", "shape", "size"),
    [
        ("Conv1d(1, 1, 3, dilation=2) -> ZeroPad1d(2)", "1x9", (5,)),  # at 0 a zero beside the input's 0
        ("Conv2d(1, 1, 3) -> ZeroPad2d(2) -> ZeroPad2d(-1)", "1x5x5", (3, 3)),
        ("AdaptiveAvgPool1d(1) -> ZeroPad1d((0, 8))", "1x9", (9,)),  # one of the mean, eight zeros
        (
            "Conv1d(1, 1, 2, padding=((1, 2),), dilation=3)",
            "1x2",
            (4,),
        ),  # at 0 taps on both sides of the input
        ("Permute((0, 1, 3, 2))", "1x6x6", (6, 6)),  # 0,4 and 4,0: five of six, at 0,5 all
    ],
)
def test_fields_where_padding_or_another_axis_is_joined(layers, shape, size):
    network = joined_with(layers, shape)
    field = network.receptive_field(node="join")
    assert (field.size, field.bound) == (size, True)
    check_fields(network)


def test_what_reads_one_position_and_padding_reads_something():
    field = joined_with("Conv1d(1, 1, 2, padding=((0, 1),))", "1x9").receptive_field()
    assert (field.size, field.bound) == ((2,), False)


def test_a_gate_along_one_axis_is_a_gate():
    """A weight for each row, from the row above to the one below, spread over the columns."""
    layers = "AdaptiveAvgPool2d((None, 1)) -> Conv2d(1, 1, (3, 1), padding=(1, 0))"
    network = joined_with(layers, "1x5x4", Multiply())
    field = network.receptive_field()
    assert (field.size, field.gated, field.bound) == ((1, 1), True, False)
    assert [axis.pixels for axis in seen(network, (2, 1), "join")] == [(2,), (1,)]


def test_paths_that_read_nothing_meet():
    build = Builder()
    x = build.chain(
        "before", INPUT, *network_of("ZeroPad1d((1, -3)) -> Mean((2,), keepdim=True)", "1x3").layers
    )
    y = build.chain("behind", x, Conv1d(1, 1, 1, padding=((0, 1),)), Softmax(dim=2))
    build("join", Add(), y, x)
    network = build.network("nothing", (1, 3))
    assert network.receptive_field(node="join").bound
    assert network.leftover() == (3,)


def test_holes_of_a_whole_map_are_filled_by_the_other_path():
    build = Builder()
    x = build("pad", ZeroPad1d((2, 0)), INPUT)
    y = build("mean", AdaptiveAvgPool1d(1), x)
    scattered = ConvTranspose1d(1, 1, 3, padding=((1, 2),), output_padding=2, dilation=3)
    build("join", Add(), build("scattered", scattered, y), x)
    network = build.network("holes", (1, 4))
    check_fields(network)
    assert network.receptive_field(node="join").bound


def test_a_position_behind_exchanged_axes_is_told_by_the_axes_of_the_input():
    """Row 0 and column 4 of the map turned over: rows 4 to 6 and column 0."""
    layers = "Conv2d(1, 1, (3, 1)) -> Permute((0, 1, 3, 2))"
    rows, columns = seen(layers, (0, 4), "1", input_shape="1x9x5")
    assert (rows.axis, rows.positions, rows.field, rows.pixels) == ("height", (4, 4), (4, 6), (4, 5, 6))
    assert (columns.axis, columns.positions, columns.field, columns.pixels) == (
        "width",
        (0, 0),
        (0, 0),
        (0,),
    )


def test_a_row_of_padding_says_nothing_of_its_columns():
    """Row 0 of the sum reads its own column: the other path is padding there, which reads three columns below."""
    build = Builder()
    x = build("conv", Conv2d(1, 1, (3, 1)), INPUT)
    y = build("wide", Conv2d(1, 1, (1, 3), padding=((1, 0), (1, 1))), x)
    build("sum", Add(), x, build("upper", Slice(2, 0, 4), y))
    network = build.network("rows", (1, 6, 7))
    field = network.receptive_field()
    assert (field.size[1], field.bound) == (3, True)
    check_fields(network)


def test_a_bound_in_symbols_counts_padding_as_numbers_do():
    """Behind each other, two convolutions of 7: at most H and three positions beside it at either end."""
    build = Builder()
    x = build("conv", Conv1d(1, 1, 7, padding=3), INPUT)
    build("both", Concat(2), x, x)
    exact = build.network("both", (1, 5)).receptive_field()
    assert (exact.size, exact.bound) == ((7,), False)
    general = build.network("both", (1, symbol("H"))).receptive_field()
    assert (general.size, general.bound) == ((symbol("H") + 6,), True)


def test_a_position_of_a_part_reaches_that_part_alone():
    """All four of the linear layer read every pixel; behind them pixel 0 is read by itself."""
    build = Builder()
    x = build("linear", Linear(5, 4), INPUT)
    build("both", Concat(2), x, INPUT)
    assert reached(build.network("parts", (1, 5)), (0,), "both") == (frozenset(range(5)),)


def test_channels_that_are_summed_up_keep_positions():
    (along,) = seen("Mean((1,)) -> ReLU()", (1,), "1", input_shape="3x4")
    assert along.pixels == (1,)


@pytest.mark.parametrize(
    ("text", "shape", "left"),
    [
        ("Conv2d(1, 1, 2, padding=(2, (1, 2)), dilation=(3, 2))", "1x1x3", (1, 3)),
        ("ZeroPad2d((0, 0, -2, 2))", "1x2x4", (2, 4)),
    ],
)
def test_where_one_axis_reads_padding_nothing_is_read(text, shape, left):
    found = plainly(network_of(text, shape))
    assert found["leftover"] == found["unread"] == left


def beside_a_convolution():
    build = Builder()
    x = build("conv", Conv1d(1, 1, 5, padding=2), INPUT)
    build("both", Concat(), INPUT, x)
    build("first", Slice(1, 0, 1), "both")
    return build.network("beside", (1, 9))


def test_channels_that_see_different_positions_are_told_apart():
    """The first channel is the input: a position reads itself, and at most the five that the other one reads."""
    network = beside_a_convolution()
    field = network.receptive_field(node="first")
    assert (field.size, field.bound) == ((5,), True)
    assert not network.receptive_field(node="both").bound
    (along,) = seen(network, (4,), "first")
    assert along.pixels == (4,)
    assert reached(network, (4,), "first") == (frozenset({4}),)
    assert reached(network, (4,), "both") == (frozenset({2, 3, 4, 5, 6}),)


def test_channels_that_see_the_same_are_not_told_apart():
    build = Builder()
    x, y = (build(name, Conv1d(1, 1, 3, padding=1), INPUT) for name in ("left", "right"))
    build("both", Concat(), x, y)
    build("second", Slice(1, 1, 2), "both")
    field = build.network("alike", (1, 9)).receptive_field(node="second")
    assert (field.size, field.bound) == ((3,), False)


def test_pixels_put_back_where_they_were_reach_themselves():
    back = "PixelUnshuffle(2) -> PixelShuffle(2)"
    assert reached(back, (3, 2), "1", input_shape="1x6x6") == (frozenset({3}), frozenset({2}))
    rows, columns = seen(back, (3, 2), "1", input_shape="1x6x6")
    assert (rows.pixels, columns.pixels) == ((3,), (2,))


def test_a_map_flattened_along_one_axis_is_the_map():
    build = Builder()
    build("both", Concat(2), build("flat", Flatten(2), INPUT), INPUT)
    network = build.network("both", (2, 5))
    assert reached(network, (1,)) == (frozenset({1, 6}),)
    assert network.leftover() == (0,)


def test_what_reads_the_whole_axis_reads_no_padding():
    """Softmax behind a padded convolution: the whole axis, 20 positions, not 22."""
    assert network_of("Conv1d(1, 1, 3, padding=2) -> Softmax(dim=2)", "1x20").receptive_field().size == (
        20,
    )


def test_fields_in_symbols_are_written_short():
    found = network_of("Conv1d(1, 1, k, stride=s) -> Conv1d(1, 1, 2, padding=p)", "1xL").receptive_field()
    assert str(found.size[0]) == "k + s"


def test_resizing_symbols_to_a_number_is_told():
    found = network_of("Upsample(size=4) -> Conv1d(1, 1, 3)", "1xL").trace().receptive_field()
    assert found.bound


def test_a_crop_by_a_symbol_makes_a_bound():
    """Of 8 positions e are kept: at e = 1 the convolution behind reads one of them, else two or three."""
    general = network_of("Slice(2, 0, e) -> Conv1d(1, 1, 3, padding=1)", "1x8").receptive_field()
    assert (general.size, general.bound) == ((3,), True)
    assert network_of("Slice(2, 0, 1) -> Conv1d(1, 1, 3, padding=1)", "1x8").receptive_field().size == (1,)


def test_symbols_that_meet_are_not_cropped():
    """U-Net's maps of H and of 2*floor(H/2) rows are demanded to be equal: a field, not a bound."""
    found = network_of("unet", "1xHxW").receptive_field()
    assert (found.size, found.bound) == ((204, 204), False)


@pytest.mark.parametrize(
    "text",
    [
        "Conv1d(2, 2, 3) -> Reshape((2, 7)) -> Conv1d(2, 2, 2)",
        "Reshape((2, 9)) -> MaxPool1d(2)",
        "MaxPool1d(2) -> Flatten(2) -> Conv1d(2, 2, 2)",
    ],
)
def test_maps_that_are_reshaped_to_what_they_are(text):
    check_fields(network_of(text, "2x9"))
