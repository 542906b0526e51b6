"""Requests to end: delayed while a process is started, and one that its parent's end sends.

This file imports no ``rnn``: no adapter needs it.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType

# As linux/prctl.h has it.
PR_SET_PDEATHSIG = 1

# The signals that ask a process to end, where the system has them.
REQUESTS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def held_back(*requests: signal.Signals) -> Iterator[None]:
    """Requests to end, all or these, are delivered only after the block.

    A process that is started in it inherits that, and does not receive them: the process that started it ends
    it. So nobody is interrupted between starting a process and giving it its task.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    chosen = requests or REQUESTS
    own, heard = os.getpid(), []

    def write_down(number: int, frame: FrameType | None) -> None:
        heard.append(number)

    def hear() -> None:
        # A process that was forked in the block inherits the list, but no request.
        for number in heard if os.getpid() == own else ():
            signal.raise_signal(number)

    # Restored in reverse order, all of it, whatever a handler raises meanwhile.
    with ExitStack() as undone:
        undone.callback(hear)
        # The mask applies to this thread only: the system delivers a signal to any other thread, and Python
        # runs the handler in the main thread, which alone may set handlers.
        if threading.current_thread() is threading.main_thread():
            for number in chosen:
                if callable(handler := signal.getsignal(number)):
                    signal.signal(number, write_down)
                    undone.callback(signal.signal, number, handler)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, chosen)
        undone.callback(signal.pthread_sigmask, signal.SIG_SETMASK, before)
        yield


def end_with_parent(by: signal.Signals) -> None:
    """From now on this process is sent that signal when its parent has ended (Linux)."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, by, 0, 0, 0)
