"""Changes that an engine makes to its process: found after each call, and undone.

A process with a replaced ``len`` or ``np.dot``, or with sixty calls left before a RecursionError, cannot
judge any more. So these are compared with what they were before the call, and differences are reported. A
raised recursion limit, the filters of warnings, and the handler of Ctrl-C are restored without a report,
because a library may set them when it is first used.

Nothing else is restored here. What belongs to the caller of an engine, as the working folder and the random
generators, is compared once for each case (``verification.processes.belongings``), because it takes longer;
around all other calls ``np.errstate`` restores NumPy's handling of errors, and
``verification.processes.timeout`` the alarm.
"""

import builtins
import signal
import sys
import threading
import warnings
from types import TracebackType
from typing import Any

import numpy as np

from verification.text import in_a_line

# The namespaces whose names must not change.
WATCHED = {"builtins": vars(builtins), "numpy": vars(np)}


class Surroundings:
    """The state of the process when this was made, restored at the end of every ``with`` block.

    ``changes``: what had to be restored, in words. ``interruptible``: can Ctrl-C arrive here? Where it
    cannot, a KeyboardInterrupt comes from the engine.
    """

    def __init__(self) -> None:
        self._watched = [(name, now, now.copy(), [*now.values()]) for name, now in WATCHED.items()]
        self._limit = sys.getrecursionlimit()
        # A list, which typeshed calls a sequence.
        self._warnings: Any = warnings.filters
        self._filters = [*warnings.filters]
        self._on_interrupt = signal.getsignal(signal.SIGINT)
        self._is_main = threading.current_thread() is threading.main_thread()
        self.interruptible = self._on_interrupt is not signal.SIG_IGN
        self.changes: list[str] = []

    def __enter__(self) -> None:
        """Nothing to do before the block."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A name of Python's own may still be somebody else's: none is used until they are put back. First
        # the recursion limit, for what follows needs some calls.
        limit = sys.getrecursionlimit()
        if limit != self._limit:
            sys.setrecursionlimit(self._limit)
            if limit < self._limit:
                self.changes += [f"set the recursion limit to {limit}"]
        for name, now, before, values in self._watched:
            # New names come last; they do no harm.
            if [*now.values()][: values.__len__()] != values:
                changed = now.copy()
                now.update(before)
                self.changes += _differences(name, changed, before)
        if warnings.filters is not self._warnings or self._warnings != self._filters:
            self._warnings[:] = self._filters
            warnings.filters = self._warnings
        # If nobody can interrupt, no handler is ever called.
        if self.interruptible and self._is_main and signal.getsignal(signal.SIGINT) is not self._on_interrupt:
            signal.signal(signal.SIGINT, self._on_interrupt)


def _differences(name: str, now: dict[str, object], before: dict[str, object]) -> list[str]:
    return [
        f"{'replaced' if key in now else 'deleted'} {name}.{in_a_line(key)}"
        for key, value in before.items()
        if now.get(key, before) is not value
    ]
