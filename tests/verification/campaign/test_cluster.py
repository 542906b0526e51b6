"""A cluster: a real scheduler and workers on the loopback, each a process of its own, that are killed.

Everything that is killed was started here, in a group of its own.
"""

import gc
import json
import os
import re
import signal
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from dataclasses import replace
from functools import partial

import pytest

from tests.campaigns import ENVIRONMENT, RARE, ROOT, SQUARE, run, subject_in
from verification.campaign import blocks as counting
from verification.campaign import cluster as module
from verification.campaign.blocks import blocks
from verification.campaign.campaign import Campaign, merge, taken_up
from verification.campaign.cluster import cluster
from verification.campaign.looking import looked_at
from verification.campaign.record import Record
from verification.campaign.spreading import GaveUp
from verification.campaign.store import opened

# Of a block, and of eight of them.
BLOCK, CASES = 15, 120


class Machines:
    """A scheduler and its workers, started and ended by a test."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []
        self.file = folder / "scheduler.json"
        self.port = 0
        self.scheduler = self.workers = None

    def start(self, program, *argv, environment=ENVIRONMENT):
        """A program of Dask's in a group of its own."""
        call = [sys.executable, "-m", f"distributed.cli.{program}", "--host", "127.0.0.1", *argv]
        log = (self.folder / f"{len(self.started)}.log").open("w")
        with log:
            process = subprocess.Popen(
                call, cwd=self.folder, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        self.started.append(process)
        return process

    def schedule(self):
        """The scheduler, at the port that it had before, if it had one."""
        self.file.unlink(missing_ok=True)
        argv = ("--port", str(self.port), "--scheduler-file", str(self.file), "--no-dashboard", "--no-show")
        self.scheduler = self.start("dask_scheduler", *argv, "--dashboard-address", "127.0.0.1:0")
        # The file is there a moment before it is written.
        while not (self.file.exists() and (text := self.file.read_text())):
            assert self.scheduler.poll() is None
            time.sleep(0.05)
        self.address = json.loads(text)["address"]
        self.port = int(self.address.rpartition(":")[2])

    def work(self, *argv, environment=ENVIRONMENT):
        """A worker of one thread."""
        argv = ("--nthreads", "1", "--no-dashboard", "--local-directory", str(self.folder), *argv)
        return self.start("dask_worker", self.address, *argv, environment=environment)

    def kill(self, process):
        """With all of its group, so that no worker outlives its nanny; nobody is left to say goodbye."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self):
        """Everything that was started."""
        for process in self.started:
            self.kill(process)


@pytest.fixture(autouse=True)
def dropped_sockets_are_collected():
    """Dask leaves sockets to what was killed open. They are collected here, and warn in no later test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def machines(tmp_path):
    """A scheduler, and no worker yet."""
    folder = tmp_path / "machines"
    folder.mkdir()
    made = Machines(folder)
    try:
        made.schedule()
        yield made
    finally:
        made.end()


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_counts_twice(machines, tmp_path, monkeypatch):
    """A worker is killed, then the scheduler with all workers, and the outcome is that of one process."""
    monkeypatch.setattr(counting, "CASES", BLOCK)
    subject, job, identity = subject_in(tmp_path, RARE)
    first, _ = machines.work("--no-nanny"), machines.work("--nanny")
    campaign = Campaign(subject, job, identity, 0, CASES, tmp_path)
    seen, told = [], []

    def progress(done, total):
        seen.append((done, total))
        if len(seen) == 2:
            machines.kill(first)
            machines.work("--no-nanny")
        if len(seen) == 4:
            machines.kill(machines.scheduler)
            for process in machines.started:
                machines.kill(process)
            machines.schedule()
            machines.work("--no-nanny")
            machines.work("--nanny")

    gather = partial(cluster, machines.address, job, identity, 60.0, told.append)
    with opened(tmp_path, identity, 0) as store:
        merge(campaign, store, merging := taken_up(campaign, store), gather, progress)
        kept = [block for block, _ in store.kept(CASES)]
    alone = sum((looked_at(subject, block) for block in blocks(0, CASES)), Record())
    assert merging.record.to_json() == alone.to_json()
    assert alone.cases == CASES
    assert alone.refuted > 0
    assert kept == list(blocks(0, CASES))
    assert seen == [(done, CASES) for done in range(BLOCK, CASES + 1, BLOCK)]


@pytest.mark.slow
def test_a_campaign_by_the_command(machines, tmp_path):
    """The same JSON and the same text as with a process of this machine."""
    subject_in(tmp_path, SQUARE)
    machines.work("--nanny", "--nthreads", "2")
    argv = ("mine.py:net", "--cases", "60", "--json")
    here = run(tmp_path, *argv, "here.json", "--out", "here", "--workers", "1")
    there = run(tmp_path, *argv, "there.json", "--out", "there", "--scheduler", machines.address)
    assert (here.returncode, there.returncode, here.stdout.partition("Written")[0]) == (
        0,
        0,
        there.stdout.partition("Written")[0],
    )
    one, other = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("here", "there"))
    assert {**one, "seconds": 0} == {**other, "seconds": 0}
    assert "Traceback" not in there.stderr


WITHOUT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "verification":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
"""


@pytest.mark.slow
def test_workers_that_will_not_do_are_refused(machines, tmp_path):
    """One that has another source of this project, or cannot read the engine's file, or has none of it."""
    _, job, identity = subject_in(tmp_path, SQUARE)

    def refused(job, identity, words, process):
        with pytest.raises(ValueError, match=words) as told, cluster(machines.address, job, identity):
            pytest.fail("gathered")
        assert "\n" not in str(told.value)
        assert str(told.value).startswith("worker tcp://127.0.0.1:")
        machines.kill(process)

    worker = machines.work("--no-nanny")
    numpy = {**identity.versions, "numpy": "1.0"}
    needed = replace(identity, versions=numpy)
    old = pytest.raises(ValueError, match=r"worker .*: numpy .*, needed 1\.0")
    with old as told, cluster(machines.address, job, needed):
        pytest.fail("gathered")
    (theirs,) = re.findall(r"worker (tcp://[\d.:]+\d): ", str(told.value))
    not_one = pytest.raises(ValueError, match="is that of a worker, needed a scheduler's")
    with not_one, cluster(theirs, job, identity):
        pytest.fail("gathered")
    refused(replace(job, file=str(tmp_path / "none.py")), identity, "No such file.*none.py", worker)

    other = tmp_path / "other"
    call = ["git", "ls-files", "verification"]
    for name in subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split():
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        (other / name).write_bytes((ROOT / name).read_bytes())
    with (other / "verification" / "text.py").open("a") as file:
        file.write("# Changed.\n")
    (other / "rnn").symlink_to(ROOT / "rnn")
    theirs = {**ENVIRONMENT, "PYTHONPATH": str(other)}
    refused(job, identity, "verified-rnn of source", machines.work("--no-nanny", environment=theirs))

    # An installed project is found whatever PYTHONPATH says, so the interpreter is told to find none.
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "sitecustomize.py").write_text(WITHOUT)
    theirs = {**ENVIRONMENT, "PYTHONPATH": str(tmp_path / "none")}
    refused(job, identity, "no such verified-rnn there", machines.work("--no-nanny", environment=theirs))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("127.0.0.1:1", "no scheduler answers at '127.0.0.1:1'"),
        ("nowhere", "needed HOST:PORT"),
        ("", "needed HOST:PORT"),
        ("what://127.0.0.1:1", "needed HOST:PORT"),
    ],
)
def test_where_no_scheduler_is(monkeypatch, tmp_path, address, words):
    """One line, and soon."""
    _, job, identity = subject_in(tmp_path, SQUARE)
    monkeypatch.setattr(module, "ANSWER", 0.5)
    with pytest.raises(ValueError, match=words) as told, cluster(address, job, identity):
        pytest.fail("gathered")
    assert str(told.value).startswith("--scheduler: ")
    assert "\n" not in str(told.value)


def test_a_scheduler_that_does_not_come_back(monkeypatch, tmp_path):
    """It is told that it is lost, once, and in the end that it is waited for no more."""
    _, job, identity = subject_in(tmp_path, SQUARE)
    monkeypatch.setattr(module, "ANSWER", 0.3)
    told = []
    gone = pytest.raises(GaveUp, match=r"no scheduler has come back at '127\.0\.0\.1:1'")
    with gone, cluster("127.0.0.1:1", job, identity, 1.0, told.append):
        pytest.fail("gathered")
    assert told == ["the scheduler at 127.0.0.1:1 is lost; waiting for one there, up to 1 s"]


def test_a_scheduler_without_workers(machines, monkeypatch, tmp_path):
    """Told apart from one that does not answer."""
    _, job, identity = subject_in(tmp_path, SQUARE)
    monkeypatch.setattr(module, "JOINED", 0.5)
    with pytest.raises(ValueError, match="no worker has joined"), cluster(machines.address, job, identity):
        pytest.fail("gathered")
