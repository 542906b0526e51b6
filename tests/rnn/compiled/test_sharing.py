"""Parts of work by several threads."""

import os
import signal
import threading
import time

import pytest

from rnn.compiled.sharing import processors, shared


@pytest.mark.parametrize("threads", [1, 2, 3, 5])
def test_every_part_is_done_once(threads):
    """By as many threads at most, of which this is one."""
    parts, seen, by = [(i, i + 1) for i in range(7)], [], set()

    def loop(lo, hi):
        by.add(threading.get_ident())
        seen.append((lo, hi))

    shared(loop, parts, threads)
    assert sorted(seen) == parts
    assert len(by) <= threads
    assert threading.get_ident() in by


def test_an_error_is_raised_once_all_are_done():
    """Until then the arrays are written to."""
    begun, done = threading.Event(), []

    def loop(lo, hi):
        if lo == 0:
            begun.wait(10)
            raise ValueError("the first part")
        begun.set()
        time.sleep(0.05)
        done.append(lo)

    with pytest.raises(ValueError, match="the first part"):
        shared(loop, [(0, 1), (1, 2)], 2)
    assert done == [1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes are forked here")
def test_a_forked_process_has_threads_of_its_own():
    """Its parent's are not in it."""
    seen = []
    shared(lambda lo, hi: seen.append(lo), [(0, 1), (1, 2)], 2)
    child = os.fork()
    if child == 0:
        # Threads that are not there are waited for in vain.
        signal.alarm(10)
        try:
            shared(lambda lo, hi: seen.append(lo), [(2, 3), (3, 4)], 2)
        finally:
            os._exit(sorted(seen) != [0, 1, 2, 3])
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize(
    ("asked", "count"),
    [("1", 1), ("4,2", 4), (" 2 , 1", 2), *((each, None) for each in ("0", "", ",2", "all", "²"))],
)
def test_the_environment_says_how_many_processors(monkeypatch, asked, count):
    """If it says a number; else as many as there are for this process."""
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    if count is None:
        monkeypatch.delenv("OMP_NUM_THREADS")
        count = processors()
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
        assert count >= 1
    assert processors() == count
