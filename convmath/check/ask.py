"""``check``: answers to quantities of a layer or a network, judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convmath.check.judge import Asked, Verdict, as_mapping, judged
from convmath.check.quantity import Subject, quantity_named
from convmath.errors import ConvmathError
from convmath.network.network import Network
from convmath.network.trace import Trace
from convmath.read import ShapeLike, network_of
from convmath.read import Subject as What


class Verdicts(tuple[Verdict, ...]):
    """The verdicts of one sheet, which print as text and show themselves in a notebook."""

    __slots__ = ()

    @property
    def all_right(self) -> bool:
        """Whether nothing is wrong and everything could be read."""
        return all(not verdict.is_wrong and verdict.verdict != "unreadable" for verdict in self)

    def plain(self, reveal: bool = True, hint: int = 0) -> dict[str, Any]:
        """The verdicts for a program; without what is right if it is not to be told, or with a hint."""
        return {"verdicts": [as_mapping(verdict, reveal, hint) for verdict in self]}

    def __str__(self) -> str:
        from convmath.render.verdict import text

        return text(self)

    def _repr_html_(self) -> str:
        from convmath.render.verdict import html

        return html(self)


def check(
    what: What,
    input_shape: ShapeLike | None = None,
    table: Mapping[str, Any] | None = None,
    *,
    node: str | None = None,
    dtype: str = "float32",
    batch: int = 1,
    **answers: Any,
) -> Verdicts:
    """Judge answers: right, right under another convention, or wrong and by which mistake.

    ``what`` is a layer, a chain, a name, a file, a text or a module, see ``convmath.read.network_of``.
    Each answer is named by its quantity, like ``parameters=2600`` or ``output="128x5x5"``, and is of the
    ``node`` that is named, else of the whole.  A ``table`` holds answers under ``conv1.parameters``, in
    their order.
    Raises ConvmathError for a quantity that is not known or that the network does not have; an answer that
    cannot be read is ``unreadable``.

    >>> from convmath import Conv2d
    >>> (verdict,) = check(Conv2d(3, 100, 5), (3, 300, 300), parameters=2600)
    >>> verdict.verdict, verdict.codes, verdict.right
    ('known', ['P03'], 7600)
    >>> verdict.why
    '(5^2 + 1)*100 = 2600: the input channels are left out; each filter spans all 3 input channels'
    """
    network = network_of(what, input_shape)
    given = {**(table or {}), **answers}
    if not given:
        raise ConvmathError("no answer is given; name the quantity and the answer, like parameters=2600")
    return Verdicts(judged(asked_of(network, given, node=node, dtype=dtype, batch=batch)))


def asked_of(
    network: Network,
    answers: Mapping[str, Any],
    *,
    node: str | None = None,
    dtype: str = "float32",
    batch: int = 1,
) -> list[Asked]:
    """Each answer with what it is asked of."""
    trace = network.trace()
    return [_asked(trace, name, given, node, dtype, batch) for name, given in answers.items()]


def _asked(trace: Trace, name: str, given: Any, node: str | None, dtype: str, batch: int) -> Asked:
    of, _, quantity = name.rpartition(".")
    return Asked(quantity_named(quantity), Subject.of(trace, of or node or "", dtype, batch), given)
