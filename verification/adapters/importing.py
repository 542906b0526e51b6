"""Statements by which a program gets what an engine is made of: functions, classes, a model.

It is imported by its module's name where an import finds that, and else read from the module's file. What no
file has under a name, as what was typed at a prompt or in a notebook, gets a comment that says what to do.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from verification import models
from verification.models import variants
from verification.processes.in_file import InFile
from verification.processes.modules import Origin, origin, sayable

# Objects without a file are taken from a module of this name.
NOWHERE = "engine"


def imported(**things: Any) -> str:
    """Statements after which the program has the objects under the given names."""
    lines: list[str] = []
    # Each file is read once, because objects in it may refer to each other.
    read: dict[Path, str] = {}
    for alias, thing in things.items():
        if isinstance(thing, InFile):
            lines.append(f"{alias} = {thing.target!r}\n")
            continue
        place = _place(thing)
        if place is None:
            lines.append(f"from {NOWHERE} import {alias}  # define it in {NOWHERE}.py, beside this program\n")
            continue
        home, name = place
        if isinstance(home, str):
            lines.append(f"from {home} import {name}{f' as {alias}' if name != alias else ''}\n")
            continue
        if home not in read:
            read[home] = f"file{len(read) + 1}"
            lines.append(f"{read[home]} = run_path({str(home)!r})\n")
        lines.append(f"{alias} = {read[home]}[{name!r}]\n")
    return "".join([*(["from runpy import run_path\n\n"] if read else []), *lines])


def _place(thing: Any) -> tuple[Origin, str] | None:
    """Where a program finds an object: a module's name or a file, and its name there; None if nowhere."""
    home, name = getattr(thing, "__module__", None) or "", getattr(thing, "__qualname__", "")
    if name and home not in ("", "__main__", *sys.modules):
        # It belongs to another program, which says so.
        return (home, name) if sayable(home) and name.isidentifier() else None
    for module in [sys.modules.get(home)] if name else _everywhere():
        there = getattr(module, "__dict__", {})
        names = [name] if there.get(name) is thing else [n for n, each in there.items() if each is thing]
        found = origin(module) if names and module is not None else None
        if found is not None and names[0].isidentifier():
            return found, names[0]
    return None


def _everywhere() -> Iterator[ModuleType]:
    """The modules that may have an object which names no module: a model, or a callable object.

    A module comes after those that import it; the main program is skipped if another module has the object.
    """
    yield from (models, variants)
    yield from reversed([module for name, module in sys.modules.items() if name != "__main__"])
    yield sys.modules["__main__"]
