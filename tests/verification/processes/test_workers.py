"""Work is done in processes of its own, in order, and one that dies or falls silent is reported in words."""

import itertools
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from tests.living import gone, lives, when
from tests.programs import ROOT, python
from verification.processes import channel, supervisor, timeout, workers
from verification.processes.fresh import pooled
from verification.processes.workers import spread

pytestmark = pytest.mark.usefixtures("nobody_is_left_behind")


@pytest.fixture(autouse=True)
def short_timeout(monkeypatch):
    """A call may take a tenth of a second, and three times that if it hears no alarm."""
    monkeypatch.setattr(timeout, "ANSWER", 0.1)


def deaf(_=None):
    """Compiled code that does not return, and looks at no alarm."""
    sum(itertools.repeat(0))


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

    def work(task, channel):
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

    def work(task, channel):
        channel.tell("something")
        return channel.guarded(lambda number: number + 1)(task), os.getpid()

    assert list(spread(work, [1, 2])) == [(2, os.getpid()), (3, os.getpid())]


def test_a_worker_spreads_its_own_work():
    """Over processes of their own, as anyone may."""

    def work(task, channel):
        return list(spread(lambda inner, channel: (inner, os.getpid()), [1, 2])), os.getpid()

    ((inner, worker),) = spread(work, [0])
    assert [task for task, _ in inner] == [1, 2]
    assert len({worker, *(process for _, process in inner)}) == 3


def copy_returns(_=None):
    """Both processes come back from the call."""
    os.fork()
    time.sleep(0.2)


def copy_is_late(_=None):
    """Its call has returned by then, and its task is done."""
    if os.fork() == 0:
        time.sleep(0.1)


def copy_raises(_=None):
    if os.fork() == 0:
        raise ValueError("of the copy")
    time.sleep(0.2)


def to_itself(number, group=False):
    return lambda _: os.killpg(0, number) if group else os.kill(os.getpid(), number)


# What a call may do to its process, and how that is reported.
LOST = {
    "ends": (lambda _: os._exit(3), "ended its process with exit code 3"),
    "ends well": (lambda _: os._exit(0), "ended its process with exit code 0"),
    "kills": (to_itself(signal.SIGKILL), "ended its process with exit code -9 (SIGKILL)"),
    "kills by a number": (to_itself(40), "ended its process with exit code -40"),
    "kills its group": (to_itself(signal.SIGTERM, True), "ended its process with exit code -15 (SIGTERM)"),
    "deaf": (deaf, "did not return within 0.3 s, nor hear an alarm"),
    "waiting": (lambda _: signal.pause(), "did not return within 0.3 s, nor hear an alarm"),
    "copy returns": (copy_returns, "forked, and the copy of its process returned as well"),
    "copy is late": (copy_is_late, "forked, and the copy of its process returned as well"),
    "copy raises": (copy_raises, "forked, and the copy of its process returned as well"),
}
# In fresh processes, each of which takes a second to start.
FRESH = ("ends", "deaf", "copy is late")


def lost_in_the_middle(conduct):
    """Three tasks of which the second does this in a guarded call."""

    def work(task, channel):
        channel.tell("before")
        channel.tell(task)
        return channel.guarded(conduct if task == 1 else str)(task)

    return work


def check_lost(outcomes, how):
    """It is reported, with what it last did, and the other tasks are done."""
    first, lost, last = outcomes
    assert (first, last) == ("0", "2")
    assert (lost.how, lost.doing) == (how, 1)


class Ended:
    """A process whose supervisor ends while its task does; ``seen``: the checks before that is known."""

    supervisor = 0

    def __init__(self, code, seen=0):
        self.channel, self._code, self._seen = channel.Channel(), code, seen

    def exit_code(self):
        self._seen -= 1
        return self._code if self._seen < 0 else None

    def done(self, outcome):
        """Nothing is left to do."""

    def is_idle(self):
        """The engine ends its supervisor, and its call returns, while the judge waits for a processor."""
        self.channel.tell("a case")
        self.channel.finish("done")
        return True


@pytest.mark.parametrize(
    ("code", "seen", "outcome"),
    [
        (0, 0, "done"),
        (1, 0, "done"),
        (supervisor.UNKNOWN, 0, "done"),
        (-9, 0, ("ended the process that judges it with exit code -9 (SIGKILL)", "a case")),
        (-9, 1, "done"),
    ],
)
def test_an_outcome_does_not_hide_a_signal(code, seen, outcome):
    """Sent to the supervisor just before; a process that lives is kept for another task, and no other."""
    kept, process = [], Ended(code, seen)
    turn = workers.Turn(process, kept.append)
    assert turn.has_ended()
    found = turn.outcome
    assert (found if isinstance(outcome, str) else (found.how, found.doing)) == outcome
    assert kept == [process] * seen


@pytest.mark.parametrize("name", LOST)
def test_a_process_that_is_lost_is_reported(name):
    """By its end, by what it did, or after three times what an answer may take."""
    conduct, how = LOST[name]
    check_lost(spread(lost_in_the_middle(conduct), range(3)), how)


@pytest.mark.slow
@pytest.mark.parametrize("name", FRESH)
def test_a_fresh_process_that_is_lost_is_reported_and_replaced(monkeypatch, name):
    """In the same words."""
    monkeypatch.setitem(sys.modules, "jax", os)
    conduct, how = LOST[name]
    with pooled() as over_fresh_ones:
        check_lost(over_fresh_ones(lost_in_the_middle(conduct), range(3), 1), how)


def test_what_is_not_guarded_may_take_its_time():
    """As may many calls, none of them long."""

    def work(task, channel):
        brief = channel.guarded(time.sleep)
        for _ in range(12):
            brief(0.05)
        time.sleep(0.5)
        return "done"

    assert list(spread(work, [0])) == ["done"]


def test_threads_do_not_keep_a_process():
    """One that would run for a minute ends with its process, once the work is done."""

    def work(task, channel):
        threading.Thread(target=time.sleep, args=(60,)).start()
        return "done"

    started = time.monotonic()
    assert list(spread(work, [0])) == ["done"]
    assert time.monotonic() - started < 10


def test_an_exception_is_raised_here():
    """With a note of where it was raised."""

    def work(task, channel):
        raise LookupError("of the work")

    with pytest.raises(LookupError, match="of the work") as raised:
        list(spread(work, [0]))
    assert "in work\n" in raised.value.__notes__[0]


def raising(error):
    """Work that does not fit."""

    def work(task, channel):
        channel.tell("N 1, T 3")
        raise error

    return work


LOCAL = type("Local", (Exception,), {})("of a class that nobody can import")

# What of the work cannot arrive as it is, and what is raised in its place.
NOT_SENT = {
    "an exception": (raising(LOCAL), RuntimeError, "Local: of a class that nobody can import"),
    "a result": (lambda task, channel: lambda: None, Exception, "[Pp]ickle"),
    "too much": (
        lambda task, channel: bytes(200_000),
        ValueError,
        r"^\d+ bytes to tell, needed at most 99992",
    ),
    # A truth, and no fault of the engine's: in words for whoever chose the sizes.
    "no room": (
        raising(MemoryError()),
        MemoryError,
        "^memory: the truth of N 1, T 3 does not fit, needed small",
    ),
}


@pytest.mark.parametrize(("work", "kind", "message"), NOT_SENT.values(), ids=NOT_SENT)
def test_what_cannot_be_sent_is_an_exception(monkeypatch, work, kind, message):
    """And no death of a process; it says what is wrong."""
    monkeypatch.setattr(channel, "ROOM", 100_000)
    with pytest.raises(kind, match=message):
        list(spread(work, [0]))


# Each worker writes its number, and its child's, to a file of its own; then neither returns, in C.
PROGRAM = """
import itertools, os, subprocess, sys
from pathlib import Path
from verification.processes.workers import spread
FOLDER = sys.argv[1]

def deaf(task, channel):
    child = subprocess.Popen([sys.executable, "-c", "import itertools; sum(itertools.repeat(0))"])
    path = Path(FOLDER) / str(task)
    path.with_suffix(".part").write_text(f"{os.getpid()} {child.pid}")
    path.with_suffix(".part").rename(path)
    sum(itertools.repeat(0))

list(spread(deaf, [0, 1]))
"""
# The same with fresh processes.
AFRESH = (
    PROGRAM.replace("from verification.processes.workers", "from verification.processes.fresh")
    .replace(
        "list(spread",
        "sys.modules['jax'] = os\nos.cpu_count = lambda: 2\nwith pooled() as spread: list(spread",
    )
    .replace("import spread", "import pooled")
)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("program", [PROGRAM, AFRESH], ids=["forked", "fresh"])
def test_no_process_outlives_its_parent(monkeypatch, tmp_path, program, how):
    """However that ends, its workers end, and what these have started."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    call = [sys.executable, "-c", program, tmp_path]
    parent = subprocess.Popen(call, cwd=ROOT, stderr=subprocess.DEVNULL)
    workers = min(os.cpu_count(), len(os.sched_getaffinity(0)), 2)
    when(lambda: len(list(tmp_path.glob("?"))) >= workers)
    started = [int(process) for file in tmp_path.glob("?") for process in file.read_text().split()]
    assert len(started) >= 2 * workers
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
        parent = subprocess.Popen([sys.executable, "-c", PROGRAM, folder], start_new_session=True)
        time.sleep(delay)
        parent.kill()
        parent.wait(10)
        time.sleep(0.5)
        written = [file.read_text().split() for file in folder.glob("?")]
        assert not any(lives(int(process)) for processes in written for process in processes)


def test_a_worker_hears_no_ctrl_c_and_has_no_terminal():
    """It is in a group of its own, reads nothing, and what it prints goes nowhere."""

    def work(task, channel):
        os.kill(os.getpid(), signal.SIGINT)
        print("nowhere", flush=True)
        os.write(1, b"nowhere")
        os.write(2, b"nowhere")
        return os.getpgid(0) == os.getpid(), sys.stdin.read(), os.read(0, 10)

    assert list(spread(work, [0])) == [(True, "", b"")]


def test_a_copy_that_does_not_return_is_its_own(monkeypatch):
    """Whoever forks to work in two processes, and ends one, does what may be done."""
    # A fork of so large a process takes its time.
    monkeypatch.setattr(timeout, "ANSWER", 10.0)

    def work(task, channel):
        def forks(task):
            child = os.fork()
            if child == 0:
                os._exit(0)
            os.waitpid(child, 0)
            return task

        return channel.guarded(forks)(task)

    assert list(spread(work, [0, 1])) == [0, 1]


def test_every_descriptor_may_be_closed_or_written_to():
    """What a worker tells takes another way."""

    def work(task, channel):
        channel.tell("before")
        os.closerange(0, 5000)
        channel.tell("after")
        return task

    assert list(spread(work, [0, 1, 2])) == [0, 1, 2]


def test_a_request_to_end_is_heard_while_a_worker_is_started():
    """What Python calls after a fork would swallow the exception, and the run would go on."""
    program = """
import os, signal
from rnn.console.signals import Terminated, as_exceptions
from verification.processes.workers import spread
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGTERM))
with as_exceptions():
    try:
        print(list(spread(lambda task, channel: task, [1, 2])))
    except Terminated:
        print("ended")
"""
    done = python("-c", program)
    assert (done.stdout, done.stderr) == ("ended\n", "")
