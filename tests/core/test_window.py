"""The window algebra against enumeration of positions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convmath.geometry.window import AdaptiveWindow, Scatter, Window, full_padding, same_padding

SIZES = st.integers(1, 4)
SIDES = st.integers(0, 3)
WINDOWS = st.builds(Window, SIZES, SIZES, SIDES, SIDES, st.integers(1, 3), st.none())
N = st.integers(1, 14)


def positions(window, i):
    return [window.stride * i + window.dilation * a - window.begin for a in range(window.kernel_size)]


def fitting(window, n):
    """The windows that stay on the padded axis, found by sliding."""
    found = []
    while positions(window, len(found))[-1] <= n - 1 + window.end:
        found.append(positions(window, len(found)))
    return found


@given(WINDOWS, N)
def test_count(window, n):
    expected = len(fitting(window, n))
    assert expected == 0 or window.count(n) == expected
    if expected == 0:
        assert window.slack(n) < 0


@given(WINDOWS, N)
def test_span_is_the_distance_of_the_outermost_positions(window, n):
    touched = [q for i in range(n) for q in positions(window, i)]
    assert window.span(n) == max(touched) - min(touched) + 1 - window.begin - window.end


@given(WINDOWS, st.integers(0, 5), st.integers(0, 5))
def test_reads(window, first, more):
    touched = [q for i in (first, first + more) for q in positions(window, i)]
    assert window.reads(first, first + more) == (min(touched), max(touched))


@given(WINDOWS, st.integers(1, 6), N)
def test_landing(window, windows, n):
    inside = [[q for q in positions(window, i) if 0 <= q < n] for i in range(windows)]
    assert window.landing_taps(windows, n) == sum(map(len, inside))


@given(WINDOWS, N)
def test_landing_windows(window, n):
    """Of the windows that fit; ``landing_windows`` says nothing about more than these."""
    inside = [set(w) & set(range(n)) for w in fitting(window, n)]
    assert window.landing_windows(len(inside), n) == sum(map(bool, inside))


@given(WINDOWS, st.integers(1, 6), N)
def test_touched(window, windows, n):
    touched = {q for i in range(windows) for q in positions(window, i)}
    assert window.touched(windows) == len(touched)
    assert window.landing_touched(windows, n) == len(touched & set(range(n)))


@given(WINDOWS, N)
def test_unread(window, n):
    windows = fitting(window, n)
    if windows:
        assert window.unread(n) == n - len(set(range(n)) & {q for w in windows for q in w})


@given(WINDOWS, WINDOWS, WINDOWS)
def test_then_is_associative(first, second, third):
    assert first.then(second).then(third) == first.then(second.then(third))


@given(WINDOWS)
def test_the_identity_changes_nothing(window):
    hull = Window(window.size, window.stride, window.begin, window.end)
    assert Window().then(window) == hull
    assert window.then(Window()) == hull


@given(WINDOWS, WINDOWS, N)
def test_a_composed_window_counts_as_both_in_turn(first, second, n):
    between = len(fitting(first, n))
    if between and fitting(second, between):
        assert first.then(second).count(n) == len(fitting(second, between))


@given(WINDOWS, WINDOWS, st.integers(0, 4))
def test_a_composed_window_reads_as_both_in_turn(first, second, i):
    outer = positions(second, i)
    reads = [q for j in (outer[0], outer[-1]) for q in positions(first, j)]
    assert first.then(second).reads(i, i) == (min(reads), max(reads))


@given(WINDOWS, st.integers(0, 12), st.integers(0, 3))
def test_scatter_reads_the_windows_that_touch(window, y, more):
    """Exact without dilation; with it the hull may hold windows whose gaps lie over the positions."""
    low, high = Scatter(window).reads(y, y + more)
    touching = [
        i for i in range(-20, 30) if any(y <= q <= y + more for q in range_of(window, i))
    ]  # fmt: skip
    assert list(range(low, high + 1)) == touching


def range_of(window, i):
    first, *rest = positions(window, i)
    return range(first, (rest[-1] if rest else first) + 1)


def least_padding(n, window):
    """TensorFlow's SAME by trying: the least total padding with a window at every stride."""
    wanted = len(range(0, n, window.stride))
    total = 0
    while len(fitting(Window(window.kernel_size, window.stride, 0, total, window.dilation), n)) < wanted:
        total += 1
    return total


@given(st.builds(Window, SIZES, SIZES, begin=st.just(0), end=st.just(0), dilation=SIZES, fits=st.none()), N)
def test_same_padding_is_the_least_that_will_do(window, n):
    same = same_padding(n, window)
    assert same.begin + same.end == least_padding(n, window)
    assert same.end - same.begin in (0, 1)
    assert same.count(n) == len(range(0, n, window.stride))


@given(st.builds(Window, SIZES, SIZES, begin=st.just(0), end=st.just(0), dilation=SIZES, fits=st.none()), N)
def test_full_padding_takes_every_window_that_touches(window, n):
    full = full_padding(window)
    hulls = [range_of(full, i) for i in range(len(fitting(full, n)) + 1)]
    assert [bool(set(hull) & set(range(n))) for hull in hulls][:-1] == [True] * (len(hulls) - 1)
    if window.stride == 1:
        assert not set(hulls[-1]) & set(range(n))


@given(st.integers(1, 30), st.integers(1, 12))
def test_adaptive_windows(n, windows):
    adaptive = AdaptiveWindow(n, windows)
    pieces = [range(adaptive.start(i), adaptive.stop(i)) for i in range(windows)]
    for i, piece in enumerate(pieces):  # floor(i*n/o) and ceil((i + 1)*n/o), said without dividing
        assert windows * piece.start <= i * n < windows * (piece.start + 1)
        assert windows * (piece.stop - 1) < (i + 1) * n <= windows * piece.stop
    assert adaptive.taps == sum(map(len, pieces))
    assert adaptive.widest == max(map(len, pieces))


def ceil_windows(window, n):
    """PyTorch's ceil_mode by sliding: one window more if a row is left, unless it starts in the end pad."""
    starts = [w[0] for w in fitting(window, n)]
    extra = starts[-1] + window.stride if starts else -window.begin
    ends = starts[-1] + window.size if starts else -window.begin + window.size - window.stride
    return len(starts) + (ends < n + window.end and extra < n)


@given(WINDOWS, N)
def test_ceil_mode(window, n):
    if window.end <= window.size - 1 and (expected := ceil_windows(window, n)):
        assert window.with_ceil_mode().count(n) == expected


@pytest.mark.parametrize(
    ("window", "n", "expected"),
    [
        (Window(3, 2), 112, 56),  # GoogLeNet
        (Window(1, 2), 32, 16),  # pytorch#45357: not 17
        (Window(4, 4, 2, 2), 9, 3),  # pytorch#57178: not 4
        (Window(2, 2), 5, 3),
    ],
)
def test_ceil_mode_by_hand(window, n, expected):
    assert window.with_ceil_mode().count(n) == expected


def test_fields_of_the_identity():
    assert Window() == (1, 1, 0, 0, 1, None)
