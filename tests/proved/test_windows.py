"""One layer: what its formulas say of n positions is what ISL counts, for every n."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("islpy", reason="the polyhedral library ISL is not there: pip install convmath[proof]")

from convmath import (
    AdaptiveAvgPool1d,
    AdaptiveMaxPool1d,
    AvgPool1d,
    AvgPool2d,
    Conv1d,
    Conv2d,
    ConvTranspose1d,
    LPPool1d,
    MaxPool1d,
    Network,
    ReflectionPad1d,
    Slice,
    Subsample2d,
    Unfold,
    Upsample,
    ZeroPad1d,
)
from convmath.explain.quantities import unread
from convmath.network.leftover import leftover
from tests.proved.lattice import LINE, PLANE, M, N, Taps

assert_same, points, over_taps, lattice, relation = (
    LINE.assert_same,
    LINE.points,
    LINE.taps,
    LINE.set,
    LINE.map,
)

FEWER = settings(max_examples=max(10, settings().max_examples // 3))  # each a proof for all sizes
KERNELS, STRIDES, SIDES, DILATIONS = (st.integers(*ends) for ends in ((1, 5), (1, 4), (0, 4), (1, 3)))
TAPS = st.tuples(KERNELS, STRIDES, SIDES, SIDES, DILATIONS).map(lambda each: Taps(*each))


def fits(taps, n="n"):
    return f"{n} + {taps.begin + taps.end} >= {taps.size}"


def conv(taps, padding=None):
    pair = ((taps.begin, taps.end),) if padding is None else padding
    return Conv1d(2, 3, taps.kernel_size, taps.stride, pair, taps.dilation)


def assert_convolution(layer, taps, where="0 = 0"):
    """2 channels in, 3 out: every window reads all taps of both, and adds a bias to their sum."""
    placed = layer.on((2, N))
    windows = points("i", taps.windows())
    landing, reached = (
        over_taps(taps.kernel_size, taps.landing()),
        points("i", f"exists (a : {taps.landing()})"),
    )
    assert_same(placed.output_shape[1], windows, where)
    assert_same(placed.operations.multiplications, 6 * over_taps(taps.kernel_size, taps.taps()), where)
    assert_same(placed.operations.additions, 6 * over_taps(taps.kernel_size, taps.taps()), where)
    assert_same(placed.effective_operations.multiplications, 6 * landing, where)
    assert_same(placed.effective_operations.additions, 6 * landing - 3 * reached + 3 * windows, where)


@FEWER
@given(TAPS)
def test_convolution(taps):
    assert_convolution(conv(taps), taps, fits(taps))


@FEWER
@given(TAPS)
def test_same_padding_has_a_window_for_every_stride_th_position(taps):
    """What is missing is split, the odd one at the end: ``begin`` depends on n by its remainder."""
    layer = conv(taps, "same")
    windows = points("i", f"0 <= {taps.stride}i < n and 0 <= i")
    assert_same(layer.output_shape((2, N))[1], windows)
    for rest in range(taps.stride):
        missing = taps.size - (
            rest or taps.stride
        )  # n = stride*(windows - 1) + rest, rest from 1 to stride
        begin = max(missing, 0) // 2
        known = taps._replace(begin=begin, outputs=f"{taps.stride}i < n")
        landing = 6 * over_taps(taps.kernel_size, known.landing())
        effective = layer.on((2, N)).effective_operations.multiplications
        assert_same(effective, landing, f"n mod {taps.stride} = {rest}")


@FEWER
@given(TAPS)
def test_full_padding_has_every_window_with_a_position_between_its_first_and_last_tap(taps):
    ends = {"begin": taps.size - 1, "end": taps.size - 1}
    within = f"0 <= {taps.stride}i and {taps.stride}i - {taps.size - 1} <= n - 1"
    assert_convolution(conv(taps, "full"), taps._replace(**ends, outputs=within))


@st.composite
def pools(draw):
    """A pool's taps, padded by half a window at most."""
    taps = draw(TAPS)
    padding = draw(st.integers(0, taps.kernel_size // 2))
    return taps._replace(begin=padding, end=padding, ceil_mode=draw(st.booleans()))


@given(pools())
def test_max_pooling(taps):
    """The largest of K values takes K - 1 comparisons; padding takes part in none of them."""
    layer = MaxPool1d(taps.kernel_size, taps.stride, taps.begin, taps.dilation, ceil_mode=taps.ceil_mode)
    placed = layer.on((2, N))
    windows, landing = points("i", taps.windows()), over_taps(taps.kernel_size, taps.landing())
    reached = points("i", f"exists (a : {taps.landing()})")
    assert_same(placed.output_shape[1], windows, fits(taps))
    assert_same(
        placed.operations.comparisons,
        2 * over_taps(taps.kernel_size, taps.taps()) - 2 * windows,
        fits(taps),
    )
    assert_same(placed.effective_operations.comparisons, 2 * landing - 2 * reached, fits(taps))


@given(pools(), st.booleans())
def test_average_and_power_pooling(taps, counted):
    taps = taps._replace(dilation=1)
    layer = AvgPool1d(
        taps.kernel_size, taps.stride, taps.begin, ceil_mode=taps.ceil_mode, count_include_pad=counted
    )
    placed = layer.on((2, N))
    windows, landing = points("i", taps.windows()), over_taps(taps.kernel_size, taps.landing())
    assert_same(placed.output_shape[1], windows, fits(taps))
    assert_same(placed.operations.divisions, 2 * windows, fits(taps))
    assert_same(
        placed.operations.additions, 2 * over_taps(taps.kernel_size, taps.taps()) - 2 * windows, fits(taps)
    )
    reached = points("i", f"exists (a : {taps.landing()})")
    assert_same(placed.effective_operations.additions, 2 * landing - 2 * reached, fits(taps))
    unpadded = taps._replace(begin=0, end=0, ceil_mode=False)
    power = LPPool1d(2, taps.kernel_size, taps.stride)
    assert_same(power.output_shape((2, N))[1], points("i", unpadded.windows()), fits(unpadded))


@given(TAPS, st.integers(0, 2))
def test_transposed_convolution(taps, output_padding):
    """Every position writes all taps; what lands before or behind the output is cropped away."""
    output_padding = min(output_padding, max(taps.stride, taps.dilation) - 1)
    padding = taps.begin
    layer = ConvTranspose1d(
        2, 3, taps.kernel_size, taps.stride, padding, output_padding, dilation=taps.dilation
    )
    placed = layer.on((2, N))
    written = (
        f"exists (i, a : 0 <= i < n and 0 <= a < {taps.kernel_size} and y = {taps._replace(begin=0).at()})"
    )
    last = lattice("y", written).lexmax()
    size = f"({taps.stride}n - {taps.stride} + {taps.size} - {2 * padding - output_padding})"
    positions = lattice("y", f"{padding} <= y and y < {size} + {padding}")
    where = f"{size} >= 1"
    assert_same(placed.output_shape[1], positions.card(), where)
    assert_same(taps.stride * (N - 1) + taps.size, lattice("y", "0 <= y").intersect(_up_to(last)).card())
    all_taps = f"0 <= i < n and 0 <= a < {taps.kernel_size}"
    landing = f"{all_taps} and 0 <= {taps.at()} < {size}"
    assert_same(placed.operations.multiplications, 6 * over_taps(taps.kernel_size, all_taps))
    assert_same(
        placed.effective_operations.multiplications, 6 * over_taps(taps.kernel_size, landing), where
    )
    reached = points("y", f"exists (i, a : {landing} and y = {taps.at()})")
    assert_same(
        placed.effective_operations.additions,
        6 * over_taps(taps.kernel_size, landing) - 3 * reached + 3 * positions.card(),
        where,
    )


def _up_to(last):
    """The positions up to the last one."""
    return last.apply(relation("y", "x", "x <= y"))


@given(TAPS)
def test_what_windows_leave_over(taps):
    """Behind the last position that is read, and between the windows."""
    trace = Network.chain(conv(taps), (2, N)).trace()
    read = f"exists (i, a : {taps.landing()} and x = {taps.at()})"
    later = f"exists (x : y <= x and {read})"
    behind = points("y", "0 <= y < n") - points("y", f"0 <= y < n and {later}")
    (past,), (found,) = leftover(trace), unread(trace)
    if past is None:
        assert taps.dilation > 1
        assert taps.begin + taps.end > 0
    else:
        assert_same(past, behind, fits(taps))
    if found is not None:
        assert_same(found, points("x", "0 <= x < n") - points("x", f"0 <= x < n and {read}"), fits(taps))


@FEWER
@given(TAPS, TAPS)
def test_two_axes(rows, columns):
    layer = Conv2d(
        2,
        3,
        (rows.kernel_size, columns.kernel_size),
        (rows.stride, columns.stride),
        ((rows.begin, rows.end), (columns.begin, columns.end)),
        (rows.dilation, columns.dilation),
    )
    where = f"{fits(rows)} and {fits(columns, 'm')}"
    placed = layer.on((2, N, M))
    every, landing, windows = (
        _by_axis(rows, columns, lambda taps, n: PLANE.taps(taps.kernel_size, taps.taps(n))),
        _by_axis(rows, columns, lambda taps, n: PLANE.taps(taps.kernel_size, taps.landing(n))),
        _by_axis(rows, columns, lambda taps, n: PLANE.points("i", taps.windows(n))),
    )
    PLANE.assert_same(placed.operations.multiplications, 6 * every, where)
    PLANE.assert_same(placed.effective_operations.multiplications, 6 * landing, where)
    PLANE.assert_same(placed.output_shape[1] * placed.output_shape[2], windows, where)


def _by_axis(rows, columns, counted):
    """Pairs of a row and a column: as many as rows times columns."""
    return counted(rows, "n") * counted(columns, "m")


@given(st.integers(1, 7))
def test_adaptive_pooling(windows):
    """Window i of o reads from floor(i*n/o) up to, but not, ceil((i + 1)*n/o): nothing is symbolic but n."""
    taps = sum(
        (
            points("a", f"floor(({i}n)/{windows}) <= a < ceil(({i + 1}n)/{windows})")
            for i in range(1, windows)
        ),
        points("a", f"0 <= a < ceil(n/{windows})"),
    )
    average, largest = AdaptiveAvgPool1d(windows).on((2, N)), AdaptiveMaxPool1d(windows).on((2, N))
    assert average.output_shape == largest.output_shape == (2, windows)
    assert_same(average.operations.additions, 2 * taps - points("c", f"0 <= c < {2 * windows}"))
    assert_same(largest.operations.comparisons, 2 * taps - points("c", f"0 <= c < {2 * windows}"))


@given(SIDES, SIDES, st.integers(2, 3))
def test_padding_cropping_and_resizing(begin, end, factor):
    padded = points("x", f"{-begin} <= x < n + {end}")
    assert_same(ZeroPad1d((begin, end)).output_shape((1, N))[1], padded)
    assert_same(ReflectionPad1d((begin, end)).output_shape((1, N))[1], padded, f"n > {max(begin, end)}")
    cropped = points("x", f"{begin} <= x < n - {end}")
    layer = ZeroPad1d((-begin, -end))
    assert_same(layer.output_shape((1, N))[1], cropped, f"n > {begin + end}")
    assert_same(
        Slice(2, begin, N).output_shape((1, N))[1], points("x", f"{begin} <= x < n"), f"n > {begin}"
    )
    resized = points("y", f"0 <= y < {factor}n")
    assert_same(Upsample(scale_factor=factor).output_shape((1, N))[1], resized)


@given(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2))
def test_blocks_and_subsampling(kernel_size, stride, padding):
    taps = Taps(kernel_size, stride, padding, padding)
    columns = taps.windows("m").replace("i", "j")
    blocks = PLANE.points("i, j", f"{taps.windows()} and {columns}")
    where = f"{fits(taps)} and {fits(taps, 'm')}"
    unfolded = Unfold(kernel_size, padding=padding, stride=stride).output_shape((1, N, M))
    PLANE.assert_same(unfolded[1], blocks, where)
    plain = Taps(kernel_size, kernel_size)
    pooled = PLANE.points("i, j", f"{plain.windows()} and {plain.windows('m').replace('i', 'j')}")
    where = f"n >= {kernel_size} and m >= {kernel_size}"
    for layer in (Subsample2d(kernel_size, channels=1), AvgPool2d(kernel_size)):
        placed = layer.on((1, N, M))
        PLANE.assert_same(placed.output_shape[1] * placed.output_shape[2], pooled, where)
