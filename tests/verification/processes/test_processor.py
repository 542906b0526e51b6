"""Time that a process waits for a processor is not charged to it."""

import os
import sys
import time
from multiprocessing import get_context

import pytest

from verification.processes import timeout
from verification.processes.processor import waited
from verification.processes.timeout import LEAST, Charge, Limit


def busy(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="the system tells nothing of waiting")
def test_waiting_is_seen_where_many_share_a_processor():
    """A process on one processor with three others waits for most of its time; asleep it waits for none."""
    before = waited()
    time.sleep(0.2)
    assert waited() - before < 0.1
    context = get_context("fork")
    together = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(together)})
    others = [context.Process(target=busy, args=(1.5,)) for _ in range(3)]
    try:
        for other in others:
            other.start()
        before = waited()
        busy(1.0)
        shared = waited() - before
    finally:
        os.sched_setaffinity(0, together)
        for other in others:
            other.kill()
            other.join()
    assert 0.4 < shared <= 1.1


def test_a_tick_counts_as_much_as_was_not_waited(monkeypatch):
    """The first one wholly, and each at least a little."""
    clock, waits = iter([0.0, 1.0, 2.0, 3.0, 4.0]), iter([5.0, 5.0, 5.75, 9.0, 8.0])
    monkeypatch.setattr(timeout.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(timeout, "waited", lambda process: next(waits))
    charge = Charge()
    assert [charge.of_tick() for _ in range(5)] == [1.0, 1.0, 0.25, LEAST, 1.0]


def test_a_call_that_waits_for_a_processor_has_longer(monkeypatch):
    """At a quarter of a processor a call of a limit's length is not broken off, and one without end is."""
    monkeypatch.setattr(timeout.Charge, "of_tick", lambda charge: 0.25)
    with Limit(0.2):
        busy(0.4)
    started = time.monotonic()
    with pytest.raises(timeout.CallTimeout), Limit(0.2):
        busy(60)
    assert 0.6 < time.monotonic() - started < 30
