"""Answers to homework, judged: right, right under another convention, or wrong and by which mistake.

The package is called like its function: ``convmath.check("lenet", parameters=61706)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from convmath.later import called_like, later

if TYPE_CHECKING:
    from convmath.check.ask import Verdicts as Verdicts
    from convmath.check.ask import check as check
    from convmath.check.judge import Cause as Cause
    from convmath.check.judge import Verdict as Verdict

_PLACES = {
    **dict.fromkeys(("Verdicts", "check"), f"{__name__}.ask"),
    **dict.fromkeys(("Cause", "Verdict"), f"{__name__}.judge"),
}
__all__ = ["Cause", "Verdict", "Verdicts", "check"]
__getattr__ = later(__name__, _PLACES)
called_like(__name__, "check")
