"""From ``FILE.py:NAME`` to the engine that a user's file keeps under the name.

The file is run as its own folder's module: what it imports is looked for beside it first, its ``rnn`` too.
An error there is reported in one line, with the user's file and line, because it is not in this project.
"""

import sys
import traceback
from importlib.machinery import SOURCE_SUFFIXES
from pathlib import Path
from types import ModuleType
from typing import Any

from verification.processes.memory import Allowance
from verification.processes.modules import from_file
from verification.processes.namesakes import give_way, neighbour
from verification.text import message_of, shown

FORM = "FILE.py:NAME"


def engine_at(target: str) -> Any:
    """What an adapter returned, or a function; raises ValueError, in one line, if there is none."""
    file, colon, name = target.rpartition(":")
    if not (colon and file and name):
        raise ValueError(f"{shown(target)}, needed {FORM}")
    module = _module(Path(file))
    if name not in vars(module):
        known = ", ".join(sorted(each for each, value in vars(module).items() if _named(each, value)))
        raise ValueError(f"{file}: no {name!r} there, needed one of {known or 'its own names'}")
    engine = vars(module)[name]
    if not is_engine(engine):
        needed = "what an adapter returned, as layer(...), or a function Problem -> Gradients"
        raise ValueError(f"{target}: {shown(engine)}, needed {needed}")
    return engine


def is_engine(value: object) -> bool:
    """Is it what an adapter returned, or a function? A class is neither."""
    return not isinstance(value, type) and (hasattr(value, "subject") or callable(value))


def _named(name: str, value: object) -> bool:
    """Could the user have meant this name?"""
    return not name.startswith("_") and is_engine(value)


def _module(path: Path) -> ModuleType:
    """The file, run as a module, with its folder first on the path."""
    if not path.is_file():
        raise ValueError(f"{path}: {'a folder' if path.is_dir() else 'no such file'}, needed {FORM}")
    folder = path.resolve().parent
    sys.path.insert(0, str(folder))
    give_way(neighbour(folder))
    # A name that is taken, such as that of a standard module, keeps its module.
    name = path.stem if path.stem not in sys.modules else f"_{path.stem}"
    if path.suffix not in SOURCE_SUFFIXES:
        raise ValueError(f"{path}: a file of another kind, needed {FORM}")
    try:
        # The memory that a call of the engine has.
        with Allowance().limited():
            return from_file(name, path.resolve())
    except (Exception, SystemExit) as error:
        raise ValueError(_failed(path, folder, error)) from error


def _failed(path: Path, folder: Path, error: BaseException) -> str:
    """Where and how a user's file failed, in one line."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [(frame.filename, frame.lineno) for frame in frames if folder in Path(frame.filename).parents]
    what = message_of(error)
    if isinstance(error, SyntaxError) and error.filename:
        own = [(error.filename, error.lineno)]
        what = f"{type(error).__name__}: {error.msg}"
    place, line = own[-1] if own else (str(path), None)
    place = str(path) if Path(place) == path.resolve() else place
    return f"{place}{f', line {line}' if line else ''}: {' '.join(what.split())}"
