"""The verdict on an answer: right, right under a convention, following, a known mistake, a slip, wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from convmath.check.answer import BYTES, DECIMAL, NONE, Answer, Reading, read_answer
from convmath.check.formula import UnreadableError
from convmath.check.otherwise import Otherwise, otherwise
from convmath.check.quantity import Quantity, Subject, keeping, others
from convmath.check.slips import Slip, slips
from convmath.check.wrongs import worked, wrong_answers
from convmath.exact.integers import is_symbolic
from convmath.network.conventions import CONVENTIONS

UNREADABLE, RIGHT, RIGHT_IF, FOLLOWS, KNOWN, NEAR, WRONG = (
    *("unreadable", "right", "right-if", "follows", "known", "near", "wrong"),
)


class Cause(NamedTuple):
    """Why an answer came out as it did: a code, a sentence, and what is right instead."""

    code: str
    said: str
    right: str = ""
    formula: str = ""
    topic: str = ""

    @property
    def is_convention(self) -> bool:
        """Whether the answer is right under it."""
        return self.code.startswith("K")

    def __str__(self) -> str:
        return f"{self.formula}: {self.said}" if self.formula else self.said


class Verdict(NamedTuple):
    """What is to be said of an answer.

    ``verdict`` is one of unreadable, right, right-if, follows, known, near and wrong; ``causes`` say why,
    the likeliest first; ``right`` is the right answer and ``working`` its formula with the numbers put in.
    """

    quantity: str
    answer: str
    verdict: str
    right: Any = None
    causes: tuple[Cause, ...] = ()
    said: str = ""
    node: str = ""
    read_as: str = ""
    working: str = ""
    value: Any = None

    @property
    def codes(self) -> list[str]:
        """The codes of all causes, the likeliest first."""
        return list(dict.fromkeys(cause.code for cause in self.causes if cause.code))

    @property
    def is_wrong(self) -> bool:
        """Whether something is wrong with it, be it that it follows from what was wrong before."""
        return self.verdict in (FOLLOWS, KNOWN, NEAR, WRONG)

    @property
    def why(self) -> str:
        """The verdict's reason in a sentence or two."""
        if not self.causes:
            return self.said
        conventions = [cause for cause in self.causes if cause.is_convention]
        first = conventions[0] if conventions and self.verdict == RIGHT_IF else self.causes[0]
        return f"{first}; {first.right}" if first.right else str(first)


def plain_value(value: Any) -> Any:
    """A value for a program: whole numbers as they are, shapes as lists, other things as text."""
    if isinstance(value, tuple):
        return [plain_value(each) for each in value]
    return value if value is None or type(value) in (int, str, bool) else str(value)


class Asked(NamedTuple):
    """An answer to a quantity of a subject, read or not."""

    quantity: Quantity
    subject: Subject
    given: Any

    @property
    def node(self) -> str:
        """The node that is asked about; nothing of the whole."""
        return self.subject.name


def judged(asked: Sequence[Asked]) -> Iterator[Verdict]:
    """The verdicts on the answers of one sheet, in their order."""
    before: list[tuple[Asked, Verdict]] = []
    for each in asked:
        verdict = judge(each, before)
        before.append((each, verdict))
        yield verdict


def judge(asked: Asked, before: Sequence[tuple[Asked, Verdict]] = ()) -> Verdict:
    """The verdict on one answer, after others of the same sheet."""
    quantity, subject = asked.quantity, asked.subject
    right = subject.once("right", quantity, lambda: quantity.right(subject))
    names = {symbol.name: symbol for symbol in subject.trace.symbols}
    working = subject.once("working", quantity, lambda: worked(quantity, subject))
    head = Verdict(quantity.name, str(asked.given).strip(), WRONG, right, node=asked.node, working=working)
    if (
        isinstance(asked.given, str)
        and asked.given.strip().lower() in NONE
        and _does_not_fit(quantity, subject)
    ):
        said = "right if nothing is rounded: windows that do not fit are said not to fit"
        return head._replace(verdict=RIGHT_IF, causes=(Cause("K01", said),))
    try:
        answer = read_answer(asked.given, names, shaped=quantity.shaped, memory=quantity.memory)
    except UnreadableError as error:
        return head._replace(verdict=UNREADABLE, said=str(error))
    head = head._replace(answer=answer.text, read_as=answer.first.said, value=_value(answer))
    judging = _Judging(quantity, subject, answer, right, before)
    return head._replace(**judging.verdict())


def _value(answer: Answer) -> Any:
    values = answer.first.values
    return values[0] if len(values) == 1 else values


def _does_not_fit(quantity: Quantity, subject: Subject) -> bool:
    """Whether the last window of a layer hangs over, so that some say that it does not fit."""
    sized = quantity.name in ("output", "size", "height", "width", "length", "quotient")
    return sized and any(
        not is_symbolic(f["n"]) and (f["n"] + f["pad"] - f["reach"]) % f["s"]
        for f in (a.values for a in subject.axes)
    )


_BY_AXIS = ("size", "receptive_field", "effective_stride", "effective_padding", "quotient")


class _Judging(NamedTuple):
    """An answer that is read, and all that it is held against."""

    quantity: Quantity
    subject: Subject
    answer: Answer
    right: Any
    before: Sequence[tuple[Asked, Verdict]]

    def verdict(self) -> dict[str, Any]:
        """The first verdict that holds, and why."""
        for reading in self.answer.readings:
            said = self._is_right(reading)
            if said is not None:
                found = {"said": self._with_convention(said), "read_as": reading.said}
                return {"verdict": RIGHT, "value": self._meant(reading), **found}
        conventions = list(self._conventions())
        follows = None if conventions else self._follows()
        if follows:
            return {"verdict": FOLLOWS, "causes": (follows,)}
        known = list(self._known())
        if conventions and self.subject.node is None:  # published totals follow conventions
            return {"verdict": RIGHT_IF, "causes": (*conventions, *known)}
        if conventions:
            return {"verdict": RIGHT_IF, "causes": (*known, *conventions)}
        if known:
            return {"verdict": KNOWN, "causes": tuple(known)}
        near = [Cause(slip.code, slip.said) for slip in self._slips()]
        return {"verdict": NEAR, "causes": tuple(near)} if near else {"said": self._counterexample()}

    def _with_convention(self, said: str) -> str:
        """What is said of a right answer, with what is counted where tools count otherwise."""
        counted = CONVENTIONS[self.quantity.name].meaning if self.quantity.name in CONVENTIONS else ""
        return "; ".join(filter(None, (said, counted)))

    def _meant(self, reading: Reading) -> Any:
        return reading.values[0] if len(reading.values) == 1 else reading.values

    def _once(self, what: str, make: Callable[[], Any]) -> Any:
        return self.subject.once(what, self.quantity, make)

    def _is_right(self, reading: Reading) -> str | None:
        """Why a reading is right; None where it is not."""
        if self.quantity.name == "padding":
            return "" if self._keeps(reading.values) else None
        return self._same(reading, self.right)

    def _same(self, reading: Reading, value: Any) -> str | None:
        """How a reading is the same as a value, which may be written once for every axis."""
        said = same(reading, value)
        rank = len(self.subject.axes) or len(self.subject.output) - 1
        if said is None and self.quantity.name in _BY_AXIS and not isinstance(value, tuple):
            said = same(reading, (value,) * rank)
        return said

    def _keeps(self, values: tuple[Any, ...]) -> bool:
        """Whether a padding keeps every axis: one for all, one an axis, or before and after."""
        axes = [keeping(self.subject, axis) for axis in range(len(self.subject.axes))]
        if len(values) == len(axes) and all(a.holds(v) for a, v in zip(axes, values, strict=True)):
            return True
        padding = values[0] if len(values) == 1 else values
        return all(axis.holds(padding) for axis in axes)

    def _matches(self, value: Any) -> bool:
        return any(self._same(reading, value) is not None for reading in self.answer.readings)

    def _conventions(self) -> Iterator[Cause]:
        found: set[str] = set()
        for each in self._otherwise():
            if each.code not in found and self._matches(each.value):
                found.add(each.code)
                yield Cause(each.code, f"right if {each.said}")

    def _otherwise(self) -> Iterator[Otherwise]:
        """Other conventions' answers."""
        reading = self.answer.first
        if self.quantity.memory and reading.suffix in DECIMAL and len(reading.values) == 1:
            decimal, binary = BYTES[reading.suffix], BYTES[DECIMAL[reading.suffix]]
            meant = Reading((reading.values[0] * binary / decimal,), reading.unit * binary / decimal)
            if meant.equals(self.right):
                yield Otherwise(
                    "K07", reading.values[0], f"{reading.suffix} means {DECIMAL[reading.suffix]}"
                )
        yield from self._once("otherwise", lambda: list(otherwise(self.quantity, self.subject)))

    def _follows(self) -> Cause | None:
        from convmath.check.follow import following

        for value, said in following(self.quantity, self.subject, self.before):
            if value != self.right and self._written(value):
                return Cause("E01", said)
        return None

    def _known(self) -> Iterator[Cause]:
        found: set[str] = set()
        for wrong in self._once("wrong", lambda: list(wrong_answers(self.quantity, self.subject))):
            if wrong.code not in found and wrong.value != self.right and self._written(wrong.value):
                found.add(wrong.code)
                yield Cause(wrong.code, wrong.said, wrong.right, wrong.worked, wrong.topic)

    def _written(self, value: Any) -> bool:
        """Whether a wrong answer is the one given, a shape in any of the ways to write it."""
        if self.quantity.name != "output" or not isinstance(value, tuple) or len(value) < 2:
            return self._matches(value)
        sizes = value[1:]
        ways = [value, (*sizes, value[0]), sizes, (1, *value), (1, *sizes, value[0])]
        return any(map(self._matches, ways + ([sizes[0]] if len(set(sizes)) == 1 else [])))

    def _slips(self) -> Iterator[Slip]:
        found: set[str] = set()
        for reading in self.answer.readings:
            for slip in slips(
                self._meant(reading),
                self.right,
                self._once("others", lambda: others(self.subject, self.quantity)),
            ):
                if slip.code not in found:
                    found.add(slip.code)
                    yield slip

    def _counterexample(self) -> str:
        """Where a formula differs from the right one."""
        value = self._meant(self.answer.first)
        if isinstance(value, tuple) != isinstance(self.right, tuple):
            return ""
        pairs = zip(value, self.right, strict=False) if isinstance(value, tuple) else ((value, self.right),)
        for yours, right in pairs:
            if is_symbolic(yours) or is_symbolic(right):
                from convmath.check.symbols import differs_at

                found = differs_at(yours, right)
                if found:
                    return found
        return ""


def same(reading: Reading, value: Any) -> str | None:
    """How a reading is the same as a value: equal, or proved to be; None where it is not."""
    values = reading.values
    if isinstance(value, tuple):
        if len(values) != len(value):
            return None
        found = [_equal(Reading((v,), reading.unit), w) for v, w in zip(values, value, strict=True)]
        return None if None in found else next((said for said in found if said), "")
    return _equal(reading, value) if len(values) == 1 else None


def _equal(reading: Reading, value: Any) -> str | None:
    given = reading.values[0]
    if is_symbolic(given) or is_symbolic(value):
        from convmath.check.symbols import equal

        return equal(given, value)
    return "" if reading.equals(value) else None


def as_mapping(verdict: Verdict, reveal: bool = True, hint: int = 0) -> Mapping[str, Any]:
    """A verdict for a program; without what is right if that is not to be told, or with a hint alone."""
    from convmath.render.verdict import hinted, unrevealed

    why = hinted(verdict, hint) if hint else verdict.why if reveal else unrevealed(verdict)
    found = {
        "quantity": verdict.quantity,
        "answer": verdict.answer,
        "verdict": verdict.verdict,
        "codes": [] if hint in (1, 2) else verdict.codes,
        "right": plain_value(verdict.right) if reveal and hint in (0, 3) else None,
        "why": why,
    }
    return {"node": verdict.node, **found} if verdict.node else found
