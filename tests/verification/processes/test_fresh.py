"""Fresh processes are kept from task to task, replaced when lost, and end with whoever started them."""

import itertools
import os
import sys
import threading
import time
import types
from pathlib import Path

import pytest

from tests.living import lives
from verification.processes import fresh, timeout, workers
from verification.processes.fresh import afresh, pooled
from verification.processes.workers import Lost

pytestmark = pytest.mark.usefixtures("nobody_is_left_behind")

ROOT = Path(__file__).parents[3]
LINUX = pytest.mark.skipif(
    sys.platform != "linux", reason="the system tells no senders, and has no subreaper"
)


@pytest.fixture
def threaded(monkeypatch):
    """A library with threads of its own is loaded, and so nothing may be forked; one core's processes."""
    monkeypatch.setitem(sys.modules, "jax", types.ModuleType("jax"))
    monkeypatch.delattr(workers, "_fork")
    monkeypatch.setattr(os, "cpu_count", lambda: 1)


def by_value(work):
    """A function that a fresh process cannot import: it is sent as it is."""
    return types.FunctionType(work.__code__, {**globals(), "__name__": "__main__"}, work.__name__)


def pid(task, channel):
    return os.getpid()


def ends(task, channel):
    channel.tell(task)
    if task == 1:
        os._exit(3)
    return task


def deaf(task, channel):
    return channel.guarded(lambda task: sum(itertools.repeat(0)) if task == 0 else task)(task)


def copies(task, channel):
    def forks(task):
        if task == 0 and os.fork():
            time.sleep(0.5)
        return task

    return channel.guarded(forks)(task)


def leaves(file, channel):
    if file:
        child = os.fork()
        if child == 0:
            os.setsid()
            file.with_suffix(".part").write_text(str(os.getpid()))
            file.with_suffix(".part").rename(file)
            time.sleep(60)
            os._exit(0)
        while not file.exists():
            time.sleep(0.01)
    return os.getpid()


def ends_later(task, channel):
    threading.Timer(0.3, os._exit, [3]).start()
    return task


def raises(task, channel):
    raise LookupError("of the work")


def counted(task, channel):
    counter = sys.modules.setdefault("_counter", itertools.count())
    return next(counter)


def test_without_such_a_library_tasks_are_forked(monkeypatch):
    """As ever."""
    for name in fresh.THREADED:
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pooled() as spread:
        assert spread is workers.spread


def test_where_none_can_be_forked_none_is_started_afresh(monkeypatch):
    """A supervisor forks its worker; without that the work is done in this process."""
    monkeypatch.delattr(os, "fork")
    with afresh() as spread:
        assert spread is workers.spread


def test_a_process_is_kept_from_task_to_task(threaded):
    """And from one spread to the next: what it has made is there."""
    with pooled() as spread:
        first = list(spread(by_value(counted), [0, 0, 0]))
        assert [*first, *spread(by_value(counted), [0])] == [0, 1, 2, 3]
        (process,) = spread(by_value(pid), [0])
    assert process != os.getpid()


def test_a_process_that_is_lost_is_told_of_and_replaced(threaded):
    """By its exit code, with what it told last; the other tasks are done."""
    with pooled() as spread:
        first, lost, last = spread(by_value(ends), range(3))
    assert (first, last) == (0, 2)
    assert (lost.how, lost.doing) == ("ended its process with exit code 3", 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("work", "how"),
    [
        (deaf, "did not return within 3 s, nor hear an alarm"),
        (copies, "forked, and the copy of its process returned as well"),
    ],
)
def test_a_call_that_never_returns_or_returns_twice_is_told_of(threaded, monkeypatch, work, how):
    """With its process; the next task has another."""
    monkeypatch.setattr(timeout, "ANSWER", 1.0)
    with pooled() as spread:
        lost, other = spread(by_value(work), [0, 1])
    assert isinstance(lost, Lost)
    assert (lost.how, other) == (how, 1)


@LINUX
def test_a_helper_lives_as_long_as_its_process(threaded, tmp_path):
    """In a session of its own as well: it may serve the next task."""
    helper = tmp_path / "helper"
    with pooled() as spread:
        process, same = spread(by_value(leaves), [helper, None])
        assert process == same
        assert lives(int(helper.read_text()))
    assert not lives(int(helper.read_text()))


def test_a_process_that_ends_between_two_tasks_is_told_of(threaded):
    """By its exit code, and the task after has another."""
    with pooled() as spread:
        assert list(spread(by_value(ends_later), [0])) == [0]
        time.sleep(1)
        lost, other = spread(by_value(pid), [0, 0])
    assert lost.how == "ended its process with exit code 3"
    assert other != os.getpid()


def test_an_exception_of_the_work_is_raised_here(threaded):
    """With a note of where it was raised."""
    with pooled() as spread, pytest.raises(LookupError, match="of the work") as told:
        list(spread(by_value(raises), [0]))
    assert "in raises\n" in told.value.__notes__[0]


def test_whoever_stops_listening_ends_the_work(threaded):
    """The process that is at work is ended, and the next task has another."""
    with pooled() as spread:
        results = spread(by_value(lambda task, channel: time.sleep(task)), [0, 60])
        assert next(results) is None
        results.close()
        assert list(spread(by_value(lambda task, channel: task), [7])) == [7]


def test_what_cannot_be_sent_is_one_line(threaded):
    """It says why it has to be."""
    lock = os.scandir()
    with pooled() as spread, pytest.raises(ValueError, match="needed one that can be pickled") as told:
        list(spread(by_value(pid), [lock]))
    assert "jax is loaded, whose threads a fork loses" in str(told.value)
    assert "\n" not in str(told.value)
    lock.close()


def test_what_a_fresh_process_cannot_import_is_one_line(threaded, monkeypatch):
    """Its module is named."""
    module = types.ModuleType("nowhere_to_be_found")
    exec("def work(task, channel):\n    return task", vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with pooled() as spread, pytest.raises(ValueError, match="needed one whose modules can be imported"):
        list(spread(module.work, [0]))
