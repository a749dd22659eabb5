"""Right under another convention: what each convention would have for an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from convmath.check.facts import Facts
from convmath.check.families import form_of
from convmath.check.formula import evaluate, parsed
from convmath.check.quantity import QUANTITIES, Quantity, Subject, counted, keeping, moving_statistics
from convmath.check.rules import sizes
from convmath.check.wrong_sizes import size_form
from convmath.errors import ConvmathError
from convmath.network.conventions import CONVENTIONS

_MOST_TOTALS = 64  # of the padding that keeps a size


class Otherwise(NamedTuple):
    """What is right under a convention, and which that is."""

    code: str
    value: Any
    said: str


def otherwise(quantity: Quantity, subject: Subject) -> Iterator[Otherwise]:
    """The answers that other conventions have for right."""
    finder = _FINDERS.get(quantity.name)
    if finder is not None:
        yield from finder(subject)
    if quantity.memory:
        yield from _memory(quantity, subject)
    yield from _variants(quantity, subject)


# --- sizes ---

_SIZE_RULES: tuple[tuple[str, str, str, Callable[[Facts], bool]], ...] = (
    (
        "K01",
        "(n + pad - reach)/s + 1",
        "nothing is rounded: windows that do not fit are said not to fit",
        lambda facts: True,
    ),
    (
        "K02",
        "floor((n + p - reach)/s) + 1",
        "p is read as the padding of both sides together",
        lambda facts: bool(facts.values["pad"] != 0 and getattr(facts.values["p"], "denominator", 1) == 1),
    ),
    (
        "K03",
        "floor((n + pad - (d + 1)*(k - 1) - 1)/s) + 1",
        "the dilation is counted from 0, as the number of holes between taps",
        lambda facts: bool(facts.values["d"] != 1),
    ),
    (
        "K04",
        "ceil(n/s)",
        "the padding is TensorFlow's SAME",
        lambda facts: bool(facts.values["pad"] != 0 and facts.values["s"] != 1),
    ),
)
_CEIL = ("K05", "ceil((n + pad - reach)/s) + 1", "windows may overhang, as with ceil_mode=True")
_FLOOR = ("K05", "floor((n + 2*p - reach)/s) + 1", "windows may not overhang, as with ceil_mode=False")


def _sizes(subject: Subject) -> Iterator[Otherwise]:
    """Sizes of all axes under another convention."""
    placed = subject.placed
    if size_form(subject) in (sizes.CONVOLUTION, sizes.POOL):
        for code, formula, said, holds in _SIZE_RULES:
            if any(map(holds, subject.axes)):
                yield Otherwise(code, _by_axis(formula, subject), said)
    if placed is not None and form_of({"Pool": True}, placed) and hasattr(placed.layer, "ceil_mode"):
        code, formula, said = _FLOOR if placed.layer.ceil_mode else _CEIL
        yield Otherwise(code, _other_mode(subject), said)


def _other_mode(subject: Subject) -> Any:
    """The sizes of a pool with its other ceil_mode."""
    assert subject.placed is not None
    layer: Any = subject.placed.layer
    return tuple(replace(layer, ceil_mode=not layer.ceil_mode).output_shape(*subject.placed.shapes)[1:])


def _by_axis(formula: str, subject: Subject) -> tuple[Any, ...]:
    return tuple(evaluate(parsed(formula), axis.values) for axis in subject.axes)


def _shapes(subject: Subject) -> Iterator[Otherwise]:
    for each in _sizes(subject):
        yield each._replace(value=(subject.output[0], *each.value))
    if len(subject.output) > 1:
        last = (*subject.output[1:], subject.output[0])
        yield Otherwise("K13", last, "channels are written last")
        for shape in (subject.output, last):
            yield Otherwise("K20", (1, *shape), "the batch is written in front")
            yield Otherwise("K20", (subject.batch, *shape), "the batch is written in front")
        sizes = subject.output[1:]
        yield Otherwise("K14", tuple(sizes), "only the map's sizes are given, not its channels")
        if all(size == sizes[0] for size in sizes):
            yield Otherwise("K14", sizes[0], "only the map's side is given, not its channels")


def _alike(subject: Subject) -> Iterator[Otherwise]:
    for each in _sizes(subject):
        same = all(value == each.value[0] for value in each.value)
        yield each._replace(value=each.value[0]) if same else each


def _one_axis(place: int) -> Callable[[Subject], Iterator[Otherwise]]:
    return lambda subject: (each._replace(value=each.value[place]) for each in _sizes(subject))


# --- counts ---


def _parameters(subject: Subject) -> Iterator[Otherwise]:
    kept = moving_statistics(subject)
    whole = subject.placed.parameter_total if subject.placed else subject.trace.parameter_total()
    if kept != 0:
        yield Otherwise("K08", whole + kept, "the moving statistics of batch normalisation are counted too")
    counts = subject.trace.network.parameters()
    only = f"{subject.node.name}." if subject.node else ""
    mine = {name: count for name, count in counts.items() if name.startswith(only)}
    biases = [count for name, count in mine.items() if name.endswith("bias") and _is_weighed(subject, name)]
    if biases:
        yield Otherwise("K09", whole - sum(biases), "only weights are counted, no biases")
    norms = [count for name, count in mine.items() if not _is_weighed(subject, name)]
    if norms and subject.node is None:
        said = "only the weights of convolutions and dense layers are counted"
        yield Otherwise("K09", whole - sum(biases) - sum(norms), said)


def _is_weighed(subject: Subject, parameter: str) -> bool:
    """Whether a parameter is that of a convolution or a dense layer."""
    placed = subject.trace.placed[parameter.rpartition(".")[0]]
    return bool(form_of({"Conv": True, "ConvTranspose": True, "Linear": True}, placed))


def _multiplications(subject: Subject) -> Iterator[Otherwise]:
    macs = counted("macs", subject)
    yield Otherwise("K06", 2 * macs, "a multiplication and its addition are counted as two operations")
    yield Otherwise(
        "K06", counted("flops", subject), "operations are counted: multiplications and additions"
    )
    taken = subject.placed.operations if subject.placed else subject.trace.operations()
    yield Otherwise("K15", taken.multiplications, "the multiplications of all layers are counted")
    for name in () if subject.node else ("thop", "timm", "torchinfo", "connections"):
        yield Otherwise(
            "K16",
            counted(name, subject),
            f"it is counted as {CONVENTIONS[name].meaning.removeprefix('as ')}",
        )


def _flops(subject: Subject) -> Iterator[Otherwise]:
    macs = counted("macs", subject)
    yield Otherwise("K06", macs, "a multiply-accumulate is counted as one operation")
    yield Otherwise("K06", 2 * macs, "a multiply-accumulate is counted as two operations, and no bias")
    yield from _multiplications(subject)


def _padding(subject: Subject) -> Iterator[Otherwise]:
    found = keeping(subject)
    for total in found.totals[:_MOST_TOTALS]:
        yield Otherwise("K02", total, "the padding of both sides together")
    axis = subject.axes[0].values
    yield Otherwise("K12", found.pair[::-1], "the odd position is padded at the start")
    n, s = axis["n"], axis["s"]
    if type(n) is int and type(s) is int and s > 1:
        missing = max(s * (-(-n // s) - 1) + axis["reach"] - n, 0)
        yield Otherwise("K04", (missing // 2, missing - missing // 2), "the padding is TensorFlow's SAME")
        if missing % 2 == 0:
            yield Otherwise("K04", missing // 2, "the padding is TensorFlow's SAME")


def _memory(quantity: Quantity, subject: Subject) -> Iterator[Otherwise]:
    if quantity.name == "memory":
        for name in ("weight_memory", "activation_memory", "peak_memory"):
            yield Otherwise("K17", QUANTITIES[name].right(subject), f"{name.replace('_', ' ')} is meant")


# --- variants of published networks ---


def _variants(quantity: Quantity, subject: Subject) -> Iterator[Otherwise]:
    """The same question of the other variants of a published network, and of it without its groups."""
    network = subject.trace.network
    plain, at, _ = network.name.partition("@")
    if not at or subject.node is not None:
        return
    from convmath import zoo

    code = "K10" if plain.startswith("resnet") else "K11" if plain == "alexnet" else "K19"
    names = [
        name for name in zoo.names() if name != network.name and _same_family(name.partition("@")[0], plain)
    ]
    for variant in (network, *map(zoo.network, names)):
        if variant is not network:
            yield from _of(quantity, subject, variant, code, f"{variant.name} is meant")
        if any(map(_is_grouped, variant.layers)):
            whole = "with convolutions that are not split into groups"
            yield from _of(
                quantity, subject, _ungrouped(variant), "K11", f"{variant.name} is meant, {whole}"
            )


def _same_family(name: str, plain: str) -> bool:
    """Whether two names are of one architecture: lenet and lenet5 are, vgg16 and vgg11 are not."""
    return name == plain or {name, plain} == {"lenet", "lenet5"}


def _is_grouped(layer: Any) -> bool:
    """Whether a layer is a convolution in groups, and none of single channels."""
    return "Conv" in type(layer).__name__ and layer.groups not in (1, layer.in_channels)


def _of(quantity: Quantity, subject: Subject, network: Any, code: str, said: str) -> Iterator[Otherwise]:
    try:
        yield Otherwise(code, quantity.right(replace(subject, trace=network.trace())), said)
    except (ConvmathError, KeyError):
        return


def _ungrouped(network: Any) -> Any:
    """The network with every grouped convolution whole."""
    nodes = tuple(
        node._replace(layer=replace(node.layer, groups=1)) if _is_grouped(node.layer) else node
        for node in network.nodes
    )
    return replace(network, nodes=nodes)


_FINDERS: dict[str, Callable[[Subject], Iterator[Otherwise]]] = {
    "output": _shapes,
    "size": _alike,
    "height": _one_axis(-2),
    "width": _one_axis(-1),
    "length": _one_axis(-1),
    "depth": _one_axis(-3),
    "parameters": _parameters,
    "multiplications": _multiplications,
    "flops": _flops,
    "padding": _padding,
}
