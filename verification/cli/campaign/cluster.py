"""The workers of a Dask cluster, which is reached by its scheduler.

Dask hands the block of a worker that is lost to another one. Each worker has processes for the campaign, as
many as it runs blocks at a time, in a plugin that a worker which joins later is given as well: so what an
engine's file imports stays out of a worker that others use too. Each of them judges as a run of its own does,
with a host for the engine.
"""

import logging
import os
import pickle
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache, partial
from typing import Any
from uuid import uuid4

import distributed
from distributed import Client, Future, KilledWorker, WorkerPlugin, get_worker

from verification.cli.campaign.blocks import SeededBlock
from verification.cli.campaign.identity import difference, identity_of
from verification.cli.campaign.looking import GaveUp, look_at, record_of
from verification.cli.campaign.record import Record
from verification.judge import subject_of
from verification.judging.run import Subject
from verification.processes.loading import engine_at
from verification.processes.server import receive, send
from verification.processes.signals import held_back
from verification.processes.workers import Spread, pooled
from verification.text import message_of, shown

# Seconds to wait for a scheduler's answer, and for one of its workers.
ANSWER, JOINED = 5.0, 30.0

# Blocks that are sent ahead for each thread of a worker.
AHEAD = 4

# How often a block is sent again after its process has ended, for instance for lack of memory.
RETRIES = 4


class Refused(ValueError):
    """A worker cannot load the right engine; the message says why, in one line."""


# What a process of a worker runs, after its path is that of the worker.
LIFE = """
from verification.processes.namesakes import ours
with ours():
    from verification.cli.campaign.cluster import live
live()
"""


class Process:
    """A process of a worker, which makes records of one block after another."""

    def __init__(self) -> None:
        # Hypothesis's database is not left in the current folder of a worker.
        kept = os.path.join(tempfile.gettempdir(), "verified-rnn")
        with held_back():
            self._started = subprocess.Popen(
                [sys.executable, "-c", f"import sys\nsys.path[:] = {[*sys.path]!r}\n{LIFE}"],
                env={"HYPOTHESIS_STORAGE_DIRECTORY": kept, **os.environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )

    def outcome(self, task: Any) -> Any:
        """The record of a block, or the exception that was raised; EOFError if the process is lost."""
        assert self._started.stdin is not None
        assert self._started.stdout is not None
        try:
            send(self._started.stdin.fileno(), task)
        except BrokenPipeError:
            raise EOFError from None
        return pickle.loads(receive(self._started.stdout.fileno()))

    def end(self) -> None:
        """Ends it, and what it has started ends with it."""
        self._started.kill()
        for pipe in (self._started.stdin, self._started.stdout):
            if pipe is not None:
                pipe.close()
        self._started.wait()


def live() -> None:
    """A process of a worker, until its end."""
    reading, writing = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    with suppress(EOFError):
        while True:
            target, needed, block = pickle.loads(receive(reading))
            try:
                outcome: Any = _record(target, needed, block)
            except Exception as error:
                outcome = error
            send(writing, outcome)


class Processes(WorkerPlugin):
    """The processes of a campaign in one worker: those without a block."""

    idle: list[Process]

    def setup(self, worker: distributed.Worker) -> None:
        """Called when a worker joins, or for one that is already there."""
        self.idle, self._is_over = [], False

    def outcome(self, task: Any) -> Any:
        """As of a process; called from any thread."""
        process = self.idle.pop() if self.idle else Process()
        try:
            outcome = process.outcome(task)
        except BaseException:
            process.end()
            raise
        if self._is_over:
            process.end()
        else:
            self.idle.append(process)
        return outcome

    def teardown(self, worker: distributed.Worker) -> None:
        """Called when the worker or the campaign leaves; a block that is at work ends its process."""
        self._is_over = True
        while self.idle:
            self.idle.pop().end()


def look_there(name: str, target: str, needed: Mapping[str, str], block: SeededBlock) -> Record:
    """On a worker: the record of a block, by the plugin of that name; raises ``Refused``."""
    worker = get_worker()
    plugin = worker.plugins[name]
    assert isinstance(plugin, Processes)  # registered before any block is handed out
    try:
        outcome = plugin.outcome((target, dict(needed), block))
    except EOFError:
        raise GaveUp(f"block {block.index}: the process that judges has ended") from None
    if isinstance(outcome, Refused):
        raise Refused(f"worker {worker.address}: {outcome}")
    if isinstance(outcome, Exception):
        raise outcome
    record: Record = outcome
    return record


def _record(target: str, needed: dict[str, str], block: SeededBlock) -> Record:
    """The record of a block; each process loads the engine from its file, once."""
    subject, spread, _ = _judged(target, tuple(needed.items()))
    (outcome,) = spread(partial(look_at, subject), [block])
    return record_of(subject, block, outcome)


@lru_cache(maxsize=1)
def _judged(target: str, needed: tuple[tuple[str, str], ...]) -> tuple[Subject, Spread, ExitStack]:
    """The engine's subject, and its hosts, which end with this process; raises ``Refused``."""
    try:
        wrong = difference(identity_of(target), dict(needed))
        engine = engine_at(target)
    except (OSError, ValueError) as error:
        raise Refused(str(error)) from None
    if wrong is not None:
        raise Refused(wrong)
    subject, stack = subject_of(engine), ExitStack()
    return subject, stack.enter_context(pooled(subject.functions, processes=1)), stack


def on_cluster(
    address: str, target: str, needed: Mapping[str, str], blocks: Iterable[SeededBlock]
) -> Generator[Record, None, None]:
    """The records of the blocks in order; raises ``Refused``, and ``GaveUp`` if the scheduler is lost."""
    with _joined(address) as (client, plugin):
        out = deque[Future[Record]]()
        for block in blocks:
            out.append(client.submit(look_there, plugin, target, needed, block, pure=False, retries=RETRIES))
            if len(out) >= AHEAD * max(1, sum(client.nthreads().values())):
                yield out.popleft().result()
        while out:
            yield out.popleft().result()


def check(address: str, target: str, needed: Mapping[str, str]) -> None:
    """Raises ValueError, in one line, for a worker without the right engine and versions."""
    nothing = SeededBlock(0, 0, 0)
    try:
        with _joined(address) as (client, plugin):
            for future in [
                client.submit(look_there, plugin, target, needed, nothing, workers=[worker], pure=False)
                for worker in client.nthreads()
            ]:
                future.result(timeout=JOINED)
    except GaveUp as lost:
        raise ValueError(f"--scheduler: {lost}") from None


@contextmanager
def _joined(address: str) -> Iterator[tuple[Client, str]]:
    """A client, and the name of the plugin that its workers have in the meantime.

    Raises ValueError, in one line, for an address that does not work; ``GaveUp`` for a scheduler that is
    lost.
    """
    # Lost connections are reported here in one line, so Dask's log of them is silenced.
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
    plugin = f"verified-rnn campaign {uuid4().hex}"
    try:
        client = Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        needed = "needed HOST:PORT of a scheduler that runs"
        raise ValueError(f"--scheduler: {shown(address)}: {message_of(error)}, {needed}") from None
    try:
        try:
            client.wait_for_workers(1, timeout=JOINED)
        except TimeoutError:
            raise ValueError(
                f"--scheduler: no worker has joined {shown(address)}, needed one or more"
            ) from None
        try:
            client.register_plugin(Processes(), name=plugin)
        except Exception as error:
            needed = "needed this project on all machines of a cluster that runs"
            raise ValueError(f"--scheduler: {shown(address)}: {message_of(error)}, {needed}") from None
        yield client, plugin
    except (OSError, RuntimeError, CancelledError, KilledWorker) as error:
        raise GaveUp(f"the cluster at {address} is lost: {message_of(error)}") from error
    finally:
        # A scheduler that is gone cannot be closed.
        with suppress(Exception):
            if client.status == "running":
                client.unregister_worker_plugin(plugin)
        with suppress(Exception):
            client.close(timeout=ANSWER)
