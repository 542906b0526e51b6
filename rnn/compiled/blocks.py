"""Records in blocks: none meets another, so each block goes through all steps by itself.

What a block's steps read and write stays in the cache from one pass to the next, and blocks are shared out to
threads. No number depends on the block that its record is in.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from rnn.compiled.sharing import Part, shared, threads_for

# Records of a block. Of fewer a product gains too little by being made in tiles.
LEAST, MOST = 8, 64

# Blocks end where a tile of a product may.
TILE = 4


def in_blocks(loop: Callable[..., object], given: tuple[Any, ...], records: int, work: int) -> None:
    """Make ``loop(*given, lo, hi)`` of blocks that hold each record lo ≤ n < hi once.

    ``work``: the bytes of the numbers that one record is multiplied by.
    """
    if is_few(records):
        loop(*given, 0, records)
        return
    threads = min(records // LEAST, threads_for(records * work))
    shared(partial(loop, *given), blocks(records, threads), threads)


def is_few(records: int) -> bool:
    """Are they one block?"""
    return records < 2 * LEAST


def blocks(records: int, threads: int) -> list[Part]:
    """From which record on, and up to which: as many blocks for each thread, or nearly."""
    count = -(-records // (MOST * threads)) * threads
    size = -(-records // count)
    size += -size % TILE
    return [(lo, min(lo + size, records)) for lo in range(0, records, size)]
