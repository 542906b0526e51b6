"""What an engine does to its parent harms no one and is reported, and no process of its is left."""

import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from tests.living import LINUX, gone, lives, when
from tests.programs import ROOT, python
from tests.verification.processes.hosting import hosted, hosts_of, remote
from verification.processes import supervisor
from verification.processes.channel import Channel
from verification.processes.invalid import LostProcess

# Seconds after which a process that a test leaves behind ends by itself.
MINUTE = 60


def written(file):
    """The numbers in a file, one a line, as soon as it is there."""
    when(lambda: file.exists() and file.read_text().endswith("\n"))
    return [int(number) for number in file.read_text().split()]


def write(file, number):
    with file.open("a") as opened:
        opened.write(f"{number}\n")


def leave(file, seconds=MINUTE, apart=os.setsid, twice=True, children=0):
    """Fork a process that writes down its number, and goes apart; twice: its parent ends at once."""
    child = os.fork()
    if child == 0:
        apart()
        if not twice or os.fork() == 0:
            for _ in range(children):
                if os.fork() == 0:
                    break
            write(file, os.getpid())
            time.sleep(seconds)
        os._exit(0)
    if twice:
        os.waitpid(child, 0)
    while not file.exists():
        time.sleep(0.01)


def done(number):
    return number


def outcomes(conduct):
    """Of two tasks of an engine, of which the first does this: how it was lost, or 0; and 1."""
    found = []
    with hosts_of(conduct, done) as hosts:
        for number, function, *given in ((0, conduct), (1, done, 1)):
            host, how = hosts.take(), None
            try:
                remote(host, function)(*given)
                host.end()
            except LostProcess as lost:
                how = str(lost)
            hosts.give(host, how is not None)
            found.append(number if how is None else how)
    return found


def to_its_parent(number):
    """A signal, after which the engine works on for a moment."""

    def send():
        os.kill(os.getppid(), number)
        time.sleep(0.3)

    return send


def from_a_process(gone):
    """A signal that a process of the engine's sends, which has ended since or works on."""
    program = f"import os, sys, time; os.kill(int(sys.argv[1]), 15); time.sleep({0 if gone else MINUTE})"

    def send():
        process = subprocess.Popen([sys.executable, "-c", program, str(os.getppid())])
        if gone:
            process.wait()
        else:
            time.sleep(3)

    return send


# The group is the parent's own. Just before the end its number may be below that of the end of a child, which
# comes at the same time, or above.
SENT = {
    **{
        name: (name, to_its_parent(getattr(signal, name)))
        for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGSEGV", "SIGALRM")
    },
    "at the end, below": ("SIGTERM", lambda: os.kill(os.getppid(), signal.SIGTERM)),
    "at the end, above": ("SIGWINCH", lambda: os.kill(os.getppid(), signal.SIGWINCH)),
    "to its group": ("SIGTERM", lambda: os.killpg(os.getpgid(os.getppid()), signal.SIGTERM)),
    "from one that ended": ("SIGTERM", from_a_process(gone=True)),
    "from one that works on": ("SIGTERM", from_a_process(gone=False)),
}


@LINUX
@pytest.mark.parametrize(("name", "conduct"), SENT.values(), ids=SENT)
def test_a_signal_to_the_parent_is_reported_by_its_name(name, conduct):
    """Whoever judges hears none, and the other task is done."""
    assert outcomes(conduct) == [f"sent {name} to the process that judges it", 1]


def test_a_signal_from_elsewhere_is_nothing_to_a_supervisor(tmp_path):
    """Here from this process, whose own requests to end are another matter."""

    def waits():
        write(tmp_path / "supervisor", os.getppid())
        time.sleep(0.5)

    program = 'until [ -s "$0" ]; do sleep 0.01; done; kill $(cat "$0"); sleep 2'
    sender = subprocess.Popen(["sh", "-c", program, tmp_path / "supervisor"])
    try:
        assert outcomes(waits) == [0, 1]
        assert sender.poll() is None
    finally:
        sender.kill()
        sender.wait()


@LINUX
def test_a_supervisor_that_is_killed_is_missed(tmp_path):
    """It is reported, the other task is done, and no process of the group is left."""

    def conduct():
        leave(tmp_path / "started", apart=lambda: None)
        write(tmp_path / "started", os.getpid())
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(MINUTE)

    assert outcomes(conduct) == ["ended the process that judges it with exit code -9 (SIGKILL)", 1]
    assert len(written(tmp_path / "started")) == 2
    assert gone(written(tmp_path / "started"), 5)


def test_a_supervisor_that_is_stopped_goes_on():
    """However often."""
    assert outcomes(lambda: [os.kill(os.getppid(), signal.SIGSTOP) for _ in range(3)] and None) == [0, 1]


def in_a_group():
    """Lead a group of one's own, in the session of before."""
    os.setpgid(0, 0)


LEFT = "left 1 process running in the background"

# What an engine does, how that is reported if it is, and how many processes it has started.
LEAVING = {
    "in a session": (leave, LEFT, 1),
    "in a group": (partial(leave, apart=in_a_group), LEFT, 1),
    "with others, in a session": (partial(leave, children=2), LEFT, 3),
    "with others, in a group": (partial(leave, apart=in_a_group, children=2), LEFT, 3),
    "before it works on": (lambda file: (leave(file), time.sleep(MINUTE)), LEFT, 1),
    "held, in a session": (partial(leave, twice=False), None, 1),
    "held, in a group": (partial(leave, apart=in_a_group, twice=False), None, 1),
    "detached, in the worker's group": (partial(leave, apart=lambda: None), None, 1),
    "held, in the worker's": (partial(leave, apart=lambda: None, twice=False), None, 1),
    "held, before it ends its process": (
        lambda file: (leave(file, twice=False), os._exit(3)),
        "ended its process with exit code 3",
        1,
    ),
}


@LINUX
@pytest.mark.parametrize(("conduct", "how", "count"), LEAVING.values(), ids=LEAVING)
def test_what_an_engine_leaves_is_ended_and_reported_unless_it_holds_it(tmp_path, conduct, how, count):
    """However it went apart, and what it has started; what is in the engine's group is nothing to tell."""
    file = tmp_path / "started"
    assert outcomes(lambda: conduct(file) and None) == [how or 0, 1]
    assert len(written(file)) == count
    assert not any(map(lives, written(file)))


@LINUX
def test_processes_that_start_one_another_are_reported_and_ended(tmp_path):
    """None of them lives long enough to be left, and yet there is always one."""
    file = tmp_path / "left"

    def go_apart():
        os.setsid()
        until = time.monotonic() + 20
        while time.monotonic() < until:
            time.sleep(0.05)
            if os.fork():
                os._exit(0)
            write(file, os.getpid())

    def conduct():
        child = os.fork()
        if child == 0:
            go_apart()
            os._exit(0)
        # What it forks is left behind from its end on, and not before.
        os.waitpid(child, 0)

    lost, other = outcomes(conduct)
    assert lost.startswith("left ")
    assert other == 1
    before = written(file)
    time.sleep(0.3)
    assert written(file) == before
    assert not any(map(lives, before))


def test_a_process_that_ends_soon_is_not_left_behind(tmp_path):
    """It is waited for: a moment after the engine's own end is no stay."""
    assert outcomes(lambda: leave(tmp_path / "left", seconds=0.3)) == [0, 1]


@LINUX
@pytest.mark.usefixtures("nobody_is_left_behind")
def test_what_is_left_ends_with_a_task_that_is_given_up(tmp_path):
    """A session of its own is no way out."""

    def works_on():
        leave(tmp_path / "left", twice=False)

    with hosts_of(works_on) as hosts:
        host = hosts.take()
        remote(host, works_on)()
        assert all(map(lives, written(tmp_path / "left")))
        hosts.give(host, lost=True)
    assert gone(written(tmp_path / "left"), 5)


# One worker, which has left one process in a session of its own.
PROGRAM = """
import pathlib, sys, time
from tests.verification.processes.test_supervisor import MINUTE, leave, outcomes

file = pathlib.Path(sys.argv[1])
outcomes(lambda: (leave(file, twice=False), time.sleep(MINUTE)))
"""


@LINUX
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGHUP])
def test_what_is_left_ends_with_whoever_judges(tmp_path, how):
    """However that ends, which is as it would without an engine."""
    file = tmp_path / "left"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    call = [sys.executable, "-c", PROGRAM, file]
    judge = subprocess.Popen(call, stderr=subprocess.DEVNULL, env=environment)
    left = written(file)
    judge.send_signal(how)
    assert judge.wait(10) == -how
    assert gone(left, 5)


def test_where_there_is_no_process_for_a_task_that_is_told(monkeypatch):
    """As the system says it, where a supervisor forks."""

    def refuse():
        raise BlockingIOError("no more processes")

    channel = Channel()
    monkeypatch.setattr(os, "fork", refuse)
    with pytest.raises(BlockingIOError):
        supervisor._fork(channel)
    assert supervisor.how_lost(channel, 1) == "has no process: no more processes"


@pytest.mark.parametrize(
    ("code", "done", "lost", "how"),
    [
        (0, True, None, None),
        (1, True, None, None),
        (supervisor.UNKNOWN, True, None, None),
        (None, True, None, None),
        (-9, True, None, "ended the process that judges it with exit code -9 (SIGKILL)"),
        (0, False, "left 1 process", "left 1 process"),
        (3, False, None, "ended the process that judges it with exit code 3"),
        (None, False, None, None),
    ],
)
def test_how_a_task_was_lost_is_told_by_its_end(code, done, lost, how):
    """That it was done does not hide a signal."""
    channel = Channel()
    if done:
        channel.finish()
    if lost is not None:
        channel.lost.put(lost)
    assert supervisor.how_lost(channel, code) == how
    channel.copies.value = 1
    assert supervisor.how_lost(channel, code) == "forked, and the copy of its process returned as well"


def test_a_task_hears_what_its_judge_holds_back():
    """An engine may end its own processes, and be woken, whatever this one has blocked."""

    def blocked():
        return len(signal.pthread_sigmask(signal.SIG_BLOCK, ()))

    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM, signal.SIGTERM])
    try:
        with hosted(blocked) as host:
            assert remote(host, blocked)() == 0
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_what_a_system_lacks_is_not_asked_for_at_once():
    """Where there are no such calls (Windows, macOS) all of it can still be imported."""
    program = """
import os, signal
for module, names in (
    (os, ("fork", "setpgid", "killpg", "waitpid", "WNOHANG", "WUNTRACED")),
    (signal, ("struct_siginfo", "sigtimedwait", "pthread_sigmask", "SIGCHLD", "SIGCONT", "SIGSTOP")),
):
    for name in names:
        delattr(module, name)
import verification.processes.supervisor, verification.processes.channel
print("imported")
"""
    done = python("-c", program)
    assert (done.stdout, done.stderr) == ("imported\n", "")
