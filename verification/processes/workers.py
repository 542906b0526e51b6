"""Work in separate processes, because an engine may end its process, or never return from compiled code.

A forked process inherits its task, so an engine may be any function, a closure as well. Where processes
cannot be forked (Windows), the work is done in this one, and shares its fate.

A worker is set up so that an engine does not accidentally harm anything outside of it:

- It sends its results through shared memory (``verification.processes.channel``).
- It reads nothing, and its output is discarded: an engine is called some ten thousand times.
- Its parent is not this process but a supervisor (``verification.processes.supervisor``). That receives the
  signals which an engine sends to its parent, and ends everything that the engine has started, also when this
  process is lost.
- It ignores Ctrl-C, which is for the judge.
- In a call it may allocate a limited amount of memory (``verification.processes.memory``).
- If an engine forks and the copy returns as well, the copy is ended, and the engine refuted.
"""

import os
import pickle
import time
import traceback
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Protocol

from threadpoolctl import ThreadpoolController

from verification.processes import timeout
from verification.processes.channel import Channel
from verification.processes.hosts import Hosts
from verification.processes.invalid import LostProcess
from verification.processes.memory import keep_memory
from verification.processes.signals import held_back
from verification.processes.supervisor import LOOK, UNKNOWN, end, how_lost, supervised, wake
from verification.processes.threads import limit_threads

# A process is ended if one call takes this many times an answer's limit: its own alarm has then had no
# effect.
SILENT = 3

# The most tasks for each process that are begun, with outcomes that nobody has taken yet.
AHEAD = 8


@dataclass(frozen=True, eq=False)
class Lost:
    """A task that was not done: how it was lost, in words, and what it was about to do (``Channel``)."""

    how: str
    doing: Any = None


class Spread(Protocol):
    """Runs ``work(task, channel)`` on every task, in so many processes at a time (None: as many as cores).

    Yields the results in the order of the tasks. An exception of the work is raised to the consumer.
    """

    def __call__(
        self, work: Callable[[Any, Channel], Any], tasks: Iterable[Any], processes: int | None = None
    ) -> Generator[Any, None, None]:
        """When the generator is closed, nothing that was started is left."""


def spread(
    work: Callable[[Any, Channel], Any],
    tasks: Iterable[Any],
    processes: int | None = None,
    hosts: Hosts | None = None,
) -> Generator[Any, None, None]:
    """A ``Spread`` over forked processes, a new one for each task, each with a host if there are some."""
    if not hasattr(os, "fork"):
        return (work(task, Channel()) for task in tasks)
    return in_order(partial(Forked, work, ThreadpoolController(), hosts), tasks, processes)


class Process(Protocol):
    """A worker from the judge's view: its supervisor, and its messages."""

    channel: Channel

    @property
    def supervisor(self) -> int:
        """The supervisor's process id."""

    def exit_code(self) -> int | None:
        """The supervisor's, or ``UNKNOWN``; None while it lives."""

    def is_idle(self) -> bool:
        """Is its task done, and can it take another?"""

    def done(self, outcome: Any) -> None:
        """Called once with the outcome of the task."""


class Turn:
    """A task in a process; ``outcome``, after its end: a result, an exception, or Lost.

    ``keep`` receives the process if it can take another task.
    """

    def __init__(self, process: Process, keep: Callable[[Any], object] = lambda process: None) -> None:
        self.outcome: Any = None
        self._process, self._keep = process, keep
        self._silence = Silence(process.channel, process.supervisor)

    def has_ended(self) -> bool:
        """Is there an outcome?"""
        process, channel = self._process, self._process.channel
        # First, because the engine may have ended its supervisor before its last call returned.
        is_idle = process.is_idle()
        # Before the outcome is read, because a process that has ended may have sent it before.
        code = process.exit_code()
        lost = code is not None or bool(channel.copies.value) or self._silence.too_long()
        if not lost and not is_idle:
            return False
        if lost:
            self.end()
        else:
            self._keep(process)
        self.outcome = self._outcome(code)
        process.done(self.outcome)
        return True

    def _outcome(self, code: int | None) -> Any:
        """The outcome of the task, or how its process was lost before there was one."""
        channel = self._process.channel
        finished, doing = channel.outcome.get(), channel.doing.get()
        how = how_lost(channel, code)
        if how is None and finished is not None:
            return finished[0]
        return Lost(how or f"did not return within {SILENT * timeout.ANSWER:g} s, nor hear an alarm", doing)

    def give_up(self) -> None:
        """Ends the task before it has an outcome."""
        self.end()
        self._process.done(Lost("was not wanted any more"))

    def end(self) -> None:
        """Gives up the task: no process that it has started outlives it."""
        end_process(self._process)


def end_process(process: Process) -> None:
    """Ends the process and everything that it has started."""
    end(process.supervisor, process.channel, lambda: process.exit_code() is not None)


def in_order(
    start: Callable[[Any], Process],
    tasks: Iterable[Any],
    processes: int | None = None,
    keep: Callable[[Any], object] = lambda process: None,
) -> Generator[Any, None, None]:
    """The outcomes of the tasks, as in ``Spread``; ``keep`` as in ``Turn``."""
    most, waiting, number = processes or os.cpu_count() or 1, enumerate(tasks), 0
    running: dict[int, Turn] = {}
    done: dict[int, Any] = {}
    try:
        while True:
            room = min(most - len(running), AHEAD * most - len(running) - len(done))
            # No generator, which would be one more frame between the caller and an engine.
            for which, task in islice(waiting, room):
                running[which] = Turn(start(task), keep)
            if number in done:
                outcome = done.pop(number)
                number += 1
                if isinstance(outcome, Exception):
                    raise outcome
                yield outcome
            elif running:
                time.sleep(LOOK)
                ended = [which for which, turn in running.items() if turn.has_ended()]
                done |= {which: running.pop(which).outcome for which in ended}
            else:
                return
    finally:
        for turn in running.values():
            turn.give_up()


class Forked:
    """A process for one task, which it inherits; ``loaded``: the libraries whose threads it limits."""

    def __init__(
        self,
        work: Callable[[Any, Channel], Any],
        loaded: ThreadpoolController,
        hosts: Hosts | None,
        task: Any,
    ) -> None:
        self.channel, self._hosts = Channel(), hosts
        self.channel.host = hosts.take() if hosts is not None else None
        judge = os.getpid()
        self.supervisor = _fork()
        if self.supervisor == 0:
            with supervised(self.channel, judge), failures_told(self.channel):
                self.channel.limit_memory()
                keep_memory()
                limit_threads(loaded)
                self.channel.finish(self._outcome(work, task))

    def _outcome(self, work: Callable[[Any, Channel], Any], task: Any) -> Any:
        """The result of the work, or how its host was lost."""
        host = self.channel.host
        try:
            result = work(task, self.channel)
            if host is not None:
                host.end()
        except LostProcess as lost:
            return Lost(str(lost), self.channel.doing.get())
        return result

    def done(self, outcome: Any) -> None:
        """Called once with the outcome of the task, or with Lost."""
        if self._hosts is not None:
            self._hosts.give(self.channel.host, isinstance(outcome, Exception | Lost))

    def exit_code(self) -> int | None:
        """The supervisor's, or ``UNKNOWN``; None while it lives."""
        try:
            gone, status = os.waitpid(self.supervisor, os.WNOHANG)
        except ChildProcessError:
            return UNKNOWN
        return os.waitstatus_to_exitcode(status) if gone else None

    def is_idle(self) -> bool:
        """It ends with its task."""
        return False


class Silence:
    """Has a worker been in one call for too long? Counted in checks, so that a stop of the judge does not
    count.
    """

    def __init__(self, channel: Channel, supervisor: int) -> None:
        self._channel, self._supervisor = channel, supervisor
        self._charge: timeout.Charge | None = None
        self._heard, self._looks = 0, 0.0
        self._looked = time.monotonic()

    def too_long(self) -> bool:
        """Called at every check."""
        if time.monotonic() - self._looked >= timeout.ANSWER / timeout.TICKS:
            self._looked = time.monotonic()
            # An engine may have stopped it.
            wake(self._supervisor)
            calls, worker = self._channel.calls.value, self._channel.worker.value
            if self._charge is None and worker:
                self._charge = timeout.Charge(worker)
            look = self._charge.of_tick() if self._charge is not None else 0.0
            self._looks = self._looks + look if calls % 2 and calls == self._heard else 0.0
            self._heard = calls
        return self._looks >= SILENT * timeout.TICKS


@contextmanager
def failures_told(channel: Channel) -> Iterator[None]:
    """An exception in this ``with`` block becomes the outcome of the task."""
    try:
        yield
    except MemoryError:
        # An engine's own exceptions are reported as its answer.
        doing = channel.doing.get()
        of_what = f" of {doing}" if isinstance(doing, str) else ""
        message = (
            f"memory: the truth{of_what} does not fit, needed smaller sizes: see most of verification.Model"
        )
        channel.finish(MemoryError(message))
    except Exception as error:
        channel.finish(_sendable(error))


def _sendable(error: Exception) -> Exception:
    """The exception with a note of where it was raised; if it cannot be sent, one that describes it."""
    error.add_note(traceback.format_exc())
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(traceback.format_exc())
    return error


def _fork() -> int:
    """``os.fork``, without its warning of threads: those here are BLAS's, which forks safely.

    Requests to end wait until it is done: Python's hooks after a fork swallow every exception.
    """
    with held_back(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()
