"""Two modules named ``rnn``: ours, beside this package, and one in a user's own folder.

Each side gets its own. ``import rnn`` gives ours within ``ours()``; afterwards the name is whatever the path
gives, and ours lives on in the modules that have imported it.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

from verification.processes.modules import found_by, from_file

NAME = "rnn"
HOME = Path(__file__).resolve().parents[2] / NAME

# Our modules by full name, while the other ``rnn`` has the name.
_aside: dict[str, ModuleType] = {}


@contextmanager
def ours() -> Iterator[None]:
    """Within the block, ``import rnn`` is the package beside this one, whatever else is on the path."""
    theirs = _loaded(lambda spec: not _is_ours(spec))
    found = found_by(NAME)
    if not theirs and (NAME in sys.modules or _is_ours(found)):
        yield
        return
    for name in theirs:
        del sys.modules[name]
    sys.modules.update(_aside)
    if NAME not in sys.modules:
        from_file(NAME, HOME / "__init__.py")
    try:
        yield
    finally:
        give_way(found)
        sys.modules.update(theirs)


def neighbour(folder: Path) -> ModuleSpec | None:
    """The module ``rnn`` in a folder."""
    return PathFinder.find_spec(NAME, [str(folder)])


def give_way(found: ModuleSpec | None) -> None:
    """From now on ``import rnn`` is what the path gives, if that is not ours."""
    if found is None or _is_ours(found):
        return
    mine = _loaded(_is_ours)
    _aside.update(mine)
    for name, module in mine.items():
        del sys.modules[name]
        _rename(module, f"{__name__}.{name}")


def _rename(module: ModuleType, name: str) -> None:
    """A new name for a module, by which its values are sent between processes."""
    sys.modules[name] = module
    for value in vars(module).values():
        if isinstance(value, type) and value.__module__ == module.__name__:
            value.__module__ = name


def _is_ours(spec: ModuleSpec | None) -> bool:
    return spec is not None and spec.origin is not None and _lies_home(spec.origin)


@cache
def _lies_home(origin: str) -> bool:
    return HOME in Path(origin).resolve().parents


def _loaded(which: Callable[[ModuleSpec | None], bool]) -> dict[str, ModuleType]:
    """The loaded modules of the name for whose spec the condition holds."""
    named = {name: module for name, module in sys.modules.items() if f"{name}.".startswith(f"{NAME}.")}
    return {name: module for name, module in named.items() if which(getattr(module, "__spec__", None))}
