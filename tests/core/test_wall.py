"""The wall: who may import whom, and what the reference may not know."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("sympy", "numpy", "torch", "hypothesis", "pytest", "matplotlib", "convmath_reference")

NUMBERS_ONLY = """
from convmath import Conv2d, parse_chain
from convmath.layers import classes
layer = Conv2d(3, 8, 3, 2, 1, groups=1)
assert layer.output_shape((3, 9, 9)) == (8, 5, 5)
assert layer.parameters() == {'weight': 216, 'bias': 8}
assert layer.operations((3, 9, 9)).multiplications == 5400
assert layer.effective_operations((3, 9, 9)).multiplications == 8 * 3 * 13 * 13
chain = parse_chain("Conv2d(3, 8, 3) -> MaxPool2d(2, ceil_mode=True) -> ConvTranspose2d(8, 1, 2, 2)")
assert chain.output_shape((3, 9, 9)) == (1, 8, 8)
assert chain.receptive_field((3, 9, 9)).size == (4, 4)
assert Conv2d in classes()
"""

REFERENCE = """
import numpy as np
from convmath_reference import *
assert conv(np.ones((1, 1, 5)), np.ones((1, 1, 3))).shape == (1, 1, 3)
assert conv_definition(np.ones((1, 1, 5)), np.ones((1, 1, 3))).shape == (1, 1, 3)
"""

TORCH = """
import torch
from convmath import Conv2d
from convmath.torch import to_module
to_module(Conv2d(1, 1, 3))
"""

NETWORKS = """
from convmath import Network, parse_chain, summarise, zoo
from convmath.render.network import plain, text
from convmath.solve import inputs
summary = summarise(zoo.network("resnet50"))
assert (summary.parameters, summary.multiplications) == (25557032, 4089184256)
assert "25,557,032" in text(summary) and plain(summary)["parameters"] == 25557032
assert 224 in inputs(zoo.network("resnet50")).square
"""

VERIFY = """
import sys
from convmath import zoo
from convmath.oracle.verify import verify
assert verify(zoo.network("lenet")).holds
assert sys.modules.keys().isdisjoint(("hypothesis", "pytest"))
"""

CASES = (
    ("numbers", NUMBERS_ONLY, HEAVY),
    ("networks", NETWORKS, (*HEAVY, "rich")),
    ("verify", VERIFY, ("rich",)),
    ("reference", REFERENCE, ("sympy", "torch", "convmath", "hypothesis", "pytest")),
    ("torch", TORCH, ("convmath_reference", "hypothesis", "convmath.oracle")),
)

BLOCK = """
import sys
class Wall:
    def find_spec(self, name, path=None, target=None):
        if any(name == f or name.startswith(f + ".") for f in {forbidden!r}):
            raise ImportError(f"{{name}} is behind the wall")
sys.meta_path.insert(0, Wall())
sys.path[:0] = {paths!r}
{body}
"""


@pytest.mark.parametrize(
    ("body", "forbidden"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_forbidden_modules_are_not_imported(body, forbidden):
    finished = run(body, forbidden)
    assert finished.returncode == 0, finished.stderr


def run(body, forbidden):
    paths = [str(ROOT), str(ROOT / "reference")]
    program = BLOCK.format(forbidden=forbidden, paths=paths, body=body)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_the_wall_stands():
    assert "numpy is behind the wall" in run("import numpy", ("numpy",)).stderr


def sources(folder, *leave_out):
    files = sorted((ROOT / folder).rglob("*.py"))
    return [f for f in files if not any(part in leave_out for part in f.relative_to(ROOT).parts)]


def imports(path):
    """Every module a file imports when it runs, wherever it does."""
    yield from imported(ast.parse(path.read_text()))


def imported(tree):
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield from imported(node)


def packages(path):
    return {name.split(".")[0] for name in imports(path)}


def test_the_reference_imports_numpy_and_nothing_else():
    allowed = {"numpy", "convmath_reference", "__future__"} | set(sys.stdlib_module_names)
    for path in sources("reference"):
        assert packages(path) <= allowed, path


def test_only_the_oracle_knows_both_formulas_and_reference():
    for path in sources("convmath", "oracle"):
        assert "hypothesis" not in packages(path), path
        assert "convmath_reference" not in packages(path), path


def test_only_the_torch_folder_imports_torch():
    for path in sources("convmath", "torch"):
        assert "torch" not in packages(path), path


ROUNDING = ("floor", "ceil", "divmod", "floor_divide", "mod", "remainder", "trunc", "rint", "round", "fix")
ROUNDS_BY_DEFINITION = {
    ("adaptive.py", "adaptive_window"),
    ("resize.py", "nearest_readings"),
    ("resize.py", "_weighed"),
}


def roundings(tree, name="module"):
    """Where code rounds a quotient: (function, line)."""
    for node in ast.iter_child_nodes(tree):
        inner = node.name if isinstance(node, ast.FunctionDef) else name
        if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, (ast.FloorDiv, ast.Mod)):
            yield inner, node.lineno
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in ROUNDING:
                yield inner, node.lineno
        yield from roundings(node, inner)


def test_the_reference_calculates_no_size():
    found = {
        (path.name, function)
        for path in sources("reference")
        for function, _ in roundings(ast.parse(path.read_text()))
    }
    assert found == ROUNDS_BY_DEFINITION


@pytest.mark.parametrize(
    "code", ["n // s", "n % s", "n //= s", "divmod(n, s)", "math.floor(n / s)", "np.ceil(n / s)"]
)
def test_the_ban_sees_every_way_to_round(code):
    assert list(roundings(ast.parse(f"def size(n, s):\n    {code}"))) == [("size", 2)]


ORDER = (  # each folder or file knows those before it
    *(
        "errors",
        "later",
        "exact",
        "geometry",
        "layers",
        "render",
        "parse",
        "network",
        "zoo",
        "torch",
        "read",
    ),
    *("explain", "derive", "solve", "check", "lecture", "oracle", "cli", "__main__"),
)


def modules():
    """Every module of the package by its dotted name, with the modules of ours it imports."""
    files = {path.relative_to(ROOT).with_suffix(""): path for path in sources("convmath")}
    named = {".".join(place.parts).removesuffix(".__init__"): path for place, path in files.items()}
    return {
        name: {known for each in imports(path) if (known := nearest(each, named))}
        for name, path in named.items()
    }


def nearest(name, named):
    """The module of ours that an import names."""
    return name if name in named else ""


def place(module):
    return [*module.split("."), "convmath"][1]


def test_dependencies_point_one_way():
    for module, known in modules().items():
        for other in known - {"convmath"}:
            here, there = place(module), place(other)
            if here != there and module != "convmath":
                assert ORDER.index(there) < ORDER.index(here), f"{module} imports {other}"


def test_no_modules_import_each_other_in_a_circle():
    left = modules()
    while left:
        free = {name for name, known in left.items() if not known & left.keys() - {name}}
        assert free, f"a circle among {sorted(left)}"
        left = {name: known for name, known in left.items() if name not in free}
