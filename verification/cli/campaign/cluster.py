"""The workers of a Dask cluster, which is reached by its scheduler.

Dask hands the block of a worker that is lost to another one. Each worker has fresh processes, as many as it
runs blocks at a time, in a plugin that a worker which joins later is given as well: so what an engine's file
imports stays out of a worker that others use too, and a process that ends does not end it.
"""

import logging
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from uuid import uuid4

import distributed
from distributed import Client, Future, KilledWorker, WorkerPlugin, get_worker

from verification.cli.campaign.blocks import SeededBlock
from verification.cli.campaign.identity import difference, identity_of
from verification.cli.campaign.looking import GaveUp, look_at, record_of
from verification.cli.campaign.record import Record
from verification.judge import subject_of
from verification.judging.run import Subject
from verification.processes.channel import Channel
from verification.processes.fresh import Pool
from verification.processes.loading import engine_at
from verification.processes.workers import Lost, spread
from verification.text import message_of, shown

# Seconds to wait for a scheduler's answer, and for one of its workers.
ANSWER, JOINED = 5.0, 30.0

# Blocks that are sent ahead for each thread of a worker.
AHEAD = 4

# How often a block is sent again after its process has ended, for instance for lack of memory.
RETRIES = 4


class Refused(ValueError):
    """A worker cannot load the right engine; the message says why, in one line."""


class Processes(WorkerPlugin):
    """The fresh processes of a campaign in one worker."""

    pool: Pool

    def setup(self, worker: distributed.Worker) -> None:
        """Called when a worker joins, or for one that is already there."""
        self.pool = Pool()

    def teardown(self, worker: distributed.Worker) -> None:
        """Called when the worker or the campaign leaves."""
        self.pool.end()


def look_there(name: str, target: str, needed: Mapping[str, str], block: SeededBlock) -> Record:
    """On a worker: the record of a block, by the plugin of that name; raises ``Refused``."""
    worker = get_worker()
    plugin = worker.plugins[name]
    assert isinstance(plugin, Processes)  # registered before any block is handed out
    outcome = plugin.pool.outcome(_look_afresh, (target, dict(needed), block))
    if isinstance(outcome, Refused):
        raise Refused(f"worker {worker.address}: {outcome}")
    if isinstance(outcome, Lost):
        raise GaveUp(f"block {block.index}: the process of the engine {outcome.how}")
    if isinstance(outcome, Exception):
        raise outcome
    record: Record = outcome
    return record


def _look_afresh(task: tuple[str, dict[str, str], SeededBlock], channel: Channel) -> Record:
    """In a fresh process: the record of a block; each process loads the engine from its file."""
    target, needed, block = task
    subject = _subject(target, tuple(needed.items()))
    (outcome,) = spread(partial(look_at, subject), [block])
    return record_of(subject, block, outcome)


@lru_cache(maxsize=1)
def _subject(target: str, needed: tuple[tuple[str, str], ...]) -> Subject:
    """The engine's subject, loaded once; raises ``Refused``."""
    try:
        wrong = difference(identity_of(target), dict(needed))
        engine = engine_at(target)
    except (OSError, ValueError) as error:
        raise Refused(str(error)) from None
    if wrong is not None:
        raise Refused(wrong)
    return subject_of(engine)


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
