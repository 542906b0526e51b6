"""Which processes there are, as Linux tells it."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

LINUX = pytest.mark.skipif(
    sys.platform != "linux", reason="the system tells no senders, and has no subreaper"
)


def status(process):
    """Its state and its parent; None where there is no such process."""
    with suppress(OSError):
        state, parent = (
            Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[:2]
        )
        return state, int(parent)
    return None


def lives(process):
    """Is there such a process, other than one whose end nobody has asked for yet?"""
    return (status(process) or "Z")[0] != "Z"


def children(process=None):
    """The processes that one, or this one, has started, and that are still there, or not waited for."""
    there = [int(path) for path in os.listdir("/proc") if path.isdecimal()] if os.path.exists("/proc") else []
    return {each for each in there if (status(each) or (0, 0))[1] == (process or os.getpid())}


def descendants(process):
    """Those and all that these have started."""
    return {each for child in children(process) for each in (child, *descendants(child))}


def gone(processes, seconds=10):
    """Have all of them ended, in so many seconds at most?"""
    deadline = time.monotonic() + seconds
    while any(map(lives, processes)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not any(map(lives, processes))


def when(condition, seconds=60):
    """What a condition says as soon as that is something."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found
