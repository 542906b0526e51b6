"""A call that does not return is broken off, and what was set before it is as it was."""

import signal
import threading
import time
from itertools import count

import pytest

from verification.processes import timeout
from verification.processes.timeout import TICKS, CallTimeout, Limit


@pytest.fixture(autouse=True)
def nothing_is_left_set():
    """After each test the alarm is as it was before: off, and nobody's."""
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    before = signal.getsignal(signal.SIGALRM)
    yield
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def within(seconds, call):
    """What a call returns that may take so long."""
    with Limit(seconds):
        return call()


def loops():
    while True:
        pass


def loops_whatever_is_raised():
    """One that takes every exception for a reason to try again, a few times."""
    for _ in range(3):
        try:
            loops()
        except BaseException:
            continue
    return "at last"


def raises_another():
    """One that turns what it is broken off by into an exception of its own."""
    try:
        loops()
    except BaseException:
        raise ValueError("my own") from None


def test_what_returns_in_time_is_returned():
    """The call's own value, and its own exception, whatever class that is of."""
    assert within(10, lambda: "value") == "value"
    for error in (ValueError, SystemExit, KeyboardInterrupt):

        def raises(error=error):
            raise error

        with pytest.raises(error):
            within(10, raises)


@pytest.mark.parametrize(
    "call",
    [loops, lambda: time.sleep(60), threading.Event().wait, loops_whatever_is_raised, raises_another],
    ids=["loops", "sleeps", "waits", "catches", "raises another"],
)
def test_what_does_not_return_is_broken_off(call):
    """After the time it was given, and soon after it, whether it computes, sleeps, waits or resists."""
    started = time.monotonic()
    with pytest.raises(CallTimeout):
        within(0.1, call)
    assert 0.09 <= time.monotonic() - started < 2


IN_A_MODULE = """
import time

def busy():
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        pass
    return "done"

def loops():
    while True:
        pass

def calls(work):
    return work()
"""


def test_a_compiler_may_take_longer():
    """As Numba's at a first call, or what that calls; whatever else takes as long may not."""
    compiler, alike, engine = modules = [
        {"__name__": name} for name in ("numba.core.compiler", "numba_like", "engine")
    ]
    for module in modules:
        exec(IN_A_MODULE, module)
    assert within(0.1, compiler["busy"]) == "done"
    assert within(0.1, lambda: compiler["calls"](engine["busy"])) == "done"
    for work in (engine["loops"], alike["loops"], lambda: alike["calls"](engine["loops"])):
        with pytest.raises(CallTimeout):
            within(0.1, work)


def test_an_interruption_is_nobodys_fault():
    """Ctrl-C ends the call as it always does, even when its time is up."""

    def interrupted():
        try:
            loops()
        except CallTimeout:
            raise KeyboardInterrupt from None

    with pytest.raises(KeyboardInterrupt):
        within(0.05, interrupted)


def test_no_tick_comes_before_who_hears_it(monkeypatch):
    """However long a process waits for its turn in between: an alarm that nobody hears would end it."""
    came, set_handler = [], signal.signal
    before = set_handler(signal.SIGALRM, lambda number, frame: came.append(number))

    def late(number, handler):
        time.sleep(0.05)
        return set_handler(number, handler)

    try:
        monkeypatch.setattr(timeout.signal, "signal", late)
        within(0.1, lambda: None)
        assert not came
    finally:
        set_handler(signal.SIGALRM, before)


def test_one_limit_within_another():
    """The inner one ends its own call; the outer one, which has waited, ends what goes on."""

    def both():
        with pytest.raises(CallTimeout):
            within(0.1, loops)
        loops()

    with pytest.raises(CallTimeout):
        within(0.3, both)


def test_the_callers_alarm_waits_and_comes():
    """It is due during the call, does not disturb it, and comes after it to the handler that was set."""
    came = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: came.append(number))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        within(10, lambda: time.sleep(0.1))
        assert time.sleep(0.05) is None
        assert came == [signal.SIGALRM]
        # One that is due later keeps its time and its interval.
        signal.setitimer(signal.ITIMER_REAL, 60, 7)
        within(10, lambda: time.sleep(0.1))
        left, interval = signal.getitimer(signal.ITIMER_REAL)
        assert 50 < left < 59.95
        assert interval == 7
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_stopped_process_is_not_charged():
    """However long it is stopped, it hears one tick of many when it goes on: as here, where none is heard."""

    def stopped():
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        time.sleep(0.2)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
        return "goes on"

    assert TICKS > 2
    assert within(0.1, stopped) == "goes on"


def test_where_there_is_no_alarm_there_is_no_limit(monkeypatch):
    """In another thread, on a platform without one, and where its handler could not be put back."""
    found = []
    thread = threading.Thread(target=lambda: found.append(within(0.01, lambda: time.sleep(0.1))))
    thread.start()
    thread.join()
    assert found == [None]
    numbers = count()
    with monkeypatch.context() as patch:
        patch.setattr(signal, "getsignal", lambda number: None)
        assert within(0.01, lambda: time.sleep(0.1) or next(numbers)) == 0
    with monkeypatch.context() as patch:
        patch.delattr(timeout.signal, "setitimer")
        assert within(0.01, lambda: time.sleep(0.1) or next(numbers)) == 1
