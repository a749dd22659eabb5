"""The key of a problem sheet: what is asked, for how many points, and which conventions are accepted."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from convmath.check.judge import Asked, Verdict, judge
from convmath.check.quantity import Subject, quantity_named
from convmath.errors import ConvmathError, near, short
from convmath.network.files import read_text
from convmath.network.trace import Trace
from convmath.read import network_of

CREDIT: Mapping[str, Fraction] = {
    "right": Fraction(1),
    "follows": Fraction(1),
}  # of the points, unless the key says otherwise
HARMLESS = ("K13", "K14")  # conventions of writing, accepted unless the key says otherwise
_FIELDS = (
    "id",
    "layers",
    "quantity",
    "input",
    "node",
    "points",
    "accept",
    "credit",
    "expect",
    "dtype",
    "batch",
)
_TEXTS = ("about", "source")


class Question(NamedTuple):
    """One question: what is asked of which layers, and what an answer is worth.

    ``accept`` are the codes of conventions that count as right; ``credit`` the share of the points that a
    verdict or the code of a mistake is worth; ``expect`` what the teacher has for right.
    """

    id: str
    about: str
    asked: Asked
    points: Fraction
    accept: tuple[str, ...]
    credit: Mapping[str, Fraction]
    expect: Any = None

    def judged(self, answer: Any, before: list[tuple[Asked, Verdict]] | None = None) -> Verdict:
        """The verdict on an answer, after others."""
        return judge(self.asked._replace(given=answer), before or ())

    def share(self, verdict: Verdict) -> Fraction:
        """The share of the points that a verdict is worth."""
        if verdict.verdict == "right-if" and not set(verdict.codes).isdisjoint(self.accept):
            return Fraction(1)
        named = [self.credit[code] for code in (*verdict.codes, verdict.verdict) if code in self.credit]
        return max(named, default=Fraction(0))


class Key(NamedTuple):
    """A sheet's questions."""

    title: str
    questions: tuple[Question, ...]

    def disagreements(self) -> list[tuple[Question, Verdict]]:
        """The questions whose expected answer is not the one that is worked out."""
        found = [(each, each.judged(each.expect)) for each in self.questions if each.expect is not None]
        return [(each, verdict) for each, verdict in found if each.share(verdict) < 1 or verdict.is_wrong]


def load_key(path: str | Path) -> Key:
    """Read a key, a TOML file with a table ``[[question]]`` for each.

    Raises ConvmathError for a file that cannot be read, and for a question that is none, with its id.
    """
    path = Path(path)
    text = read_text(path)
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConvmathError(f"{path} is no TOML file: {error}") from None
    try:
        return read_key(found)
    except ConvmathError as error:
        raise ConvmathError(f"{path}: {error}") from None


def read_key(found: Mapping[str, Any]) -> Key:
    """A key from what its file says."""
    check_fields("the key", found, ("title", "question", "credit", "accept"))
    rows = found.get("question")
    if not isinstance(rows, list) or not rows:
        raise ConvmathError("the key has no question; write each as a table [[question]]")
    traces: dict[tuple[str, str], Trace] = {}
    credit = {**CREDIT, **_credit("the key", found.get("credit", {}))}
    accept = _accepted("the key", found.get("accept", HARMLESS))
    questions = tuple(_question(number, row, traces, credit, accept) for number, row in enumerate(rows, 1))
    ids = [question.id for question in questions]
    for each in ids:
        if ids.count(each) > 1:
            raise ConvmathError(f"two questions are called {short(each)}; give each an id of its own")
    return Key(str(found.get("title", "")), questions)


def _question(
    number: int,
    row: Any,
    traces: dict[tuple[str, str], Trace],
    credit: Mapping[str, Fraction],
    accept: tuple[str, ...],
) -> Question:
    if not isinstance(row, dict):
        raise ConvmathError(f"question number {number} is no table; write [[question]]")
    name = str(row.get("id", number))
    what = f"question {short(name)}"
    check_fields(what, row, (*_FIELDS, *_TEXTS))
    for needed in ("layers", "quantity"):
        if needed not in row:
            raise ConvmathError(f"{what} has no {needed}; it needs layers and quantity")
    try:
        asked = _asked(row, traces)
        asked.quantity.right(asked.subject)
    except ConvmathError as error:
        raise ConvmathError(f"{what}: {error}") from None
    points = _number(what, "points", row.get("points", 1))
    if points <= 0:
        raise ConvmathError(f"{what}: points={row['points']} must be larger than 0")
    mine = {**credit, **_credit(what, row.get("credit", {}))}
    conventions = _accepted(what, row["accept"]) if "accept" in row else accept
    return Question(name, str(row.get("about", "")), asked, points, conventions, mine, row.get("expect"))


def _asked(row: Mapping[str, Any], traces: dict[tuple[str, str], Trace]) -> Asked:
    """What is asked; questions on the same layers share what is worked out of them."""
    layers, shape = str(row["layers"]), str(row.get("input", ""))
    if (layers, shape) not in traces:
        traces[layers, shape] = network_of(layers, shape or None).trace()
    trace = traces[layers, shape]
    batch = row.get("batch", 1)
    if type(batch) is not int or batch < 1:
        raise ConvmathError(f"batch={batch!r} must be a whole number of at least 1")
    subject = Subject.of(trace, str(row.get("node", "")), str(row.get("dtype", "float32")), batch)
    return Asked(quantity_named(str(row["quantity"])), subject, None)


def check_fields(what: str, found: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """Refuse a field that is not known.  Raises ConvmathError."""
    for field in found:
        if field not in known:
            raise ConvmathError(f"{what} has {short(field)}, which decides nothing{near(field, known)}")


def _credit(what: str, found: Any) -> dict[str, Fraction]:
    if not isinstance(found, dict):
        raise ConvmathError(f"{what}: credit={found!r} must be a table, like {{P01 = 0.5}}")
    shares = {str(code): _number(what, f"credit of {code}", share) for code, share in found.items()}
    for code, share in shares.items():
        if not 0 <= share <= 1:
            raise ConvmathError(
                f"{what}: the credit of {code} is a share between 0 and 1, not {found[code]}"
            )
    return shares


def _accepted(what: str, found: Any) -> tuple[str, ...]:
    if not isinstance(found, (list, tuple)):
        raise ConvmathError(f'{what}: accept={found!r} must be a list of codes, like ["K09"]')
    return tuple(map(str, found))


def _number(what: str, name: str, value: Any) -> Fraction:
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or value != value
        or abs(value) > 10**9
    ):
        raise ConvmathError(f"{what}: {name}={value!r} must be a number")
    return Fraction(str(value))
