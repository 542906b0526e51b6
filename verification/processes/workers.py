"""Work in processes of its own, for an engine may end its process, or never come back from compiled code.

A forked process inherits its task, so an engine may be any function, a closure as well. Where processes
cannot be forked (Windows), the work is done in this one, and shares its fate.

A worker is set up so that an engine does not harm anyone outside it by accident:

- It tells what it has to tell through memory that it shares (``verification.processes.channel``).
- It reads nothing, and what it prints is discarded: an engine is asked some ten thousand times.
- Its parent is not this process but one that watches it (``verification.processes.supervisor``): that takes
  the signals which an engine sends to its parent, and ends all that the engine has started, also when this
  one is lost.
- It ignores Ctrl-C, which is for whoever judges.
- In a call it may take a limited amount of memory (``verification.processes.memory``).
- Where an engine forks and the copy returns as well, the copy is ended, and the engine found out.
"""

import ctypes
import os
import pickle
import time
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeVar

from verification.processes import timeout
from verification.processes.channel import Channel
from verification.processes.signals import held_back
from verification.processes.supervisor import LOOK, end, exit_code_in_words, supervised, wake

# A process is ended if it has not come back from one call in so many times what an answer may take: its own
# alarm has then not got through.
SILENT = 3

# By malloc.h's numbers: so many bytes may lie free before they are given back, and arrays from this size on
# have pages of their own, which is the largest that glibc takes.
KEPT = {-1: 2**31 - 1, -3: 2**25}

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Lost:
    """A task that was not done: how that came, in words, and what it was about to do (``Channel``)."""

    how: str
    doing: Any = None


def spread(
    work: Callable[[Task, Channel], Result], tasks: Sequence[Task]
) -> Generator[Result | Lost, None, None]:
    """``work`` done on every task, in their order, each in a process of its own, as many as there are cores.

    An exception of the work is raised here.
    """
    if not hasattr(os, "fork"):
        return (work(task, Channel()) for task in tasks)
    return in_order(partial(_Worker, work), tasks)


@contextmanager
def beside(work: Callable[[], Result]) -> Iterator[Callable[[], Result | Lost]]:
    """``work`` begun in a process of its own. What is yielded is called once: it waits for what comes of it.

    An exception of the work is raised there. Where processes cannot be forked, it is done only then.
    """
    if not hasattr(os, "fork"):
        yield work
        return
    running = [_Worker(lambda task, channel: work(), None)]

    def outcome() -> Result | Lost:
        while not running[0].has_ended():
            time.sleep(LOOK)
        outcome: Result | Lost | Exception = running.pop().outcome
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    try:
        yield outcome
    finally:
        for worker in running:
            worker.end()


class Started(Protocol):
    """A task that somebody is at work on; ``outcome`` is a result, an exception, or Lost."""

    outcome: Any

    def has_ended(self) -> bool:
        """Is there an outcome?"""

    def end(self) -> None:
        """Give it up."""


def in_order(start: Callable[[Task], Started], tasks: Sequence[Task]) -> Generator[Any, None, None]:
    """The outcomes of the tasks, in their order; as many are started at a time as there are cores.

    An exception of the work is raised here. Nothing that was started is left when this is closed.
    """
    waiting = deque(enumerate(tasks))
    running: dict[int, Started] = {}
    done: dict[int, Any] = {}
    try:
        for number in range(len(tasks)):
            while number not in done:
                while waiting and len(running) < (os.cpu_count() or 1):
                    which, task = waiting.popleft()
                    running[which] = start(task)
                time.sleep(LOOK)
                for which, started in list(running.items()):
                    if started.has_ended():
                        done[which] = running.pop(which).outcome
            outcome = done.pop(number)
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome
    finally:
        for started in running.values():
            started.end()


class _Worker:
    """A process and what is known of it; ``outcome`` is the result, an exception, or Lost."""

    def __init__(self, work: Callable[[Any, Channel], Any], task: Any) -> None:
        self.outcome: Any = None
        self._channel = Channel()
        judge = os.getpid()
        self._supervisor = _fork()
        if self._supervisor == 0:
            with supervised(self._channel, judge), failures_told(self._channel):
                self._channel.limit_memory()
                keep_memory()
                self._channel.finish(work(task, self._channel))
        self._silence = Silence(self._channel, self._supervisor)

    def has_ended(self) -> bool:
        """Is it gone, or has to go? Then there is an outcome, and no process."""
        gone, code = _exit_code(self._supervisor)
        if not (gone or self._channel.copies.value or self._silence.too_long()):
            return False
        self.end()
        self.outcome = outcome_of(self._channel, judge_ended(code) if gone else unresponsive())
        return True

    def end(self) -> None:
        """Give it up: no process that the task has started outlives it."""
        end(self._supervisor, self._channel, lambda: _exit_code(self._supervisor)[0])


class Silence:
    """Has a worker been in one call for too long? Counted in looks, so that a stop of the judge is none."""

    def __init__(self, channel: Channel, supervisor: int) -> None:
        self._channel, self._supervisor = channel, supervisor
        self._charge: timeout.Charge | None = None
        self._heard, self._looks = 0, 0.0
        self._looked = time.monotonic()

    def too_long(self) -> bool:
        """Asked again and again."""
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


def outcome_of(channel: Channel, how: str) -> Any:
    """What came of a task, or how its process was lost before anything did.

    ``how``: in these words, where its supervisor has told none.
    """
    finished = channel.outcome
    if channel.copies.value:
        return _placed(Lost("forked, and the copy of its process returned as well"), channel)
    if finished is None:
        return _placed(Lost(channel.lost or how), channel)
    return _placed(finished[0], channel) if isinstance(finished[0], Lost) else finished[0]


def judge_ended(code: int | None) -> str:
    """How a process was lost whose supervisor has ended."""
    return f"ended the process that judges it with {exit_code_in_words(code)}"


def unresponsive() -> str:
    """How a process was lost that has to be ended."""
    return f"did not return within {SILENT * timeout.ANSWER:g} s, nor hear an alarm"


def _placed(lost: Lost, channel: Channel) -> Lost:
    return replace(lost, doing=channel.doing)


@contextmanager
def failures_told(channel: Channel) -> Iterator[None]:
    """What a worker does in this ``with`` block may fail: then that is what came of its task."""
    try:
        yield
    except MemoryError:
        # An engine's own are told as its answer.
        doing = f" of {channel.doing}" if isinstance(channel.doing, str) else ""
        told = f"memory: the truth{doing} does not fit, needed smaller sizes: see most of verification.Model"
        channel.finish(MemoryError(told))
    except Exception as error:
        channel.finish(_sendable(error))


def _sendable(error: Exception) -> Exception:
    """The exception with a note of where it was raised, or, where it cannot be sent, one that tells of it."""
    error.add_note(traceback.format_exc())
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(traceback.format_exc())
    return error


def keep_memory() -> None:
    """What is freed is kept for what is asked for next (glibc alone).

    Truths are made of arrays of some hundred kB that live for a step, and to fetch each anew from the system
    takes a twentieth of a run.
    """
    with suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        for parameter, size in KEPT.items():
            mallopt(parameter, size)


def _fork() -> int:
    """``os.fork``, without its warning of threads: those here are BLAS's, which forks safely.

    A request to end waits until it is done: what Python calls after a fork swallows every exception.
    """
    with held_back(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _exit_code(pid: int) -> tuple[bool, int | None]:
    """Is a child gone, and with which exit code? None where somebody else has asked for that before."""
    try:
        gone, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return True, None
    return gone != 0, os.waitstatus_to_exitcode(status)
