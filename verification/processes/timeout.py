"""The time limit of an engine's call.

An alarm of the operating system interrupts a call. There is none on Windows, nor outside of a process's main
thread: there a call takes as long as it takes. Nor does an alarm interrupt compiled code that never returns;
only ending its process helps then (``verification.processes.workers``).
"""

import signal
import threading
import time
from types import FrameType, TracebackType

from verification.processes.processor import waited

# Seconds for one answer. On problems this small the slowest engines compile for every new shape, a few
# seconds each; longer answers would make a run of thousands of them last for hours.
ANSWER = 10.0

# The same for large problems, on which a plain engine that goes back from each loss separately takes some
# seconds. Less than the time that a process may be silent (``verification.processes.workers``).
LARGE_ANSWER = 25.0

# After this many cases that timed out, or lost their process, an engine is not called again: half a minute's
# waiting. The first one refutes it.
MAX_LOST = 3

# An answer's time is counted in this many ticks of the alarm. A process that is stopped, by Ctrl-Z for
# instance, then gets a single tick, so that an engine is not charged for that time.
TICKS = 10

# Nor for the part of a tick in which it waited for a processor: a right engine on a busy machine is right.
# But this much of each tick counts at least, or an engine that keeps every processor busy would never end.
LEAST = 0.1

# This much counts as well while a compiler runs, found by the modules on the stack: compiling at an engine's
# first call takes ten seconds and more on a busy machine, once. None of these modules is on the stack while
# compiled code runs.
COMPILERS = ("numba.core.", "jax._src.compiler", "torch._dynamo.convert_frame", "triton.compiler.")


class CallTimeout(BaseException):
    """A call has taken too long. Not an Exception, because engines may catch those and go on."""


class TimeIsOver(BaseException):
    """There is no time left for another call. Not an Exception, because engines may catch those."""


class Charge:
    """The part of each tick that counts: all of the first one, and of others the time not spent waiting."""

    def __init__(self, process: int | None = None) -> None:
        self._process = process
        self._before: tuple[float, float] | None = None

    def of_tick(self) -> float:
        """From ``LEAST`` to 1."""
        now = time.monotonic(), waited(self._process)
        before, self._before = self._before, now
        if before is None:
            return 1.0
        passed, waiting = now[0] - before[0], now[1] - before[1]
        return max(LEAST, 1 - max(waiting, 0) / max(passed, 1e-6))


class Limit:
    """A time limit in seconds for a ``with`` block; raises CallTimeout if it takes longer.

    An alarm of the caller's own waits until the block has ended, so it cannot end it either.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ticks, self._charge = 0.0, Charge()

    def __enter__(self) -> None:
        self._is_set = _has_alarm()
        if self._is_set:
            tick = self._seconds / TICKS
            self._started = time.monotonic()
            # An alarm that nobody hears ends the process, which may wait for its turn between any two lines.
            self._due, self._interval = signal.setitimer(signal.ITIMER_REAL, 0)
            self._handler = signal.signal(signal.SIGALRM, self._tick)
            signal.setitimer(signal.ITIMER_REAL, tick, tick)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._is_set:
            return
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._handler)
        if self._due:
            left = self._due - (time.monotonic() - self._started)
            signal.setitimer(signal.ITIMER_REAL, max(left, 1e-6), self._interval)
        # A late answer does not count, nor one that an engine returned after catching the alarm.
        if self._is_over and not isinstance(error, KeyboardInterrupt | CallTimeout):
            raise CallTimeout

    @property
    def _is_over(self) -> bool:
        return self._ticks >= TICKS

    def _tick(self, number: int, frame: FrameType | None) -> None:
        charged = self._charge.of_tick()
        self._ticks += LEAST if _compiles(frame) else charged
        # The alarm must not interrupt the code that restores the handler and raises CallTimeout itself.
        is_left = frame is not None and frame.f_code is Limit.__exit__.__code__
        # At every further tick again, because an engine may have caught the one before.
        if self._is_over and not is_left:
            raise CallTimeout


def _compiles(frame: FrameType | None) -> bool:
    """Is a compiler on the stack?"""
    while frame is not None:
        if str(frame.f_globals.get("__name__")).startswith(COMPILERS):
            return True
        frame = frame.f_back
    return False


def _has_alarm() -> bool:
    """Can an alarm be set here, and restored afterwards?"""
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        # None stands for a handler that Python did not set, and could not set again.
        and signal.getsignal(signal.SIGALRM) is not None
    )
