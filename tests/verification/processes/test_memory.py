"""What an engine may take, beside what is held without it."""

import mmap
import sys

import numpy as np
import pytest

from verification.processes import memory
from verification.processes.channel import Channel
from verification.processes.workers import spread

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no limit elsewhere")

MB = 2**20


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """An engine may take some 100 MB."""
    monkeypatch.setattr(memory, "MEMORY", 100 * MB)
    monkeypatch.setattr(memory, "MEMORY_PER_CORE", 0)


def taken(work):
    """What comes of work in a process of its own, whose calls are limited."""

    def limited(task, worker):
        channel = Channel()
        channel.limit_memory()
        return work(channel.guarded)

    (outcome,) = spread(limited, [0])
    return outcome


def ones(megabytes):
    """Bytes in pages of their own, which are given back when nobody has them: of a heap some may lie free."""
    try:
        pages = mmap.mmap(-1, megabytes * MB, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError as error:
        raise MemoryError from error
    bytes_ = np.frombuffer(pages, np.uint8)
    bytes_ += 1
    return bytes_


def test_what_is_held_between_calls_is_not_the_engine_s():
    """A truth and an answer may be as large as one of them by itself."""

    def work(guarded):
        truth, answers = ones(90), [guarded(ones)(70).nbytes for _ in range(3)]
        return [truth.nbytes, *answers]

    assert taken(work) == [90 * MB, *3 * [70 * MB]]


def test_what_is_more_fails_in_the_call_alone():
    """And whoever holds the truths may go on."""

    def work(guarded):
        truth = ones(50)
        with pytest.raises(MemoryError):
            guarded(ones)(120)
        return guarded(ones)(70).nbytes + ones(250).nbytes + truth.nbytes

    assert taken(work) == 370 * MB


def test_what_an_engine_keeps_ends():
    """When it is twice what it may take at once."""

    def work(guarded):
        kept = []
        keep = guarded(lambda size: kept.append(ones(size)))
        for _ in range(4):
            keep(40)
        with pytest.raises(MemoryError):
            keep(90)
        return len(kept)

    assert taken(work) == 4
