"""Blocks handed out, and taken back as they are done, whatever fails on the way.

Who does the work is a *backend*: processes of this machine, or a cluster. A block whose process is lost is
handed out again; where the backend as a whole is lost it is gathered again, and all that it had is handed out
again. What comes of a block depends on the block alone, so nothing is different when it is done twice.
"""

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager
from typing import Protocol

from verification.campaign.blocks import Block
from verification.campaign.kept import Interrupted
from verification.campaign.record import Record

# How often a block may be handed out. A machine that fails does so once or twice; an engine that ends
# whatever process asks it does so always.
TRIES = 5


class BackendLost(Exception):
    """The backend as a whole is lost, and so is all that it was doing."""


class GaveUp(Exception):
    """Nothing will come of it: a block has been handed out too often, or a backend does not come back."""


class Backend(Protocol):
    """Whoever looks at blocks."""

    @property
    def room(self) -> int:
        """How many blocks may be out at a time, so that nobody has to wait for one."""

    def submit(self, block: Block) -> Future[Record]:
        """Hand a block out; raises ``BackendLost``, and so may the future, or ``Interrupted``."""


Gather = Callable[[], AbstractContextManager[Backend]]


def spread(gather: Gather, blocks: Iterable[Block]) -> Generator[tuple[Block, Record], None, None]:
    """The record of every block, as it comes.

    Raises ``GaveUp`` for a block that has been handed out ``TRIES`` times.
    """
    waiting, again = iter(blocks), deque[Block]()
    tries: Counter[Block] = Counter()
    while True:
        out: dict[Future[Record], Block] = {}
        try:
            with gather() as backend:
                while _fill(backend, out, waiting, again):
                    done, _ = wait(out, return_when=FIRST_COMPLETED)
                    for future in done:
                        block = out[future]
                        try:
                            record = future.result()
                        except Interrupted as how:
                            tries[block] += 1
                            if tries[block] == TRIES:
                                raise GaveUp(_gave_up(block, how)) from how
                            again.append(block)
                        else:
                            yield block, record
                        del out[future]
            return
        except BackendLost:
            again.extend(out.values())


def _fill(
    backend: Backend, out: dict[Future[Record], Block], waiting: Iterator[Block], again: deque[Block]
) -> bool:
    """Hands out as many as there is room for, those that came back first; is any out?"""
    room = backend.room
    while len(out) < room:
        block = again.popleft() if again else next(waiting, None)
        if block is None:
            break
        try:
            out[backend.submit(block)] = block
        except BackendLost:
            again.append(block)
            raise
    return bool(out)


def _gave_up(block: Block, how: Interrupted) -> str:
    return f"block {block.index} was handed out {TRIES} times in vain, the last time because {how}"
