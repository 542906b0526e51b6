"""The process between an engine and the judge: the parent of the one that runs the engine.

An engine runs in a *worker*, whose parent is a *supervisor*, whose parent is the *judge*, the user's process.
The supervisor runs no code of the engine. It receives what an engine does to its parent, and makes sure that
nothing of the engine is left:

- A signal that the engine sends to its parent reaches the supervisor, does not end it, and is reported by its
  name. The system says who sent it (Linux); a supervisor ignores one from elsewhere. What the user sends to
  the judge is handled there as usual.
- On Linux the supervisor is a *subreaper*: a process of the engine whose parent has ended becomes its child,
  whatever its session or group. One that is not in the worker's group and does not end within ``GRACE``
  seconds was meant to stay, and is reported. One that still belongs to the worker, or is in its group, may be
  a helper that serves further calls, and is not reported.
- When the work is done, or is not wanted any more, or when the judge has ended for any reason, all of these
  processes are killed.

Nothing protects from SIGKILL. If a supervisor is killed, the judge notices, and kills the worker's group; a
process that has left the group may remain.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from verification.processes.channel import Channel

# Seconds between two checks of the supervisor on its parent and its children.
KEEP = 0.1

# Seconds between two checks by whoever waits for a process. A task takes a second or more; a check, some
# microseconds.
LOOK = 0.01

# Seconds that a process has to end by itself, once the worker does not hold it any more.
GRACE = 0.5

# Seconds that a copy of a worker has to come to its end as well, so that it is counted (``Channel.copies``)
# with its own task and not with the next one: on a busy machine 0.05 were too few once.
COPY = 0.2

# Seconds after which the search for processes to kill ends: an engine may start them as fast.
END = 10.0

# The exit code of a process that somebody else has already waited for.
UNKNOWN = -(2**31)

# As linux/prctl.h has it.
PR_SET_CHILD_SUBREAPER = 36

# All signals of the system.
EVERY = signal.valid_signals()

# Captured before an engine can replace them: ending a worker with its task depends on them.
_exit, _getpid, _getppid, _kill = os._exit, os.getpid, os.getppid, os.kill


@contextmanager
def supervised(channel: Channel, judge: int) -> Iterator[None]:
    """A ``with`` block that is done in a worker, and watched by this process, a child of the judge.

    Both end with the block: this process never enters it, and nothing of the worker's gets out but what it
    tells. How it was lost, if it was, is told through the channel, once no process of its is left.
    """
    code = 1
    try:
        set_apart()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_BLOCK, EVERY)
        _adopt_orphans()
        supervisor = _getpid()
        worker = _fork(channel)
        if worker == 0:
            code = 0
            os.setpgid(0, 0)
            channel.worker.value = _getpid()
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            yield
            # Stopped, until the supervisor has seen what it leaves, and ends it.
            if _getppid() == supervisor:
                _kill(_getpid(), signal.SIGSTOP)
        else:
            _Watch(worker, channel, judge).to_its_end()
            code = 0
    finally:
        _exit(code)


def how_lost(channel: Channel, code: int | None) -> str | None:
    """How a task was lost, in words, or None; ``code``: of its supervisor, as far as that is known."""
    if channel.copies.value:
        return "forked, and the copy of its process returned as well"
    # Who judges ends no supervisor by a signal before its outcome is read.
    killed = code is not None and UNKNOWN < code < 0
    if not channel.outcome.is_empty() and not killed:
        return None
    how: str | None = channel.lost.get()
    if how is None and code is not None:
        how = f"ended the process that judges it with {exit_code_in_words(code)}"
    return how


def wake(process: int) -> None:
    """Makes a supervisor check at once, and continues it if an engine has stopped it."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGCONT)


def set_apart() -> None:
    """Makes this process the leader of a group of its own, without Ctrl-C and without a terminal."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    if nowhere not in range(3):
        os.close(nowhere)
    # Python's own streams may have no descriptors, as in a notebook.
    sys.stdin, sys.stdout, sys.stderr = (open(os.devnull, mode) for mode in "rww")  # noqa: SIM115


class _Watch:
    """A worker from its supervisor's view."""

    def __init__(self, worker: int, channel: Channel, judge: int) -> None:
        self._worker, self._channel, self._judge = worker, channel, judge
        # How it ended, where it did so by itself; and since when it has stopped, for its work is done.
        self._code: int | None = None
        self._stopped: float | None = None
        # Since when the processes are seen that it has left behind, and since when its end waits for some.
        self._detached: dict[int, float] = {}
        self._waits: float | None = None

    def to_its_end(self) -> None:
        """Waits for the worker's end, ends its processes, and reports how it was lost."""
        conduct = self._conduct()
        code = self._code
        if conduct is not None:
            # First: whoever looks while it is ended would take its work for done, with nothing left behind.
            self._channel.outcome.clear()
        self._end_all()
        if conduct is not None:
            # A message may be the result of what the engine did.
            self._channel.outcome.clear()
            self._channel.lost.put(conduct)
        elif code is not None:
            self._channel.lost.put(f"ended its process with {exit_code_in_words(code)}")

    def _conduct(self) -> str | None:
        """What the worker did that it may not, in words; None when there is nothing more to watch."""
        while True:
            for sent in _signals(KEEP if self._stopped is None else LOOK):
                if _is_from_below(sent):
                    return f"sent {signal_in_words(sent.si_signo)} to the process that judges it"
            self._reap()
            # What was the worker's own until then has no parent since.
            if self._code is not None:
                return None
            now = time.monotonic()
            found = detached(_getpid(), self._worker)
            if self._are_overdue(found, now):
                return f"left {len(found)} process{'es' * (len(found) > 1)} running in the background"
            if (self._is_done(now) and not found) or self._channel.stop.value or _getppid() != self._judge:
                return None

    def _are_overdue(self, found: list[int], now: float) -> bool:
        """Has one of these processes had its time, or all together, if each starts another one?"""
        self._detached = {process: self._detached.get(process, now) for process in found}
        is_done = not self._channel.outcome.is_empty()
        self._waits = (self._waits or now) if found and is_done else None
        return any(now - since >= GRACE for since in (*self._detached.values(), self._waits or now))

    def _is_done(self, now: float) -> bool:
        """Is the work done, and no copy of the worker about to end?"""
        if self._stopped is None or self._channel.outcome.is_empty():
            return False
        return not may_have_copies(self._worker, now - self._stopped)

    def _reap(self) -> bool:
        """Collects all children that have ended or stopped. Is any left?"""
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
            except ChildProcessError:
                return False
            if process == 0:
                return True
            if process == self._worker:
                if os.WIFSTOPPED(status):
                    self._stopped = time.monotonic()
                else:
                    self._code = os.waitstatus_to_exitcode(status)

    def _end_all(self) -> None:
        """Kills everything that is left, and all that become children of this process meanwhile."""
        until = time.monotonic() + END
        while self._reap() and time.monotonic() < until:
            kill_group(self._worker)
            for child in _children(_getpid()):
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(child, signal.SIGKILL)
            for _ in _signals(KEEP):
                pass
        kill_group(self._worker)


def may_have_copies(worker: int, seconds: float) -> bool:
    """May a copy of the worker be about to end, so many seconds after the task was done?"""
    return seconds < COPY and bool(_children(worker))


def detached(supervisor: int, worker: int) -> list[int]:
    """The processes outside of the worker's group that the worker has left behind."""
    others = [child for child in _children(supervisor) if child != worker]
    return [child for child in others if _group_of(child) not in (worker, None)]


def kill_group(group: int) -> None:
    """Kills a process group, if it exists (macOS reports a missing one as forbidden)."""
    if group:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def exit_code_in_words(code: int) -> str:
    """An exit code in words, with the signal's name."""
    if code == UNKNOWN:
        return "an exit code that is not known"
    name = f" ({signal_in_words(-code)})" if -code in [*signal.Signals] else ""
    return f"exit code {code}{name}"


def signal_in_words(number: int) -> str:
    """The name of a signal, or its number where it has none."""
    return signal.Signals(number).name if number in [*signal.Signals] else f"signal {number}"


def _fork(channel: Channel) -> int:
    """``os.fork``; if the system cannot start a process, the channel is told."""
    try:
        return os.fork()
    except OSError as error:
        channel.lost.put(f"has no process: {error}")
        raise


def _signals(seconds: float) -> Iterator["signal.struct_siginfo"]:
    """The signals that have arrived, all of which are blocked here; waits for so long if there is none."""
    # Where the system does not say who sent a signal (macOS), it stays pending.
    if not hasattr(signal, "sigtimedwait"):
        time.sleep(LOOK)
        return
    while sent := signal.sigtimedwait(EVERY, seconds):
        seconds = 0
        # After a stop and continuation at the end of the time, Python returns a signal number of zero.
        if sent.si_signo in EVERY:
            yield sent


def _is_from_below(sent: "signal.struct_siginfo") -> bool:
    """Was a signal sent by a descendant of this process?"""
    # The judge wakes its supervisor by SIGCONT; a positive code means the system itself.
    if sent.si_signo in (signal.SIGCHLD, signal.SIGCONT) or sent.si_code > 0 or sent.si_pid == _getpid():
        return False
    process = sent.si_pid
    while process not in (0, 1, _getpid()):
        try:
            process = int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            # It has ended, and none but the engine's own know of this process.
            return True
    return process == _getpid()


def _adopt_orphans() -> None:
    """Orphans of this process's descendants become its children, where the system can list them."""
    if sys.platform == "linux" and _list_of(_getpid()).exists():
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _list_of(process: int) -> Path:
    """The file with the children of a process that has one thread."""
    return Path(f"/proc/{process}/task/{process}/children")


def _children(process: int) -> list[int]:
    """The children of a process that has one thread; none where the system does not list them."""
    try:
        return [int(child) for child in _list_of(process).read_text().split()]
    except OSError:
        return []


def _group_of(process: int) -> int | None:
    """The group of a process, if there still is one."""
    with suppress(ProcessLookupError):
        return os.getpgid(process)
    return None
