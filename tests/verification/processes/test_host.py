"""A host's life: it loads functions, has a fork for each task, and ends with its judge."""

import os
import threading

import numpy as np
import pytest

from tests.living import gone
from tests.verification.processes.hosting import hosted, hosts_of, remote
from verification.processes.in_file import in_file
from verification.processes.sending import Unsendable

pytestmark = [
    pytest.mark.usefixtures("nobody_is_left_behind"),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="each task is a fork"),
]


def test_each_task_is_a_fork_of_the_same_process():
    """Which is no task itself."""
    with hosts_of(os.getpid, os.getppid) as hosts:
        pids = []
        for _ in range(3):
            host = hosts.take()
            pids.append((remote(host, os.getpid)(), remote(host, os.getppid)()))
            host.end()
            hosts.give(host, lost=False)
            assert gone(pids[-1])
        assert len({worker for worker, _ in pids}) == 3


def test_several_hosts_are_there_at_once():
    """Each with its own task and arrays."""
    with hosts_of(np.negative) as hosts:
        taken = [hosts.take() for _ in range(3)]
        for number, host in enumerate(taken):
            assert remote(host, np.negative)(np.full(3000, number))[-1] == -number
        for host in taken:
            host.end()
            hosts.give(host, lost=False)


def test_a_file_that_cannot_be_loaded_is_refused(tmp_path):
    """In a line, which names what was raised; when it is called, because it is imported there."""
    (tmp_path / "kernel.py").write_text("1 / 0\n", "utf-8")
    kernel = in_file("forward", f"{tmp_path / 'kernel.py'}:forward")
    needed = (
        r"^engine: ZeroDivisionError: division by zero, needed functions that load in a process of their own$"
    )
    with pytest.raises(Unsendable, match=needed), hosted(kernel) as host:
        remote(host, kernel)()


def test_what_it_prints_is_discarded(capfd):
    """When it is loaded, and when it is called; it reads nothing."""

    def prints():
        os.system("echo shell")
        print("function")
        return input()

    with hosted(prints) as host, pytest.raises(Exception, match="EOFError"):
        host.run(lambda given: remote(host, prints)(), None, lambda returned: returned, 10.0)
    assert capfd.readouterr() == ("", "")


def test_a_task_that_calls_nothing_has_no_fork():
    """And none is waited for."""
    with hosted(threading.active_count):
        pass
