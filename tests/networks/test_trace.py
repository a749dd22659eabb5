"""What a trace adds up: memory result by result, nodes that every path goes through, rows put together."""

import pytest

from convmath import INPUT, Add, Conv1d, Flatten, Linear, MaxPool1d, Network, ReLU, summarise
from convmath.network.network import Builder
from convmath.network.nodes import passed_by_all


def block():
    """The input is read by two branches: 8 in, 8 and 8 beside it, 4 out."""
    build = Builder()
    left = build("left", Conv1d(1, 1, 3, padding=1), INPUT)
    right = build("right", ReLU(), INPUT)
    build("pool", MaxPool1d(2), build("sum", Add(), left, right))
    return build.network("block", (1, 8))


MEMORY = (  # network, bytes of all results, the most at once: a node's inputs are let go behind it
    (Network.chain([ReLU()], (1, 8)), 32, 32 + 32),
    (Network.chain([MaxPool1d(2), MaxPool1d(2)], (1, 8)), 16 + 8, 32 + 16),
    (Network.chain([Flatten(), Linear(8, 100), Linear(100, 2)], (1, 8)), 32 + 400 + 8, 32 + 400),
    # input, left and right, then left, right and sum
    (block(), 3 * 32 + 16, 3 * 32),
    (Network.chain([Linear(2, 4)], (100, 2)), 1600, 800 + 1600),
)


@pytest.mark.parametrize(("network", "results", "peak"), MEMORY, ids=lambda value: str(value)[:30])
def test_memory_by_hand(network, results, peak):
    assert network.trace().memory(4) == (results, peak)


def test_the_input_alone_may_be_the_most():
    """100 positions, then 1 and 1: the input and the first result are held together, 404 bytes."""
    network = Network.chain([MaxPool1d(100), ReLU()], (1, 100))
    assert network.trace().memory(4) == (8, 404)


def test_what_is_read_twice_by_one_node_is_let_go_once():
    build = Builder()
    x = build("first", ReLU(), INPUT)
    build("last", ReLU(), build("twice", Add(), x, x))
    assert build.network("twice", (1, 4)).trace().memory(4) == (48, 32)


def test_nodes_that_every_path_goes_through():
    build = Builder()
    stem = build("stem", ReLU(), INPUT)
    left = build("left", ReLU(), stem)
    joined = build("join", Add(), left, build("right", ReLU(), stem))
    build("unread", ReLU(), left)
    build("end", ReLU(), joined)
    network = build.network("paths", (1, 4))
    assert [node.name for node in passed_by_all(network.nodes)] == ["stem", "join", "end"]


def test_rows_put_together_add_up():
    """The second of a, b, b: 20 + 30 parameters, 80 + 120 products, the last one's shape."""
    build = Builder()
    build("a", Linear(4, 4), INPUT)
    with build.scope("b"):
        build("one", Linear(4, 4), "a")
        build("two", Linear(4, 6), "b.one")
    summary = summarise(build.network("net", (5, 4))).grouped(1)
    assert [(row.name, row.layer, row.output_shape, row.parameters) for row in summary.rows] == [
        ("a", "Linear(4, 4)", (5, 4), 20),
        ("b", "2 layers", (5, 6), 50),
    ]
    assert [row.multiplications for row in summary.rows] == [80, 200]
