"""Where an adapter finds the code that it is about: in a folder of checkouts, named in FIELD_SOURCES.

A checkout's folder is called OWNER+NAME. Nothing is written there, and nothing of it is kept here.
"""

import contextlib
import ctypes
import hashlib
import importlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np


def folder(repository: str) -> Path:
    """The checkout of OWNER/NAME; raises ImportError, in one line, where there is none."""
    root = os.environ.get("FIELD_SOURCES")
    if not root:
        raise ImportError("FIELD_SOURCES is not set, needed the folder of checkouts")
    found = Path(root) / repository.replace("/", "+")
    if not found.is_dir():
        raise ImportError(f"{found}: no such folder, needed a checkout of {repository}")
    return found


def package(repository: str, name: str, under: str = "") -> Any:
    """A module of a checkout, imported from its root or a folder under it; what it prints is dropped."""
    path = str(folder(repository) / under)
    if path not in sys.path:
        sys.path.insert(0, path)
    with contextlib.redirect_stdout(io.StringIO()):
        return importlib.import_module(name)


def file(repository: str, path: str) -> Any:
    """One file of a checkout, as a module of its packages, whose __init__ files are not run.

    What it imports relatively is found; what it imports by the name of its package is too.
    """
    *above, name = path.removesuffix(".py").split("/")
    for depth in range(1, len(above) + 1):
        bare = types.ModuleType(".".join(above[:depth]))
        bare.__path__ = [str(folder(repository).joinpath(*above[:depth]))]
        sys.modules.setdefault(bare.__name__, bare)
    return importlib.import_module(".".join((*above, name)))


def definitions(
    source: str, wanted: Iterable[str], given: Mapping[str, Any] | None = None
) -> types.ModuleType:
    """A module of the functions and classes of these names alone, as a script has them.

    ``given``: the globals that they use. Code around them (training, Python 2's print) is never run.
    """
    module = types.ModuleType("definitions")
    module.__dict__.update({"np": np, "xrange": range, **(given or {})})
    for name in wanted:
        exec(compile(block(source, name), f"<{name}>", "exec"), module.__dict__)
    return module


def block(source: str, name: str) -> str:
    """The lines of the top-level ``def`` or ``class`` of that name, which must be there once."""
    lines = source.splitlines()
    starts = [i for i, line in enumerate(lines) if re.match(rf"(def|class) {name}\b", line)]
    if len(starts) != 1:
        raise ImportError(f"{name}: {len(starts)} definitions, needed 1")
    end = starts[0] + 1
    while end < len(lines) and (not lines[end].strip() or lines[end][0] in " \t#)"):
        end += 1
    return "\n".join(lines[starts[0] : end])


def notebook(path: Path) -> str:
    """The code of a notebook, cell after cell; cells that are no Python 3 stay in, as text."""
    cells = json.loads(path.read_text("utf-8"))
    cells = cells["cells"] if "cells" in cells else cells["worksheets"][0]["cells"]
    return "\n\n".join(
        "".join(cell.get("source", cell.get("input"))) for cell in cells if cell["cell_type"] == "code"
    )


def compiled(text: str, *arguments: str, compiler: str = "cc", suffix: str = ".c") -> ctypes.CDLL:
    """A library that is compiled of this text, once: it is kept in the system's folder of temporary files.

    ``arguments``: the compiler's, such as ``-I`` and a folder of a checkout, or files of it.
    """
    command = [compiler, "-O2", "-w", "-shared", "-fPIC", "-ffp-contract=off", *arguments]
    read = [text, *command, *(file.read_text("utf-8") for file in _sources(arguments))]
    digest = hashlib.sha256("\0".join(read).encode()).hexdigest()[:32]
    library = Path(tempfile.gettempdir(), f"field-study-{digest}.so")
    if not library.exists():
        with tempfile.TemporaryDirectory() as made:
            source, built = Path(made, f"source{suffix}"), Path(made, "built.so")
            source.write_text(text, "utf-8")
            done = subprocess.run(
                [*command, str(source), "-o", str(built), "-lm"], capture_output=True, text=True
            )
            if done.returncode:
                raise ImportError(f"{compiler}: {(done.stderr.splitlines() or ['no message'])[0]}")
            partial = library.with_suffix(f".{os.getpid()}")
            partial.write_bytes(built.read_bytes())
            partial.replace(library)  # whole or not at all, since several processes may make it
    return ctypes.CDLL(str(library))


def _sources(arguments: Iterable[str]) -> list[Path]:
    """The files that these arguments name, and those of C in folders that may be included from."""
    paths = [Path(each.removeprefix("-I")) for each in arguments]
    included = [file for path in paths if path.is_dir() for file in sorted(path.glob("*.[ch]"))]
    return included + [path for path in paths if path.is_file()]


def addresses(*arrays: np.ndarray) -> list[ctypes.c_void_p]:
    """What C is passed for arrays, which must be contiguous and outlive the call."""
    return [ctypes.c_void_p(array.ctypes.data) for array in arrays]


class WithoutClip:
    """NumPy, but that ``clip`` returns what it is given: a gradient is judged before it is clipped."""

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    @staticmethod
    def clip(array: Any, low: Any, high: Any, out: Any = None) -> Any:
        """The array."""
        return array


class WithRowStack:
    """NumPy, with the name that it dropped."""

    row_stack = staticmethod(np.vstack)

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


class Kept(np.ndarray):
    """A parameter that is not updated: what is subtracted from it in place is kept as ``step``."""

    step: Any = None

    def __isub__(self, other: Any) -> "Kept":  # type: ignore[override]
        self.step = np.asarray(other)
        return self


def kept(array: Any) -> Kept:
    """A copy of an array that keeps its update."""
    return np.array(array).view(Kept)
