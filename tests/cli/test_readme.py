"""What the README shows is what the commands print."""

import doctest
import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "docs" / "checking.md")
BLOCKS = [
    block
    for page in PAGES
    for block in re.findall(r"```console\n(.*?)```", page.read_text(), flags=re.DOTALL)
]
COMMANDS = [
    part for block in BLOCKS for part in re.split(r"^\$ convmath ", block, flags=re.MULTILINE) if part
]


@pytest.mark.parametrize("shown", COMMANDS)
def test_command_prints_what_is_shown(convmath, shown, tmp_path, monkeypatch):
    for name in ("README.md", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "build" / "sheets").mkdir(parents=True)
    command, _, expected = shown.partition("\n")
    run = convmath(*shlex.split(command))
    assert _rounded(expected) in (_rounded(run.err + run.out), _rounded(run.out + run.err))


def _rounded(text):
    """Rounding errors are another machine's: 1.3e-07 there, 2.2e-07 here."""
    return re.sub(r"\d\.\de-\d\d\b", "_._e-__", text)


def test_there_are_commands_to_check():
    assert len(COMMANDS) >= 20


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples_run(page):
    found = doctest.testfile(str(page), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert found.attempted > 0
    assert found.failed == 0
