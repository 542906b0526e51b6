"""What a fresh process is sent: an engine and what it is to do, by cloudpickle.

What can be imported is sent by its name, and the rest, a closure say, by value. An engine is made once in
each process, however often it is sent.
"""

import io
import pickle
import sys
from functools import lru_cache
from importlib import import_module
from types import FunctionType
from typing import Any, TypeAlias

import cloudpickle

from verification.quoting import told

# The engines that were sent, by their ids, each with its bytes. An id is another's once its object is gone.
Sent: TypeAlias = dict[int, tuple[Any, bytes]]


class Unsendable(ValueError):
    """An engine that has to be sent to a fresh process, and cannot; the message is one line."""


def pickled(what: Any, sent: Sent) -> bytes:
    """What a fresh process makes of it again; an engine in it is the same every time. Raises Unsendable."""
    data = io.BytesIO()
    try:
        _Pickler(data, sent).dump(what)
    except Exception as error:
        raise Unsendable(
            f"engine: {told(error)}, needed one that can be pickled, for it is sent to fresh processes"
        ) from error
    return data.getvalue()


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Sends what a door returned by its bytes, made once, and what has a name in a module by that."""

    def __init__(self, file: io.BytesIO, sent: Sent | None = None) -> None:
        super().__init__(file)
        self._sent = sent

    def reducer_override(self, what: Any) -> Any:
        """How it is sent, where cloudpickle would do otherwise."""
        if self._sent is not None and hasattr(type(what), "judged"):
            if id(what) not in self._sent:
                data = io.BytesIO()
                _Pickler(data).dump(what)
                self._sent[id(what)] = what, data.getvalue()
            return received, (self._sent[id(what)][1],)
        if _is_decorated(what):
            if _is_named(what):
                return _named, (what.__module__, what.__qualname__)
            return _bare, (type(what),), dict(vars(what))
        return super().reducer_override(what)


def _is_decorated(what: object) -> bool:
    """Is it an object that stands for a function, as ``jax.custom_vjp`` makes of one?

    Its class wants the function when it is called, which pickle does not give it.
    """
    kept = getattr(what, "__dict__", {})
    return "__wrapped__" in kept and "__qualname__" in kept and not isinstance(what, FunctionType | type)


def _is_named(what: Any) -> bool:
    """Is it what its module has under its name, so that another process finds it there?"""
    module = sys.modules.get(what.__module__ or "")
    return (
        module is not None
        and what.__module__ != "__main__"
        and getattr(module, what.__qualname__, None) is what
    )


def _named(module: str, name: str) -> Any:
    """What has a name in a module."""
    return getattr(import_module(module), name)


def _bare(kind: type) -> Any:
    """An object without anything in it yet."""
    return object.__new__(kind)


@lru_cache(maxsize=2)
def received(data: bytes) -> Any:
    """An engine, made once of its bytes."""
    return pickle.loads(data)
