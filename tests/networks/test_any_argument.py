"""Any argument of any layer may be a symbol: with numbers put in, every answer is that of the numbers."""

from dataclasses import fields, replace

import sympy
from hypothesis import given
from hypothesis import strategies as st

from convmath import ConvmathError, Network, Node
from convmath.exact.integers import is_symbolic
from convmath.exact.proof import evaluate
from convmath.oracle.strategies import chains, networks

POSITIVE = ("kernel_size", "stride", "dilation", "in_channels", "out_channels")
NONNEGATIVE = ("padding", "output_padding")
VALUES = st.integers(0, 4) | st.sampled_from([7, 30])


def numbers(value, place=()):
    """(where, number) of every whole number in an argument."""
    if isinstance(value, tuple):
        for at, part in enumerate(value):
            yield from numbers(part, (*place, at))
    elif type(value) is int:
        yield place, value


def put(value, place, new):
    if not place:
        return new
    return tuple(put(part, place[1:], new) if at == place[0] else part for at, part in enumerate(value))


def spots(network):
    """(node, argument, where in it, number): all that may be a symbol; the input's sizes are of node None."""
    for node in network.nodes:
        for field in fields(node.layer):
            if field.name in POSITIVE + NONNEGATIVE:
                for place, number in numbers(getattr(node.layer, field.name)):
                    yield node.name, field.name, place, number
    for axis, size in enumerate(network.input_shape):
        yield None, "sizes", (axis,), size


def with_symbols(network, chosen):
    """The network with these symbols in their places."""
    shape, layers = network.input_shape, {node.name: node.layer for node in network.nodes}
    for (name, argument, place, _), symbol in chosen.items():
        if name is None:
            shape = put(shape, place, symbol)
        else:
            layer = layers[name]
            layers[name] = replace(layer, **{argument: put(getattr(layer, argument), place, symbol)})
    nodes = tuple(Node(node.name, layers[node.name], node.inputs) for node in network.nodes)
    return Network(network.name, nodes, shape)


@st.composite
def with_chosen(draw, drawn):
    """A network, symbols for some of its numbers, and what to put in: its own numbers first, then others."""
    network = draw(drawn.map(lambda case: getattr(case, "layer", case)))
    listed = list(spots(network))
    picked = draw(st.lists(st.sampled_from(listed), min_size=1, max_size=4, unique=True))
    alike = draw(st.booleans())  # one symbol for equal numbers, or one each
    channels = [spot for spot in listed if "channels" in spot[1] or spot[:3] == (None, "sizes", (0,))]
    chosen, own = {}, {}
    for place, spot in enumerate(picked):
        _, argument, _, number = spot
        sign = {"nonnegative": True} if argument in NONNEGATIVE else {"positive": True}
        name = f"x{number}" if alike else f"y{place}"
        symbol = sympy.Symbol(name, integer=True, **sign)
        own[symbol] = number
        same = [each for each in channels if each[3] == number] if spot in channels else [spot]
        chosen |= dict.fromkeys(same, symbol)
    others = draw(
        st.lists(
            st.tuples(*(VALUES.map(lambda v, s=s: max(v, bool(s.is_positive))) for s in own)), max_size=4
        )
    )
    return network, chosen, [own, *(dict(zip(own, each, strict=True)) for each in others)]


def answers(network):
    """What is said of a network, name by name; what is not known of all sizes is left out."""
    trace = network.trace()
    counted, landing = trace.operations(), trace.effective_operations()
    yield "output", trace.output_shape
    yield "parameters", (trace.parameter_total(),)
    yield "operations", each_kind(counted)
    yield "effective operations", each_kind(landing)
    field = trace.receptive_field()
    if field is not None and not field.varies and not field.bound:
        yield "receptive field", (*field.size, *field.stride, *field.padding)
    for axis, left in enumerate(network.leftover()):
        if left is not None:
            yield f"leftover {axis}", (left,)


def each_kind(counted):
    return tuple(getattr(counted, field.name) for field in fields(counted))


def at(values, point):
    return tuple(evaluate(value, point) if is_symbolic(value) else value for value in values)


def check(network, chosen, points):
    try:
        general = dict(answers(with_symbols(network, chosen)))
    except ConvmathError:
        return
    for point in points:
        try:
            numeric = dict(answers(with_symbols(network, {spot: point[s] for spot, s in chosen.items()})))
        except ConvmathError:
            continue
        for name in general.keys() & numeric.keys():
            assert at(general[name], point) == numeric[name], (network, chosen, point, name)


@given(with_chosen(chains(transposed=True)))
def test_chains_with_symbols(drawn):
    check(*drawn)


@given(with_chosen(networks()))
def test_networks_with_symbols(drawn):
    check(*drawn)
