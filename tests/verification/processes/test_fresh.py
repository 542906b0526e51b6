"""Fresh processes are kept from task to task, replaced when lost, and end with whoever started them."""

import itertools
import os
import sys
import tempfile
import threading
import time
import types
from pathlib import Path

import pytest

from tests.living import LINUX, children, gone, lives, when
from tests.verification.processes.test_supervisor import leave, written
from verification.processes import fresh, workers
from verification.processes.fresh import Pool, pooled
from verification.processes.threads import SETTINGS

pytestmark = pytest.mark.usefixtures("nobody_is_left_behind")


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


def leaves(file, channel):
    if file:
        leave(file, twice=False)
    return os.getpid()


def ends_later(task, channel):
    channel.tell("a case")
    threading.Timer(0.3, os._exit, [3]).start()
    return task


def counted(task, channel):
    counter = sys.modules.setdefault("_counter", itertools.count())
    return next(counter)


@pytest.mark.parametrize("loaded", [False, True])
def test_without_such_a_library_or_without_forks_there_are_none(monkeypatch, loaded):
    """Tasks are forked, or done in this process: a supervisor forks its worker."""
    for name in fresh.THREADED:
        monkeypatch.delitem(sys.modules, name, raising=False)
    if loaded:
        monkeypatch.setitem(sys.modules, "jax", types.ModuleType("jax"))
        monkeypatch.delattr(os, "fork")
    with pooled() as spread:
        assert spread is workers.spread


def test_a_process_is_kept_from_task_to_task(threaded):
    """And from one spread to the next: what it has made is there."""
    with pooled() as spread:
        first = list(spread(by_value(counted), [0, 0, 0]))
        assert [*first, *spread(by_value(counted), [0])] == [0, 1, 2, 3]
        (process,) = spread(by_value(pid), [0])
    assert process != os.getpid()


@LINUX
def test_a_helper_lives_as_long_as_its_process(threaded, tmp_path):
    """In a session of its own as well: it may serve the next task."""
    helper = tmp_path / "helper"
    with pooled() as spread:
        process, same = spread(by_value(leaves), [helper, None])
        assert process == same
        (number,) = written(helper)
        assert lives(number)
    assert not lives(number)


def test_a_fresh_process_has_one_thread_and_leaves_no_folder(threaded, monkeypatch):
    """By all names under which a library reads how many, unless the user has said it."""
    folder = "HYPOTHESIS_STORAGE_DIRECTORY"
    for name in (*SETTINGS[1:], folder):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(SETTINGS[0], "3")
    with pooled() as spread:
        *threads, kept = spread(by_value(lambda name, channel: os.getenv(name)), [*SETTINGS, folder])
    assert threads == ["3", "1", "1", "1"]
    assert Path(kept).parent == Path(tempfile.gettempdir())


def test_a_process_that_ends_between_two_tasks_is_reported(threaded):
    """By its exit code and what it did last, and the task after has another."""
    with pooled() as spread:
        assert list(spread(by_value(ends_later), [0])) == [0]
        time.sleep(1)
        lost, other = spread(by_value(pid), [0, 0])
    assert (lost.how, lost.doing) == ("ended its process with exit code 3", "a case")
    assert other != os.getpid()


def test_a_pool_that_ends_ends_what_is_at_work_with_its_task(threaded):
    """Threads may take one outcome each from it; nothing is left when these have come."""
    pool, outcomes = Pool(), []

    def ask():
        outcomes.append(pool.outcome(by_value(lambda task, channel: (time.sleep(0.5), os.getpid())), 0))

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for each in asking:
        each.start()
    when(lambda: len(children()) >= 2)
    pool.end()
    for each in asking:
        each.join()
    assert len({process for _, process in outcomes}) == 2
    assert gone([process for _, process in outcomes])


def test_what_cannot_be_sent_is_one_line(threaded):
    """It says why it has to be."""
    lock = os.scandir()
    with pooled() as spread, pytest.raises(ValueError, match="needed one that can be pickled") as raised:
        list(spread(by_value(pid), [lock]))
    assert "jax is loaded, whose threads a fork loses" in str(raised.value)
    assert "\n" not in str(raised.value)
    lock.close()


def test_what_a_fresh_process_cannot_import_is_one_line(threaded, monkeypatch):
    """Its module is named."""
    module = types.ModuleType("nowhere_to_be_found")
    exec("def work(task, channel):\n    return task", vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with pooled() as spread, pytest.raises(ValueError, match="needed one whose modules can be imported"):
        list(spread(module.work, [0]))
