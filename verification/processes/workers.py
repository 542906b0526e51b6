"""The judge's work in forked processes, one for each task, each with a host that runs the engine.

A forked process inherits its task, so models may be any functions, closures as well. It calls no engine: that
is in a host (``verification.processes.hosts``), which may be lost, and then the task is. Where processes
cannot be forked (Windows), the work is done in this one, and so are the engine's calls.

A worker ignores Ctrl-C, which is for the judge, and ends with that.
"""

import os
import pickle
import select
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from math import inf
from typing import Any, Protocol, TypeVar

from threadpoolctl import ThreadpoolController

from verification.processes.hosts import Host, Hosts
from verification.processes.invalid import LostProcess
from verification.processes.memory import keep_memory
from verification.processes.server import write
from verification.processes.signals import end_with_parent, held_back
from verification.processes.supervisor import exit_code_in_words, kill_group, set_apart
from verification.processes.threads import limit_threads
from verification.processes.timeout import TimeIsOver

Result = TypeVar("Result")
Given = TypeVar("Given")

# The most tasks for each process that are begun, with outcomes that nobody has taken yet.
AHEAD = 8

# Bytes that are read of an outcome at once.
CHUNK = 2**20


@dataclass(frozen=True, eq=False)
class Lost:
    """A task that was not done: how it was lost, in words, and what it was about to do."""

    how: str
    doing: Any = None


class Worker:
    """Who does a task, from its own view. ``host``: where the engine is, or None.

    ``quickest``: the seconds of its quickest call.
    """

    def __init__(self, host: Host | None = None) -> None:
        self.host, self.doing, self.quickest = host, None, inf
        self._until = inf

    def tell(self, doing: Any) -> None:
        """Says what is about to be done."""
        self.doing = doing

    @contextmanager
    def ending(self, until: float) -> Iterator[None]:
        """Stops the ``with`` block at the first guarded call after that time.

        That call is not made and raises TimeIsOver; code that catches it may make other calls.
        """
        self._until = until
        try:
            with suppress(TimeIsOver):
                yield
        finally:
            self._until = inf

    def guarded(self, function: Callable[[Given], Result]) -> Callable[[Given], Result]:
        """The function of an engine, within the time of the run, and timed."""

        def call(given: Given) -> Result:
            began = time.monotonic()
            if began >= self._until:
                self._until = inf
                raise TimeIsOver
            try:
                return function(given)
            finally:
                self.quickest = min(self.quickest, time.monotonic() - began)

        return call


Work = Callable[[Any, Worker], Any]


class Spread(Protocol):
    """Runs ``work(task, worker)`` on every task, in so many processes at a time (None: as many as cores).

    Yields the results in the order of the tasks. An exception of the work is raised to the consumer.
    """

    def __call__(
        self, work: Work, tasks: Iterable[Any], processes: int | None = None
    ) -> Generator[Any, None, None]:
        """When the generator is closed, nothing that was started is left."""


@contextmanager
def pooled(functions: Sequence[Any], sandbox: bool = False, processes: int | None = None) -> Iterator[Spread]:
    """``spread`` over workers that each have a host of these functions, of an engine, in a sandbox or not.

    ``processes``: how many hosts are started ahead; None is as many as cores.
    Raises Unsendable for functions that cannot be sent there, and ValueError for a sandbox where there are no
    forks.
    """
    if not hasattr(os, "fork"):
        if sandbox:
            raise ValueError("sandbox: True, needed a system on which processes can be forked")
        yield spread
        return
    hosts = Hosts(functions, processes or os.cpu_count() or 1, sandbox)
    try:
        yield partial(spread, hosts=hosts)
    finally:
        hosts.end()


def spread(
    work: Work, tasks: Iterable[Any], processes: int | None = None, hosts: Hosts | None = None
) -> Generator[Any, None, None]:
    """A ``Spread`` over forked processes, a new one for each task."""
    if not hasattr(os, "fork"):
        return (work(task, Worker()) for task in tasks)
    return _in_order(partial(_Forked, work, ThreadpoolController(), hosts), tasks, processes)


def _in_order(
    start: Callable[[Any], "_Forked"], tasks: Iterable[Any], processes: int | None
) -> Generator[Any, None, None]:
    """The outcomes of the tasks."""
    most, waiting, number = processes or os.cpu_count() or 1, enumerate(tasks), 0
    running: dict[int, _Forked] = {}
    done: dict[int, Any] = {}
    try:
        while True:
            room = min(most - len(running), AHEAD * most - len(running) - len(done))
            for which, task in islice(waiting, room):
                running[which] = start(task)
            if number in done:
                outcome = done.pop(number)
                number += 1
                if isinstance(outcome, Exception):
                    raise outcome
                yield outcome
            elif running:
                ended = _ended(running)
                done |= {which: running.pop(which).outcome() for which in ended}
            else:
                return
    finally:
        for process in running.values():
            process.give_up()


def _ended(running: dict[int, "_Forked"]) -> list[int]:
    """Those that have told their outcome, or ended without; waits for the next message of one."""
    poll = select.poll()
    for process in running.values():
        poll.register(process.reading, select.POLLIN)
    ready = {file for file, _ in poll.poll()}
    return [which for which, each in running.items() if each.reading in ready and each.has_ended()]


class _Forked:
    """A process for one task, which it inherits; ``loaded``: the libraries whose threads it limits."""

    def __init__(self, work: Work, loaded: ThreadpoolController, hosts: Hosts | None, task: Any) -> None:
        self._hosts, self._host = hosts, None if hosts is None else hosts.take()
        self.reading, writing = os.pipe()
        self._told = b""
        judge = os.getpid()
        self._process = _fork()
        if self._process == 0:
            try:
                set_apart()
                end_with_parent(signal.SIGKILL)
                if os.getppid() != judge:
                    os._exit(1)
                signal.pthread_sigmask(signal.SIG_SETMASK, ())
                keep_memory()
                limit_threads(loaded)
                write(writing, _outcome(work, task, Worker(self._host)))
            finally:
                os._exit(0)
        os.close(writing)

    def has_ended(self) -> bool:
        """Takes in what is told; is it at its end?"""
        more = os.read(self.reading, CHUNK)
        self._told += more
        return not more

    def outcome(self) -> Any:
        """The result of the work, an exception, or Lost; called once, when it has ended."""
        os.close(self.reading)
        _, status = os.waitpid(self._process, 0)
        if self._told:
            outcome = pickle.loads(self._told)
        else:
            how = exit_code_in_words(os.waitstatus_to_exitcode(status))
            outcome = Lost(f"ended its process with {how}")
        self._give_back(isinstance(outcome, Exception | Lost))
        return outcome

    def give_up(self) -> None:
        """Ends it before it has an outcome."""
        kill_group(self._process)
        with suppress(ProcessLookupError):
            # It may not lead its group yet.
            os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self.reading)
        self._give_back(lost=True)

    def _give_back(self, lost: bool) -> None:
        if self._hosts is not None and self._host is not None:
            self._hosts.give(self._host, lost)


def _outcome(work: Work, task: Any, worker: Worker) -> bytes:
    """Of the work, pickled: its result, the exception that it raised, or Lost."""
    try:
        result = work(task, worker)
        if worker.host is not None:
            worker.host.end()
        return pickle.dumps(result)
    except LostProcess as lost:
        return pickle.dumps(Lost(str(lost), worker.doing))
    except MemoryError:
        # An engine's own exceptions are reported as its answer.
        of_what = f" of {worker.doing}" if isinstance(worker.doing, str) else ""
        message = (
            f"memory: the truth{of_what} does not fit, needed smaller sizes: see most of verification.Model"
        )
        return pickle.dumps(MemoryError(message))
    except BaseException as error:
        return _sendable(error)


def _sendable(error: BaseException) -> bytes:
    """The exception with a note of where it was raised; if it cannot be sent, one that describes it."""
    error.add_note(traceback.format_exc())
    with suppress(Exception):
        data = pickle.dumps(error)
        if isinstance(pickle.loads(data), Exception):
            return data
    return pickle.dumps(RuntimeError(error.__notes__[-1]))


def _fork() -> int:
    """``os.fork``, without its warnings of threads: those here are BLAS's, which forks safely, or a library's
    that a worker does not call.

    Requests to end wait until it is done: Python's hooks after a fork swallow every exception.
    """
    with held_back(), warnings.catch_warnings():
        for kind in (DeprecationWarning, RuntimeWarning):
            warnings.simplefilter("ignore", kind)
        return os.fork()
