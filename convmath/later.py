"""Names of a package that are imported when they are first asked for, and packages that are called."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any


def later(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """A ``__getattr__`` for the package: each name is taken from its module, or is one, and kept."""

    def __getattr__(name: str) -> Any:  # noqa: N807
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = import_module(modules[name])
        found = found if modules[name] == f"{package}.{name}" else getattr(found, name)
        setattr(sys.modules[package], name, found)
        return found

    return __getattr__


def called_like(package: str, function: str) -> None:
    """Let a package be called like one of its functions: ``convmath.explain("lenet")``."""

    class Package(ModuleType):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return getattr(self, function)(*args, **kwargs)

    sys.modules[package].__class__ = Package
