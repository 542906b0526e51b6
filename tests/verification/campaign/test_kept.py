"""Kept processes: each has the engine that is meant, answers for a block, and ends with who started it."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from tests.campaigns import ENVIRONMENT, SQUARE, subject_in
from tests.living import gone, lives
from verification.campaign.blocks import Block
from verification.campaign.identity import Job
from verification.campaign.kept import Interrupted, Kept, Pool, Refused
from verification.campaign.looking import looked_at

NOISY = "print('read')\nimport os\nos.write(1, b'more\\n')\n" + SQUARE


def test_a_kept_process_looks_as_this_one_does(tmp_path):
    """Block after block, for an engine whose file prints; and it is gone when it is ended."""
    subject, job, identity = subject_in(tmp_path, NOISY)
    kept = Kept(job, identity)
    try:
        assert kept.identity == identity
        for index in (1, 0):
            block = Block(3, index, 5)
            assert kept.ask(block).to_json() == looked_at(subject, block).to_json()
    finally:
        kept.end()
    assert gone([kept.pid])


@pytest.mark.slow
def test_what_it_needs_is_its_own(tmp_path):
    """A file that is not there, that raises, that has another text, other versions: one line each."""
    _, job, identity = subject_in(tmp_path, SQUARE)
    numpy = {**identity.versions, "numpy": "1.0"}
    (tmp_path / "raises.py").write_text("1 / 0\n")
    for job_, identity_, words in (
        (Job(str(tmp_path / "none.py"), "net", job.digest), identity, "No such file"),
        (Job(str(tmp_path / "raises.py"), "net", job.digest), identity, "line 1: ZeroDivisionError"),
        (replace(job, name="nothing"), identity, "no 'nothing' there"),
        (job, replace(identity, versions=numpy), r"numpy .*, needed 1\.0"),
        (job, replace(identity, digest="b" * 64), "another source of the engine"),
    ):
        with pytest.raises(Refused, match=words) as refused:
            Kept(job_, identity_)
        assert "\n" not in str(refused.value)


def test_one_that_is_killed_is_heard_of_and_replaced(tmp_path):
    """Who waits for it is interrupted; the next block has another process."""
    subject, job, identity = subject_in(tmp_path, SQUARE)
    pool = Pool(job, identity)
    try:
        assert pool.ask(Block(0, 0, 2)).cases == 2
        (before,) = pool.pids
        os.kill(before, signal.SIGKILL)
        with pytest.raises(Interrupted, match=r"exit code -9|gone"):
            pool.ask(Block(0, 0, 2))
        assert pool.ask(Block(0, 1, 2)).to_json() == looked_at(subject, Block(0, 1, 2)).to_json()
        assert before not in pool.pids
    finally:
        pool.end()
    assert gone(pool.pids)


def test_a_block_that_nothing_can_be_told_of_is_interrupted(tmp_path):
    """As where a forward ends the process in which calls are drawn: in one line, and the process goes on."""
    ends = SQUARE.replace("    return x * x, x\n", "    __import__('os')._exit(7)\n")
    _, job, identity = subject_in(tmp_path, ends, "ends")
    kept = Kept(job, identity)
    try:
        for _ in range(2):
            with pytest.raises(
                Interrupted, match=r"^RuntimeError: .* exit code 7, before the engine"
            ) as told:
                kept.ask(Block(0, 0, 3))
            assert "\n" not in str(told.value)
    finally:
        kept.end()


def test_the_end_of_a_pool_is_heard_by_who_waits(tmp_path):
    """In a block that would take long; and nothing is started any more."""
    _, job, identity = subject_in(tmp_path, SQUARE)
    pool = Pool(job, identity)
    heard = []

    def wait():
        with pytest.raises(Interrupted):
            pool.ask(Block(0, 0, 10**6))
        heard.append(True)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not pool.pids:
        time.sleep(0.05)
    pids = pool.pids
    pool.end()
    waiting.join(20)
    assert heard
    assert gone(pids)
    with pytest.raises(Interrupted, match="the campaign has ended"):
        pool.ask(Block(0, 0, 1))


STARTING = """
import sys, time
from verification.campaign.identity import identity_of, job_of
from verification.campaign.kept import Kept

kept = Kept(job_of(sys.argv[1]))
print(kept.pid, flush=True)
time.sleep(600)
"""


def test_it_does_not_outlive_who_started_it(tmp_path):
    """SIGKILL says nothing to anyone; its input ends all the same."""
    _, job, _ = subject_in(tmp_path, SQUARE)
    call = [sys.executable, "-c", STARTING, job.target]
    with subprocess.Popen(call, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as started:
        pid = int(started.stdout.readline())
        assert lives(pid)
        started.kill()
    assert gone([pid])
