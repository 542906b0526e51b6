"""From a mutant to an engine: a private copy of ``rnn`` with the mutant's lines in place.

Nothing is written, and no compiled file is read.
"""

import builtins
import dis
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import CodeType, ModuleType

import rnn
from benchmarks.evidence.mutants.fault import Fault
from verification.adapters.problem import Engine
from verification.adapters.rnn.engine import gradients_of
from verification.processes.copies import copied, copy_of

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

    def find(name: str) -> tuple[CodeType, bool]:
        return _code_of(mutant.name, name, made), _path(name).name == "__init__.py"

    copy = copied(rnn.__name__, find)
    loader = copy_of(copy)
    assert loader is not None
    idle = [name for name in made if name not in loader.loaded]
    if idle:
        raise ValueError(f"mutant {mutant.name!r}: {idle[0]} is not a part of the engine, needed one that is")
    wrong = {name: loader.loaded[name] for name in made}
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
