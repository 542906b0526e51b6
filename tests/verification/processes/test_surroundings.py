"""What a call changes of its process is put back, and reported where nobody could go on with it."""

import builtins
import signal
import sys
import warnings

import numpy as np
import pytest

from verification.processes.surroundings import Surroundings


def changed_by(change):
    """What is reported after a change, with everything put back."""
    with (surroundings := Surroundings()):
        change()
    return surroundings.changes


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda: setattr(builtins, "len", lambda *given: 0), ["replaced builtins.len"]),
        (lambda: setattr(builtins, "BaseException", 5), ["replaced builtins.BaseException"]),
        (lambda: delattr(builtins, "isinstance"), ["deleted builtins.isinstance"]),
        (lambda: setattr(np, "dot", None), ["replaced numpy.dot"]),
        (lambda: delattr(np, "ndarray"), ["deleted numpy.ndarray"]),
        (lambda: sys.setrecursionlimit(150), ["set the recursion limit to 150"]),
        (
            lambda: (setattr(np, "sum", sum), setattr(builtins, "sum", max)),
            ["replaced builtins.sum", "replaced numpy.sum"],
        ),
    ],
)
def test_what_nobody_could_go_on_with_is_reported(change, expected):
    """By name, and all is as it was before."""
    before = [dict(vars(builtins)), dict(vars(np)), sys.getrecursionlimit()]
    assert changed_by(change) == expected
    assert [dict(vars(builtins)), dict(vars(np)), sys.getrecursionlimit()] == before


def test_what_a_library_may_do_is_put_back_without_a_word():
    """A higher limit, filters of warnings, a handler of Ctrl-C."""
    limit, filters = sys.getrecursionlimit(), [*warnings.filters]
    handler = signal.getsignal(signal.SIGINT)
    assert changed_by(lambda: sys.setrecursionlimit(limit + 1000)) == []
    assert changed_by(lambda: warnings.simplefilter("error")) == []
    assert changed_by(lambda: setattr(warnings, "filters", [])) == []
    assert changed_by(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) == []
    assert sys.getrecursionlimit() == limit
    assert warnings.filters == filters
    assert signal.getsignal(signal.SIGINT) is handler


def test_nothing_changed_is_nothing_reported():
    """And looking twice finds nothing more."""
    surroundings = Surroundings()
    with surroundings, surroundings:
        builtins.len = None
    assert surroundings.changes == ["replaced builtins.len"]
    assert changed_by(lambda: None) == []


def test_where_ctrl_c_is_ignored_nobody_is_interrupted():
    """A KeyboardInterrupt is then somebody's own."""
    assert Surroundings().interruptible
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert not Surroundings().interruptible
    finally:
        signal.signal(signal.SIGINT, before)
