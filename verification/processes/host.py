"""An engine's process from its beginning: it loads the engine's functions, and has a fork for each task.

So every task finds the engine as it was loaded, whatever ran before it. The fork is watched, as
``verification.processes.supervisor`` says. This process itself calls no function of the engine's.

Messages come in and go out as ``verification.processes.server`` says. How a task has ended is told on a pipe
of its own, since a fork may end in the middle of a message; there also, in a list, why nothing was loaded.
"""

import os
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any

from verification.processes.arrays import Arena
from verification.processes.channel import Channel
from verification.processes.memory import keep_memory
from verification.processes.server import Server, receive, send, unpickled
from verification.processes.supervisor import LOOK, how_lost, supervised
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
    functions: list[Any] = []
    while True:
        try:
            kind, *given = unpickled(receive(reading))
        except EOFError:
            return
        if kind == "load":
            try:
                functions = [*unpickled(given[0])]
            except BaseException as error:
                send(telling, [message_of(error).partition("\n")[0]])
                return
        else:
            send(telling, _task(reading, writing, arenas, functions, judge))


def _task(
    reading: int, writing: int, arenas: tuple[Arena, Arena], functions: Sequence[Any], judge: int
) -> str | None:
    """One task in a fork; returns how it was lost, in words."""
    channel, own = Channel(), os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    supervisor = os.fork()
    if supervisor == 0:
        with supervised(channel, own):
            channel.limit_memory()
            keep_memory()
            Server(reading, writing, arenas, functions, channel).serve()
            channel.finish(None)
    while True:
        ended, status = os.waitpid(supervisor, os.WNOHANG)
        if ended:
            return how_lost(channel, os.waitstatus_to_exitcode(status))
        if os.getppid() != judge:
            channel.stop.value = 1
        if hasattr(signal, "sigtimedwait"):
            signal.sigtimedwait([signal.SIGCHLD], ALIVE)
        else:
            time.sleep(LOOK)
