"""Spans: the sweeps of a route as arrays."""

import numpy as np
import pytest

from rnn import Chunked, Full, Tail, Window
from rnn.through_time.routes import segments
from rnn.through_time.spans import Spans


def test_steps_are_counted_from_a_start():
    """Every step, that of the first loss among them, is as many less."""
    spans = Spans.of([(3, 5, 6), (3, 6, 9)], 3, 4)
    assert [each.tolist() for each in spans[:3]] == [[0, 0], [2, 3], [3, 6]]
    assert spans.first_loss == 1
    assert spans.visits == 3 + 6
    assert all(each.dtype == np.int64 and each.flags.carray for each in spans[:3])


@pytest.mark.parametrize("truncation", [Full(), Window(2), Chunked(3), Chunked(2, 4), Tail(4)])
@pytest.mark.parametrize(("steps", "first_loss"), [(1, 0), (8, 0), (8, 3), (8, 7)])
@pytest.mark.parametrize("every", [None, 3])
def test_a_route_says_the_same_both_ways(truncation, steps, first_loss, every):
    """A step's place, its loss, and how deep a sweep goes are one thing as slices and as arrays."""
    found = []
    for segment in segments(truncation, steps, first_loss, 100, every):
        for route in segment.routes:
            firsts, seeds, stops, shift, visits = route.spans
            assert route.sweeps == len(firsts)
            assert visits == sum(stops - firsts)
            assert route.depth == max(stops - firsts)
            assert sorted(stops - firsts) == (stops - firsts).tolist()
            for first, seed, stop in zip(firsts + segment.first, seeds, stops, strict=True):
                collected = {t - shift + segment.first_loss for t in range(seed, stop)}
                found += [(int(t), int(first)) for t in collected]
    reached = {t: truncation.first(t, steps) for t in range(first_loss, steps)}
    if every is None:
        assert sorted(found) == sorted((t, first) for t, first in reached.items() if first <= t)
    else:
        assert {t for t, _ in found} == {t for t, first in reached.items() if first <= t}
