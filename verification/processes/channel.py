"""Messages from a process to the one that started it, through shared memory.

An engine that writes to every descriptor it can find, or closes them all, does not reach that memory.
"""

import ctypes
import mmap
import os
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from math import inf
from typing import Any, TypeVar

from verification.processes.memory import Allowance
from verification.processes.timeout import TimeIsOver

# Bytes for a worker's messages; most need some hundreds of kB. Pages that stay empty take no memory.
ROOM = 2**28

Result = TypeVar("Result")
Given = TypeVar("Given")

# Captured before an engine can replace them: ending a copy of its process depends on them.
_exit, _getpid = os._exit, os.getpid


class Slot:
    """Room for one object in memory that a process shares with its forks, or through a file."""

    def __init__(self, file: int = -1, place: int = 0) -> None:
        start = 0 if file == -1 else mmap.ALLOCATIONGRANULARITY + place * ROOM
        self._memory = mmap.mmap(file, ROOM, offset=start)

    def put(self, what: Any) -> None:
        """Stores the object."""
        self.put_pickled(pickle.dumps(what))

    def put_pickled(self, data: bytes) -> None:
        """Stores an object that is pickled already."""
        if len(data) > ROOM - 8:
            raise ValueError(f"{len(data)} bytes to tell, needed at most {ROOM - 8}")
        # Empty until everything is written, because a worker may be killed at any time.
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
    """From the work to the process that started it: what it is about to do, and whether it is in a guarded
    call.

    ``doing``: the last announcement, of an earlier task too; ``outcome``: a tuple with the outcome of the
    task, a result, an exception or Lost; ``lost``: how the working process was lost, which a later task does
    not overwrite.
    ``calls.value`` is odd in a guarded call; ``copies.value`` counts the copies of the process that have
    returned from one; ``turn.value`` counts the tasks that were given. ``worker.value``: the id of the
    working process, 0 before there is one; ``stop.value``: 1 once the work is not wanted any more.
    ``host``: where the task's engine runs, if not in the working process.
    ``quickest``: seconds of the quickest guarded call of this process so far. ``file``: the descriptor of a
    file of ``LENGTH`` bytes, for a process that is not forked and so shares no memory otherwise; after the
    channel's own places, ``FREE`` is the place of a further slot.
    """

    FREE = 3
    LENGTH = mmap.ALLOCATIONGRANULARITY + (FREE + 1) * ROOM

    def __init__(self, file: int = -1) -> None:
        numbers = mmap.mmap(file, mmap.ALLOCATIONGRANULARITY)
        self.calls, self.copies, self.turn, self.worker, self.stop = (
            ctypes.c_uint64.from_buffer(numbers, 8 * n) for n in range(5)
        )
        self.quickest = self._until = inf
        self._allowance: Allowance | None = None
        self.host: Any = None
        self.doing, self.outcome, self.lost = (Slot(file, place) for place in range(self.FREE))

    def limit_memory(self) -> None:
        """From now on the memory of guarded calls in this process is limited."""
        self._allowance = Allowance()

    @contextmanager
    def ending(self, until: float) -> Iterator[None]:
        """Stops the ``with`` block at the first guarded call after that time.

        That call is not made and raises TimeIsOver; code that catches it may make other calls.
        """
        self._until = until
        try:
            with suppress(TimeIsOver):
                yield
        finally:
            self._until = inf

    def tell(self, doing: Any) -> None:
        """Announce what is about to be done."""
        self.doing.put(doing)

    def finish(self, outcome: Any) -> None:
        """Report the outcome."""
        self.outcome.put((outcome,))

    def guarded(self, function: Callable[[Given], Result]) -> Callable[[Given], Result]:
        """The function, with calls that are counted while they last."""
        home = _getpid()

        def call(given: Given) -> Result:
            if time.monotonic() >= self._until:
                self._until = inf
                raise TimeIsOver
            self.calls.value += 1
            began = time.monotonic()
            try:
                with self._allowance.limited() if self._allowance else nullcontext():
                    return function(given)
            finally:
                if _getpid() != home:
                    self.copies.value += 1
                    _exit(0)
                self.calls.value += 1
                self.quickest = min(self.quickest, time.monotonic() - began)

        return call
