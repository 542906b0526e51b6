"""From a mutant of the compiled text to loops: its files in a folder of their own, compiled from there.

All else of ``rnn`` is the real one, so truths that were computed before serve every mutant, and what does not
depend on its lines is not compiled again.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory

import rnn.compiled
from benchmarks.evidence.mutants.fault import Fault
from benchmarks.evidence.mutants.patch import FOLDER, texts
from rnn.loops import compiled_module, compiled_text

ROOM = rnn.compiled.__name__

# Says how many threads there may be (``rnn.compiled.sharing``).
THREADS = "OMP_NUM_THREADS"


@contextmanager
def planted(mutant: Fault) -> Iterator[None]:
    """While it lasts, the compiled loops are the mutant's, made by and kept for it alone.

    ``StaleMutant`` where its lines do not stand in the text.
    """
    edited = texts(mutant)
    with TemporaryDirectory() as folder:
        # Below another folder, since the loops are made anew when anything of their package is newer.
        room = Path(folder, "rnn", "compiled")
        copytree(FOLDER / "compiled", room, ignore=ignore_patterns("__pycache__"))
        for name, text in edited.items():
            (room / f"{name.removeprefix(f'{ROOM}.')}.py").write_text(text, "utf-8")
        with _read_from(room, _affected(edited)):
            yield


def _affected(edited: Iterable[str]) -> set[str]:
    """The modules that are edited, and those that import one of them, directly or not."""
    sources = {f"{ROOM}.{path.stem}": path.read_text("utf-8") for path in (FOLDER / "compiled").glob("*.py")}
    imports = {name: {*re.findall(rf"^from ({ROOM}\.\w+)", text, re.M)} for name, text in sources.items()}
    found = set(edited)
    while more := {name for name, imported in imports.items() if imported & found} - found:
        found |= more
    return found


@contextmanager
def _read_from(room: Path, names: set[str]) -> Iterator[None]:
    """While it lasts, these modules of the compiled text are those of a folder."""
    real = {name: module for name, module in sys.modules.items() if name.startswith(f"{ROOM}.")}
    path, threads = rnn.compiled.__path__, os.environ.get(THREADS)
    _forget(names)
    rnn.compiled.__path__ = [str(room)]
    # Whatever processors there are: BLAS makes no large product where there is a second one.
    os.environ[THREADS] = "2"
    try:
        yield
    finally:
        if threads is None:
            del os.environ[THREADS]
        else:
            os.environ[THREADS] = threads
        rnn.compiled.__path__ = path
        # Also those that were imported meanwhile.
        _forget({name for name in sys.modules if name.startswith(f"{ROOM}.")})
        sys.modules.update(real)


def _forget(names: set[str]) -> None:
    for name in names & sys.modules.keys():
        del sys.modules[name]
    compiled_text.cache_clear()
    compiled_module.cache_clear()
