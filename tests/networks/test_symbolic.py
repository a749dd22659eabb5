"""Networks in symbols: canonical sizes, closed totals, and the conditions under which branches meet."""

import pytest
import sympy

from convmath import (
    AdaptiveAvgPool2d,
    Add,
    AvgPool2d,
    Concat,
    Conv1d,
    Conv2d,
    ConvmathError,
    ConvTranspose1d,
    ConvTranspose2d,
    MaxPool1d,
    MaxPool2d,
    summarise,
    zoo,
)
from convmath.exact.demand import Demand
from convmath.exact.integers import floor_div
from convmath.exact.sizes import EVERY
from convmath.geometry.notation import symbol
from convmath.network.conditions import conditions, solved
from convmath.network.network import Builder
from convmath.network.nodes import INPUT

H, W, K = map(symbol, "HWK")


def test_resnet50_in_symbols():
    found = summarise(zoo.network("resnet50", classes=K, input_shape=(3, H, W)))
    last = next(row for row in reversed(found.rows) if row.name == "layer4.2.relu")
    assert last.output_shape == (2048, floor_div(H - 1, 32) + 1, floor_div(W - 1, 32) + 1)
    assert found.parameters == 2049 * K + 23508032
    assert found.multiplications.subs({H: 224, W: 224, K: 1000}) == 4_089_184_256
    assert not found.conditions


@pytest.mark.parametrize("name", ["googlenet", "densenet121", "mobilenet_v2", "unet", "resnet18@d2l"])
def test_symbols_agree_with_numbers(name):
    entry = zoo.ZOO[zoo.full_name(name)]
    channels, height, width = entry.input_shape
    general = summarise(zoo.network(name, classes=K, input_shape=(channels, H, W)))
    there = {H: height, W: width, K: entry.classes}
    numbers = summarise(zoo.network(name))
    assert sympy.sympify(general.parameters).subs(there) == numbers.parameters
    assert general.multiplications.subs(there) == numbers.multiplications


def test_a_width_multiplier_runs_through():
    a = symbol("a")
    network = zoo.network("resnet18", width=64 * a)
    assert sympy.expand(network.parameter_total()).subs(a, 1) == 11_689_512


def test_unet_needs_sizes_divisible_by_16():
    found = summarise(zoo.network("unet", input_shape=(1, H, W)))
    assert found.conditions == ("H divisible by 16", "W divisible by 16")
    assert found.rows[-1].output_shape == (2, H, W)
    zoo.network("unet", input_shape=(1, 48, 16)).output_shape()
    with pytest.raises(ConvmathError, match=r"node up\d\.concat .*Concat\(\) needs equal sizes"):
        zoo.network("unet", input_shape=(1, 40, 16)).output_shape()


@pytest.mark.parametrize(
    ("left", "right", "condition"),
    [
        (2 * floor_div(H, 2), H, "H divisible by 2"),
        (floor_div(H, 2), floor_div(H + 1, 2), "H divisible by 2"),
        (floor_div(H - 1, 4), floor_div(H - 2, 4), "H mod 4 in {0, 2, 3}"),
        (floor_div(H, 2), H - 4, "7 <= H <= 8"),
        (floor_div(H, 2) + floor_div(H + 1, 2), H, None),
    ],
)
def test_where_sizes_agree(left, right, condition):
    symbol, sizes = solved(Demand(left, "=", right))
    assert (symbol, sizes.condition("H") if sizes != EVERY else None) == ("H", condition)
    for n in range(1, 40):
        here = sympy.sympify(left).subs(H, n) == sympy.sympify(right).subs(H, n)
        assert here == (n in sizes)


def summed(left, right):
    """Two branches that are added."""
    build = Builder()
    build("sum", Add(), build("left", left, INPUT), build("right", right, INPUT))
    return build.network("net", (1, H))


def test_sizes_that_never_agree_are_refused():
    with pytest.raises(ConvmathError, match=r"node sum .*Add\(\) needs sizes that are equal or 1"):
        summarise(summed(Conv1d(1, 1, 3), Conv1d(1, 1, 2)))
    with pytest.raises(ConvmathError, match=r"node sum: .* are never equal; change a layer's padding"):
        summarise(summed(MaxPool1d(2), Conv1d(1, 1, 2, padding=1)))


def test_conditions_are_joined():
    """A multiple of 4 and of 6 is one of 12; a size that is odd and 6 at once is none."""
    build = Builder()
    halves = build.chain("halves", INPUT, MaxPool1d(4), ConvTranspose1d(1, 1, 4, 4))
    sixths = build.chain("sixths", INPUT, MaxPool1d(6), ConvTranspose1d(1, 1, 6, 6))
    build("sum", Add(), INPUT, halves, sixths)
    assert summarise(build.network("net", (1, H))).conditions == ("H divisible by 12",)
    odd = Demand(floor_div(H + 1, 2), "=", floor_div(H, 2) + 1)
    six = Demand(H, "=", 6)
    assert not (solved(odd)[1] & solved(six)[1])


def test_an_error_names_the_node_and_both_shapes():
    build = Builder()
    a = build("narrow", Conv2d(3, 8, 3), INPUT)
    b = build("wide", Conv2d(3, 8, 3, padding=1), INPUT)
    build("sum", Add(), a, b)
    with pytest.raises(ConvmathError, match=r"node sum .8x6x6 from narrow and 8x8x8 from wide"):
        build.network("odd", (3, 8, 8)).output_shape()


def field(build):
    return build.network("net", (1, 32, 32)).trace().receptive_field()


def test_paths_with_one_centre_are_aligned():
    build = Builder()
    a = build("a", Conv2d(1, 1, 5, padding=2), INPUT)
    b = build("b", Conv2d(1, 1, 3, padding=1), INPUT)
    build("sum", Add(), a, b)
    assert (field(build).size, field(build).status) == ((5, 5), "aligned")


def test_paths_with_different_centres_are_misaligned():
    build = Builder()
    a = build("a", MaxPool2d(2, stride=2), INPUT)
    b = build("b", Conv2d(1, 1, 3, stride=2, padding=1), INPUT)
    build("join", Concat(), a, b)
    assert (field(build).size, field(build).status) == ((3, 3), "misaligned")


def test_fields_behind_a_transposed_convolution_depend_on_the_position():
    build = Builder()
    a = build("a", ConvTranspose2d(1, 1, 2, stride=2), build("p", AvgPool2d(2), INPUT))
    build("join", Concat(), INPUT, a)
    assert (field(build).size, field(build).status) == ((2, 2), "position-dependent")


@pytest.mark.parametrize(
    ("name", "conditions"),
    [
        ("lenet", ["16*(floor(H/4) - 2)*(floor(W/4) - 2) = 400"]),  # 16 maps of 5x5
        ("alexnet@paper", ["256*(floor((H - 3)/32) - 1)*(floor((W - 3)/32) - 1) = 9216"]),
        ("alexnet", []),  # adaptive pooling takes any size
    ],
)
def test_dense_layers_say_what_they_ask_of_the_input(name, conditions):
    shape = (zoo.ZOO[zoo.full_name(name)].input_shape[0], symbol("H"), symbol("W"))
    found = summarise(zoo.network(name, input_shape=shape))
    assert list(found.conditions) == conditions


@pytest.mark.parametrize(
    ("windows", "fits"),
    [((3, 3, 4, 4, 3), range(10, 18)), ((3, 3, 2, 4, 2), range(6, 14)), ((5, 3, 2, 4, 1), range(2, 10))],
    ids=str,
)
def test_floors_inside_floors(windows, fits):
    """Halves, a transposed convolution and a pool against a convolution: the sizes tried one by one."""
    kernel, stride, pooled, apart, plain = windows
    build = Builder()
    half = build("half", Conv1d(1, 1, 2, 2), INPUT)
    pool = build("pool", MaxPool1d(pooled, apart), build("up", ConvTranspose1d(1, 1, kernel, stride), half))
    build("add", Add(), pool, build("conv", Conv1d(1, 1, plain), half))
    trace = build.network("nested", (1, 16)).trace((1, symbol("H")))
    ((symbol_, sizes),) = [solved(demand) for _, demand in trace.demands if demand.relation == "="]
    assert (symbol_, [n for n in range(1, 100) if n in sizes]) == ("H", list(fits))


def test_a_map_of_size_1_is_not_spread_out_by_concatenation():
    build = Builder()
    pooled = build("pool", AdaptiveAvgPool2d(1), INPUT)
    build("concat", Concat(), INPUT, pooled)
    trace = build.network("beside", (3, 1, 1)).trace((3, symbol("H"), symbol("W")))
    assert list(conditions(trace)) == ["H = 1", "W = 1"]
