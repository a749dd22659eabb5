"""One axis of a layer: which positions of the finer axis each index of the coarser axis touches.

A ``Window`` is the affine map ``(i, a) -> stride*i + dilation*a - begin`` with taps
``a = 0 .. kernel_size - 1``.  Gathering (convolution, pooling) reads position by position and writes
``i``; scattering (transposed convolution) is the same map run backwards.  Everything about one axis is
here: how many windows fit, how far they reach, which taps fall on padding, how two windows compose.
"""

from __future__ import annotations

from typing import NamedTuple

from convmath.exact.integers import (
    Integer,
    ceil_div,
    exact_div,
    floor_div,
    greatest_common_divisor,
    is_nonnegative,
    is_number,
    maximum,
    minimum,
    points_below,
    steps_within,
    total,
)


class Window(NamedTuple):
    """The window of one axis; the default is the identity.

    Fields are ints or SymPy expressions: ``begin`` and ``end`` count padded positions on either side.
    ``fits`` is set where the number of windows comes first and the padding follows from it (SAME).

    >>> Window(kernel_size=11, stride=4).count(224)
    54
    """

    kernel_size: Integer = 1
    stride: Integer = 1
    begin: Integer = 0
    end: Integer = 0
    dilation: Integer = 1
    fits: Integer | None = None

    @property
    def size(self) -> Integer:
        """Positions from the first tap to the last, both included."""
        return self.dilation * (self.kernel_size - 1) + 1

    def slack(self, n: Integer) -> Integer:
        """How far the first window can slide before its last tap leaves the padded input.

        ``stride*i + (size - 1) - begin <= n - 1 + end``, solved for ``stride*i``.
        """
        return n + self.begin + self.end - self.size

    def count(self, n: Integer) -> Integer:  # type: ignore[override]
        """How many windows fit on ``n`` positions: the output size of a gather.

        Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", relationship 15.
        """
        return steps_within(self.slack(n), self.stride) if self.fits is None else self.fits

    def span(self, n: Integer) -> Integer:
        """From the first to the last position that ``n`` windows touch, cropped by the padding.

        The output size of a scatter; a transposed convolution.

        >>> Window(kernel_size=3, stride=2).span(5)
        11
        """
        return self.stride * (n - 1) + self.size - self.begin - self.end

    @property
    def period(self) -> int:
        """After how many windows the pattern of what they read repeats, ``step`` positions further on."""
        return 1

    @property
    def step(self) -> Integer:
        """See ``period``."""
        return self.stride

    @property
    def taps(self) -> Integer:
        """At most how many positions one output reads."""
        return self.kernel_size

    def sources(self, outputs: set[int]) -> set[int]:
        """The positions that these windows read, tap by tap; numbers only."""
        stride, begin, size, dilation = map(int, (self.stride, self.begin, self.size, self.dilation))
        return {stride * i + tap for i in outputs for tap in range(-begin, size - begin, dilation)}

    def then(self, later: Window) -> Window:
        """The one window that reads ``self`` first and ``later`` on its output.

        >>> Window(3).then(Window(3, dilation=2)).then(Window(3, dilation=4)).size
        15
        """
        return Window(
            kernel_size=self.size + (later.size - 1) * self.stride,
            stride=self.stride * later.stride,
            begin=self.begin + self.stride * later.begin,
            end=self.end + self.stride * later.end,
        )

    def reads(self, first: Integer, last: Integer) -> tuple[Integer, Integer]:
        """The first and last position that windows ``first .. last`` read, padding included."""
        return self.stride * first - self.begin, self.stride * last - self.begin + self.size - 1

    def unread(self, n: Integer) -> Integer:
        """How many of the ``n`` positions no tap of any window reads, gaps between windows included.

        >>> Window(kernel_size=2, stride=3).unread(9)
        3
        """
        return n - self.landing_touched(self.count(n), n)

    def landing_taps(self, windows: Integer, n: Integer) -> Integer:
        """How many pairs (window, tap) land on one of the ``n`` positions rather than beside them.

        Padding and cropping leave the rest out.  Exact, and separable by axis.
        """
        return _landing(-self.begin, self.stride, windows, self.dilation, self.kernel_size, n)

    def landing_windows(self, windows: Integer, n: Integer) -> Integer:
        """How many of the windows have at least one tap on the ``n`` positions.

        Where taps are at most ``n`` apart none can jump over the positions, so it is the windows that
        overlap them; where they are farther apart no window lands twice, so it is the pairs that land.
        """
        if is_nonnegative(n - self.dilation):
            return _lattice(self.size - 1 - self.begin, self.stride, windows, n + self.size - 1)
        if is_number(n - self.dilation):
            return self.landing_taps(windows, n)

        def reads_something(i: Integer) -> Integer:
            return minimum(1, _lattice(self.stride * i - self.begin, self.dilation, self.kernel_size, n))

        return total(reads_something, windows)

    def touched(self, windows: Integer) -> Integer:
        """How many distinct positions the windows touch, nothing cropped.

        ``windows * kernel_size`` pairs, less one for each pair whose position another pair has too:
        (i, a) and (i + gap, a - step) meet, with step and gap the stride and dilation over their gcd.

        >>> Window(kernel_size=3, stride=2).touched(5), Window(kernel_size=2, stride=3).touched(5)
        (11, 10)
        """
        step, gap = self._meeting()
        meetings = maximum(windows - gap, 0) * maximum(self.kernel_size - step, 0)
        return windows * self.kernel_size - meetings

    def landing_touched(self, windows: Integer, n: Integer) -> Integer:
        """How many of the ``n`` positions left after cropping are touched at all."""
        step, gap = self._meeting()
        earlier, later = maximum(windows - gap, 0), maximum(self.kernel_size - step, 0)
        offset = self.dilation * step - self.begin
        meetings = _landing(offset, self.stride, earlier, self.dilation, later, n)
        return self.landing_taps(windows, n) - meetings

    def _meeting(self) -> tuple[Integer, Integer]:
        common = greatest_common_divisor(self.stride, self.dilation)
        return exact_div(self.stride, common), exact_div(self.dilation, common)

    def with_ceil_mode(self) -> Window:
        """PyTorch's ceil_mode, last-window clip included: floor mode with more padding at the end.

        Rounding up adds ``stride - 1`` to the numerator; a last window that would start past the input
        is dropped, which caps the numerator at ``n + begin - 1``.  The smaller of the two holds.

        >>> Window(3, stride=2).with_ceil_mode().count(112), Window(1, stride=2).with_ceil_mode().count(32)
        (56, 16)
        """
        extra = minimum(self.stride - 1, self.size - 1 - self.end)
        return self._replace(end=self.end + extra)


class Scatter(NamedTuple):
    """A window read backwards: output position y was written by the windows that touch it."""

    window: Window

    @property
    def period(self) -> Integer:
        """After how many outputs the pattern of what they read repeats, ``step`` windows further on."""
        return self.window.stride

    @property
    def step(self) -> int:
        """See ``period``."""
        return 1

    @property
    def taps(self) -> Integer:
        """At most how many windows touch one output."""
        return self.window.kernel_size

    def reads(self, first: Integer, last: Integer) -> tuple[Integer, Integer]:
        """Bounds on the windows that touch positions ``first .. last``: gaps between taps count as taps."""
        window = self.window
        low = ceil_div(first + window.begin - window.size + 1, window.stride)
        return low, floor_div(last + window.begin, window.stride)

    def sources(self, outputs: set[int]) -> set[int]:
        """The windows that touch these positions, tap by tap; numbers only."""
        window = self.window
        stride, begin, size, gap = map(int, (window.stride, window.begin, window.size, window.dilation))
        reached = (y + offset for y in outputs for offset in range(begin, begin - size, -gap))
        return {position // stride for position in reached if position % stride == 0}


def same_padding(n: Integer, window: Window) -> Window:
    """TensorFlow's SAME: the least padding that fits ``ceil(n/stride)`` windows, the odd one at the end.

    >>> window = same_padding(224, Window(7, stride=2))
    >>> window.begin, window.end, window.count(224)
    (2, 3, 112)
    """
    windows = ceil_div(n, window.stride)
    missing = maximum(window.stride * (windows - 1) + window.size - n, 0)
    begin = floor_div(missing, 2)
    return window._replace(begin=begin, end=missing - begin, fits=windows)


def full_padding(window: Window) -> Window:
    """Pad so that every window with at least one tap on the input counts.

    >>> full_padding(Window(5)).count(10)
    14
    """
    return window._replace(begin=window.size - 1, end=window.size - 1)


class AdaptiveWindow(NamedTuple):
    """PyTorch's adaptive pooling: window i of ``windows`` is [floor(i*n/o), ceil((i + 1)*n/o))."""

    n: Integer
    windows: Integer

    @property
    def taps(self) -> Integer:
        """Taps of all windows together: n, and one more wherever a window's end cuts an element.

        >>> AdaptiveWindow(7, 3).taps
        9
        """
        return self.n + self.windows - greatest_common_divisor(self.n, self.windows)

    def start(self, i: Integer) -> Integer:
        """The first position of window ``i``."""
        return floor_div(i * self.n, self.windows)

    def stop(self, i: Integer) -> Integer:
        """One past the last position of window ``i``."""
        return ceil_div((i + 1) * self.n, self.windows)

    @property
    def widest(self) -> Integer:
        """How many positions the widest window reads.

        >>> AdaptiveWindow(11, 3).widest
        5
        """
        if self.n == self.windows:
            return 1
        common = greatest_common_divisor(self.n, self.windows)
        return floor_div(self.n + self.windows - common - 1, self.windows) + 1


def _landing(
    offset: Integer, stride: Integer, windows: Integer, dilation: Integer, taps: Integer, n: Integer
) -> Integer:
    """How many (window, tap) pairs have ``0 <= offset + stride*i + dilation*a < n``.

    In symbols a sum over the taps; with numbers the points of a box below one line less those below
    another, whatever the sizes.
    """
    if all(map(is_number, (offset, stride, windows, dilation, taps, n))):
        box = (stride, windows, dilation, taps)
        return points_below(n - offset, *box) - points_below(-offset, *box)  # type: ignore[arg-type]
    return total(lambda a: _lattice(offset + dilation * a, stride, windows, n), taps)


def _lattice(offset: Integer, step: Integer, extent: Integer, n: Integer) -> Integer:
    """How many ``0 <= j < extent`` have ``0 <= offset + step*j < n``."""
    first = maximum(ceil_div(-offset, step), 0)
    last = minimum(floor_div(n - 1 - offset, step), extent - 1)
    return maximum(last - first + 1, 0)
