"""Every task is done, in order; what ends a process is told."""

import os

import pytest

from verification.tasks import each


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


def test_what_the_work_raises_is_raised():
    """As it is."""

    def work(task):
        raise KeyError(task)

    with pytest.raises(KeyError):
        list(each(work, ["one"]))
