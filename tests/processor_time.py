"""A pytest plugin: a test that takes more than ``QUICK`` seconds of processor time is marked ``slow``, or fails.

`make test` runs what is not marked, between two edits, and `make test-all` everything. There are some thousand
tests, and one that has grown slow is seen by nobody but who has to wait for it.
"""

import os
from collections.abc import Generator

import pytest

# Seconds of a test's own and of the processes that it has waited for. What takes less than half of it on idle
# processors takes less than all of it on busy ones, whose caches and cores are shared, and under coverage.
QUICK = 2.0

# What went into fixtures of the session until now, and into the set-up of a test.
SHARED, SET_UP = pytest.StashKey[float](), pytest.StashKey[float]()


def processor_seconds() -> float:
    """What this process has used, and those that it has waited for."""
    return sum(os.times()[:4])


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
    if spent > QUICK and item.get_closest_marker("slow") is None:
        pytest.fail(f"took {spent:.1f} s of processor time, needed at most {QUICK:g} s, or the marker slow")
    return result
