"""A pytest plugin: a test that takes much processor time is marked ``slow``, or fails.

`make test` runs what is not marked, between two edits, and `make test-all` everything. There are thousands of
tests, and whoever makes one slow does not see it among them.
"""

import os
import sys
import time
from collections.abc import Generator
from typing import Any

import pytest
from numba.core import event

# Seconds of a test's own and of the processes that it has waited for. What takes less than half of it on idle
# processors takes less than all of it on busy ones, whose caches and cores are shared.
QUICK = 2.0

# How many times as long a test takes at most whose lines are traced, as they are under coverage.
TRACED = 2.0

# The same beside tests that are slow, which take the caches and the memory of both processors: 1.4 times was
# measured. What counts is the run between two edits, in which there are none.
BESIDE_SLOW = 2.0

# What went into fixtures of the session until now, into the set-up of a test, and how long one may take.
SHARED, SET_UP = pytest.StashKey[float](), pytest.StashKey[float]()
MOST = pytest.StashKey[float]()


class Compiling(event.Listener):  # type: ignore[misc]  # untyped
    """How long Numba has compiled, which falls to whichever test comes first after a change."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._begun: list[float] = []

    def on_start(self, event: Any) -> None:
        """What calls another that is compiled has that compiled within."""
        self._begun.append(time.process_time())

    def on_end(self, event: Any) -> None:
        """Counts the outermost."""
        begun = self._begun.pop()
        if not self._begun:
            self.seconds += time.process_time() - begun


COMPILING = Compiling()
event.register("numba:compile", COMPILING)


def processor_seconds() -> float:
    """What this process has used, and those that it has waited for, but for compiling."""
    return sum(os.times()[:4]) - COMPILING.seconds


def pytest_collection_finish(session: pytest.Session) -> None:
    """How long a test may take is known once all that will run are."""
    beside_slow = any(is_slow(item) for item in session.items)
    session.config.stash[MOST] = QUICK * BESIDE_SLOW if beside_slow else QUICK


def is_slow(item: pytest.Item) -> bool:
    """Is it marked?"""
    return item.get_closest_marker("slow") is not None


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """A fixture of the session is made for all tests and counts for none."""
    before = processor_seconds()
    try:
        return (yield)
    finally:
        if fixturedef.scope == "session":
            stash = request.config.stash
            stash[SHARED] = stash.get(SHARED, 0.0) + processor_seconds() - before


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """What a test's own fixtures take counts as its own."""
    stash = item.config.stash
    before = processor_seconds() - stash.get(SHARED, 0.0)
    try:
        return (yield)
    finally:
        item.stash[SET_UP] = processor_seconds() - stash.get(SHARED, 0.0) - before


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """The test fails that takes longer and is not marked."""
    before = processor_seconds()
    result = yield
    spent = item.stash.get(SET_UP, 0.0) + processor_seconds() - before
    most = item.config.stash[MOST] * (1.0 if sys.gettrace() is None else TRACED)
    if spent > most and not is_slow(item):
        pytest.fail(f"took {spent:.1f} s of processor time, needed at most {most:g} s, or the marker slow")
    return result
