"""What type checkers say of a user's script: nothing where it is right, and something where it is wrong."""

import doctest
import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def mypy(path: Path) -> set[int]:
    """The lines of a script that mypy objects to."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file=", str(path)]
    said = subprocess.run(command, cwd=path.parent, capture_output=True, text=True)
    assert said.returncode in (0, 1), said.stdout + said.stderr
    return {int(line.split(":")[1]) for line in said.stdout.splitlines() if ": error:" in line}


def pyright(path: Path) -> set[int]:
    """The lines of a script that pyright objects to."""
    project = path.parent / "pyrightconfig.json"
    project.write_text(json.dumps({"typeCheckingMode": "strict", "include": [path.name]}))
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "-p", str(project)]
    command += ["--pythonpath", sys.executable]
    said = json.loads(subprocess.run(command, cwd=path.parent, capture_output=True, text=True).stdout)
    assert said["summary"]["filesAnalyzed"] == 1, said
    return {found["range"]["start"]["line"] + 1 for found in said["generalDiagnostics"]}


CHECKERS = pytest.mark.parametrize("check", [mypy, pyright])


def readme() -> str:
    """The README's Python, as the script that a reader would write."""
    lines = []
    for example in doctest.DocTestParser().get_examples((ROOT / "README.md").read_text()):
        try:
            compile(example.source, "README", "eval")
            lines.append(f"print({example.source.strip()})\n")
        except SyntaxError:
            lines.append(example.source)
    return "".join(lines)


@CHECKERS
def test_a_users_script_is_typed(check, tmp_path):
    script = tmp_path / "script.py"
    script.write_text((HERE / "a_users_script.txt").read_text())
    assert check(script) == set()


@CHECKERS
def test_a_users_mistakes_are_found(check, tmp_path):
    script = tmp_path / "mistakes.py"
    script.write_text((HERE / "a_users_mistakes.txt").read_text())
    calls = {n for n, line in enumerate(script.read_text().splitlines(), 1) if line.endswith(")")}
    assert len(calls) == 4
    assert check(script) == calls


@CHECKERS
def test_the_readmes_lines_are_typed(check, tmp_path):
    script = tmp_path / "readme.py"
    script.write_text(readme())
    assert check(script) == set()
