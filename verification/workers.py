"""Work in processes of its own, for an engine may end its process, or never come back from compiled code.

A forked process inherits its task, so an engine may be any function, a closure as well. Where processes
cannot be forked (Windows), the work is done in this one, and shares its fate.

A worker is set up so that an engine does not harm anyone outside it by accident:

- It tells its parent everything through memory that both share. An engine that writes to every descriptor
  it can find, or closes them all, does not reach that.
- It reads nothing, and what it prints is discarded: an engine is asked some ten thousand times.
- It ignores Ctrl-C, which is for its parent. It leads a process group of its own, to which all belong that
  an engine starts, and which is killed when the task is done.
- It may take a limited amount of memory (Linux alone).
- Where an engine forks and the copy returns as well, the copy is ended, and the engine found out.

No worker outlives its parent: a *keeper*, one more process, sees how that ends, and kills their groups.
"""

import ctypes
import mmap
import os
import pickle
import signal
import sys
import time
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from verification import timeout
from verification.signals import held_back

# A process is ended if it has not come back from one call in so many times what an answer may take: its own
# alarm has then not got through.
SILENT = 3

# Seconds between two looks at the workers. A task takes a second or more; a look, some microseconds.
LOOK = 0.01

# Seconds between two looks of the keeper at its parent.
KEEP = 0.1

# Bytes that a worker may add to what it inherits. Answers to problems this small need a hundredth of it, and
# libraries that compile some hundreds of MB; these keep stacks of 8 MiB for a few threads per core, too.
MEMORY = 2 * 2**30
MEMORY_PER_CORE = 2**26

# Bytes for what a worker tells; most is some hundreds of kB. Pages that stay empty take no memory.
ROOM = 2**28

Task = TypeVar("Task")
Result = TypeVar("Result")
Given = TypeVar("Given")

# Taken before an engine can replace them: on these it depends that a worker ends with its task.
_exit, _getpid = os._exit, os.getpid


@dataclass(frozen=True, eq=False)
class Lost:
    """A task that was not done: how that came, in words, and what it was about to do (``Channel``)."""

    how: str
    told: Any = None


class Channel:
    """From the work to whoever started it: what it is about to do, and whether it is in a guarded call.

    ``tell`` takes anything that can be pickled. ``calls.value`` is odd in a guarded call; ``copies.value``
    counts the copies of the process that have returned from one.
    """

    def __init__(self) -> None:
        numbers = mmap.mmap(-1, mmap.PAGESIZE)
        self.calls, self.copies = (ctypes.c_uint64.from_buffer(numbers, 8 * n) for n in range(2))
        self._told, self._outcome = _Slot(), _Slot()

    def tell(self, told: Any) -> None:
        """Say what is about to be done."""
        self._told.put(told)

    def finish(self, outcome: Any) -> None:
        """Say what came of it: a result, an exception or Lost."""
        self._outcome.put((outcome,))

    @property
    def told(self) -> Any:
        """What was told last, or None."""
        return self._told.get()

    @property
    def outcome(self) -> tuple[Any] | None:
        """What came of it, in a tuple, or None."""
        outcome: tuple[Any] | None = self._outcome.get()
        return outcome

    def guarded(self, function: Callable[[Given], Result]) -> Callable[[Given], Result]:
        """The function, whose calls may take ``SILENT`` answers' time each, and return once each."""
        home = _getpid()

        def call(given: Given) -> Result:
            self.calls.value += 1
            try:
                return function(given)
            finally:
                if _getpid() != home:
                    self.copies.value += 1
                    _exit(0)
                self.calls.value += 1

        return call


class _Slot:
    """Room for one object in memory that a process shares with those that it forks."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, ROOM)

    def put(self, what: Any) -> None:
        data = pickle.dumps(what)
        if len(data) > ROOM - 8:
            raise ValueError(f"{len(data)} bytes to tell, needed at most {ROOM - 8}")
        # Nothing, until all is there: a worker may be killed at any time.
        self._memory[:8] = bytes(8)
        self._memory[8 : 8 + len(data)] = data
        self._memory[:8] = len(data).to_bytes(8, "little")

    def get(self) -> Any:
        size = int.from_bytes(self._memory[:8], "little")
        return pickle.loads(self._memory[8 : 8 + size]) if size else None


def spread(
    work: Callable[[Task, Channel], Result], tasks: Sequence[Task]
) -> Generator[Result | Lost, None, None]:
    """``work`` done on every task, in their order, each in a process of its own, as many as there are cores.

    An exception of the work is raised here.
    """
    if not hasattr(os, "fork"):
        for task in tasks:
            yield work(task, Channel())
        return
    with closing(_Crew(work, tasks)) as crew:
        for number in range(len(tasks)):
            outcome = crew.outcome(number)
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome


class _Crew:
    """The workers of some tasks, as many at a time as there are cores, and their keeper."""

    def __init__(self, work: Callable[[Any, Channel], Any], tasks: Sequence[Any]) -> None:
        self._work = work
        self._waiting = deque(enumerate(tasks))
        self._running: dict[int, _Worker] = {}
        self._ended: dict[int, Any] = {}
        self._cores = os.cpu_count() or 1
        self._keeper = _Keeper(self._cores)

    def outcome(self, number: int) -> Any:
        """What came of a task, once that is known; the others go on meanwhile."""
        while number not in self._ended:
            while self._waiting and len(self._running) < self._cores:
                which, task = self._waiting.popleft()
                self._running[which] = _Worker(self._work, task, self._keeper)
            time.sleep(LOOK)
            for which, worker in list(self._running.items()):
                if worker.has_ended():
                    self._ended[which] = self._running.pop(which).outcome
        return self._ended.pop(number)

    def close(self) -> None:
        """Nothing that was started is left."""
        for worker in self._running.values():
            worker.end()
        self._keeper.end()


class _Keeper:
    """A process that kills the groups of the workers when it has lost its parent, whatever ended that.

    It looks who its parent is rather than wait for a pipe to be closed, of which any process that the user
    forks meanwhile has a copy.
    """

    def __init__(self, most: int) -> None:
        self.groups = memoryview(mmap.mmap(-1, 8 * most)).cast("Q")
        parent = _getpid()
        self._pid = _fork()
        if self._pid == 0:
            try:
                _set_apart()
                while os.getppid() == parent:
                    time.sleep(KEEP)
                for group in self.groups:
                    if group:
                        _kill_group(group)
            finally:
                _exit(0)

    def end(self) -> None:
        """There is nobody to keep any more."""
        _end_process(self._pid)


class _Worker:
    """A process and what is known of it; ``outcome`` is the result, an exception, or Lost."""

    def __init__(self, work: Callable[[Any, Channel], Any], task: Any, keeper: _Keeper) -> None:
        self.outcome: Any = None
        self._channel = Channel()
        self._groups = keeper.groups
        self._place = self._groups.tolist().index(0)
        self._heard = 0
        self._silent = 0
        self._looked = time.monotonic()
        parent = _getpid()
        self._pid = _fork()
        if self._pid == 0:
            self._live(work, task, parent)
        self._groups[self._place] = self._pid

    def _live(self, work: Callable[[Any, Channel], Any], task: Any, parent: int) -> NoReturn:
        """A worker's life, of which nothing gets out but what it tells."""
        try:
            _set_apart()
            self._groups[self._place] = _getpid()
            # A parent that is lost by now was lost before the keeper knew of this process.
            if os.getppid() == parent:
                _limit_memory()
                _finish(work, task, self._channel)
        finally:
            _exit(0)

    def has_ended(self) -> bool:
        """Is it gone, or has to go? Then there is an outcome, and no process."""
        gone, code = _exit_code(self._pid)
        copied = self._channel.copies.value > 0
        silent = self._is_silent()
        if not (gone or copied or silent):
            return False
        self.end(gone)
        finished = self._channel.outcome
        if copied:
            self.outcome = Lost("forked, and the copy of its process returned as well")
        elif finished is not None:
            (self.outcome,) = finished
        elif gone:
            self.outcome = Lost(f"ended its process with {_in_words(code)}")
        else:
            seconds = SILENT * timeout.ANSWER
            self.outcome = Lost(f"did not return within {seconds:g} s, nor hear an alarm")
        if isinstance(self.outcome, Lost):
            self.outcome = replace(self.outcome, told=self._channel.told)
        return True

    def _is_silent(self) -> bool:
        """Has it been in one call for too long? Counted in looks, so that a stop of this process is none."""
        if time.monotonic() - self._looked >= timeout.ANSWER / timeout.TICKS:
            self._looked = time.monotonic()
            calls = self._channel.calls.value
            self._silent = self._silent + 1 if calls % 2 and calls == self._heard else 0
            self._heard = calls
        return self._silent >= SILENT * timeout.TICKS

    def end(self, gone: bool = False) -> None:
        """No process that the task has started outlives it."""
        _kill_group(self._pid)
        if not gone:
            _end_process(self._pid)
        self._groups[self._place] = 0


def _finish(work: Callable[[Any, Channel], Any], task: Any, channel: Channel) -> None:
    """Does the work, and tells what came of it."""
    try:
        channel.finish(work(task, channel))
    except MemoryError:
        channel.finish(Lost(f"left none of the {_memory() / 2**30:.1f} GiB of memory that it may take"))
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


def _set_apart() -> None:
    """This process leads a group of its own, hears no Ctrl-C, and has no terminal."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    if nowhere not in range(3):
        os.close(nowhere)
    # Python's own may be no descriptors, as in a notebook.
    sys.stdin, sys.stdout, sys.stderr = (open(os.devnull, mode) for mode in "rww")  # noqa: SIM115


def _memory() -> int:
    """Bytes that a worker may take."""
    return MEMORY + MEMORY_PER_CORE * (os.cpu_count() or 1)


def _limit_memory() -> None:
    """An allocation beyond the limit fails.

    What counts is memory that can be written to (RLIMIT_DATA), and not all addresses (RLIMIT_AS), of which
    libraries for graphics cards reserve as many as they like.
    """
    if sys.platform == "linux":
        import resource

        inherited = int(Path("/proc/self/statm").read_text().split()[5]) * mmap.PAGESIZE
        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        allowed = inherited + _memory()
        limits = [limit for limit in (allowed, soft) if limit != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_DATA, (min(limits), hard))


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


def _kill_group(group: int) -> None:
    """Kill a process group; one that is gone, or not there yet, is none (macOS says that it is forbidden)."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _end_process(pid: int) -> None:
    """Kill a child, and wait for its end."""
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _in_words(code: int | None) -> str:
    """An exit code in words, with the signal's name."""
    if code is None:
        return "an exit code that is not known"
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"exit code {code} ({signal.Signals(-code).name})"
    except ValueError:
        return f"exit code {code}"
