"""Work is done in processes of its own, in order, and one that dies is reported in words."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from tests.living import LINUX, gone, lives, when
from tests.programs import ROOT, python
from tests.verification.processes.hosting import remote
from verification.processes import workers
from verification.processes.workers import pooled, spread

pytestmark = pytest.mark.usefixtures("nobody_is_left_behind")


@pytest.mark.parametrize("processes", [None, 1, 5])
def test_results_are_in_order(monkeypatch, processes):
    """Whatever the number of processes, and whichever is done first; tasks are taken as they come."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(workers, "AHEAD", 2)
    begun, most = [], 2 * (processes or 2)

    def tasks():
        for task in range(12):
            begun.append(task)
            yield task

    def work(task, worker):
        time.sleep(0.05 if task == 0 else 0)
        return 10 * task

    for number, outcome in enumerate(spread(work, tasks(), processes)):
        assert outcome == 10 * number
        assert len(begun) <= number + most
    assert len(begun) == 12
    assert list(spread(work, [])) == []


def test_where_nothing_can_be_forked_the_work_is_done_here(monkeypatch):
    """With the same results; what it tells and guards comes to nothing."""
    monkeypatch.delattr(os, "fork")

    def work(task, worker):
        worker.tell("something")
        return worker.guarded(lambda number: number + 1)(task), os.getpid()

    assert list(spread(work, [1, 2])) == [(2, os.getpid()), (3, os.getpid())]


def test_a_worker_spreads_its_own_work():
    """Over processes of their own, as anyone may."""

    def work(task, worker):
        return list(spread(lambda inner, worker: (inner, os.getpid()), [1, 2])), os.getpid()

    ((inner, process),) = spread(work, [0])
    assert [task for task, _ in inner] == [1, 2]
    assert len({process, *(each for _, each in inner)}) == 3


# What a worker may do to its process, or its host to itself, and how that is reported.
LOST = {
    "ends": (lambda: os._exit(3), "ended its process with exit code 3"),
    "ends well": (lambda: os._exit(0), "ended its process with exit code 0"),
    "kills": (lambda: os.kill(os.getpid(), signal.SIGKILL), "ended its process with exit code -9 (SIGKILL)"),
    "kills by a number": (lambda: os.kill(os.getpid(), 40), "ended its process with exit code -40"),
}


@pytest.mark.parametrize("name", LOST)
def test_a_process_that_is_lost_is_reported(name):
    """The other tasks are done."""
    conduct, how = LOST[name]

    def work(task, worker):
        if task == 1:
            conduct()
        return task

    first, lost, last = spread(work, range(3))
    assert (first, last) == (0, 2)
    assert (lost.how, lost.doing) == (how, None)


@pytest.mark.parametrize("name", LOST)
def test_a_task_whose_host_is_lost_is_reported(name):
    """With what it last did; the next one has another host."""
    conduct, how = LOST[name]

    def work(task, worker):
        worker.tell("before")
        worker.tell(task)
        call = worker.guarded(lambda function: remote(worker.host, function)())
        call(conduct if task == 1 else os.getpid)
        return task

    with pooled((conduct, os.getpid)) as over_hosts:
        first, lost, last = over_hosts(work, range(3), 1)
    assert (first, last) == (0, 2)
    assert (lost.how, lost.doing) == (how, 1)


def test_what_a_host_leaves_at_its_end_is_reported():
    """When the work is done already."""

    def copies():
        return os.fork() and None

    def work(task, worker):
        worker.tell("a case")
        remote(worker.host, copies)()

    with pooled((copies,)) as over_hosts:
        (lost,) = over_hosts(work, [0])
    assert lost.how == "forked, and the copy of its process returned as well"


def test_where_nothing_can_be_forked_there_is_no_sandbox(monkeypatch):
    """And no host."""
    monkeypatch.delattr(os, "fork")
    with pooled((os.getpid,)) as here:
        assert here is spread
    with pytest.raises(ValueError, match="sandbox: True, needed a system on which processes can be forked"):
        pooled((os.getpid,), sandbox=True).__enter__()


def test_calls_end_with_the_time_of_a_run():
    """The first one after it is not made; those after the block are."""

    def work(task, worker):
        made = []
        call = worker.guarded(made.append)
        with worker.ending(time.monotonic() + 60):
            call(1)
        with worker.ending(time.monotonic() - 1):
            call(2)
        call(3)
        return made, worker.quickest < 1

    assert list(spread(work, [0])) == [([1, 3], True)]


def test_threads_do_not_keep_a_process():
    """One that would run for a minute ends with its process, once the work is done."""

    def work(task, worker):
        threading.Thread(target=time.sleep, args=(60,)).start()
        return "done"

    started = time.monotonic()
    assert list(spread(work, [0])) == ["done"]
    assert time.monotonic() - started < 10


def test_an_exception_is_raised_here():
    """With a note of where it was raised."""

    def work(task, worker):
        raise LookupError("of the work")

    with pytest.raises(LookupError, match="of the work") as raised:
        list(spread(work, [0]))
    assert "in work\n" in raised.value.__notes__[0]


def raising(error):
    """Work that does not fit."""

    def work(task, worker):
        worker.tell("N 1, T 3")
        raise error

    return work


LOCAL = type("Local", (Exception,), {})("of a class that nobody can import")

# What of the work cannot arrive as it is, and what is raised in its place.
NOT_SENT = {
    "an exception": (raising(LOCAL), RuntimeError, "Local: of a class that nobody can import"),
    "a result": (lambda task, worker: lambda: None, Exception, "[Pp]ickle"),
    # A truth, and no fault of the engine's: in words for whoever chose the sizes.
    "no room": (
        raising(MemoryError()),
        MemoryError,
        "^memory: the truth of N 1, T 3 does not fit, needed small",
    ),
}


@pytest.mark.parametrize(("work", "kind", "message"), NOT_SENT.values(), ids=NOT_SENT)
def test_what_cannot_be_sent_is_an_exception(work, kind, message):
    """And no death of a process; it says what is wrong."""
    with pytest.raises(kind, match=message):
        list(spread(work, [0]))


# Each worker writes its number, and its host's, to a file of its own; then neither returns, in C.
PROGRAM = """
import itertools, os, sys
from pathlib import Path
from tests.verification.processes.hosting import remote
from verification.processes.workers import pooled
FOLDER = sys.argv[1]

def deaf():
    sum(itertools.repeat(0))

def work(task, worker):
    path = Path(FOLDER) / str(task)
    path.with_suffix(".part").write_text(f"{os.getpid()} {remote(worker.host, os.getpid)()}")
    path.with_suffix(".part").rename(path)
    (deaf if task else remote(worker.host, deaf))()

with pooled((deaf, os.getpid)) as spread:
    list(spread(work, [0, 1]))
"""


@LINUX
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGHUP])
def test_no_process_outlives_its_parent(tmp_path, how):
    """However that ends, its workers end, and their hosts."""
    call = [sys.executable, "-c", "import os\nos.cpu_count = lambda: 2\n" + PROGRAM, tmp_path]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen(call, cwd=ROOT, stderr=subprocess.DEVNULL, env=environment)
    when(lambda: len(list(tmp_path.glob("?"))) >= 2)
    started = [int(process) for file in tmp_path.glob("?") for process in file.read_text().split()]
    assert len(started) == 4
    assert all(map(lives, started))
    parent.send_signal(how)
    parent.wait(10)
    assert gone(started, 5)


@pytest.mark.slow
def test_no_process_is_left_by_a_parent_that_is_killed_early(tmp_path):
    """At any moment of its start."""
    for delay in (0.0, 0.3, 0.35, 0.4, 0.45, 0.5):
        folder = tmp_path / str(delay)
        folder.mkdir()
        call, environment = [sys.executable, "-c", PROGRAM, folder], {**os.environ, "PYTHONPATH": str(ROOT)}
        parent = subprocess.Popen(call, start_new_session=True, env=environment)
        time.sleep(delay)
        parent.kill()
        parent.wait(10)
        time.sleep(0.5)
        written = [file.read_text().split() for file in folder.glob("?")]
        assert gone([int(process) for processes in written for process in processes], 5)


def test_a_worker_hears_no_ctrl_c_and_has_no_terminal():
    """It is in a group of its own, reads nothing, and what it prints goes nowhere."""

    def work(task, worker):
        os.kill(os.getpid(), signal.SIGINT)
        print("nowhere", flush=True)
        os.write(1, b"nowhere")
        os.write(2, b"nowhere")
        return os.getpgid(0) == os.getpid(), sys.stdin.read(), os.read(0, 10)

    assert list(spread(work, [0])) == [(True, "", b"")]


def test_a_request_to_end_is_heard_while_a_worker_is_started():
    """What Python calls after a fork would swallow the exception, and the run would go on."""
    program = """
import os, signal
from rnn.console.signals import Terminated, as_exceptions
from verification.processes.workers import spread
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGTERM))
with as_exceptions():
    try:
        print(list(spread(lambda task, worker: task, [1, 2])))
    except Terminated:
        print("ended")
"""
    done = python("-c", program)
    assert (done.stdout, done.stderr) == ("ended\n", "")
