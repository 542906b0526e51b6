"""From a mutant to an engine: a private copy of ``rnn`` with the mutant's lines in place.

The copy is loaded beside the real package and under its name, so that its own imports find one another, and
``sys.modules`` is then put back. Nothing is written, and no compiled file is read.
"""

import builtins
import dis
import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType

import rnn
from benchmarks.evidence.mutants.fault import Fault
from verification.adapters.problem import Engine
from verification.adapters.rnn.engine import gradients_of

FOLDER = Path(rnn.__path__[0])


class StaleMutant(ValueError):
    """The engine has changed, and a mutant's right line does not stand there once, or a name of its wrong one
    is not there: an engine that breaks off at it would be refuted by anything, which says nothing.
    """


def engine(mutant: Fault) -> Engine:
    """The mutant as a function ``Problem -> Gradients``."""
    return gradients_of(package(mutant), "Vanilla")


def package(mutant: Fault) -> ModuleType:
    """A copy of ``rnn`` with the edits.

    Raises ``StaleMutant`` where they do not fit, and ValueError where nothing of them is run.
    """
    made = texts(mutant)
    real = {name: module for name, module in sys.modules.items() if _inside(name)}
    finder = _Copy(mutant.name, made)
    for name in real:
        del sys.modules[name]
    sys.meta_path.insert(0, finder)
    try:
        copy = importlib.import_module("rnn")
        idle = [name for name in made if name not in sys.modules]
        wrong = {name: sys.modules[name] for name in made if name not in idle}
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if _inside(name)]:
            del sys.modules[name]
        sys.modules.update(real)
    if idle:
        raise ValueError(f"mutant {mutant.name!r}: {idle[0]} is not a part of the engine, needed one that is")
    for name, module in wrong.items():
        for unknown in _unknown(_code_of(mutant.name, name, made), {*vars(module), *vars(builtins)}):
            raise StaleMutant(f"mutant {mutant.name!r}: {unknown!r} is no name in {_shown(_path(name))}")
    return copy


def texts(mutant: Fault) -> dict[str, str]:
    """The mutant's modules by name, each as its whole edited text."""
    made: dict[str, str] = {}
    for edit in mutant.edits:
        name = f"rnn.{edit.module}"
        path = _path(name)
        text = made.get(name) or path.read_text("utf-8")
        try:
            made[name] = replaced_once(text, edit.right, edit.wrong, _shown(path))
        except StaleMutant as error:
            raise StaleMutant(f"mutant {mutant.name!r}: {error}") from None
    return made


def replaced_once(text: str, right: str, wrong: str, where: str) -> str:
    """A text with ``wrong`` where ``right`` stood; ``StaleMutant`` where that does not stand once."""
    times = text.count(right)
    if times != 1:
        raise StaleMutant(f"{right!r} stands {times} times in {where}, needed once")
    return text.replace(right, wrong)


def _inside(name: str) -> bool:
    return f"{name}.".startswith("rnn.")


def _path(name: str) -> Path:
    inside = FOLDER.joinpath(*name.split(".")[1:])
    return inside / "__init__.py" if inside.is_dir() else inside.with_suffix(".py")


def _shown(path: Path) -> str:
    return path.relative_to(FOLDER.parent).as_posix()


@lru_cache(maxsize=256)
def _code(text: str, path: str) -> CodeType:
    return compile(text, path, "exec", dont_inherit=True)


def _code_of(mutant: str, name: str, edited: Mapping[str, str]) -> CodeType:
    """A module's code, under a file name of its own, or it would count as coverage of rnn."""
    path = _path(name)
    if name in edited:
        return _code(edited[name], f"<{mutant}>/{_shown(path)}")
    return _code(path.read_text("utf-8"), f"<a copy>/{_shown(path)}")


def _unknown(code: CodeType, known: set[str]) -> Iterator[str]:
    """The names that functions in the code look for in their module, but for the ``known``."""
    for instruction in dis.get_instructions(code):
        if instruction.opname == "LOAD_GLOBAL" and instruction.argval not in known:
            yield instruction.argval
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _unknown(inner, known)


class _Copy(MetaPathFinder, Loader):
    """Finds and loads the modules of ``rnn``, some of them from ``edited`` text."""

    def __init__(self, mutant: str, edited: Mapping[str, str]) -> None:
        self.mutant = mutant
        self.edited = edited

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module of ``rnn``, and of no other."""
        if not _inside(fullname):
            return None
        return spec_from_loader(fullname, self, is_package=_path(fullname).name == "__init__.py")

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's text."""
        exec(_code_of(self.mutant, module.__name__, self.edited), vars(module))
