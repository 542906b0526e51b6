"""How long an engine is waited for, and how often in vain.

A call is broken off by an alarm of the operating system. There is none on Windows, nor outside a process's
main thread: there a call takes as long as it takes. Nor does an alarm get through to compiled code that
never comes back; from there only the end of its process helps (``verification.workers``).
"""

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

# Seconds for one answer. On problems this small the slowest engines are those that compile for every new
# shape, a few seconds each; and what takes longer would make a run of thousands of answers last for hours.
ANSWER = 10.0

# Cases in which the engine did not come back, after which it is asked no more: half a minute's waiting.
# It is refuted by the first.
LOST = 3

# An answer's seconds are counted in so many ticks of the alarm. However long a process is stopped, by Ctrl-Z
# say, it then hears one tick, so that an engine is not charged for that time.
TICKS = 10

Answer = TypeVar("Answer")


class Overdue(BaseException):
    """A call has taken too long. Not an Exception, for engines may catch those and go on."""


def within(seconds: float, call: Callable[[], Answer]) -> Answer:
    """What the call returns; raises Overdue if that takes longer than so many seconds.

    An alarm of the caller's own waits until the call has ended, so it cannot end it either.
    """
    if not _has_alarm():
        return call()
    ticks = 0

    def tick(number: int, frame: FrameType | None) -> None:
        nonlocal ticks
        ticks += 1
        # At every further tick again: an engine may have caught the one before.
        if ticks >= TICKS:
            raise Overdue

    started = time.monotonic()
    due, interval = signal.setitimer(signal.ITIMER_REAL, seconds / TICKS, seconds / TICKS)
    handler = signal.signal(signal.SIGALRM, tick)
    try:
        answer = call()
        signal.setitimer(signal.ITIMER_REAL, 0)
        if ticks < TICKS:
            return answer
    except KeyboardInterrupt:
        raise
    except BaseException:
        if ticks < TICKS:
            raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if due:
            left = due - (time.monotonic() - started)
            signal.setitimer(signal.ITIMER_REAL, max(left, 1e-6), interval)
    raise Overdue


def _has_alarm() -> bool:
    """Can an alarm be set here, and be given back as it was?"""
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        # None is a handler that Python did not set, and could not set again.
        and signal.getsignal(signal.SIGALRM) is not None
    )
