"""Mutants of a module: one small wrong change each, made on the syntax tree."""

import ast
import copy
import itertools
import sys
import types
from pathlib import Path

SWAPS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.BitAnd: (ast.BitOr,),
}
NAMES = {
    "minimum": "maximum",
    "maximum": "minimum",
    "floor_div": "ceil_div",
    "ceil_div": "floor_div",
    "begin": "end",
    "end": "begin",
}


def changes(node):
    """Every change of one node: what it says, and how to make it on a copy."""
    if isinstance(node, ast.BinOp | ast.BoolOp):
        for other in SWAPS.get(type(node.op), ()):
            yield other.__name__, lambda copied, other=other: setattr(copied, "op", other())
    if isinstance(node, ast.Compare):
        for other in SWAPS.get(type(node.ops[0]), ()):
            yield other.__name__, lambda copied, other=other: copied.ops.__setitem__(0, other())
    if isinstance(node, ast.Constant) and type(node.value) is int:
        for by in (1, -1):
            yield f"{by:+d}", lambda copied, by=by: setattr(copied, "value", copied.value + by)
    name = "id" if isinstance(node, ast.Name) else "attr" if isinstance(node, ast.Attribute) else ""
    if name and getattr(node, name) in NAMES and isinstance(node.ctx, ast.Load):
        other = NAMES[getattr(node, name)]
        yield other, lambda copied, name=name, other=other: setattr(copied, name, other)


def mutants(path):
    """(description, syntax tree) of every mutant of a file; the description is function: source -> change."""
    tree = ast.parse(Path(path).read_text())
    inside = dict(enclosed(tree))
    for place, node in enumerate(ast.walk(tree)):
        for change, make in changes(node):
            copied = copy.deepcopy(tree)
            made = next(itertools.islice(ast.walk(copied), place, None))
            make(made)
            yield f"{inside[node]}: {ast.unparse(node)} -> {change}: {ast.unparse(made)}", copied


def enclosed(tree, name="module"):
    """Every node with the dotted name of the function or class around it."""
    for node in ast.iter_child_nodes(tree):
        named = isinstance(node, ast.FunctionDef | ast.ClassDef)
        inner = f"{name}.{node.name}".removeprefix("module.") if named else name
        yield node, inner
        yield from enclosed(node, inner)


def load(tree, name="mutant"):
    """The module a syntax tree makes, importable by name as dataclasses want it."""
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(compile(ast.fix_missing_locations(tree), name, "exec"), module.__dict__)
    return module
