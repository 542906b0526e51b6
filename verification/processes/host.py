"""An engine's process from its beginning: it loads the engine's functions, and has a fork for each task.

So every task finds the engine as it was loaded, whatever ran before it. The fork is watched, as
``verification.processes.supervisor`` says. This process itself calls no function of the engine's.

A library with threads of its own loses them in a fork. For an engine that uses one there is a single fork,
before anything is loaded, which loads it and does all tasks; what was compiled lives as long as that.

Messages come in and go out as ``verification.processes.server`` says. How a task has ended is told on a pipe
of its own, since a fork may end in the middle of a message; there also, in a list, why nothing was loaded.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from verification.processes.arrays import Arena
from verification.processes.channel import Channel
from verification.processes.memory import keep_memory
from verification.processes.server import Server, receive, send, unpickled
from verification.processes.supervisor import LOOK, how_lost, kill_group, supervised, wake
from verification.text import message_of

# Seconds between two looks for whether the judge still lives.
ALIVE = 0.5


def live(file: int) -> None:
    """Until the judge's end; ``file``: of both arenas."""
    judge = os.getppid()
    arenas = Arena(file, 1), Arena(file, 0)
    os.close(file)
    reading, writing, telling = (os.dup(standard) for standard in range(3))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    sys.stdin, sys.stdout, sys.stderr = (open(os.devnull, mode) for mode in "rww")  # noqa: SIM115
    try:
        _, data, kept = unpickled(receive(reading))
        judged = _Judged(reading, writing, telling, arenas)
        if kept:
            how = _watched(partial(judged.all_tasks, data), judge)
            send(telling, how)
            return
        judged.load(data)
        while receive(reading):
            send(telling, _watched(judged.task, judge))
    except EOFError:
        return


class _Judged:
    """The functions of an engine, and where the judge is heard and told of them."""

    def __init__(self, reading: int, writing: int, telling: int, arenas: tuple[Arena, Arena]) -> None:
        self._reading, self._writing, self._telling, self._arenas = reading, writing, telling, arenas
        self._functions: Sequence[Any] = ()

    def load(self, data: bytes) -> None:
        """Loads them; tells why that fails, and raises EOFError."""
        try:
            self._functions = unpickled(data)
        except BaseException as error:
            send(self._telling, [message_of(error).partition("\n")[0]])
            raise EOFError from error

    def task(self, channel: Channel) -> None:
        """One task, until the judge ends it."""
        Server(self._reading, self._writing, self._arenas, self._functions, channel).serve()

    def all_tasks(self, data: bytes, channel: Channel) -> None:
        """One task after another, until the judge has no more; each ends well, or this process does."""
        try:
            self.load(data)
            channel.limit_memory()
            while receive(self._reading):
                self.task(channel)
                send(self._telling, None)
        except EOFError:
            return


def _watched(work: Callable[[Channel], None], judge: int) -> str | None:
    """The work in a fork; returns how it was lost, in words."""
    channel, own = Channel(), os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    supervisor = os.fork()
    if supervisor == 0:
        with supervised(channel, own):
            channel.limit_memory()
            keep_memory()
            work(channel)
            channel.finish()
    while True:
        ended, status = os.waitpid(supervisor, os.WNOHANG)
        if ended:
            # A supervisor that was killed has ended nothing.
            kill_group(channel.worker.value)
            return how_lost(channel, os.waitstatus_to_exitcode(status))
        if os.getppid() != judge:
            channel.stop.value = 1
        # An engine may have stopped it.
        wake(supervisor)
        if hasattr(signal, "sigtimedwait"):
            signal.sigtimedwait([signal.SIGCHLD], ALIVE)
        else:
            time.sleep(LOOK)
