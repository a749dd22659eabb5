"""A module by the place where it is written: ``package.module:attribute`` or ``path/to/file.py:Class``."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from inspect import signature
from pathlib import Path
from typing import Any

from torch import nn

from convmath.errors import ConvmathError, near


def module_named(text: str) -> nn.Module:
    """The module itself, or what a class or function of this name gives when called without arguments.

    Raises ConvmathError naming what could not be imported, found or called.
    """
    place, _, attribute = text.rpartition(":")
    found: Any = _imported(place, text)
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise ConvmathError(f"{place} has no {attribute!r}{near(part, _modules_in(found))}")
        found = getattr(found, part)
    return found if isinstance(found, nn.Module) else _made(found, text)


def _imported(place: str, text: str) -> Any:
    """A Python module, by its name as from the current folder or by its file."""
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        return _from_file(Path(place)) if place.endswith(".py") else import_module(place)
    except (Exception, SystemExit) as error:  # whatever the user's code raises while it is imported
        raise ConvmathError(f"{text} cannot be imported: {type(error).__name__}: {error}") from error


def _from_file(path: Path) -> Any:
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look their module up
    sys.path.insert(0, str(path.parent))  # for its neighbours
    spec.loader.exec_module(module)
    return module


def _modules_in(namespace: Any) -> list[str]:
    """The names of modules and classes of modules, or what else there is."""
    kinds = (nn.Module, type)
    names = [name for name, value in vars(namespace).items() if isinstance(value, kinds)]
    return [name for name in names if not name.startswith("_")]


def _remedy(make: Any) -> str:
    """What to do where it wants arguments."""
    try:
        signature(make).bind()
    except TypeError:
        return "; name a function without arguments"
    except ValueError:  # it says nothing of its arguments
        return ""
    return ""


def _made(make: Any, text: str) -> nn.Module:
    if not callable(make):
        raise ConvmathError(f"{text} is {type(make).__name__}, no module; name a module or its class")
    try:
        module = make()
    except (Exception, SystemExit) as error:  # whatever the user's code raises
        raise ConvmathError(f"{text}() fails: {type(error).__name__}: {error}{_remedy(make)}") from error
    if not isinstance(module, nn.Module):
        raise ConvmathError(f"{text}() gives {type(module).__name__}, no torch.nn.Module")
    return module
