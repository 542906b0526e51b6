"""Work in processes of its own, for an engine may end its process, or never come back from compiled code.

A forked process inherits its task, so an engine may be any function, a closure as well. Where processes
cannot be forked (Windows), the work is done in this one, and shares its fate.
"""

import multiprocessing
import os
import pickle
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext
from types import SimpleNamespace
from typing import Any, TypeVar

from verification import patience

# A process is ended if it has not come back from one call in so many times what an answer may take: its own
# alarm has then not got through.
SILENT = 3

Task = TypeVar("Task")
Result = TypeVar("Result")
Given = TypeVar("Given")


@dataclass(frozen=True, eq=False)
class Lost:
    """A task whose process did not live to its end: how that came, in words, and where it was (``Line``)."""

    how: str
    told: Any = None
    step: int = 0


@dataclass(frozen=True, eq=False)
class Line:
    """From the work to whoever started it: what it is about to do, and whether it is in a guarded call.

    ``tell`` takes anything that can be pickled. ``step.value``, a number, says the same at no cost;
    ``calls.value`` is odd in a guarded call.
    """

    tell: Callable[[Any], object] = lambda told: None
    step: Any = field(default_factory=lambda: SimpleNamespace(value=0))
    calls: Any = field(default_factory=lambda: SimpleNamespace(value=0))

    def guarded(self, function: Callable[[Given], Result]) -> Callable[[Given], Result]:
        """The function, whose calls may take ``SILENT`` answers' time each and no longer."""

        def call(given: Given) -> Result:
            self.calls.value += 1
            try:
                return function(given)
            finally:
                self.calls.value += 1

        return call


def spread(
    work: Callable[[Task, Line], Result], tasks: Sequence[Task]
) -> Generator[Result | Lost, None, None]:
    """``work`` done on every task, in their order, each in a process of its own, as many as there are cores.

    An exception of the work is raised here.
    """
    if not _can_fork():
        for task in tasks:
            yield work(task, Line())
        return
    cores = os.cpu_count() or 1
    context = multiprocessing.get_context("fork")
    running: dict[int, _Worker] = {}
    ended: dict[int, Any] = {}
    started = 0
    try:
        for number in range(len(tasks)):
            while number not in ended:
                while started < len(tasks) and len(running) < cores:
                    running[started] = _Worker(context, work, tasks[started])
                    started += 1
                wait([worker.receive for worker in running.values()], patience.ANSWER / patience.TICKS)
                for which, worker in list(running.items()):
                    if worker.has_ended():
                        ended[which] = running.pop(which).outcome
            outcome = ended.pop(number)
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome
    finally:
        for worker in running.values():
            worker.end()


def _can_fork() -> bool:
    """Has the platform a fork, and this process, which may be a worker, the right to children?"""
    return "fork" in multiprocessing.get_all_start_methods() and not multiprocessing.current_process().daemon


class _Worker:
    """A process and what is known of it; ``outcome`` is the result, an exception, or Lost."""

    def __init__(self, context: ForkContext, work: Callable[[Any, Line], Any], task: Any) -> None:
        self.receive, send = context.Pipe(duplex=False)
        self.step = context.RawValue("Q", 0)
        self.calls = context.RawValue("Q", 0)
        self.told: Any = None
        self.outcome: Any = None
        self.heard = 0
        self.silent = 0
        self.looked = time.monotonic()
        line = Line(lambda told: send.send((False, told)), self.step, self.calls)
        self.process = context.Process(target=_run, args=(work, task, line, send), daemon=True)
        with warnings.catch_warnings():
            # Python warns of forking beside threads. Those here are BLAS's, which forks safely.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.process.start()
        send.close()

    def has_ended(self) -> bool:
        """Reads what has been sent, and ends the process if nothing is to come; then there is an outcome."""
        # Asked before reading: what a process has sent before its end is there to be read.
        gone, done = not self.process.is_alive(), False
        try:
            while not done and self.receive.poll():
                done, what = self.receive.recv()
                if done:
                    self.outcome = what
                else:
                    self.told = what
        except (EOFError, OSError):
            # It may take a process a moment to be gone.
            self.process.join(1)
            gone = True
        silent = self._is_silent()
        if not done and not gone and not silent:
            return False
        self.end()
        if not done:
            seconds = SILENT * patience.ANSWER
            died = f"ended its process with {_exit(self.process.exitcode)}"
            how = died if gone else f"did not return within {seconds:g} s, nor hear an alarm"
            self.outcome = Lost(how, self.told, self.step.value)
        return True

    def _is_silent(self) -> bool:
        """Has it been in one call for too long? Counted in looks, so that a stop of this process is none."""
        if time.monotonic() - self.looked >= patience.ANSWER / patience.TICKS:
            self.looked = time.monotonic()
            calls = self.calls.value
            self.silent = self.silent + 1 if calls % 2 and calls == self.heard else 0
            self.heard = calls
        return self.silent >= SILENT * patience.TICKS

    def end(self) -> None:
        """No worker outlives its task, whatever threads it has."""
        self.receive.close()
        self.process.kill()
        self.process.join()


def _run(work: Callable[[Any, Line], Any], task: Any, line: Line, send: Connection) -> None:
    """A worker's life."""
    try:
        send.send((True, work(task, line)))
    except Exception as error:
        send.send((True, _sendable(error)))


def _sendable(error: Exception) -> Exception:
    """The exception with a note of where it was raised, or, where it cannot be sent, one that tells of it."""
    error.add_note(traceback.format_exc())
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(traceback.format_exc())
    return error


def _exit(code: int | None) -> str:
    """An exit code in words, with the signal's name."""
    if code is None or code >= 0:
        return f"exit code {code}"
    try:
        return f"exit code {code} ({signal.Signals(-code).name})"
    except ValueError:
        return f"exit code {code}"
