"""What type checkers say of a user's script: nothing where it is right, and something where it is wrong."""

import doctest
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def mypy(folder: Path) -> set[tuple[str, int]]:
    """The lines of the scripts that mypy objects to."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file=", "."]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert said.returncode in (0, 1), said.stdout + said.stderr
    lines = (line.split(":") for line in said.stdout.splitlines() if ": error:" in line)
    return {(name, int(number)) for name, number, *_ in lines}


def pyright(folder: Path) -> set[tuple[str, int]]:
    """The lines of the scripts that pyright objects to."""
    project = folder / "pyrightconfig.json"
    project.write_text(json.dumps({"typeCheckingMode": "strict", "include": ["."]}))
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "-p", str(project)]
    command += ["--pythonpath", sys.executable]
    said = json.loads(subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout)
    assert said["summary"]["filesAnalyzed"] == len(SCRIPTS), said
    return {
        (Path(found["file"]).name, found["range"]["start"]["line"] + 1)
        for found in said["generalDiagnostics"]
    }


def readme() -> str:
    """The README's Python, as the script that a reader would write."""
    lines = []
    for example in doctest.DocTestParser().get_examples((ROOT / "README.md").read_text()):
        try:
            compile(example.source, "README", "eval")
            source = example.source.strip()
            lines.append(f"{source}\n" if source.startswith("print(") else f"print({source})\n")
        except SyntaxError:
            lines.append(example.source)
    return "".join(lines)


SCRIPTS = {
    "users.py": (HERE / "a_users_script.txt").read_text(),
    "mistakes.py": (HERE / "a_users_mistakes.txt").read_text(),
    "readme.py": readme(),
}


def lines(name: str, matches: Callable[[str], bool]) -> set[tuple[str, int]]:
    return {(name, n) for n, line in enumerate(SCRIPTS[name].splitlines(), 1) if matches(line)}


@pytest.mark.parametrize("check", [mypy, pyright])
def test_a_users_mistakes_are_found_and_nothing_else(check, tmp_path):
    """Every call in a_users_mistakes.txt is one; SymPy, which the README imports, has no types."""
    for name, text in SCRIPTS.items():
        (tmp_path / name).write_text(text)
    mistakes = lines("mistakes.py", lambda line: line.endswith(")"))
    assert len(mistakes) == 4
    untyped = lines("readme.py", lambda line: line == "import sympy")
    assert check(tmp_path) - untyped == mistakes
