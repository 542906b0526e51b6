"""A pytest plugin: tests that take much processor time and are not marked ``slow`` are named at the end.

`make test` runs what is not marked, between two edits, and `make test-all` everything. There are thousands of
tests, and whoever makes one slow does not see it among them. None fails by it: a machine may be slow.
"""

import os
import time
from collections.abc import Generator
from typing import Any

import pytest
from numba.core import event

# Seconds of a test's own and of the processes that it has waited for. What takes less than half of it on idle
# processors takes less than all of it on busy ones, whose caches and cores are shared.
QUICK = 2.0

# What went into fixtures of the session until now, and into the set-up of a test.
SHARED, SET_UP = pytest.StashKey[float](), pytest.StashKey[float]()

# What a report says of the test's time.
SPENT = "processor seconds"


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
    """How long it took goes into its report, which one of several processes sends to the one that sums up."""
    before = processor_seconds()
    try:
        return (yield)
    finally:
        spent = item.stash.get(SET_UP, 0.0) + processor_seconds() - before
        item.user_properties.append((SPENT, spent))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Names those that took longer; beside slow ones, or traced, a test's time says little."""
    reports = [each for each in terminalreporter.stats.get("passed", []) if each.when == "call"]
    if any("slow" in each.keywords for each in reports):
        return
    took = {each.nodeid: dict(each.user_properties).get(SPENT, 0.0) for each in reports}
    late = {name: seconds for name, seconds in took.items() if seconds > QUICK}
    if not late:
        return
    terminalreporter.section(f"more than {QUICK:g} s of processor time, and not marked slow")
    for name, seconds in sorted(late.items(), key=lambda each: -each[1]):
        terminalreporter.write_line(f"{seconds:5.1f} s {name}")
