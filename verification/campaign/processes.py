"""A backend of this machine's processes: threads of ``concurrent.futures``, each of which waits for one."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from verification.campaign.blocks import Block
from verification.campaign.identity import Identity, Job
from verification.campaign.kept import Pool
from verification.campaign.record import Record


@dataclass(frozen=True, eq=False)
class Processes:
    """The processes, and threads that ask them."""

    pool: Pool
    threads: ThreadPoolExecutor
    room: int

    def submit(self, block: Block) -> Future[Record]:
        """Hand a block out."""
        return self.threads.submit(self.pool.ask, block)


@contextmanager
def processes(job: Job, needed: Identity, count: int) -> Iterator[Processes]:
    """So many processes, as long as this lasts."""
    pool, threads = Pool(job, needed), ThreadPoolExecutor(count)
    try:
        yield Processes(pool, threads, count)
    finally:
        pool.end()
        threads.shutdown(cancel_futures=True)
