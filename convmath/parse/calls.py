"""Calls as people write and print them: ``nn.Conv2d(3, 8, 3)``, ``(fc): Linear(400, 10)``.

A text becomes calls with plain values; which layer a call stands for is not decided here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, NoReturn

from convmath.errors import ConvmathError, short
from convmath.exact.integers import plain
from convmath.parse.characters import plain_letters

LONGEST = 100_000  # characters of layer text
_LARGEST = 10**18  # numbers beyond this are typing errors, and would only cost time
_DEEPEST = 100  # brackets within brackets
_CONTAINERS = ("Sequential", "ModuleList", "OrderedDict", "Model")
_ASKED = ("summary", "compile", "fit", "build", "evaluate")
_CONSTANTS = {"True": True, "False": False, "None": None, "inf": math.inf}
_LIKE = "write it like Conv2d(3, 64, 3, padding=1)"
_TOKEN = re.compile(
    r"""(?P<space>[^\S\n]+|\#[^\n]*|\\\n)
    |(?P<join>->|=>)
    |(?P<line>\n|;)
    |(?P<string>'[^'\n]*'|"[^"\n]*")
    |(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?!\w))
    |(?P<name>[^\W\d]\w*(?:\.\w+)*)
    |(?P<sign>\*\*|//|[-()\[\]{},:=+*/?^|.])""",
    re.VERBOSE,
)


class Unknown:
    """The number that a text leaves out: ``?``."""

    def __repr__(self) -> str:
        return "?"


UNKNOWN = Unknown()


class Call(NamedTuple):
    """A name with its arguments; ``label`` is what its author calls it, ``parts`` what is inside."""

    name: str
    text: str
    args: tuple[Any, ...] = ()
    named: Mapping[str, Any] = {}
    label: str = ""
    parts: tuple[Call, ...] | None = None
    bare: bool = False  # written without brackets

    @property
    def kind(self) -> str:
        """The last part of a dotted name: ``torch.nn.Conv2d`` is ``Conv2d``."""
        return self.name.rpartition(".")[2]


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


def read_calls(text: str, symbol: Callable[[str], Any]) -> list[Call]:
    """The calls of a text, one after another; ``symbol`` makes something of other names.

    They may be joined by arrows or commas or stand on lines of their own, inside containers or not.
    Raises ConvmathError for what is no list of calls.

    >>> [call.kind for call in read_calls("nn.Conv2d(1, 6, 5) -> ReLU", str)]
    ['Conv2d', 'ReLU']
    >>> read_calls("(pool): MaxPool2d(kernel_size=2)", str)[0].named
    {'kernel_size': 2}
    """
    if len(text) > LONGEST:
        raise ConvmathError(f"the layer text has {len(text)} characters; at most {LONGEST} are read")
    return _Reader(plain_letters(text), symbol).everything()


def checked_number(value: Any) -> Any:
    """A value, unless it is a number that only a typing error makes so large."""
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise ConvmathError(f"a number of {len(str(value))} digits is beyond 10^18; check the input")
    return value


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, text: str, symbol: Callable[[str], Any]) -> None:
        self.text = text
        self.symbol = symbol
        self.tokens = list(self._tokens())
        self.place = 0
        self.depth = 0

    def _tokens(self) -> Iterator[_Token]:
        place, open_brackets = 0, 0
        while place < len(self.text):
            found = _TOKEN.match(self.text, place)
            if found is None:
                self._refuse(f"{self.text[place]!r} is not read here")
            kind, token = found.lastgroup or "", found[0]
            open_brackets += (token in ("(", "[")) - (token in (")", "]"))
            place = found.end()
            if kind == "space" or (kind == "line" and open_brackets > 0):
                continue
            yield _Token(kind, token, found.start(), place)
        yield _Token("end", "", place, place)

    def _refuse(self, reason: str) -> NoReturn:
        raise ConvmathError(f"{short(self.text.strip())} is no layer ({reason}); {_LIKE}")

    @property
    def now(self) -> _Token:
        return self.tokens[self.place]

    @property
    def _at_name(self) -> bool:
        """Whether ``name=`` comes next."""
        return self.now.kind == "name" and self.tokens[self.place + 1].text == "="

    def _take(self) -> _Token:
        token = self.now
        self.place += token.kind != "end"
        return token

    def _skip(self, text: str) -> bool:
        if self.now.text != text or self.now.kind == "string":
            return False
        self.place += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._skip(text):
            wrong = "it ends before a bracket is closed"
            self._refuse(
                wrong if self.now.kind == "end" else f"{text!r} is missing before {self.now.text!r}"
            )

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ConvmathError(f"{short(self.text)} is nested too deeply to read; write it more simply")

    # --- calls ---

    def everything(self) -> list[Call]:
        calls = self._calls("")
        if self.now.kind != "end":
            self._refuse(f"{self.now.text!r} has no bracket that it closes")
        return calls

    def _calls(self, closing: str) -> list[Call]:
        """Calls up to a closing bracket, or the end."""
        found: list[Call] = []
        joined = False
        while True:
            while self.now.kind == "line":
                self.place += 1
            if self.now.kind == "end" or self.now.text in (")", "]"):
                if joined or not (found or closing):
                    raise ConvmathError("a layer is missing; write for instance Conv2d(3, 64, 3) -> ReLU()")
                return found
            if self.now.kind == "join" and not found:
                raise ConvmathError("a layer is missing; write for instance Conv2d(3, 64, 3) -> ReLU()")
            found += self._item()
            joined = False
            if self.now.kind == "join":
                joined, _ = True, self._take()
            elif self.now.kind == "line" or self._skip(",") or self.now.kind == "end":
                continue
            elif self.now.text not in (")", "]") and not self._at_label:
                self._refuse(f"join layers with ->, {self.now.text!r} does not")

    def _item(self) -> list[Call]:
        """One call, with its label or the name it is given; a list of calls; or a (name, call) pair."""
        if self._skip("["):
            self._deeper()
            found = self._calls("]")
            self._expect("]")
            return found
        if self.now.text in ("import", "from"):
            while self.now.kind not in ("line", "end"):
                self.place += 1
            return []
        label = self._label()
        if self.now.text == "(":
            return [self._pair()]
        if self._at_name:
            target = self._take().text
            label = label or (target[5:] if target.startswith("self.") else "")
            self._take()
        call = self._call(label)
        if call.kind == "add" and len(call.args) == 1 and isinstance(call.args[0], Call):
            return [call.args[0]]  # model.add(Dense(10))
        if call.name != call.kind and call.kind in _ASKED:
            return []  # model.summary(), of which no layer comes
        if call.kind == "Sequential" and call.parts == () and not call.bare:
            return []  # model = Sequential(), and its layers are added after it
        return [call]

    def _label(self) -> str:
        """What PyTorch prints before a module: ``(conv1):``."""
        if not self._at_label:
            return ""
        self.place += 4
        return self.tokens[self.place - 3].text

    @property
    def _at_label(self) -> bool:
        coming = [token.text for token in self.tokens[self.place : self.place + 4]]
        return coming[:1] == ["("] and coming[2:] == [")", ":"]

    def _pair(self) -> Call:
        """A name and a call, as an OrderedDict takes them: ``("conv1", Conv2d(1, 6, 5))``."""
        self._take()
        self._deeper()
        label = ""
        if self.now.kind == "string":
            label = self._take().text[1:-1]
            self._expect(",")
        call = self._call(label)
        self._skip(",")
        self._expect(")")
        return call

    def _call(self, label: str = "") -> Call:
        token = self._take()
        if token.kind != "name":
            if token.kind == "end":
                raise ConvmathError("a layer is missing; write for instance Conv2d(3, 64, 3) -> ReLU()")
            self._refuse(f"a layer's name is missing before {token.text!r}")
        if token.text in ("class", "def"):
            self._refuse("it is code; give the module that it makes, like net.py:Net, or only its layers")
        if not self._skip("("):
            return Call(token.text, token.text, label=label, bare=True)
        self._deeper()
        if token.text.rpartition(".")[2] in _CONTAINERS or self._at_label:
            parts = tuple(self._calls(")"))
            self._expect(")")
            self.depth -= 1
            return Call(token.text, self._since(token), label=label, parts=parts)
        args, named = self._arguments(token.text)
        self.depth -= 1
        return Call(token.text, self._since(token), tuple(args), named, label)

    def _since(self, token: _Token) -> str:
        return self.text[token.start : self.tokens[self.place - 1].end]

    def _arguments(self, name: str) -> tuple[list[Any], dict[str, Any]]:
        args: list[Any] = []
        named: dict[str, Any] = {}
        while not self._skip(")"):
            if self._at_name:
                key = self._take().text
                self._take()
                if key in named:
                    raise ConvmathError(f"{key} twice is no argument; write each as name=value, once")
                named[key] = self._value()
            elif self._skip("**") or self._skip("*"):
                raise ConvmathError(f"**{self.now.text} is no argument; write each as name=value, once")
            else:
                args.append(self._value())
            if not self._skip(",") and self.now.text != ")":
                self._expect(")")
        return args, named

    # --- values ---

    def _value(self) -> Any:
        start = self.now
        value = self._product()
        while self.now.text in ("+", "-") and self.now.kind == "sign":
            sign = self._take().text
            left, right = self._number(value, start), self._number(self._product(), start)
            value = plain(checked_number(left + right if sign == "+" else left - right))
        if self.now.text in ("**", "/", "//", "^", "("):
            self._no_argument(start)
        return value

    def _product(self) -> Any:
        start = self.now
        value = self._factor()
        while self._skip("*"):
            left = self._number(value, start)
            factor = self.now
            value = plain(checked_number(left * self._number(self._factor(), factor)))
        return value

    def _factor(self) -> Any:
        token = self._take()
        if token.text == "-" and token.kind == "sign":
            self._deeper()
            value = self._factor()
            self.depth -= 1
            return -value if isinstance(value, float) else plain(-self._number(value, token))
        if token.kind == "string":
            return token.text[1:-1]
        if token.kind == "number":
            return _number_of(token.text)
        if token.kind == "name":
            return self._named(token)
        if token.text in ("(", "["):
            return self._several(")" if token.text == "(" else "]")
        if token.text == "?":
            return UNKNOWN
        self.place -= token.kind != "end"
        if token.kind == "end":
            self._refuse("it ends before a bracket is closed")
        return self._no_argument(token)

    def _named(self, token: _Token) -> Any:
        if token.text in _CONSTANTS:
            return _CONSTANTS[token.text]
        if self.now.text == "(":
            self.place -= 1
            return self._call()
        return token.text if "." in token.text else self.symbol(token.text)

    def _several(self, closing: str) -> Any:
        """A tuple or a list; what is in brackets by itself is itself."""
        self._deeper()
        found, comma = [], False
        while not self._skip(closing):
            found.append(self._value())
            comma = self._skip(",")
            if not comma and self.now.text != closing:
                self._expect(closing)
        self.depth -= 1
        return found[0] if closing == ")" and len(found) == 1 and not comma else tuple(found)

    def _number(self, value: Any, start: _Token) -> Any:
        if isinstance(value, (str, tuple, bool, float, Unknown, Call)) or value is None:
            raise ConvmathError(f"{short(self._written(start))} is no whole number or symbol")
        return value

    def _no_argument(self, start: _Token) -> NoReturn:
        while self.now.kind != "end" and self.now.text not in (",", ")"):
            self.place += 1
        raise ConvmathError(
            f"{short(self._written(start))} is no argument; use numbers, True, False, words in quotes, "
            "tuples, and symbols with + - *"
        )

    def _written(self, start: _Token) -> str:
        return self.text[start.start : self.tokens[self.place - 1].end]


def _number_of(text: str) -> int | float:
    if text.isdecimal():
        return int(checked_number(int(text) if len(text) < 4000 else _LARGEST * 10))
    return float(text)
