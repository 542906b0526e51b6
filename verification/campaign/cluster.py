"""A backend of the workers of a Dask cluster, which is reached by its scheduler.

Dask hands a block of a worker that is lost to another one. A scheduler that is lost is waited for, whoever
starts it again; what it had is handed out again. Each worker keeps processes of its own (``kept``), in a
plugin that a worker which joins later is given as well.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import distributed
from distributed import Client, KilledWorker, Security, WorkerPlugin, get_worker, rpc
from distributed.cfexecutor import ClientExecutor

from verification.campaign.blocks import Block
from verification.campaign.identity import Identity, Job, difference
from verification.campaign.kept import Interrupted, Kept, Pool, Refused
from verification.campaign.record import Record
from verification.campaign.spreading import BackendLost, GaveUp
from verification.text import message_of, shown

# Seconds for a scheduler to answer, and for one that is lost to come back.
ANSWER, BACK = 5.0, 600.0

# Seconds for the workers of a scheduler to be there.
JOINED = 30.0

# Blocks that are out at a time for each thread of a worker: one that it does, and one that waits for it.
AHEAD = 2


class Processes(WorkerPlugin):
    """The processes of a campaign in one worker."""

    def __init__(self, job: Job, needed: Identity) -> None:
        self._job, self._needed = job, needed
        self.pool: Pool | None = None

    def setup(self, worker: distributed.Worker) -> None:
        """When a worker joins, or is there already."""
        self.pool = Pool(self._job, self._needed)

    def teardown(self, worker: distributed.Worker) -> None:
        """When it leaves, or the campaign does."""
        assert self.pool is not None  # it was set up
        self.pool.end()


def look_at(plugin: str, block: Block) -> Record:
    """In a worker: the record of a block."""
    worker = get_worker()
    processes = worker.plugins.get(plugin)
    if not isinstance(processes, Processes) or processes.pool is None:
        raise Interrupted(f"worker {worker.address} knows no such campaign")
    try:
        return processes.pool.ask(block)
    except Refused as refused:
        raise Refused(f"worker {worker.address}: {refused}") from None


def identity_there(job: Job) -> Identity:
    """In a worker: of the engine as it is judged there; raises ``Refused``."""
    kept = Kept(job)
    kept.end()
    return kept.identity


@dataclass(frozen=True, eq=False)
class Cluster:
    """The workers of a scheduler."""

    client: Client
    executor: ClientExecutor
    plugin: str

    @property
    def room(self) -> int:
        """Of as many threads as the workers have now."""
        with self._running():
            threads: list[int] = list(self.client.nthreads().values())
        return AHEAD * max(1, sum(threads))

    def submit(self, block: Block) -> Future[Record]:
        """Hand a block out."""
        result: Future[Record] = Future()

        def pass_on(done: Future[Record]) -> None:
            try:
                result.set_result(done.result())
            except CancelledError as error:
                result.set_exception(BackendLost(str(error)))
            except KilledWorker as error:
                result.set_exception(Interrupted(f"its workers ended ({error.last_worker.address})"))
            except BaseException as error:
                result.set_exception(error)

        with self._running():
            self.executor.submit(look_at, self.plugin, block).add_done_callback(pass_on)
        return result

    @contextmanager
    def _running(self) -> Iterator[None]:
        """With the connection as it should be; ``BackendLost`` if it is lost."""
        if self.client.status != "running":
            raise BackendLost(f"the client is {self.client.status}")
        with _as_scattered():
            yield


@contextmanager
def cluster(
    address: str,
    job: Job,
    needed: Identity,
    timeout: float = 0.0,
    tell: Callable[[str], object] = lambda words: None,
) -> Iterator[Cluster]:
    """The cluster, as long as this lasts; ValueError, in one line, for one that will not do.

    ``timeout``: seconds for a scheduler that does not answer to come back, which ``tell`` is told;
    ``GaveUp`` if it does not.
    """
    _reach(address, timeout, tell)
    plugin = f"verified-rnn campaign {uuid4().hex}"
    with _as_scattered():
        client = Client(address, timeout=ANSWER, set_as_default=False)
    try:
        with _as_scattered():
            _check(client, address, job, needed, JOINED + timeout)
            client.register_plugin(Processes(job, needed), name=plugin)
        yield Cluster(client, client.get_executor(pure=False), plugin)
    finally:
        # A scheduler that is gone needs no goodbye.
        with suppress(Exception):
            if client.status == "running":
                client.unregister_worker_plugin(plugin)
        with suppress(Exception):
            client.close(timeout=ANSWER)


@contextmanager
def _as_scattered() -> Iterator[None]:
    """A connection that is lost is ``BackendLost``. A client that has closed itself says RuntimeError."""
    try:
        yield
    except (OSError, RuntimeError, CancelledError, asyncio.CancelledError) as error:
        raise BackendLost(message_of(error)) from error


def _reach(address: str, timeout: float, tell: Callable[[str], object]) -> None:
    """Wait until a scheduler answers at the address."""
    # What Dask logs of lost connections is told here, in a line.
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
    ends = time.monotonic() + timeout
    waits = False
    while True:
        try:
            there = asyncio.run(_identity(address))
            break
        except ValueError as error:
            raise ValueError(f"--scheduler: {shown(address)}: {error}, needed HOST:PORT") from None
        except OSError:
            if waits and time.monotonic() >= ends:
                raise GaveUp(f"no scheduler has come back at {shown(address)}") from None
            if not timeout:
                needed = "needed the address of one that runs"
                raise ValueError(f"--scheduler: no scheduler answers at {shown(address)}, {needed}") from None
        if not waits:
            tell(f"the scheduler at {address} is lost; waiting for one there, up to {timeout:.0f} s")
            waits = True
    if there.get("type") != "Scheduler":
        kind = str(there.get("type")).lower()
        raise ValueError(f"--scheduler: {shown(address)} is that of a {kind}, needed a scheduler's")


async def _identity(address: str) -> dict[str, Any]:
    """What answers at an address; OSError if nothing does."""
    there = rpc(address, timeout=ANSWER, connection_args=Security().get_connection_args("client"))
    try:
        identity: dict[str, Any] = await asyncio.wait_for(there.identity(), ANSWER)
        return identity
    finally:
        await there.close_rpc()


def _probe() -> Callable[[], bool]:
    """Is this module there? Such a function is sent as it is, others by their module's name."""

    def present() -> bool:
        from importlib.util import find_spec

        try:
            return find_spec("verification.campaign.cluster") is not None
        except ModuleNotFoundError:
            return False

    return present


def _check(client: Client, address: str, job: Job, needed: Identity, timeout: float) -> None:
    """Every worker has the engine and the versions that are needed; ValueError, in one line, for one."""
    try:
        client.wait_for_workers(1, timeout=timeout)
    except TimeoutError:
        raise ValueError(f"--scheduler: no worker has joined {shown(address)}, needed one or more") from None
    present = _probe()
    there = {f"worker {w}": found for w, found in client.run(present, on_error="return").items()}
    there[f"the scheduler at {address}"] = client.run_on_scheduler(present)
    for whose, found in there.items():
        if found is False:
            raise ValueError(f"{whose}: no such verified-rnn there, needed {needed.versions['verified-rnn']}")
    asked = {w: client.submit(identity_there, job, workers=[w], pure=False) for w in client.nthreads()}
    for worker, future in asked.items():
        try:
            wrong = difference(future.result(timeout=JOINED + timeout), needed)
        except Refused as refused:
            wrong = str(refused)
        except (OSError, CancelledError, KilledWorker):
            # One that has left is none of ours.
            continue
        if wrong is not None:
            raise ValueError(f"worker {worker}: {wrong}")
