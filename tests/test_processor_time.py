"""Tests that take long and are not marked are named, with how long they took, and pass."""

import re

import numba
import pytest

pytest_plugins = ["pytester"]

BUSY = """
import os
import time

import numba
import numpy as np
import pytest


def be_busy(seconds):
    until = sum(os.times()[:4]) + seconds
    while sum(os.times()[:4]) < until:
        pass


@pytest.fixture
def own():
    be_busy(0.15)


@pytest.fixture(scope="session")
def shared():
    be_busy(0.3)


{mark}
def test_it({fixtures}):
    {body}
"""

SLOW = "@pytest.mark.slow"

IN_A_CHILD = """child = os.fork()
    if child == 0:
        be_busy(0.3)
        os._exit(0)
    os.waitpid(child, 0)"""


@pytest.fixture(scope="session")
def compiler():
    """Loaded: pytester forgets what is imported within, and Numba registers its types once in a process."""
    numba.njit("f8(f8)")(lambda x: x)


@pytest.fixture
def named(pytester, monkeypatch, compiler):
    """What is named of a test with such a mark, fixtures and body, where a fifth of a second is the limit."""

    def run(mark="", fixtures="", body="pass", tests=1, options=()):
        pytester.makeini("[pytest]\nmarkers = slow: as in the project\n")
        pytester.makepyfile(BUSY.format(mark=mark, fixtures=fixtures, body=body))
        # The test that starts it has the project's own limit.
        with monkeypatch.context() as patch:
            patch.setattr("tests.processor_time.QUICK", 0.2)
            result = pytester.runpytest_inprocess("-p", "tests.processor_time", *options)
        result.assert_outcomes(passed=tests)
        return [line for line in result.outlines if line.strip().startswith("0.")]

    return run


@pytest.mark.parametrize(
    ("fixtures", "body", "is_named"),
    [
        ("", "be_busy(0.3)", True),
        ("own", "be_busy(0.15)", True),
        ("", IN_A_CHILD, True),
        # What falls to whichever test comes first does not count, nor does waiting, as on a busy machine.
        ("", "time.sleep(0.5)", False),
        ("shared", "pass", False),
        ("", "numba.njit('f8[:](f8[:])')(lambda x: np.sort(x)[::-1] + x)", False),
    ],
    ids=["itself", "with its fixture", "in a child", "waits", "made for all", "compiles"],
)
def test_one_that_takes_long_is_named_unless_it_is_marked(named, fixtures, body, is_named):
    """Whether it computes by itself, in a fixture of its own or in a process."""
    lines = named(fixtures=fixtures, body=body)
    assert [bool(re.fullmatch(r" +0\.[2-9] s \S+::test_it", line)) for line in lines] == [True] * is_named
    assert not named(mark=SLOW, fixtures=fixtures, body=body)


@pytest.mark.slow
def test_it_is_named_where_another_process_runs_it(named):
    """As in `make test`."""
    assert len(named(body="be_busy(0.3)", options=("-n", "1"))) == 1


def test_beside_slow_ones_none_is_named(named):
    """There a test takes longer than between two edits."""
    another = "be_busy(0.3)\n\n\n{}\ndef test_another():\n    pass"
    assert named(body=another.format(""), tests=2)
    assert not named(body=another.format(SLOW), tests=2)
