"""The one error a user of convmath needs to catch, and the words its messages share."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 60  # characters of a user's text that a message repeats
_MOST_NAMES = 5  # that look alike
_MOST_LISTED = 20
_MOST_SAID = 1000  # characters of a message


class ConvmathError(ValueError):
    """A layer, shape or text that has no answer; the message gives the value and the remedy."""

    def __init__(self, message: str) -> None:
        super().__init__(message if len(message) <= _MOST_SAID else f"{message[:_MOST_SAID]} ...")


def near(name: object, known: Iterable[str], otherwise: str = "") -> str:
    """The known names that look like a name, as the end of a message; ``otherwise`` where to find them all.

    >>> near("Conv2", ["Conv2d", "Linear"]), near("q", ["height", "width"])
    ('; did you mean Conv2d?', '; known are height, width')
    """
    import difflib

    name, names = str(name), list(known)
    lowered = {each.lower(): each for each in reversed(names)}
    alike = difflib.get_close_matches(name.lower()[:_LONGEST], lowered, n=_MOST_NAMES, cutoff=0.5)
    if alike:
        return f"; did you mean {' or '.join(lowered[each] for each in alike)}?"
    if not names:
        return ""
    shown = (
        names
        if len(names) <= _MOST_LISTED
        else [*names[:_MOST_LISTED], f"{len(names) - _MOST_LISTED} more"]
    )
    return f"; {otherwise or 'known are ' + ', '.join(shown)}"


def short(what: object) -> str:
    """What a user gave, in quotes where it is text, cut where it is long.

    >>> short("x" * 100)
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'"
    """
    text = what if isinstance(what, str) else repr(what)
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
    return repr(cut) if isinstance(what, str) else cut
