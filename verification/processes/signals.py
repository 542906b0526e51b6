"""Requests to end that wait while a process is started. This file knows no ``rnn``: no adapter needs one."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

# What asks a process to end, where the system has it.
REQUESTS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def held_back(*requests: signal.Signals) -> Iterator[None]:
    """Requests to end, all or these, wait until this is done, and then are heard.

    A process that is started here inherits that, and does not hear them: who started it ends it. Nobody is
    interrupted while starting one, so that it is told what it is to do.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    chosen = requests or REQUESTS
    own, heard = os.getpid(), []

    def write_down(number: int, frame: FrameType | None) -> None:
        heard.append(number)

    def hear() -> None:
        # A process that was forked here has the list, and no request.
        for number in heard if os.getpid() == own else ():
            signal.raise_signal(number)

    # Undone from the last to the first, all of it, whatever a handler raises meanwhile.
    with ExitStack() as undone:
        undone.callback(hear)
        # The mask is this thread's alone: the system hands a request to any other thread, and Python has
        # the main one, which alone may choose handlers, handle it.
        if threading.current_thread() is threading.main_thread():
            for number in chosen:
                if callable(handler := signal.getsignal(number)):
                    signal.signal(number, write_down)
                    undone.callback(signal.signal, number, handler)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, chosen)
        undone.callback(signal.pthread_sigmask, signal.SIG_SETMASK, before)
        yield
