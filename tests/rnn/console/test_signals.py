"""Requests to end come as exceptions, to one process alone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the system has no such signals")

SCRIPT = """
import multiprocessing, os, signal, sys, time
sys.path.insert(0, {root!r})
from rnn.console.signals import Terminated, as_exceptions

def work():
    time.sleep(60)

def main():
    {body}

try:
    with as_exceptions():
        main()
except (KeyboardInterrupt, Terminated) as request:
    print(type(request).__name__, *request.args, file=sys.stderr)
"""

# What needs to be cleared away: a file that is taken away at the end, and a process that is forked.
WAITING = """
    worker = multiprocessing.get_context("fork").Process(target=work)
    worker.start()
    try:
        print(worker.pid, flush=True)
        worker.join()
    finally:
        worker.kill()
        worker.join()
"""


def script(body):
    """A program that does this."""
    return [sys.executable, "-c", SCRIPT.format(root=str(ROOT), body=body.strip())]


def alive(pid):
    """Is there such a process?"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (signal.SIGINT, "KeyboardInterrupt\n"),
        (signal.SIGTERM, f"Terminated {signal.SIGTERM}\n"),
        (signal.SIGHUP, f"Terminated {signal.SIGHUP}\n"),
    ],
)
def test_a_signal_to_the_whole_group_leaves_one_line_and_no_process(number, said):
    """As a terminal sends Ctrl-C, to the forked process as well; nobody says more, and nobody stays."""
    child = subprocess.Popen(
        script(WAITING), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    worker = int(child.stdout.readline())
    os.killpg(child.pid, number)
    out, err = child.communicate(timeout=30)
    assert (out, err) == ("", said)
    assert child.returncode == 0
    assert not alive(worker)


def test_what_the_caller_ignores_stays_ignored():
    """nohup means it."""
    body = "os.kill(os.getpid(), 1); print('still here')"
    call = [
        sys.executable,
        "-c",
        "import os, signal, sys; signal.signal(1, signal.SIG_IGN); os.execv(*sys.argv[1:2], sys.argv[1:])",
    ]
    ended = subprocess.run([*call, *script(body)], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "still here\n", "")


def test_a_forked_process_ends_at_a_request_and_not_at_an_interruption():
    """The first is for it, and ends it as ever; the second is for its parent."""
    body = """
    ready, started = multiprocessing.Pipe()
    worker = multiprocessing.get_context("fork").Process(target=lambda: (started.send(1), work()))
    worker.start()
    ready.recv()
    os.kill(worker.pid, signal.SIGINT)
    worker.join(0.5)
    print(worker.exitcode, flush=True)
    os.kill(worker.pid, signal.SIGTERM)
    worker.join(30)
    print(worker.exitcode, flush=True)
"""
    ended = subprocess.run(script(body), capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr) == (f"None\n{-signal.SIGTERM}\n", "")
