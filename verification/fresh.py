"""Fresh processes, for engines of libraries with threads of their own, which a forked process lacks.

Once JAX has been called, a fork of its process hangs at the next call, and one of PyTorch's refuses to go
backwards. So where such a library is loaded nothing is forked. Processes are started afresh, as many as there
are cores, and each is kept for one task after another: what an engine has compiled lives as long as they do.

An engine is sent to them (``verification.sending``), and each process makes it once. All else is as
``verification.workers`` says, but for what an engine starts: that lives until its process ends.
"""

import mmap
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, TypeAlias

from verification.quoting import told
from verification.sending import Sent, Unsendable, pickled
from verification.signals import held_back
from verification.workers import (
    KEEP,
    LOOK,
    Channel,
    Silence,
    Slot,
    ended,
    finish,
    in_order,
    kill_group,
    limit_memory,
    outcome_of,
    set_apart,
    silent,
    spread,
)

# The libraries whose threads a fork loses, by the names of their modules.
THREADED = ("jax", "torch")

Spread: TypeAlias = Callable[[Callable[[Any, Channel], Any], Sequence[Any]], Generator[Any, None, None]]


@contextmanager
def staffed() -> Iterator[Spread]:
    """``verification.workers.spread``, or the same over fresh processes, kept while this lasts."""
    if not hasattr(os, "fork") or not any(name in sys.modules for name in THREADED):
        yield spread
        return
    staff = _Staff()
    try:
        yield staff.spread
    finally:
        staff.end()


class _Staff:
    """The fresh processes that nobody is asked in, and what is known of the engines that were sent."""

    def __init__(self) -> None:
        self._keeper = _Keeper()
        self._idle: list[_Process] = []
        self._sent: Sent = {}

    def spread(self, work: Callable[[Any, Channel], Any], tasks: Sequence[Any]) -> Generator[Any, None, None]:
        """As ``verification.workers.spread``; raises Unsendable for what cannot be sent."""

        def start(task: Any) -> _Turn:
            data = self._pickled((work, task))
            process = self._idle.pop() if self._idle else _Process(self._keeper)
            return _Turn(process, data, self._idle)

        yield from in_order(start, tasks)

    def _pickled(self, what: Any) -> bytes:
        try:
            return pickled(what, self._sent)
        except Unsendable as error:
            loaded = " and ".join(name for name in THREADED if name in sys.modules)
            raise Unsendable(f"{error}: {loaded} is loaded, whose threads a fork loses") from error

    def end(self) -> None:
        """Nothing that was started is left."""
        for process in self._idle:
            process.end()
        self._keeper.end()


class _Turn:
    """A task with a process, which goes back to the idle ones when it is done and lives."""

    def __init__(self, process: "_Process", data: bytes, idle: "list[_Process]") -> None:
        self.outcome: Any = None
        self._process, self._idle = process, idle
        self._silence = Silence(process.channel, process.number)
        process.begin(data)

    def has_ended(self) -> bool:
        """Is there an outcome?"""
        channel = self._process.channel
        # First: what has ended may have told its outcome before.
        gone = self._process.exit_code()
        lost = gone is not None or channel.copies.value or self._silence.too_long()
        if not lost and channel.outcome is None:
            return False
        if lost:
            self._process.end()
        else:
            self._idle.append(self._process)
        self.outcome = outcome_of(channel, silent() if gone is None else ended(gone))
        return True

    def end(self) -> None:
        """Give it up, and the process with it."""
        self._process.end()


class _Process:
    """A fresh process, which works on what it is given, one task after another."""

    def __init__(self, keeper: "_Keeper") -> None:
        with tempfile.TemporaryFile() as file:
            file.truncate(Channel.LENGTH)
            self.channel, self._task = Channel(file.fileno()), Slot(file.fileno(), 2)
            self._started = keeper.started(LIFE, file.fileno())
        self._keeper = keeper

    def begin(self, data: bytes) -> None:
        """Give it a task, pickled."""
        self.channel.clear()
        self._task.put_pickled(data)
        self.channel.turn.value += 1

    @property
    def number(self) -> int:
        """The system's."""
        return self._started.pid

    def exit_code(self) -> int | None:
        """None while it lives."""
        return self._started.poll()

    def end(self) -> None:
        """It, and all that it has started, are no more."""
        kill_group(self._started.pid)
        self._keeper.ended(self._started)


class _Keeper:
    """A process that kills the groups of the fresh ones when it has lost its parent, whatever ended that."""

    def __init__(self) -> None:
        with tempfile.TemporaryFile() as file:
            file.truncate(8 * (os.cpu_count() or 1))
            self._groups = memoryview(mmap.mmap(file.fileno(), 0)).cast("Q")
            self._process = _python(KEEPING, file.fileno())

    def started(self, program: str, file: int) -> "subprocess.Popen[bytes]":
        """A process with a program, of which the keeper knows."""
        # Who is interrupted between the two would leave one that nobody knows of.
        with held_back():
            process = _python(program, file)
            self._groups[self._groups.tolist().index(0)] = process.pid
        return process

    def ended(self, process: "subprocess.Popen[bytes]") -> None:
        """A process whose group is killed; waits for it."""
        process.kill()
        process.wait()
        self._groups[self._groups.tolist().index(process.pid)] = 0

    def end(self) -> None:
        """There is nobody to keep any more."""
        self._process.kill()
        self._process.wait()


# What a fresh process runs, after its path is that of this one. A user's folder may hold an ``rnn`` too.
LIFE = """
from verification.namesakes import ours
with ours():
    from verification.fresh import live
live(file, parent)
"""

# It imports nothing but what is Python's, so it is there at once.
KEEPING = f"""
import mmap, os, signal, time
groups = memoryview(mmap.mmap(file, 0)).cast("Q")
signal.signal(signal.SIGINT, signal.SIG_IGN)
while os.getppid() == parent:
    time.sleep({KEEP})
for group in groups:
    try:
        group and os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
"""


def _python(program: str, file: int) -> "subprocess.Popen[bytes]":
    """Python in a group of its own, with a file that it shares; it reads and writes nothing else."""
    begin = f"import sys\nsys.path[:] = {sys.path!r}\nfile, parent = {file}, {os.getpid()}\n"
    # As many processes as cores are at work already.
    environment = {"OMP_NUM_THREADS": "1", **os.environ}
    return subprocess.Popen(
        [sys.executable, "-c", begin + program],
        pass_fds=[file],
        process_group=0,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def live(file: int, parent: int) -> NoReturn:
    """A fresh process's life, of which nothing gets out but what it tells."""
    try:
        set_apart()
        channel, task = Channel(file), Slot(file, 2)
        os.close(file)
        limit_memory()
        done = 0
        while os.getppid() == parent:
            if channel.turn.value == done:
                time.sleep(LOOK)
                continue
            done += 1
            finish(_work, task, channel)
    finally:
        os._exit(0)


def _work(task: Slot, channel: Channel) -> Any:
    try:
        work, given = task.get()
    except Exception as error:
        raise Unsendable(
            f"engine: {told(error)} in a fresh process, needed one whose modules can be imported there"
        ) from error
    return work(given, channel)
