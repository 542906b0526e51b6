"""What compiled loops share."""

import numpy as np

from rnn.compiled.options import compiled
from rnn.compiled.steps import FEW, ahead, first_active, flush


@compiled
def active(firsts, stops, offset):
    """What is written into loops, called."""
    return first_active(firsts, stops, offset)


@compiled
def made_ahead(firsts, stops, known, records):
    """The same."""
    return ahead(firsts, stops, known, records)


@compiled
def flushed(part, below):
    """The same."""
    flush(part, below)


def test_sweeps_end_the_shallowest_first():
    """At an offset, the first of those that go deeper."""
    firsts, stops = np.array([4, 2, 0]), np.array([5, 5, 6])
    assert [active(firsts, stops, offset) for offset in range(6)] == [0, 1, 1, 2, 2, 2]


def test_of_few_records_steps_are_made_ahead():
    """Those that a sweep comes to, and that are not known yet, once each; of many records none."""
    firsts, stops = np.array([5, 1, 1]), np.array([6, 3, 4])
    known = np.array([False, False, True, False, False, False, False])
    assert made_ahead(firsts, stops, known.copy(), FEW).tolist() == []
    assert made_ahead(firsts, stops, known, FEW - 1).tolist() == [5, 1, 3]
    assert known.tolist() == [False, True, True, True, False, True, False]


def test_flush_sets_what_is_small_to_zero():
    """And leaves all else as it is, NaN and infinity too."""
    part = np.array([[1e-40, -1e-40, 1e-30, -2.0], [np.nan, np.inf, -np.inf, 0.0]])
    flushed(part, 1e-35)
    np.testing.assert_array_equal(part, [[0, 0, 1e-30, -2.0], [np.nan, np.inf, -np.inf, 0.0]])
