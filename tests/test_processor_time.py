"""A test that takes long and is not marked fails, and says how long it took."""

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
def outcome(pytester, monkeypatch, compiler):
    """How a test with such a mark, fixtures and body ends, where a fifth of a second is the limit."""

    def run(mark="", fixtures="", body="pass", traced=1.0):
        pytester.makeini("[pytest]\nmarkers = slow: as in the project\n")
        pytester.makepyfile(BUSY.format(mark=mark, fixtures=fixtures, body=body))
        # The test that starts it has the project's own limit.
        with monkeypatch.context() as patch:
            patch.setattr("tests.processor_time.QUICK", 0.2)
            # This one may be traced itself.
            patch.setattr("tests.processor_time.TRACED", traced)
            return pytester.runpytest_inprocess("-p", "tests.processor_time")

    return run


@pytest.mark.parametrize(
    ("fixtures", "body"),
    [("", "be_busy(0.3)"), ("own", "be_busy(0.15)"), ("", IN_A_CHILD)],
    ids=["itself", "with its fixture", "in a child"],
)
def test_one_that_takes_long_fails_unless_it_is_marked(outcome, fixtures, body):
    """Whether it computes by itself, in a fixture of its own or in a process."""
    failed = outcome(fixtures=fixtures, body=body)
    failed.assert_outcomes(failed=1)
    failed.stdout.fnmatch_lines(
        ["*took 0.[2-9] s of processor time, needed at most 0.2 s, or the marker slow*"]
    )
    outcome(mark=SLOW, fixtures=fixtures, body=body).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("fixtures", "body"),
    [
        ("", "time.sleep(0.5)"),
        ("shared", "pass"),
        ("", "numba.njit('f8[:](f8[:])')(lambda x: np.sort(x)[::-1] + x)"),
    ],
    ids=["waits", "made for all", "compiles"],
)
def test_what_falls_to_whichever_comes_first_does_not_count(outcome, fixtures, body):
    """What is made for the session, and compiling; nor does waiting, as on a busy machine."""
    outcome(fixtures=fixtures, body=body).assert_outcomes(passed=1)


@pytest.mark.parametrize(("mark", "ended"), [("", {"failed": 1, "passed": 1}), (SLOW, {"passed": 2})])
def test_one_beside_slow_ones_may_take_longer(outcome, mark, ended):
    """As where everything runs."""
    outcome(body=f"be_busy(0.3)\n\n\n{mark}\ndef test_another():\n    pass").assert_outcomes(**ended)
