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
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeVar

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

# By malloc.h's numbers: so many bytes may lie free before they are given back, and arrays from this size on
# have pages of their own, which is the largest that glibc takes.
KEPT = {-1: 2**31 - 1, -3: 2**25}

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

    ``tell`` takes anything that can be pickled.
    ``calls.value`` is odd in a guarded call; ``copies.value`` counts the copies of the process that have
    returned from one; ``turn.value`` counts the tasks that were given. ``file``: the descriptor of one of
    ``LENGTH`` bytes, for a process that is not forked and so shares no memory otherwise.
    """

    LENGTH = mmap.ALLOCATIONGRANULARITY + 3 * ROOM

    def __init__(self, file: int = -1) -> None:
        numbers = mmap.mmap(file, mmap.ALLOCATIONGRANULARITY)
        self.calls, self.copies, self.turn = (ctypes.c_uint64.from_buffer(numbers, 8 * n) for n in range(3))
        self._told, self._outcome = Slot(file, 0), Slot(file, 1)

    def tell(self, told: Any) -> None:
        """Say what is about to be done."""
        self._told.put(told)

    def finish(self, outcome: Any) -> None:
        """Say what came of it: a result, an exception or Lost."""
        self._outcome.put((outcome,))

    def clear(self) -> None:
        """Nothing is told, and nothing has come of the next task yet."""
        self._told.clear()
        self._outcome.clear()

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


class Slot:
    """Room for one object in memory that a process shares with those that it forks, or by a file's place."""

    def __init__(self, file: int = -1, place: int = 0) -> None:
        start = 0 if file == -1 else mmap.ALLOCATIONGRANULARITY + place * ROOM
        self._memory = mmap.mmap(file, ROOM, offset=start)

    def put(self, what: Any) -> None:
        self.put_pickled(pickle.dumps(what))

    def clear(self) -> None:
        """Nothing is there."""
        self._memory[:8] = bytes(8)

    def put_pickled(self, data: bytes) -> None:
        """An object that is pickled already."""
        if len(data) > ROOM - 8:
            raise ValueError(f"{len(data)} bytes to tell, needed at most {ROOM - 8}")
        # Nothing, until all is there: a worker may be killed at any time.
        self.clear()
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
    keeper = _Keeper(os.cpu_count() or 1)
    try:
        yield from in_order(lambda task: _Worker(work, task, keeper), tasks)
    finally:
        keeper.end()


@contextmanager
def beside(work: Callable[[], Result]) -> Iterator[Callable[[], Result | Lost]]:
    """``work`` begun in a process of its own. What is yielded is called once: it waits for what comes of it.

    An exception of the work is raised there. Where processes cannot be forked, it is done only then.
    """
    if not hasattr(os, "fork"):
        yield work
        return
    keeper = _Keeper(1)
    running = [_Worker(lambda task, channel: work(), None, keeper)]

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
        keeper.end()


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
                set_apart()
                while os.getppid() == parent:
                    time.sleep(KEEP)
                for group in self.groups:
                    if group:
                        kill_group(group)
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
        parent = _getpid()
        self._pid = _fork()
        if self._pid == 0:
            self._live(work, task, parent)
        self._groups[self._place] = self._pid
        self._silence = Silence(self._channel, self._pid)

    def _live(self, work: Callable[[Any, Channel], Any], task: Any, parent: int) -> NoReturn:
        """A worker's life, of which nothing gets out but what it tells."""
        try:
            set_apart()
            self._groups[self._place] = _getpid()
            # A parent that is lost by now was lost before the keeper knew of this process.
            if os.getppid() == parent:
                limit_memory()
                keep_memory()
                finish(work, task, self._channel)
        finally:
            _exit(0)

    def has_ended(self) -> bool:
        """Is it gone, or has to go? Then there is an outcome, and no process."""
        gone, code = _exit_code(self._pid)
        if not (gone or self._channel.copies.value or self._silence.too_long()):
            return False
        self.end(gone)
        self.outcome = outcome_of(self._channel, ended(code) if gone else silent())
        return True

    def end(self, gone: bool = False) -> None:
        """No process that the task has started outlives it."""
        kill_group(self._pid)
        if not gone:
            _end_process(self._pid)
        self._groups[self._place] = 0


class Silence:
    """Has a process been in one call for too long? Counted in looks, so that a stop of this one is none."""

    def __init__(self, channel: Channel, process: int) -> None:
        self._channel, self._charge = channel, timeout.Charge(process)
        self._heard, self._looks = 0, 0.0
        self._looked = time.monotonic()

    def too_long(self) -> bool:
        """Asked again and again."""
        if time.monotonic() - self._looked >= timeout.ANSWER / timeout.TICKS:
            self._looked = time.monotonic()
            calls = self._channel.calls.value
            look = self._charge.of_tick()
            self._looks = self._looks + look if calls % 2 and calls == self._heard else 0.0
            self._heard = calls
        return self._looks >= SILENT * timeout.TICKS


def outcome_of(channel: Channel, how: str) -> Any:
    """What came of a task, or in words how its process was lost before anything did."""
    finished = channel.outcome
    if channel.copies.value:
        return _placed(Lost("forked, and the copy of its process returned as well"), channel)
    if finished is None:
        return _placed(Lost(how), channel)
    return _placed(finished[0], channel) if isinstance(finished[0], Lost) else finished[0]


def ended(code: int | None) -> str:
    """How a process was lost that has ended."""
    return f"ended its process with {_in_words(code)}"


def silent() -> str:
    """How a process was lost that has to be ended."""
    return f"did not return within {SILENT * timeout.ANSWER:g} s, nor hear an alarm"


def _placed(lost: Lost, channel: Channel) -> Lost:
    return replace(lost, told=channel.told)


def finish(work: Callable[[Any, Channel], Any], task: Any, channel: Channel) -> None:
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


def set_apart() -> None:
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


def limit_memory() -> None:
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


def kill_group(group: int) -> None:
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
