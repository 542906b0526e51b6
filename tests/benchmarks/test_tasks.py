"""Every task is done, in order; a process that ends is reported."""

import os
import time

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from benchmarks.tasks import beside, each


def threads(task):
    """Of matrix products, where it is called."""
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.mark.slow
def test_results_come_in_order():
    """Whichever is done first; the work may be any function, a closure as well, and so may a task."""
    tasks = [lambda task=task: time.sleep(0.01 * (task % 3)) or task for task in range(20)]
    factor = 3
    assert list(each(lambda task: factor * task(), tasks)) == [3 * task for task in range(20)]


def test_what_the_work_raises_is_raised():
    """And processes that are left end by themselves."""
    with pytest.raises(ZeroDivisionError):
        list(each(lambda task: 1 // task, [1, 0, 1]))


def test_what_does_not_come_back_is_reported():
    """Nobody waits for it for ever."""
    with pytest.raises(RuntimeError, match="terminated abruptly"):
        list(each(os._exit, [7]))


def test_processes_have_one_thread_each():
    """So that as many as cores do not take each other's."""
    with threadpool_limits(2):
        assert [*each(threads, [0])] == [{1}]


def test_work_goes_on_beside(tmp_path):
    """It has ended before it is waited for; it may be a closure, and is done in another process."""
    done, home = tmp_path / "done", os.getpid()

    def work():
        done.touch()
        return os.getpid() != home

    with beside(work) as outcome:
        until = time.monotonic() + 30
        while not done.exists() and time.monotonic() < until:
            time.sleep(0.01)
        assert done.exists()
        assert outcome()


@pytest.mark.parametrize(
    ("work", "error"), [(lambda: {}["one"], KeyError), (lambda: os._exit(7), RuntimeError)]
)
def test_what_the_work_beside_raises_is_raised_where_it_is_waited_for(work, error):
    """As it is, and not before; and so is that its process has ended."""
    with beside(work) as outcome, pytest.raises(error):
        outcome()


def test_where_nothing_can_be_forked_it_is_done_here(monkeypatch):
    """Beside: when it is waited for."""
    monkeypatch.delattr(os, "fork")
    assert list(each(lambda task: (task, os.getpid()), [1, 2])) == [(1, os.getpid()), (2, os.getpid())]
    done = []
    with beside(lambda: done.append(1)) as outcome:
        assert not done
        outcome()
    assert done == [1]
