"""A cluster: a real scheduler and workers on the loopback, each a process of its own, that are killed.

Everything that is killed was started here, in a group of its own.
"""

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from contextlib import suppress

import pytest

from tests.campaigns import ENVIRONMENT, RARE, ROOT, SQUARE, run, subject_in
from verification.cli.campaign import cluster as module
from verification.cli.campaign.blocks import SeededBlock
from verification.cli.campaign.cluster import check, on_cluster
from verification.cli.campaign.looking import GaveUp, on_processes

# As many as are more than a cluster of two workers has at a time.
BLOCKS = [SeededBlock(0, index, 15) for index in range(9)]


class Machines:
    """A scheduler and its workers, started and ended by a test."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []
        self.file = folder / "scheduler.json"

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
        """The scheduler, at any port."""
        argv = ("--port", "0", "--scheduler-file", str(self.file), "--no-dashboard", "--no-show")
        self.scheduler = self.start("dask_scheduler", *argv, "--dashboard-address", "127.0.0.1:0")
        # The file is there a moment before it is written.
        while not (self.file.exists() and (text := self.file.read_text())):
            assert self.scheduler.poll() is None
            time.sleep(0.05)
        self.address = json.loads(text)["address"]

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


def as_json(records):
    """The JSON of every record."""
    return [record.to_json() for record in records]


@pytest.mark.slow
def test_a_worker_that_is_lost_costs_nothing_and_a_scheduler_is_reported(machines, tmp_path):
    """Its blocks are run by another one, as on this machine. Without a scheduler all ends, in a line."""
    subject, target, identity = subject_in(tmp_path, RARE)
    first, _ = machines.work("--no-nanny"), machines.work("--nanny")
    coming = on_cluster(machines.address, target, identity, BLOCKS)
    records = [next(coming)]
    machines.kill(first)
    records += coming
    assert as_json(records) == as_json(on_processes(subject, 1, BLOCKS))
    assert sum(record.refuted for record in records) > 0

    coming = on_cluster(machines.address, target, identity, BLOCKS)
    next(coming)
    machines.kill(machines.scheduler)
    with pytest.raises(GaveUp, match=r"the cluster at tcp://.* is lost") as raised:
        list(coming)
    assert "\n" not in str(raised.value)


@pytest.mark.slow
def test_a_block_that_ends_whatever_runs_it_is_given_up(machines, tmp_path):
    """In a line, once it has been handed out a few times: here by a forward of a function."""
    ends = SQUARE.replace("    return x * x, x\n", "    import os\n    os._exit(7)\n    return x * x, x\n")
    _, target, identity = subject_in(tmp_path, ends, "ends")
    machines.work("--no-nanny")
    with pytest.raises(GaveUp, match=r"block 0: .*, before the engine") as raised:
        list(on_cluster(machines.address, target, identity, BLOCKS[:1]))
    assert "\n" not in str(raised.value)


@pytest.mark.slow
def test_a_campaign_by_the_command(machines, tmp_path):
    """The same JSON and the same text as with a process of this machine."""
    subject_in(tmp_path, SQUARE)
    machines.work("--nanny", "--nthreads", "2")
    argv = ("mine.py:net", "--cases", "60", "--json")
    here = run(tmp_path, *argv, "here.json", "--out", "here", "--workers", "1")
    there = run(tmp_path, *argv, "there.json", "--out", "there", "--scheduler", machines.address)
    assert (here.returncode, there.returncode) == (0, 0)
    assert here.stdout.partition("Written")[0] == there.stdout.partition("Written")[0]
    one, other = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("here", "there"))
    assert {**one, "times": None} == {**other, "times": None}
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
    _, target, identity = subject_in(tmp_path, SQUARE)

    def refused(target, identity, words, process):
        with pytest.raises(ValueError, match=words) as raised:
            check(machines.address, target, identity)
        assert "\n" not in str(raised.value)
        if process is not None:
            machines.kill(process)

    worker = machines.work("--no-nanny")
    older = {**identity, "numpy": "1.0"}
    refused(target, older, r"worker tcp://127\.0\.0\.1:\d+: numpy .*, needed 1\.0", None)
    refused(f"{tmp_path / 'none.py'}:net", identity, "No such file.*none.py", None)
    refused(f"{tmp_path / 'mine.py'}:nothing", identity, "no 'nothing' there|needed net", worker)

    other = tmp_path / "other"
    shutil.copytree(ROOT / "verification", other / "verification", ignore=shutil.ignore_patterns("*.pyc"))
    with (other / "verification" / "text.py").open("a") as file:
        file.write("# Changed.\n")
    (other / "rnn").symlink_to(ROOT / "rnn")
    theirs = {**ENVIRONMENT, "PYTHONPATH": str(other)}
    refused(target, identity, "verified-rnn of source", machines.work("--no-nanny", environment=theirs))

    # An installed project is found whatever PYTHONPATH says, so the interpreter is told to find none.
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "sitecustomize.py").write_text(WITHOUT)
    theirs = {**ENVIRONMENT, "PYTHONPATH": str(tmp_path / "none")}
    needed = "No module named 'verification'.*, needed this project"
    refused(target, identity, needed, machines.work("--no-nanny", environment=theirs))


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere", "", "what://127.0.0.1:1"])
def test_where_no_scheduler_is(monkeypatch, tmp_path, address):
    """One line, and soon."""
    _, target, identity = subject_in(tmp_path, SQUARE)
    monkeypatch.setattr(module, "ANSWER", 0.5)
    with pytest.raises(ValueError, match="needed HOST:PORT of a scheduler that runs") as raised:
        check(address, target, identity)
    assert str(raised.value).startswith(f"--scheduler: {address!r}: ")
    assert "\n" not in str(raised.value)


def test_a_scheduler_without_workers(machines, monkeypatch, tmp_path):
    """Told apart from one that does not answer."""
    _, target, identity = subject_in(tmp_path, SQUARE)
    monkeypatch.setattr(module, "JOINED", 0.5)
    with pytest.raises(ValueError, match="no worker has joined"):
        check(machines.address, target, identity)
