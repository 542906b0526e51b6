"""A pytest plugin for `make mutation`: how the tests that a change can reach are run.

The quickest run first and alone, for most changes fail one. mutmut hands every test that a change can reach
to pytest, thousands of them in no order. To collect those takes some seconds, and the first test that fails
decides. Nor need a change that never ends be waited for as long as they all take.

What a module of tests makes when it is imported, as its tables of cells, a change can reach as well. So each
test of a module counts as one that calls what the module has called, and modules are imported anew under a
change. And no test takes too long: on busy processors one would, whatever was changed.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

# Where mutmut keeps how long each test took on the right program, from the copy in which it runs them.
DURATIONS = Path("mutmut-stats.json")

# Tests that are run first: few to collect, and enough to notice nine changes of ten.
FIRST = 100

# Seconds for these beyond three times what they took, and what mutmut takes for the exit code of one that has
# not ended.
LIMIT, TIMEOUT = 30.0, 24

IS_FIRST = pytest.StashKey[bool]()

# What a module of tests called of the functions that mutmut changes, when it was imported, by its path.
CALLED = pytest.StashKey[dict[Path, frozenset[str]]]()


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """The quickest run in a process of their own, which may crash, the others only if none of those fails."""
    took = json.loads(DURATIONS.read_text())["duration_by_test"] if DURATIONS.exists() else {}
    tests = sorted(config.args, key=lambda test: took.get(test, 0))
    config.stash[IS_FIRST] = False
    if took.keys() >= {*tests}:
        child = os.fork()
        config.stash[IS_FIRST] = child == 0
        if child:
            code = _exit_code(child, LIMIT + 3 * sum(took[test] for test in tests[:FIRST]))
            if code or len(tests) <= FIRST:
                return code
    config.args = tests[:FIRST] if config.stash[IS_FIRST] else tests
    if not config.stash[IS_FIRST] or len(tests) <= FIRST:
        for name in [name for name in sys.modules if name.startswith("tests.rnn.")]:
            del sys.modules[name]
    return None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Notes what a module has called: mutmut would take it for a call of whichever test comes first.

    A file is collected twice, for its doctests first, and imported once.
    """
    report = yield
    if isinstance(collector, pytest.Module):
        called = collector.config.stash.setdefault(CALLED, {})
        called[collector.path] = called.get(collector.path, frozenset()) | _called()
        _called().clear()
    return report


def pytest_runtest_setup(item):
    """What the module of a test has called, the test has."""
    _called().update(item.config.stash[CALLED].get(item.path, ()))


def _called():
    """Where mutmut notes which functions are called; without it, as elsewhere, this is not run."""
    from mutmut.state import state

    return state()._stats


def _exit_code(child, seconds):
    """That of a child, which is ended where that takes longer."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        gone, status = os.waitpid(child, os.WNOHANG)
        if gone:
            code = os.waitstatus_to_exitcode(status)
            # A crash is ended by a signal, and fails as a test does.
            return 1 if code < 0 else code
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return TIMEOUT


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """The process of the quickest tests ends here: what called pytest goes on in the other one."""
    # A module of tests that cannot be imported under the change notices it; pytest calls the run interrupted.
    if exitstatus == pytest.ExitCode.INTERRUPTED and session.testsfailed:
        exitstatus = session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if session.config.stash[IS_FIRST]:
        os._exit(exitstatus)
