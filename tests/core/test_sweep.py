"""One exhaustive sweep: every small configuration, the formula on arrays against sliding by counting."""

import numpy as np

from convmath.geometry.window import Window

RANGES = {
    "n": range(1, 81),
    "kernel_size": range(1, 9),
    "stride": range(1, 9),
    "begin": range(6),
    "end": range(6),
    "dilation": range(1, 5),
}
CONFIGURATIONS = 737_280  # 80 * 8 * 8 * 6 * 6 * 4, each in floor mode and in ceil_mode


def grid():
    axes = np.meshgrid(*RANGES.values(), indexing="ij")
    return {name: axis.ravel() for name, axis in zip(RANGES, axes, strict=True)}


def slide(extent, size, stride):
    """How many windows fit, one start after the other; where each ends; no division."""
    count, start = np.zeros_like(extent), np.zeros_like(extent)
    while np.any(fits := start + size <= extent):
        count += fits
        start += np.where(fits, stride, 0)
    return count, start


def test_every_small_configuration():
    c = grid()
    n, window = c.pop("n"), Window(**c)
    assert n.size == CONFIGURATIONS
    size = np.ones_like(n)
    for tap in range(1, 8):
        size += np.where(tap < c["kernel_size"], c["dilation"], 0)
    extent = n + c["begin"] + c["end"]
    count, next_start = slide(extent, size, c["stride"])
    fits = count > 0
    assert np.array_equal(window.count(n)[fits], count[fits])
    assert np.all(window.slack(n)[~fits] < 0)

    # PyTorch's ceil_mode: one window more where rows are left that it can start before the end padding
    left = next_start - c["stride"] + size < extent
    extra = left & (next_start < n + c["begin"])
    pools = (c["end"] < size) & (fits | extra)
    ceiled = (count + extra)[pools]
    assert np.array_equal(window.with_ceil_mode().count(n)[pools], ceiled)

    # A scatter of n windows spans from the first touched position to the last
    last = np.zeros_like(n)
    for i in range(1, 80):
        last += np.where(i < n, c["stride"], 0)
    assert np.array_equal(window.span(n), last + size - c["begin"] - c["end"])
    assert fits.sum() + pools.sum() > 1_000_000
