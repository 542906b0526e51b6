"""A command apart: its exit code is what it told, whatever a user's file does to its process."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.living import LINUX, children, gone, status, when
from tests.programs import ROOT
from verification.processes import apart as module
from verification.processes.apart import NOBODY, LostCommand, Telling, apart

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no forks"),
    pytest.mark.usefixtures("nobody_is_left_behind"),
]

FILE = {"file": "mine.py", "seconds": 60.0}


def result_of(work, at_exit=lambda: None):
    """What the parent has of it; the child ends as its interpreter would, by what is done at exit."""
    here = os.getpid()
    try:
        code = apart(work)
        if os.getpid() == here:
            return code
        at_exit()
    finally:
        if os.getpid() != here:
            os._exit(77)


def test_it_is_the_exit_code_that_was_told():
    for code in (0, 1, 130):
        assert result_of(lambda telling, code=code: code) == code


def test_what_comes_after_it_changes_nothing(monkeypatch):
    """Neither another exit code nor what never ends."""
    monkeypatch.setattr(module, "EXIT", 0.2)
    assert result_of(lambda telling: 1, lambda: os._exit(0)) == 1
    assert result_of(lambda telling: 1, lambda: time.sleep(60)) == 1


def imports(then):
    """A command that does this while it imports a file."""

    def work(telling):
        with telling.importing(**FILE):
            then(telling)
        return 0

    return work


@pytest.mark.parametrize(
    ("then", "code"),
    [
        (lambda telling: os._exit(0), 0),
        (lambda telling: os._exit(3), 3),
        (lambda telling: os.kill(os.getpid(), signal.SIGKILL), -9),
        (lambda telling: os.close(telling.file) or os._exit(0), 0),
    ],
    ids=["0", "3", "killed", "without a pipe"],
)
def test_an_import_that_ends_the_process_is_told_from_a_result(then, code):
    assert result_of(imports(then)) == LostCommand(FILE, False, code)


def test_an_import_that_has_ended_is_forgotten():
    def work(telling):
        with telling.importing(**FILE):
            pass
        os._exit(0)

    assert result_of(work) == LostCommand(None, False, 0)


def test_an_import_that_does_not_end_is_ended():
    """After its time; an import of no more than that is not."""
    before = time.monotonic()
    for seconds, found in ((0.3, LostCommand({**FILE, "seconds": 0.3}, True, -9)), (60.0, 0)):

        def work(telling, seconds=seconds):
            with telling.importing(**{**FILE, "seconds": seconds}):
                while time.monotonic() - before < 1.0:
                    pass
            return 0

        assert result_of(work) == found


def test_a_process_left_behind_is_not_waited_for():
    """Though it holds the pipe."""
    left = []
    reading, writing = os.pipe()

    def work(telling):
        if os.fork() == 0:
            os.setsid()
            os.write(writing, b"%d" % os.getpid())
            time.sleep(60)
        os._exit(0)

    assert result_of(work) == LostCommand(None, False, 0)
    left.append(int(os.read(reading, 20)))
    os.kill(left[0], signal.SIGKILL)
    os.close(reading)
    os.close(writing)


def test_a_copy_of_the_child_tells_nothing():
    def work(telling):
        if (copy := os.fork()) == 0:
            telling.tell(code=0)
            os._exit(0)
        os.waitpid(copy, 0)
        return 1

    assert result_of(work) == 1


def test_nothing_is_told_where_nobody_hears():
    with NOBODY.importing(**FILE):
        NOBODY.tell(code=1)
    reading, writing = os.pipe()
    os.close(reading)
    Telling(writing).tell(code=1)
    os.close(writing)


# What is told of each signal by a child that handles it; the parent prints what it has.
PROGRAM = """
import os, signal, sys, time
from verification.processes.apart import apart

def work(telling):
    heard = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: heard.append(number))
    print("ready", flush=True)
    while not heard:
        time.sleep(0.01)
    time.sleep(0.3)
    return 100 * len(heard) + heard[0]

sys.exit(apart(work))
"""


def started():
    """The program, once its child is there."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


@LINUX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=str)
@pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["to the process", "to its group"])
def test_a_request_to_end_reaches_the_child_once(number, send):
    process = started()
    send(process.pid, number)
    assert process.wait(60) == 100 + number
    process.stdout.close()


@LINUX
def test_a_stop_stops_the_child_too():
    """And it goes on with its parent."""
    process = started()
    (child,) = children(process.pid)
    os.kill(process.pid, signal.SIGTSTP)
    when(lambda: status(child)[0] == status(process.pid)[0] == "T")
    os.kill(process.pid, signal.SIGCONT)
    when(lambda: status(child)[0] != "T")
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(60) == 100 + signal.SIGTERM
    process.stdout.close()


@LINUX
def test_the_child_ends_with_its_parent():
    process = started()
    (child,) = children(process.pid)
    process.kill()
    process.wait(60)
    assert gone([child])
    process.stdout.close()
