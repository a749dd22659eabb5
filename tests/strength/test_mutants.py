"""Wrong changes are noticed: one in so many of each module's mutants, by the tests that are to notice it.

``MUTANTS=1 pytest tests/strength`` tries all of them.  Those that no test notices yet stand in
``survivors.txt``; what is not there must die.
"""

import importlib
import os
from pathlib import Path

import pytest

from tests.strength.swap import calls, fails, killer, some
from tests.strength.targets import TARGETS

ONE_OF = int(os.environ.get("MUTANTS", "24"))
SURVIVORS = frozenset((Path(__file__).parent / "survivors.txt").read_text().splitlines())
MODULES = [
    (f"{package}.{name}", tests) for package, modules in TARGETS.items() for name, tests in modules.items()
]


@pytest.mark.parametrize(("name", "tests"), MODULES, ids=[name for name, _ in MODULES])
def test_mutants_are_noticed(name, tests, monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")
    left, survived = calls(tests), []
    for what, function, code in some(importlib.import_module(name), ONE_OF):
        if f"{name} {what}" in SURVIVORS:
            continue
        notices = killer(function, code, left)
        if notices is None:
            survived.append(what)
        else:  # what noticed one is likely to notice the next
            left.remove(notices)
            left.insert(0, notices)
    assert survived == []


def test_the_tests_pass_where_nothing_is_changed():
    assert not any(map(fails, calls(("tests.networks.test_trace", "tests.networks.test_conventions"))))


def test_survivors_are_few():
    assert len(SURVIVORS) <= 27  # and may only become fewer
