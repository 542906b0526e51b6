"""Spans: the sweeps of a route as arrays."""

import numpy as np

from rnn.through_time.spans import Spans


def test_steps_are_counted_from_a_start():
    """Every step, that of the first loss among them, is as many less."""
    spans = Spans.of([(3, 5, 6), (3, 6, 9)], 3, 4)
    assert [each.tolist() for each in spans[:3]] == [[0, 0], [2, 3], [3, 6]]
    assert spans.first_loss == 1
    assert spans.visits == 3 + 6
    assert all(each.dtype == np.int64 and each.flags.carray for each in spans[:3])
