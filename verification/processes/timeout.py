"""How long an engine may take for one answer, and how a call that takes longer is broken off.

A call is broken off by an alarm of the operating system. There is none on Windows, nor outside a process's
main thread: there a call takes as long as it takes. Nor does an alarm get through to compiled code that
never comes back; from there only the end of its process helps (``verification.processes.workers``).
"""

import signal
import threading
import time
from types import FrameType, TracebackType

from verification.processes.processor import waited

# Seconds for one answer. On problems this small the slowest engines are those that compile for every new
# shape, a few seconds each; and what takes longer would make a run of thousands of answers last for hours.
ANSWER = 10.0

# And on large ones, where a plain engine that goes back from each loss by itself takes some seconds. Less
# than what a process may be silent (``verification.processes.workers``).
LARGE_ANSWER = 25.0

# Cases without an answer in time, or in which the process was lost, after which an engine is asked no more:
# half a minute's waiting. It is refuted by the first.
MAX_LOST = 3

# An answer's seconds are counted in so many ticks of the alarm. However long a process is stopped, by Ctrl-Z
# say, it then hears one tick, so that an engine is not charged for that time.
TICKS = 10

# Nor for the part of a tick in which it waited for a processor: a right engine on a busy machine is right.
# But so much of each tick counts at least, or one that keeps every processor busy would never end.
LEAST = 0.1

# So much counts as well where the alarm finds a compiler at work, by the modules whose functions run: what
# is compiled at an engine's first call takes ten seconds and more on a busy machine, once. None of these is
# on the stack while what it has compiled runs.
COMPILERS = ("numba.core.", "jax._src.compiler", "torch._dynamo.convert_frame", "triton.compiler.")


class CallTimeout(BaseException):
    """A call has taken too long. Not an Exception, for engines may catch those and go on."""


class TimeIsOver(BaseException):
    """Whoever judges has no time left for another call. Not an Exception, for engines may catch those."""


class Charge:
    """How much of each tick a process is charged for: of the first all, of others what it did not wait."""

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
    """So many seconds for what is done in a ``with`` block; raises CallTimeout if that takes longer.

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
            self._due, self._interval = signal.setitimer(signal.ITIMER_REAL, tick, tick)
            self._handler = signal.signal(signal.SIGALRM, self._tick)

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
        # What came too late is no answer, nor is what an engine made of the alarm.
        if self._is_over and not isinstance(error, KeyboardInterrupt | CallTimeout):
            raise CallTimeout

    @property
    def _is_over(self) -> bool:
        return self._ticks >= TICKS

    def _tick(self, number: int, frame: FrameType | None) -> None:
        charged = self._charge.of_tick()
        self._ticks += LEAST if _compiles(frame) else charged
        # Nothing breaks off what gives the alarm back, and tells by itself that the time is over.
        is_left = frame is not None and frame.f_code is Limit.__exit__.__code__
        # At every further tick again: an engine may have caught the one before.
        if self._is_over and not is_left:
            raise CallTimeout


def _compiles(frame: FrameType | None) -> bool:
    """Does a compiler run there, or what it has called?"""
    while frame is not None:
        if str(frame.f_globals.get("__name__")).startswith(COMPILERS):
            return True
        frame = frame.f_back
    return False


def _has_alarm() -> bool:
    """Can an alarm be set here, and be given back as it was?"""
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        # None is a handler that Python did not set, and could not set again.
        and signal.getsignal(signal.SIGALRM) is not None
    )
