"""Fresh processes, for engines of libraries with threads of their own, which a forked process lacks.

Once JAX has been called, a fork of its process hangs at the next call, and one of PyTorch's refuses to run a
backward. So where such a library is loaded, nothing is forked. Processes are started afresh, as many as there
are cores, and each is kept for one task after another: what an engine has compiled lives as long as they do.

An engine is sent to them (``verification.processes.sending``), and each process makes it once. Everything
else is as in ``verification.processes.workers``, except that processes which an engine starts live until its
own ends. The process that is started afresh is a supervisor, which forks the working process at once, before
there is an engine, or a thread of one.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from verification.processes.channel import Channel, Slot
from verification.processes.hosts import Hosts
from verification.processes.sending import Sent, Unsendable, pickled
from verification.processes.signals import held_back
from verification.processes.supervisor import LOOK, detached, may_have_copies, supervised
from verification.processes.threads import SETTINGS
from verification.processes.workers import Spread, Turn, end_process, failures_told, in_order, spread
from verification.text import message_of

# Libraries whose threads a fork loses, by the names of their modules.
THREADED = ("jax", "torch")


@contextmanager
def pooled(functions: Sequence[Any] = (), sandbox: bool = False) -> Iterator[Spread]:
    """``verification.processes.workers.spread``; or over fresh processes, where a fork would lose threads.

    ``functions``: an engine's, which run in a host during each task, in a ``sandbox`` or not. The fresh
    processes are kept until the block ends. A supervisor forks its worker, so they need forks. Raises
    ValueError if there is to be a sandbox and no host.
    """
    threaded = [name for name in THREADED if name in sys.modules]
    if functions and hasattr(os, "fork") and not threaded:
        hosts = Hosts(functions, os.cpu_count() or 1, sandbox)
        try:
            yield partial(spread, hosts=hosts)
        finally:
            hosts.end()
        return
    if sandbox:
        why = f"{' and '.join(threaded)} is loaded" if threaded else "this engine runs where it is made"
        raise ValueError(f"sandbox: True, needed an engine that has a process of its own: {why}")
    if not (hasattr(os, "fork") and threaded):
        yield spread
        return
    pool = Pool()
    try:
        yield pool.spread
    finally:
        pool.end()


class Pool:
    """The fresh processes without a task, and the engines that each has received."""

    def __init__(self) -> None:
        self._idle: list[Fresh] = []
        self._sent: Sent = {}
        self._is_over = False

    def spread(
        self, work: Callable[[Any, Channel], Any], tasks: Iterable[Any], processes: int | None = None
    ) -> Generator[Any, None, None]:
        """A ``Spread``; raises Unsendable for a task that cannot be sent."""
        return in_order(partial(self._begun, work), tasks, processes, self._keep)

    def outcome(self, work: Callable[[Any, Channel], Any], task: Any) -> Any:
        """The outcome of one task, called from any thread: a result, an exception, or Lost."""
        turn = Turn(self._begun(work, task), self._keep)
        while not turn.has_ended():
            time.sleep(LOOK)
        return turn.outcome

    def _begun(self, work: Callable[[Any, Channel], Any], task: Any) -> "Fresh":
        data = self._pickled((work, task))
        process = self._idle.pop() if self._idle else Fresh()
        process.begin(data)
        return process

    def _keep(self, process: "Fresh") -> None:
        if self._is_over:
            end_process(process)
        else:
            self._idle.append(process)

    def _pickled(self, what: Any) -> bytes:
        try:
            return pickled(what, self._sent)
        except Unsendable as error:
            loaded = " and ".join(name for name in THREADED if name in sys.modules)
            raise Unsendable(f"{error}: {loaded} is loaded, whose threads a fork loses") from error

    def end(self) -> None:
        """Ends every idle process; busy ones end with their task."""
        self._is_over = True
        while self._idle:
            end_process(self._idle.pop())


class Fresh:
    """A fresh process with its supervisor, which works on one task after another."""

    def __init__(self) -> None:
        with tempfile.TemporaryFile() as file:
            file.truncate(Channel.LENGTH)
            self.channel, self._task = Channel(file.fileno()), Slot(file.fileno(), Channel.FREE)
            # When its task was first seen to be done.
            self._done: float | None = None
            # An interruption between start and registration would leave a process that nobody ends.
            with held_back():
                self._started = _python(LIFE, file.fileno(), sys.path)

    def begin(self, data: bytes) -> None:
        """Gives it a task, pickled."""
        # What it did last stays announced: a process that is lost now was ended by that.
        self.channel.outcome.clear()
        self._done = None
        self._task.put_pickled(data)
        self.channel.turn.value += 1

    @property
    def supervisor(self) -> int:
        """The supervisor's process id."""
        return self._started.pid

    def exit_code(self) -> int | None:
        """The supervisor's exit code; None while it lives."""
        return self._started.poll()

    def done(self, outcome: Any) -> None:
        """It needs nothing more."""

    def is_idle(self) -> bool:
        """Is its task done? Its supervisor ends whatever the task has left running."""
        if self.channel.outcome.is_empty():
            return False
        now, worker = time.monotonic(), self.channel.worker.value
        self._done = self._done or now
        return not (may_have_copies(worker, now - self._done) or detached(self.supervisor, worker))


# What a fresh process runs, after its path is that of this one. A user's folder may hold an ``rnn`` too.
LIFE = """
from verification.processes.namesakes import ours
with ours():
    from verification.processes.fresh import live
live(file, parent)
"""


def _python(program: str, file: int, path: Sequence[str]) -> "subprocess.Popen[bytes]":
    """A Python interpreter in a process group of its own, with a shared file and no other input or output."""
    begin = f"import sys\nsys.path[:] = {[*path]!r}\nfile, parent = {file}, {os.getpid()}\n"
    # As many processes as cores are working already. Hypothesis's database is not left in the user's current
    # folder, or in that of a cluster's worker.
    kept = os.path.join(tempfile.gettempdir(), "verified-rnn")
    environment = {**dict.fromkeys(SETTINGS, "1"), "HYPOTHESIS_STORAGE_DIRECTORY": kept, **os.environ}
    return subprocess.Popen(
        [sys.executable, "-c", begin + program],
        pass_fds=[file],
        process_group=0,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def live(file: int, parent: int) -> None:
    """The life of a supervisor and its fresh process; only messages get out."""
    channel, task = Channel(file), Slot(file, Channel.FREE)
    os.close(file)
    supervisor = os.getpid()
    with supervised(channel, parent):
        channel.limit_memory()
        done = 0
        while os.getppid() == supervisor:
            if channel.turn.value == done:
                time.sleep(LOOK)
                continue
            done += 1
            with failures_told(channel):
                work, given = _received(task)
                channel.finish(work(given, channel))


def _received(task: Slot) -> tuple[Callable[[Any, Channel], Any], Any]:
    """The task of a fresh process, and its engine."""
    try:
        work, given = task.get()
    except Exception as error:
        raise Unsendable(
            f"engine: {message_of(error)} in a fresh process, needed one whose modules can be imported there"
        ) from error
    return work, given
