"""What the README shows is what the commands print."""

import doctest
import re
import shlex
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
BLOCKS = re.findall(r"```console\n(.*?)```", README.read_text(), flags=re.DOTALL)
COMMANDS = [
    part for block in BLOCKS for part in re.split(r"^\$ convmath ", block, flags=re.MULTILINE) if part
]


@pytest.mark.parametrize("shown", COMMANDS)
def test_command_prints_what_is_shown(convmath, shown):
    command, _, expected = shown.partition("\n")
    run = convmath(*shlex.split(command))
    assert _rounded(run.out + run.err) == _rounded(expected)


def _rounded(text):
    """Rounding errors are another machine's: 1.3e-07 there, 2.2e-07 here."""
    return re.sub(r"\d\.\de-\d\d\b", "_._e-__", text)


def test_there_are_commands_to_check():
    assert len(COMMANDS) >= 5


def test_python_examples_run():
    found = doctest.testfile(str(README), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert found.failed == 0
