"""A digest of what a model computes, which is the same in every process.

The digest covers code and everything that it reaches: the bytecode of each function, its constants, closures,
and the globals that it names. Things that come with Python, NumPy, autograd or this package are represented
by their names, because the user of a digest records their versions. A model with a part that cannot be
followed has no digest.
"""

import builtins
import dis
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, TypeAlias

import autograd.numpy as anp
import numpy as np
from autograd.core import primitive_vjps

from verification.models.model import Model

# Packages whose contents are represented by name, beside Python's own.
KNOWN = ("numpy", "autograd", "verification.models")

LIBRARY = Path(sysconfig.get_path("stdlib")).resolve()

# Calls whose result may change from call to call, or depends on what a digest does not cover.
UNKNOWN = {"open", "input", "eval", "exec", "globals", "locals", "vars", "__import__", "compile"}

PLAIN = (bool, int, float, complex, str, bytes, type(None), type(...))


class Unidentified(Exception):
    """The code does not determine what a model computes."""


def identity_of(model: Model) -> str:
    """A digest of the model with its departures; raises ``Unidentified``."""
    digest, met = sha256(), _Met()
    try:
        for part in _parts(model, met):
            digest.update(f"{len(part)} {part}\n".encode("utf-8", "surrogatepass"))
    except RecursionError:
        raise Unidentified("it goes too deep") from None
    return digest.hexdigest()


# Objects that were visited, by id: a number, and the object itself, so that its id stays its own.
_Met: TypeAlias = dict[int, tuple[int, Any]]


def _parts(what: Any, met: _Met) -> Iterator[str]:
    """The parts of an object, as text."""
    if isinstance(what, PLAIN):
        yield f"{type(what).__name__} {what!r}"
        return
    if id(what) in met:
        yield f"again {met[id(what)][0]}"
        return
    met[id(what)] = len(met), what
    if isinstance(what, np.ndarray | np.generic) and not what.dtype.hasobject:
        yield f"array {what.dtype} {np.shape(what)} {what.tolist()!r}"
    elif isinstance(what, Enum | np.dtype):
        yield f"{type(what).__name__} {what}"
    elif isinstance(what, tuple | list | Mapping):
        yield f"{type(what).__name__} {len(what)}"
        for each in what.items() if isinstance(what, Mapping) else what:
            yield from _parts(each, met)
    elif isinstance(what, CodeType):
        yield from _parts_of_code(what, met)
    elif _is_known(what):
        yield f"known {_name(what)}"
    elif hasattr(what, "_is_autograd_primitive"):
        # Its derivative is autograd's, which is registered for the function.
        yield "primitive"
        yield from _parts((what.fun, primitive_vjps.get(what)), met)
    elif isinstance(what, FunctionType):
        yield from _parts_of_function(what, met)
    elif isinstance(what, slice):
        yield "slice"
        yield from _parts((what.start, what.stop, what.step), met)
    elif isinstance(what, partial):
        yield "partial"
        yield from _parts((what.func, what.args, what.keywords), met)
    elif is_dataclass(what) and _is_known(type(what)):
        yield f"a {_name(type(what))}"
        for field in fields(what):
            yield from _parts(getattr(what, field.name), met)
    else:
        raise Unidentified(type(what).__name__)


def _is_known(what: Any) -> bool:
    """Is it the object that a known package has under its name?"""
    if isinstance(what, ModuleType):
        return _is_of_known(what.__name__)
    if isinstance(what, np.ufunc):
        return getattr(np, what.__name__, None) is what
    if hasattr(what, "_is_autograd_primitive") and getattr(anp, what.__name__, None) is what:
        return True
    module, name = getattr(what, "__module__", None), getattr(what, "__qualname__", None)
    if not isinstance(module, str) or not _is_of_known(module):
        return False
    found: Any = sys.modules[module]
    for each in str(name).split("."):
        found = getattr(found, each, None)
    return found is what


def _is_of_known(module: str) -> bool:
    """Is a module one of Python's own or of ``KNOWN``, and not a user's file of that name?"""
    spec = getattr(sys.modules.get(module), "__spec__", None)
    if spec is None or any(f"{module}.".startswith(f"{each}.") for each in KNOWN):
        return spec is not None
    if spec.origin in ("built-in", "frozen"):
        return True
    file = Path(spec.origin or "").resolve()
    return file.is_relative_to(LIBRARY) and "site-packages" not in file.parts


def _name(what: Any) -> str:
    if isinstance(what, ModuleType):
        return f"module {what.__name__}"
    # All primitives of autograd share one qualified name.
    return " ".join(str(getattr(what, name, "")) for name in ("__module__", "__qualname__", "__name__"))


def _parts_of_function(function: FunctionType, met: _Met) -> Iterator[str]:
    """Its code, its defaults, and everything that its code gets from elsewhere."""
    yield "function"
    yield from _parts((function.__defaults__, function.__kwdefaults__), met)
    for cell in function.__closure__ or ():
        yield from _parts(cell.cell_contents, met)
    yield from _parts(function.__code__, met)
    for name in sorted(_globals_of(function.__code__)):
        yield name
        if name in function.__globals__:
            yield from _parts(function.__globals__[name], met)
        elif name in UNKNOWN or not hasattr(builtins, name):
            raise Unidentified(name)


def _parts_of_code(code: CodeType, met: _Met) -> Iterator[str]:
    # The flags and counts tell the number and kinds of arguments.
    yield f"code {code.co_code.hex()} {code.co_argcount} {code.co_kwonlyargcount} {code.co_flags}"
    yield f"names {code.co_names} {code.co_varnames} {code.co_freevars} {code.co_cellvars}"
    yield from _parts(code.co_consts, met)


def _globals_of(code: CodeType) -> set[str]:
    """The global names that code uses, including those of nested code."""
    found = set()
    for each in dis.get_instructions(code):
        if each.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            found.add(str(each.argval))
        elif each.opname in ("IMPORT_NAME", "STORE_GLOBAL", "DELETE_GLOBAL"):
            raise Unidentified(f"{each.opname} {each.argval}")
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _globals_of(constant)
    return found
