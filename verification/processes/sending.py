"""What a host is sent: the functions of an engine, by cloudpickle.

What can be imported is sent by its name. So is what a module has that no import finds, or another one of
its name, as the file of an engine: that file is run there. The rest, a closure say, is sent by value, and
with a primitive of autograd's its derivative, which autograd knows by the very function.
"""

import io
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, TypeAlias

import cloudpickle
from autograd.core import primitive_vjps
from autograd.extend import defvjp_argnums, primitive

from verification.processes import copies
from verification.processes.copies import copy_of
from verification.processes.modules import bare, cached, hidden, named, there
from verification.text import message_of

# A module, its file if an import of its name would not find that, and a name in it.
Address: TypeAlias = tuple[str, Path | None, str]


class Unsendable(ValueError):
    """An engine cannot be sent to a process of its own; the message is one line."""


def pickled(what: Any) -> bytes:
    """The bytes from which another process rebuilds the object; raises Unsendable."""
    try:
        return _dumped(what, by_value=False)
    except Exception as error:
        raise _unsendable(error) from error


def pickled_functions(functions: Sequence[Any]) -> bytes:
    """The bytes from which a host rebuilds an engine's functions; raises Unsendable.

    Those of a module that imports this project are sent by value, since an import there would bring all of
    it. Where that cannot be done, they are imported.
    """
    try:
        return _dumped(tuple(functions), by_value=True)
    except Exception as error:
        try:
            return _dumped(tuple(functions), by_value=False)
        except Exception:
            raise _unsendable(error) from error


def _unsendable(error: Exception) -> Unsendable:
    return Unsendable(
        f"engine: {message_of(error)}, needed functions that can be pickled, for they are sent to a "
        "process of their own"
    )


def _dumped(what: Any, by_value: bool) -> bytes:
    data = io.BytesIO()
    pickler = _ByValue(data) if by_value else _Pickler(data)
    try:
        pickler.dump(what)
    finally:
        for module in getattr(pickler, "registered", ()):
            cloudpickle.unregister_pickle_by_value(module)
    return data.getvalue()


CachedFunction = type(lru_cache(abs))

# What is of a process's threads, and what makes one.
OF_THREADS: Mapping[type, Any] = {
    type(threading.Lock()): threading.Lock,
    type(threading.RLock()): threading.RLock,
    threading.local: threading.local,
}


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Sends everything with a name in a module by that name."""

    def reducer_override(self, what: Any) -> Any:
        """How the object is sent, where that differs from cloudpickle."""
        if type(what) in OF_THREADS:
            # Another process has threads of its own, none of which holds it.
            return OF_THREADS[type(what)], ()
        if isinstance(what, ModuleType):
            copy = copy_of(what)
            if copy is not None:
                return copies.received, (copy.name, copy.sent())
            file = hidden(what)
            if file is not None:
                return there, (what.__name__, file)
        elif isinstance(what, CachedFunction) and _address(what) is None:
            return cached, (what.__wrapped__, what.cache_parameters())
        elif _is_decorated(what):
            address = _address(what)
            if address is None:
                return bare, (type(what),), dict(vars(what))
            # By its name alone where an import finds it: so is what a host has been shipped.
            return what.__qualname__ if address[1] is None else (named, address)
        elif isinstance(what, FunctionType | type):
            address = _address(what)
            # cloudpickle also sends objects that an import finds by name.
            if address is not None and address[1] is not None:
                return named, address
            if address is None and hasattr(what, "_is_autograd_primitive"):
                return _of_autograd(what) or super().reducer_override(what)
        elif isinstance(what, BuiltinFunctionType) and what.__module__ not in (None, *sys.modules):
            address = _other_address(what)
            if address is not None:
                return named, address
        return super().reducer_override(what)


class _ByValue(_Pickler):
    """Sends what is in modules that import this project by value; ``registered``: those that it has met."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.registered: list[ModuleType] = []

    def reducer_override(self, what: Any) -> Any:
        """By cloudpickle, for a function or a class of such a module."""
        if isinstance(what, FunctionType | type):
            module = sys.modules.get(what.__module__ or "")
            if module is not None and module.__name__ != "__main__" and _imports_us(module):
                if module not in self.registered:
                    cloudpickle.register_pickle_by_value(module)
                    self.registered.append(module)
                return cloudpickle.Pickler.reducer_override(self, what)
        return super().reducer_override(what)


@lru_cache(maxsize=64)
def _imports_us(module: ModuleType) -> bool:
    """Has a module of somebody else's names of this package, or has a package that it is in?"""
    if f"{module.__name__}.".startswith(f"{PACKAGE}."):
        return False
    homes = (
        v.__name__ if isinstance(v, ModuleType) else getattr(v, "__module__", None)
        for v in [*vars(module).values()]
    )
    if any(isinstance(home, str) and f"{home}.".startswith(f"{PACKAGE}.") for home in homes):
        return True
    outer = sys.modules.get(module.__name__.rpartition(".")[0])
    return outer is not None and _imports_us(outer)


# This project's verifier.
PACKAGE = "verification"


def _is_decorated(what: object) -> bool:
    """Is it an object that stands for a function, as ``jax.custom_vjp`` makes one?

    Its class needs the function when it is called, which pickle does not pass.
    """
    kept = getattr(what, "__dict__", {})
    return "__wrapped__" in kept and "__qualname__" in kept and not isinstance(what, FunctionType | type)


def _address(what: Any) -> Address | None:
    """The module that has it under its name, so that another process finds it there."""
    module = sys.modules.get(what.__module__ or "")
    if module is None or what.__module__ == "__main__":
        return None
    try:
        found = attrgetter(what.__qualname__)(module)
    except AttributeError:
        return None
    return (what.__module__, hidden(module), what.__qualname__) if found is what else None


def _other_address(what: Any) -> Address | None:
    """The address of a function whose module does not have it, such as some of Hypothesis and autograd."""
    package, name = (what.__module__ or "").partition(".")[0], what.__name__
    # Modules of its own package first.
    modules = sorted(sys.modules.items(), key=lambda item: item[0].partition(".")[0] != package)
    for home, module in modules:
        if home != "__main__" and getattr(module, "__dict__", {}).get(name) is what:
            return home, hidden(module), name
    return None


def _of_autograd(what: Any) -> Any:
    """How a primitive of autograd is sent that no module has; None for any other."""
    address = _other_address(what)
    if address is not None:
        return named, address
    return (_differentiated, (what.fun, primitive_vjps[what])) if what in primitive_vjps else None


def _differentiated(function: Any, derivative: Any) -> Any:
    """A primitive of autograd, made again with its derivative."""
    made = primitive(function)
    defvjp_argnums(made, derivative)
    return made
