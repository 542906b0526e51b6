"""A pytest plugin for `make mutation`: the quickest tests run first and alone, for most changes fail one.

mutmut hands every test that a change can reach to pytest, thousands of them in no order. To collect those
takes some seconds, and the first test that fails decides. Nor need a change that never ends be waited for as
long as they all take.
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

# Seconds for these, which take about one, and what mutmut takes for the exit code of one that has not ended.
LIMIT, TIMEOUT = 30.0, 24

# Where classes of parameters are cached, which cells that tests have collected hold: there is one of each.
CLASSES = "rnn.through_time.naming"

IS_FIRST = pytest.StashKey[bool]()


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Of many tests the quickest run in a process of their own, the others only if none of those fails."""
    took = json.loads(DURATIONS.read_text())["duration_by_test"] if DURATIONS.exists() else {}
    tests = sorted(config.args, key=lambda test: took.get(test, 0))
    config.stash[IS_FIRST] = False
    if len(tests) > FIRST and took.keys() >= {*tests}:
        child = os.fork()
        config.stash[IS_FIRST] = child == 0
        if child:
            code = _exit_code(child)
            if code:
                return code
    config.args = tests[:FIRST] if config.stash[IS_FIRST] else tests
    _forget()
    return None


def _forget():
    """Clears the caches of rnn's functions: what the right program has cached would hide a change of them."""
    for name, module in [*sys.modules.items()]:
        cleared = name.partition(".")[0] == "rnn" and name != CLASSES
        for function in vars(module).values() if cleared else ():
            if hasattr(function, "cache_clear"):
                function.cache_clear()


def _exit_code(child):
    """That of a child, which is ended where that takes too long."""
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        gone, status = os.waitpid(child, os.WNOHANG)
        if gone:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return TIMEOUT


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """The process of the quickest tests ends here: what called pytest goes on in the other one."""
    if session.config.stash[IS_FIRST]:
        os._exit(exitstatus)
