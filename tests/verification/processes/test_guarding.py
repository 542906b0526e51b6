"""A call of an engine: what it raises becomes an invalid answer, and its process is as it was before."""

import sys
import time

import numpy as np
import pytest

from verification.processes.guarding import RAISED, guarded, raised
from verification.processes.invalid import InvalidAnswer, TimedOut, Unsupported


def read(returned):
    """As it is."""
    return returned


def test_an_answer_is_read_under_the_limit():
    """Reading may run the engine's code as well."""
    assert guarded(lambda given: given + 1, 1, lambda returned: 10 * returned, 10.0) == 20
    with pytest.raises(TimedOut, match=r"^did not return within 0.05 s$"):
        guarded(lambda given: given, 1, lambda returned: time.sleep(5), 0.05)
    with pytest.raises(InvalidAnswer, match=r"^raised ZeroDivisionError"):
        guarded(lambda given: given, 1, lambda returned: returned / 0, 10.0)


def test_errors_of_floating_point_are_none():
    """NumPy's handling is put back."""
    before = np.geterr()
    assert np.isinf(guarded(lambda given: np.float64(given) / 0, 1, read, 10.0))
    assert np.geterr() == before


def test_a_changed_process_is_reported_before_the_answer():
    """And before what the call raised."""

    def shallow(given):
        sys.setrecursionlimit(sys.getrecursionlimit() - 5)
        raise ValueError

    before = sys.getrecursionlimit()
    with pytest.raises(InvalidAnswer, match=r"^set the recursion limit to \d+$"):
        guarded(shallow, None, read, 10.0)
    assert sys.getrecursionlimit() == before


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (InvalidAnswer("of another form"), InvalidAnswer, "of another form"),
        (Unsupported("none of that"), Unsupported, "none of that"),
        (KeyError("W"), InvalidAnswer, "raised KeyError: 'W'"),
        (SystemExit(2), InvalidAnswer, "raised SystemExit: 2"),
        (ValueError("one\ntwo"), InvalidAnswer, "raised ValueError: one"),
    ],
)
def test_what_is_raised_is_said_in_a_line(error, kind, words):
    """An engine's own errors by their type."""
    found = raised(error)
    assert (type(found), str(found)) == (kind, words)


def test_a_long_message_is_cut():
    """To a line of some length."""
    assert len(str(raised(ValueError("x" * 1000)))) <= len("raised ") + RAISED
