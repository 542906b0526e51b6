"""Work is done in processes of its own, in order, and one that dies or falls silent is told of in words."""

import itertools
import multiprocessing
import os
import signal
import threading
import time

import pytest

from verification import patience
from verification.workers import Line, Lost, spread


@pytest.fixture(autouse=True)
def impatience(monkeypatch):
    """A call may take a tenth of a second, and three times that if it hears no alarm."""
    monkeypatch.setattr(patience, "ANSWER", 0.1)


@pytest.fixture(autouse=True)
def nobody_is_left_behind():
    """Every process has ended when the work is done with."""
    yield
    assert multiprocessing.active_children() == []


@pytest.fixture
def no_fork(monkeypatch):
    """A platform that cannot fork."""
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])


def deaf(_=None):
    """Compiled code that does not return, and looks at no alarm."""
    sum(itertools.repeat(0))


@pytest.mark.parametrize("cores", [1, 2, 5])
def test_results_are_in_order(monkeypatch, cores):
    """Whatever the number of cores, and whichever task is done first."""
    monkeypatch.setattr(os, "cpu_count", lambda: cores)

    def work(task, line):
        time.sleep(0.05 if task == 0 else 0)
        return 10 * task

    assert list(spread(work, range(4))) == [0, 10, 20, 30]
    assert list(spread(work, [])) == []


def test_a_task_has_a_process_of_its_own():
    """Neither this one nor another task's."""
    processes = list(spread(lambda task, line: os.getpid(), range(3)))
    assert len({*processes, os.getpid()}) == 4


def test_where_nothing_can_be_forked_the_work_is_done_here(no_fork):
    """With the same results; what it tells and guards comes to nothing."""

    def work(task, line):
        line.tell("something")
        return line.guarded(lambda number: number + 1)(task), os.getpid()

    assert list(spread(work, [1, 2])) == [(2, os.getpid()), (3, os.getpid())]


def test_a_worker_spreads_its_own_work_within_itself():
    """It may not have children, so that none is left when it is ended."""

    def work(task, line):
        return list(spread(lambda inner, line: (inner, os.getpid()), [1, 2])), os.getpid()

    ((inner, worker),) = spread(work, [0])
    assert inner == [(1, worker), (2, worker)]


@pytest.mark.parametrize(
    ("end", "how"),
    [
        (lambda: os._exit(3), "ended its process with exit code 3"),
        (lambda: os._exit(0), "ended its process with exit code 0"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "ended its process with exit code -9 (SIGKILL)"),
        (lambda: os.kill(os.getpid(), 40), "ended its process with exit code -40"),
    ],
)
def test_a_process_that_dies_is_told_of(end, how):
    """By its exit code, with what it told last; the other tasks are done."""

    def work(task, line):
        line.tell("before")
        line.tell(task)
        line.step.value = 7
        if task == 1:
            end()
        return task

    first, lost, last = spread(work, range(3))
    assert (first, last) == (0, 2)
    assert (lost.how, lost.told, lost.step) == (how, 1, 7)


def test_what_a_process_did_not_tell_is_none():
    """It died before it said anything."""
    (lost,) = spread(lambda task, line: os._exit(1), [0])
    assert isinstance(lost, Lost)
    assert lost.told is None


@pytest.mark.parametrize("hang", [deaf, lambda _: signal.pause()], ids=["deaf", "waiting"])
def test_a_guarded_call_that_never_comes_back_is_ended(hang):
    """With its process, after three times what an answer may take; the other tasks are done."""

    def work(task, line):
        line.tell(task)
        return line.guarded(hang if task == 0 else str)(task)

    lost, other = spread(work, [0, 1])
    assert (lost.how, lost.told) == ("did not return within 0.3 s, nor hear an alarm", 0)
    assert other == "1"


def test_what_is_not_guarded_may_take_its_time():
    """As may many calls, none of them long."""

    def work(task, line):
        brief = line.guarded(time.sleep)
        for _ in range(12):
            brief(0.05)
        time.sleep(0.5)
        return "done"

    assert list(spread(work, [0])) == ["done"]


def test_a_guarded_call_is_told_from_none():
    """The count is odd within the call, and even after it, returned or raised."""
    line = Line()
    assert line.guarded(lambda given: (given, line.calls.value))("given") == ("given", 1)
    with pytest.raises(ZeroDivisionError):
        line.guarded(lambda given: 1 / given)(0)
    assert line.calls.value == 4


def test_threads_do_not_keep_a_process():
    """One that would run for a minute ends with its process, once the work is done."""

    def work(task, line):
        threading.Thread(target=time.sleep, args=(60,)).start()
        return "done"

    started = time.monotonic()
    assert list(spread(work, [0])) == ["done"]
    assert time.monotonic() - started < 10


def test_an_open_line_is_no_life():
    """A child of the process may hold its line open; that it ended is seen all the same."""

    def work(task, line):
        if os.fork() == 0:
            time.sleep(3)
        os._exit(5)

    started = time.monotonic()
    (lost,) = spread(work, [0])
    assert lost.how == "ended its process with exit code 5"
    assert time.monotonic() - started < 2


def test_an_exception_is_raised_here():
    """With a note of where it was raised."""

    def work(task, line):
        raise LookupError("of the work")

    with pytest.raises(LookupError, match="of the work") as told:
        list(spread(work, [0]))
    assert "in work\n" in told.value.__notes__[0]


def test_an_exception_that_cannot_be_sent_is_told():
    """Its name and its message arrive, and where it was raised."""

    class Local(Exception):
        pass

    def work(task, line):
        raise Local("of a class that only the work knows")

    with pytest.raises(RuntimeError, match="Local: of a class that only the work knows"):
        list(spread(work, [0]))


def test_a_result_that_cannot_be_sent_is_an_exception():
    """And no death of a process."""
    with pytest.raises(Exception, match=r"[Pp]ickle"):
        list(spread(lambda task, line: lambda: None, [0]))


def test_whoever_stops_listening_ends_the_work():
    """The processes that are at work are ended at once."""
    results = spread(lambda task, line: time.sleep(task), [0, 60, 60])
    assert next(results) is None
    results.close()
