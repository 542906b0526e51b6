"""Messages from a task of an engine to the process that watches it, through shared memory.

An engine that writes to every descriptor it can find, or closes them all, does not reach that memory.
"""

import ctypes
import mmap
import os
import pickle
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar

from verification.processes.memory import Allowance

# Bytes for a message, which is a line.
ROOM = 2**16

Result = TypeVar("Result")
Given = TypeVar("Given")

# Captured before an engine can replace them: ending a copy of its process depends on them.
_exit, _getpid = os._exit, os.getpid


class Slot:
    """Room for one object in memory that a process shares with its forks."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, ROOM)

    def put(self, what: Any) -> None:
        """Stores the object."""
        data = pickle.dumps(what)
        # Empty until everything is written, because a task may be killed at any time.
        self.clear()
        self._memory[8 : 8 + len(data)] = data
        self._memory[:8] = len(data).to_bytes(8, "little")

    def clear(self) -> None:
        """Empties the slot."""
        self._memory[:8] = bytes(8)

    def is_empty(self) -> bool:
        """Is it empty?"""
        return not any(self._memory[:8])

    def get(self) -> Any:
        """The object, or None."""
        size = int.from_bytes(self._memory[:8], "little")
        return pickle.loads(self._memory[8 : 8 + size]) if size else None


class Channel:
    """What a task tells: ``worker``, its process; ``copies``, how many of those came back from a call;
    ``outcome``, that it is done; ``lost``, how it was lost. ``stop``: it is to end.
    """

    def __init__(self) -> None:
        numbers = mmap.mmap(-1, mmap.PAGESIZE)
        self.copies, self.worker, self.stop = (ctypes.c_uint64.from_buffer(numbers, 8 * n) for n in range(3))
        self.outcome, self.lost = Slot(), Slot()
        self._allowance: Allowance | None = None

    def limit_memory(self) -> None:
        """From now on the memory of guarded calls in this process is limited."""
        self._allowance = Allowance()

    def finish(self) -> None:
        """Tells that it is done."""
        self.outcome.put(True)

    def guarded(self, function: Callable[[Given], Result]) -> Callable[[Given], Result]:
        """The function, from which one process comes back: a copy is counted, and ends."""
        home = _getpid()

        def call(given: Given) -> Result:
            try:
                with self._allowance.limited() if self._allowance else nullcontext():
                    return function(given)
            finally:
                if _getpid() != home:
                    self.copies.value += 1
                    _exit(0)

        return call
