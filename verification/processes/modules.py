"""Modules by their files: modules that an import of their name does not find, or finds elsewhere.

A user's file is one of them if its name is taken, and so is a test under pytest's import mode importlib.
"""

import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec, spec_from_file_location
from keyword import iskeyword
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias


def from_file(name: str, file: Path) -> ModuleType:
    """A file of Python's, run as the module of that name, a package if it is an ``__init__.py``."""
    spec = spec_from_file_location(name, file)
    # As for every Python file.
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def hidden(module: ModuleType) -> Path | None:
    """The module's file, if an import of its name in another process would not find it; else None."""
    spec = getattr(module, "__spec__", None)
    if spec is None or not spec.has_location or spec.origin is None:
        return None
    found = found_by(module.__name__)
    if found is not None and found.origin == spec.origin:
        return None
    return Path(spec.origin)


# How a program refers to a module: by its name, or by its file if a statement cannot import it by name.
Origin: TypeAlias = str | Path


def origin(module: ModuleType) -> Origin | None:
    """How another program refers to a module; None for one without a file, such as a prompt.

    The main program has another name there: its file's, or the argument of ``python -m``.
    """
    spec = getattr(module, "__spec__", None)
    is_run = module.__name__ == "__main__"
    origin = spec.origin if spec is not None and spec.has_location else getattr(module, "__file__", None)
    if origin is None or not Path(origin).is_file():
        return None if is_run else module.__name__
    file = Path(origin).resolve()
    names = (*([] if spec is None else [spec.name]), file.stem) if is_run else (module.__name__,)
    return next((name for name in names if sayable(name) and _finds(name, file)), file)


def sayable(name: str) -> bool:
    """Can a statement import the name?"""
    return name != "__main__" and all(p.isidentifier() and not iskeyword(p) for p in name.split("."))


def _finds(name: str, file: Path) -> bool:
    """Does an import of the name find the file?"""
    spec = found_by(name)
    return spec is not None and spec.origin is not None and Path(spec.origin).resolve() == file


def there(name: str, file: Path) -> ModuleType:
    """The module of ``hidden``, in another process: as it is loaded there, or from its file."""
    module = sys.modules.get(name)
    spec = getattr(module, "__spec__", None)
    if module is not None and spec is not None and spec.origin == str(file):
        return module
    return from_file(name, file)


def named(module: str, file: Path | None, name: str) -> Any:
    """The object under a name in a module, or in the module of a file."""
    return attrgetter(name)(import_module(module) if file is None else there(module, file))


def bare(kind: type) -> Any:
    """An object without attributes yet."""
    return object.__new__(kind)


def cached(function: Callable[..., Any], parameters: Mapping[str, Any]) -> Any:
    """A function that caches what it returns, as yet nothing."""
    return lru_cache(**parameters)(function)


def found_by(name: str) -> ModuleSpec | None:
    """What an import of the name finds if nothing is loaded."""
    found, path = None, None
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        specs = (finder.find_spec(".".join(parts[:end]), path) for finder in sys.meta_path)
        found = next((spec for spec in specs if spec is not None), None)
        path = None if found is None else found.submodule_search_locations
        if path is None and end < len(parts):
            return None
    return found
