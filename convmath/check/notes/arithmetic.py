"""Arithmetic as it is written: chains of equalities between sums, products and numbers."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from convmath.check.answer import BYTES
from convmath.check.formula import UnreadableError, evaluate, read_formula
from convmath.check.notes.finding import value_text
from convmath.check.notes.number import Number, kilos
from convmath.check.notes.plain import RANGE, plain_line
from convmath.check.notes.tokens import Token, closes, opens, tokens_of
from convmath.exact.integers import ratio

_MOST_READINGS = 16
_MOST_HINTED = 20  # tokens between which brackets are tried
_MOST_TOKENS = 80  # of one side of an equality
_UNITS = re.compile(r"\s*(?:[KMGT]?(?:FLOPs?|flops?|MACs?|OPs)|bits?|bytes?|倍|times\b|×(?!\s*[\d(])|x\b)")
_FLOPS = re.compile(r"FLOP|MAC|multiply|运算|ops\b", re.IGNORECASE)
_MEASURE = re.compile(r"[个層层组組次]\s*\d")
_TEN_RATIOS = tuple(
    ratio(above, below) for above, below in ((2, 1), (4, 1), (8, 1), (1, 2), (1, 4), (1, 8), (1, 1))
)
_KILOS = (1000, 1024)
_POWERS = (3, 4, 6, 8, 9)  # of ten, that words stand for
_GLUED = re.compile(r"([^\s=]{3,})=(\d[\d.,]*)\1=\2(?!\d)")  # two copies of rendered mathematics
_NO_CLAIMS = re.compile(  # what is shown as wrong on purpose, and numbers that are too long to be any
    r"❌|✗|✘|~~|\b(?:wrong|mistakes?|incorrect(?:ly)?|falsch|fausse?|faux|incorrecto|errad[oa])\b|"
    r"not correct|错|誤|误|\d{40}",
    re.IGNORECASE,
)
_MATRICES = re.compile(  # shapes of a product of two: (4 × 6)(6 × 9) = 4 × 9
    r"(\d+)\s*[×*]\s*(\d+)\s*[)\]]?\s*[·*×@]?\s*[(\[]?\s*\2\s*[×*]\s*(\d+)\s*[)\]]?\s*"
    r"(?P<is>[=≈~])\s*[(\[]?\s*\1\s*[×*]\s*\3(?!\d)"
)
_APPLIED = re.compile(  # functions of what stands behind them
    r"(?:arg)?(?:max|min)|log|ln|lg|exp|sqrt|sin|cos|tanh?|sinh|cosh|sigmoid|softmax|softplus|relu|abs|det|var|cov|"
    r"std|mean|sum|prod|norm|rank|tr|trace|gcd|lcm|mod|lim|sup|inf|sign|pr|p|e|f|g|h",
    re.IGNORECASE,
)


class Slip(NamedTuple):
    """An equality that does not hold: where its relation stands, what is said and what is, and a hint."""

    at: int
    left: str
    says: str
    found: Any
    hint: str = ""


class Side(NamedTuple):
    """One side of an equality: its tokens, its text, and every value that it may have."""

    tokens: tuple[Token, ...]
    text: str
    values: tuple[Any, ...]

    @property
    def number(self) -> Number | None:
        """The number that it is, if it is nothing but one."""
        return self.tokens[0].number if len(self.tokens) == 1 else None

    @property
    def slack(self) -> Any:
        """How much rounded numbers in it leave open, as a share of its value."""
        rounded = [t.number for t in self.tokens if t.number and t.number.is_rounded]
        return sum((ratio(n.unit, abs(n.values[0])) for n in rounded if n.values[0]), 0)


def slips(line: str) -> Iterator[Slip]:
    """The equalities of a line, as it is written, that do not hold.

    >>> [slip.says for slip in slips("conv1: (5*5*3 + 1)*8 = 608, conv2: 3*3*8 = 73")]
    ['73']
    """
    plain = plain_line(line)
    if not re.search(r"[=≈]", plain) or len(plain) > 5_000 or _NO_CLAIMS.search(plain):
        return
    if _GLUED.search(re.sub(r"\s", "", plain)):
        return
    tokens = tokens_of(plain)
    shapes = {found.start("is") for found in _MATRICES.finditer(plain)}
    signs = [
        place
        for place, token in enumerate(tokens)
        if token.text in ("=", "≈", "~") and token.start not in shapes
    ]
    before: Side | None = None  # what stood behind the relation before, where a chain goes on
    chain: tuple[Any, ...] = ()
    for place in signs:
        left, right = _left(tokens, place, plain), _right(tokens, place, plain)
        before, last = right, before
        in_chain = left is not None and last is not None and last.tokens[-1] == left.tokens[-1]
        if left is None or right is None or not (in_chain or len(left.tokens) > 1 or len(right.tokens) > 1):
            continue
        in_chain = in_chain or _goes_on(tokens, place, right)
        chain = (*chain, left.values) if in_chain else (left.values,)
        again = any(set(right.values) & set(values) for values in chain)
        if not again and not _holds(left, right, tokens[place].text != "=", in_chain, plain):
            yield _slip(tokens[place], left, right)


def _goes_on(tokens: Sequence[Token], place: int, right: Side) -> bool:
    after = tokens.index(right.tokens[-1], place) + 1
    return after < len(tokens) and tokens[after].text in ("=", "≈", "~")


# --- the two sides ---


def _left(tokens: list[Token], place: int, plain: str) -> Side | None:
    """What stands before a relation, as far as it is arithmetic; None where that is not sure."""
    start = place
    while start > 0:
        token = tokens[start - 1]
        if token.kind == "close":
            opening = opens(tokens, start - 1)
            if opening is None:
                return None
            start = opening
            if start > 0 and tokens[start - 1].kind == "function":
                start -= 1
        elif token.kind in ("number", "sign"):
            start -= 1
        else:
            break
    found = tokens[start:place]
    if not found:
        return None
    before = tokens[start - 1] if start else None
    found = _without_lead(_without_label(found, plain), before, plain)
    if not found or not _is_free(before, found[0], plain) or _is_no_term(before, found, plain):
        return None
    return _side(found, plain)


def _without_label(found: list[Token], plain: str) -> list[Token]:
    """Without the number of an equation or a list's item before it: ``(2) 2·8``, ``[1/10] 5*2``."""
    closing = closes(found, 0) if found[0].kind == "open" else None
    if closing is None or closing + 1 >= len(found) or found[closing + 1].kind not in ("number", "open"):
        return found
    apart = found[closing + 1].start > found[closing].end
    return found[closing + 1 :] if apart else found


def _is_no_term(before: Token | None, found: list[Token], plain: str) -> bool:
    """Whether a dash is no minus: of a range of pages or years, or between words and numbers."""
    texts = [token.text for token in found]
    if len(found) == 3 and texts[1] == "-":
        first, last = (token.number for token in (found[0], found[2]))
        rises = first is not None and last is not None and first.values[0] < last.values[0]
        return rises and found[2].end - found[0].start == len("".join(texts))  # 2015-2016
    dashed = before is not None and before.kind == "word" and len(found) > 2 and texts[1] == "-"
    counted = before is not None and before.text in ("个", "层", "個", "层的")
    return bool(dashed and plain[found[1].start - 1] == " ") or counted


def _without_lead(found: list[Token], before: Token | None, plain: str) -> list[Token]:
    """Without the sign of a list's item, or of print that leans, before an expression."""
    first = found[0]
    if first.kind != "sign":
        return found
    bullet = before is None or (before.kind == "other" and before.text not in "{}¤")
    if len(found) > 1 and found[1].kind == "sign":
        return []
    if first.text in "-+*·~" and bullet and len(found) > 1:
        gap = plain[first.end : found[1].start]
        return found[1:] if gap or first.text in "*·+" else found
    return []


def _is_free(before: Token | None, first: Token, plain: str) -> bool:
    """Whether what stands before an expression is no part of it."""
    if before is None or before.kind == "relation":
        return True
    gap = plain[before.end : first.start]
    if before.kind == "other":
        return before.text not in "\\_@$'!{}¤" and (
            before.text == "|" or unicodedata.category(before.text) not in ("Sm", "Mn")
        )
    if before.kind == "word":
        applied = _APPLIED.fullmatch(before.text) or plain[before.start - 1 : before.start] == "\\"
        return (bool(gap) and not applied) or _is_ideograph(before.text[-1])
    return before.kind == "close" and bool(gap)


def _is_ideograph(letter: str) -> bool:
    return "\u3040" <= letter <= "\u9fff"


def _right(tokens: list[Token], place: int, plain: str) -> Side | None:
    """What stands behind a relation, as far as it is arithmetic; None where that is not sure."""
    end = place + 1
    while end < len(tokens):
        token = tokens[end]
        if token.kind in ("open", "function"):
            if token.kind == "open" and _is_label(tokens, end, plain):
                break
            opening = end + (token.kind == "function")
            closing = closes(tokens, opening) if opening < len(tokens) else None
            if closing is None:
                return None
            end = closing + 1
        elif token.kind in ("number", "sign"):
            if token.kind == "number" and tokens[end - 1].kind in ("number", "close"):
                break
            end += 1
        else:
            break
    found = tokens[place + 1 : end]
    if end < len(tokens) and tokens[end].text in ("{", "!"):
        return None
    while found and found[-1].kind == "sign":
        if found[-1].text in "-+/" and _is_term(tokens, end):
            return None  # the expression goes on with a name
        if found[-1].text in "*×·^" and end < len(tokens) and tokens[end].kind in ("word", "open"):
            return None
        found = found[:-1]
    if not found:
        return None
    return _side(found, plain) if _ends(found[-1], tokens, end, plain) else None


def _is_term(tokens: list[Token], end: int) -> bool:
    """Whether a single letter or name of a quantity comes, and no word of the text."""
    return end < len(tokens) and tokens[end].kind == "word" and len(tokens[end].text) <= 2


def _is_label(tokens: list[Token], place: int, plain: str) -> bool:
    """Whether a bracket after a gap holds a number alone: ``= 40 (2)`` is an equation's number."""
    apart = plain[tokens[place].start - 1 : tokens[place].start] == " "
    closing = closes(tokens, place)
    return apart and closing is not None and tokens[place - 1].kind in ("number", "close")


def _ends(last: Token, tokens: list[Token], end: int, plain: str) -> bool:
    """Whether an expression ends here for sure, and no name is a part of it."""
    rest = plain[last.end :]
    if _UNITS.match(rest) or end >= len(tokens):
        return not re.match(r"\.\s*$", rest) or last.text[-1:] != "."
    if _MEASURE.match(rest):
        return False
    following = tokens[end]
    if following.start > last.end:
        return not (following.kind == "open" and following.text == "[")
    if following.kind == "word":
        return _is_ideograph(following.text[0])
    return following.kind in ("relation", "close", "number") or (
        following.kind in ("other", "open") and following.text not in "{_\\'\"@#"
    )


def _side(found: Sequence[Token], plain: str) -> Side | None:
    """Tokens with the values that they may have; None where they are no expression."""
    if len(found) > _MOST_TOKENS:
        return None
    if any(token.text == "," for token in found) or _is_tuple(found):
        return None
    numbers = [token.number.values for token in found if token.number]
    readings = list(itertools.islice(itertools.product(*numbers), _MOST_READINGS))
    values = []
    for reading in readings:
        left = iter(reading)
        text = " ".join(f"({next(left)})" if token.number else _sign(token.text) for token in found)
        try:
            values.append(_worked(_implied(found, text)))
        except UnreadableError:
            return None
    return Side(tuple(found), plain[found[0].start : found[-1].end], tuple(values)) if values else None


def _worked(text: str) -> Any:
    """What an expression without names gives."""
    tree = read_formula(text)
    if tree.names:
        raise UnreadableError("a name is no number")
    return evaluate(tree, {})


def _sign(text: str) -> str:
    return {"×": "*", "·": "*", "÷": "/"}.get(text, text)


def _implied(found: Sequence[Token], text: str) -> str:
    """The text of an expression; a range in it is none."""
    if RANGE in text:
        raise UnreadableError("a range is no number")
    for one, two in itertools.pairwise(found):
        if one.kind == two.kind == "number":
            raise UnreadableError("two numbers stand side by side")
    return text


def _is_tuple(found: Sequence[Token]) -> bool:
    """Whether brackets hold two numbers and no group of thousands: the shape ``(10,25)``."""
    return any(
        one.kind == "open" and three.kind == "close" and bool(two.number) and "," in two.text
        for one, two, three in zip(found, found[1:], found[2:], strict=False)
    )


# --- whether they are equal ---


def _holds(left: Side, right: Side, about: bool, in_chain: bool, plain: str) -> bool:
    """Whether an equality holds in one of the ways to read it; what is not sure holds."""
    for a, b in _readings(left, right, in_chain):
        if any(_equal(x, y, a, b, about) for x in a.values for y in b.values):
            return True
    return (
        _is_size(left, right, in_chain)
        or _changes_unit(left, right, plain)
        or _has_a_word(left, right, plain)
        or _is_of_each(left, right, plain)
    )


def _is_of_each(left: Side, right: Side, plain: str) -> bool:
    """Whether a number before says how many there are: ``32 filters of 3×3 = 288``."""
    found = re.search(
        r"(\d{1,9})\s+[^\W\d_]+(?:\s+[^\W\d_]+)?\s+(?:of|de|von|à)\s*$", plain[: left.tokens[0].start]
    )
    return bool(found and int(found[1]) * left.values[0] == right.values[0])


def _has_a_word(left: Side, right: Side, plain: str) -> bool:
    """Whether a word behind the number may multiply it: the two are far apart."""
    after = re.match(r"\s?[^\W\d_]", plain[right.tokens[-1].end :])
    if after is None or right.number is None or right.number.suffix:
        return False
    unit = right.number.unit or 1
    written = [value for value in right.number.values if right.number.unit or type(value) is int]
    return any(
        abs(abs(whole) - value * 10**n) <= min(unit * 10**n, ratio(abs(whole), 7))
        for whole, value, n in itertools.product(left.values, written, _POWERS)
    )


def _readings(left: Side, right: Side, in_chain: bool) -> Iterator[tuple[Side, Side]]:
    """The sides as they stand, and in a running chain only their ends: ``6*5 = 30 + 20 = 50``."""
    yield left, right
    if in_chain:
        lefts, rights = [left, *_parts(left, last=True)], [right, *_parts(right, last=False)]
        yield from itertools.product(lefts, rights)


def _parts(side: Side, last: bool) -> Iterator[Side]:
    """The ends, or the starts, of a sum."""
    depth = 0
    for place, token in enumerate(side.tokens):
        depth += (token.kind == "open") - (token.kind == "close")
        if depth == 0 and token.kind == "sign" and token.text != "^" and 0 < place < len(side.tokens) - 1:
            tokens = side.tokens[place + 1 :] if last else side.tokens[:place]
            found = _side(tokens, " " * tokens[-1].end)
            if found is not None:
                yield found


def _equal(x: Any, y: Any, left: Side, right: Side, about: bool) -> bool:
    """Whether two values are equal, as exactly as they are written."""
    if x == y:
        return True
    number, other, value = (right.number, x, y) if right.number else (left.number, y, x)
    slack = abs(other) * ((left if right.number else right).slack if number else left.slack + right.slack)
    if number is None:
        return bool(slack and abs(x - y) <= slack)
    if number.suffix == "%" and abs(other - value * 100) <= number.unit * 100:
        return True  # what is worked out is in per cent already
    unit = number.last_digit() if about else number.unit
    off = other - value
    below = ratio(unit, 2) if number.unit else unit
    if -below - slack <= off < unit + slack or (unit and abs(off) <= ratio(unit, 2) + slack):
        return True
    if number.is_rounded and not number.suffix and 0 < other < 1 and value > 1:
        return bool(abs(other * 100 - value) <= unit)  # a share in per cent, without its sign
    return _is_rounded_size(other, value)


def _is_rounded_size(worked: Any, written: Any) -> bool:
    """Whether a quotient was rounded to a whole number, as sizes are: down, or up."""
    if type(worked) is int or type(written) is not int:
        return False
    return bool(worked.__floor__() <= written <= worked.__floor__() + 1)


def _is_size(left: Side, right: Side, in_chain: bool) -> bool:
    """Whether the result is a size, its sides written with a cross: ``(20 - 3)/1 + 1 = 18×18``."""
    numbers = _crossed(right, "×*")
    if numbers is None or (len(set(numbers)) > 1 and not in_chain and "×" not in right.text):
        return False
    if any(one == two for one, two in itertools.pairwise(_crosses(left))):
        return True  # sizes on both sides: 60×60 convolved by 3×3
    return any(_is_rounded_size(value, numbers[0]) or value in numbers for value in left.values)


def _crossed(side: Side, signs: str) -> list[Any] | None:
    """The numbers of a side that is nothing but a size, in brackets or not."""
    inside = [token for token in side.tokens if token.kind not in ("open", "close")]
    numbers = [token.number.values[0] for token in inside if token.number]
    between = all(token.text in signs for token in inside if token.kind == "sign")
    return numbers if between and 2 <= len(numbers) <= 3 and len(inside) == 2 * len(numbers) - 1 else None


def _crosses(side: Side) -> list[Any]:
    """The numbers around every cross of a side, one after the other, others between them."""
    found: list[Any] = []
    for one, sign, two in zip(side.tokens, side.tokens[1:], side.tokens[2:], strict=False):
        if sign.text == "×" and one.number and two.number:
            found += [None, one.number.values[0], two.number.values[0]]
    return [each if each is not None else object() for each in found]


def _changes_unit(left: Side, right: Side, plain: str) -> bool:
    """Whether operations or bytes are counted otherwise on the two sides."""
    number = right.number
    if number is None or not left.values[0] or not number.values[0]:
        return False
    rest = plain[right.tokens[-1].end : right.tokens[-1].end + 12]
    bytes_ = number.suffix.endswith(("B", "bytes")) and len(number.suffix) > 1
    if not bytes_ and not _FLOPS.search(rest) and not _UNITS.match(rest):
        return number.is_near_in_kilos(left.values[0])
    share, unit = left.values[0], number.unit or 0
    factor = BYTES.get(number.suffix, 1)
    if abs(share * factor - number.values[0]) <= unit:
        return True  # what is worked out has the unit already
    for times in _TEN_RATIOS:
        for kilo in _KILOS:
            scaled = number.values[0] * kilos(number.suffix, kilo)
            near = unit * kilos(number.suffix, kilo)
            if abs(share * times - scaled) <= near:
                return True
    return bool(len(left.tokens) == 1)


# --- what is said of it ---


def _slip(token: Token, left: Side, right: Side) -> Slip:
    """An equality that does not hold, the number as what is said and the rest as what is worked out."""
    if left.number and not right.number:
        return Slip(
            token.start,
            right.text.strip(),
            left.text.strip(),
            right.values[0],
            _hint(right, left.values[0]),
        )
    hint = _hint(left, right.values[0])
    return Slip(token.start, left.text.strip(), right.text.strip(), left.values[0], hint)


def _hint(side: Side, wanted: Any) -> str:
    """What the writer may have meant: a power whose raised digit was lost, or brackets."""
    for place, token in enumerate(side.tokens):
        if token.number and re.fullmatch(r"\d{1,2}[23]", token.text):
            powered = f"{token.text[:-1]}^{token.text[-1]}"
            text = "".join(
                powered if at == place else _sign(each.text) for at, each in enumerate(side.tokens)
            )
            if _gives(text, wanted):
                return f"{powered} for {token.text} fits"
    if any(token.kind == "open" for token in side.tokens) or type(wanted) is not int:
        return _bias_hint(side, wanted)
    for first, last in itertools.combinations(range(min(len(side.tokens), _MOST_HINTED)), 2):
        inside = side.tokens[first : last + 1]
        if inside[0].number and inside[-1].number and any(token.text in "+-" for token in inside):
            before, after = side.tokens[:first], side.tokens[last + 1 :]
            parts = ["".join(_sign(token.text) for token in part) for part in (before, inside, after)]
            if _gives(f"{parts[0]}({parts[1]}){parts[2]}", wanted):
                return f"{parts[0]}({parts[1]}){parts[2]} fits"
    return _bias_hint(side, wanted)


def _bias_hint(side: Side, wanted: Any) -> str:
    """Whether only the bias is missing, or was put in: ``(20 + 1)*50 = 1,000``."""
    if any(token.number and type(token.number.values[0]) is not int for token in side.tokens):
        return ""
    text = "".join(_sign(token.text) for token in side.tokens)
    found = re.fullmatch(r"\((.+)\+1\)\*(\d+)|(\d+)\*\((.+)\+1\)", text.replace(" ", ""))
    if found:
        inner, outer = (found[1], found[2]) if found[1] else (found[4], found[3])
        if _gives(f"({inner})*{outer}", wanted):
            return "that is the value without the biases"
    for token in side.tokens if "+" not in text else ():
        if (
            token.number
            and token.number.values[0] != 1
            and _gives(f"{text}+{token.number.values[0]}", wanted)
        ):
            return f"with {token.text} biases it is {value_text(wanted)}"
    return ""


def _gives(text: str, wanted: Any) -> bool:
    try:
        return bool(_worked(text.replace(",", "").replace(RANGE, "-")) == wanted)
    except UnreadableError:
        return False
