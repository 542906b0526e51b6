"""A call in a thread of its own."""

import threading

import numpy as np
import pytest

from verification.processes.elsewhere import in_a_thread


def test_it_is_another_thread_whose_answer_comes_back():
    """And errors of floating point are ignored there as well."""

    def call(given):
        return given, threading.get_ident(), (np.zeros(1) / np.zeros(1)).size

    with np.errstate(all="raise"):
        assert in_a_thread(call, 7)[::2] == (7, 1)
    assert in_a_thread(call, 7)[1] != threading.get_ident()


@pytest.mark.parametrize("error", [KeyError("no"), SystemExit(3)])
def test_what_is_raised_there_is_raised_here(error):
    """Whatever it is."""

    def call(given):
        raise error

    with pytest.raises(type(error)):
        in_a_thread(call, 0)
