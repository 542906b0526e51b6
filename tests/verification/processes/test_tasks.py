"""Every task is done, in order; what ends a process is told."""

import os
import threading
import time

import pytest

from verification.processes.fresh import THREADS
from verification.processes.sending import Unsendable
from verification.processes.tasks import beside, each, each_afresh


@pytest.mark.slow
def test_results_come_in_order():
    """Whichever is done first; the work may be any function, a closure as well."""
    factor = 3
    assert list(each(lambda task: factor * task, list(range(20)))) == [3 * task for task in range(20)]


def test_what_does_not_come_back_is_told():
    """By the task, and how it ended."""
    home = os.getpid()

    def work(task):
        if task == 1 and os.getpid() != home:
            os._exit(7)
        return task

    with pytest.raises(RuntimeError, match=r"^1: .*exit code 7"):
        list(each(work, [0, 1, 2]))


def test_fresh_processes_have_one_thread_each(monkeypatch):
    """By all names under which a library reads that, unless the user has said how many."""
    for name in THREADS[1:]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(THREADS[0], "3")
    assert list(each_afresh(os.getenv, THREADS)) == ["3", "1", "1", "1"]


def test_what_does_not_come_back_from_a_fresh_process_is_told():
    """By the task, and how it ended; and so is what cannot be sent there."""
    with pytest.raises(RuntimeError, match=r"^7: .*exit code 7"):
        list(each_afresh(os._exit, [7]))
    with pytest.raises(Unsendable):
        list(each_afresh(type, [threading.Lock()]))


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


def test_what_is_not_waited_for_is_ended(tmp_path):
    """With the block, as where what stood beside it has failed."""
    began = tmp_path / "began"

    def work():
        began.write_text(str(os.getpid()))
        time.sleep(600)

    def fails():
        with beside(work):
            while not (began.exists() and began.read_text()):
                time.sleep(0.01)
            raise KeyError("beside it")

    with pytest.raises(KeyError, match="beside it"):
        fails()
    with pytest.raises(ProcessLookupError):
        os.kill(int(began.read_text()), 0)


def test_what_the_work_beside_raises_is_raised_where_it_is_waited_for():
    """As it is, and not before."""

    def work():
        raise KeyError("one")

    with beside(work) as outcome, pytest.raises(KeyError, match="one"):
        outcome()


def test_work_beside_that_does_not_come_back_is_told():
    """How its process ended."""

    def leaves():
        os._exit(7)

    with beside(leaves) as outcome, pytest.raises(RuntimeError, match=r"^leaves: ended .* exit code 7"):
        outcome()


def test_where_nothing_can_be_forked_it_is_done_when_it_is_waited_for(monkeypatch):
    """In this process."""
    monkeypatch.delattr(os, "fork")
    done = []
    with beside(lambda: done.append(1)) as outcome:
        assert not done
        outcome()
    assert done == [1]
