"""Detached states: when they express a truncation, and that they do."""

import pytest

from benchmarks.segments import segments
from rnn import Chunked, Full, Tail, Window


@pytest.mark.parametrize("steps", [1, 5, 6, 7])
@pytest.mark.parametrize("only_last", [True, False])
@pytest.mark.parametrize(
    "truncation", [Full(), Window(0), Window(2), Chunked(1), Chunked(3), Chunked(3, 2), Tail(0), Tail(4)]
)
def test_a_loss_reaches_where_the_truncation_says(truncation, only_last, steps):
    """The start of a loss's own segment is the earliest step that the truncation lets it reach."""
    losses = range(steps - 1, steps) if only_last else range(steps)
    found = segments(truncation, steps, losses[0])
    if found is None:
        assert not only_last
        return
    assert [segment.start for segment in found] == [0, *(segment.stop for segment in found)][:-1]
    assert found[-1].stop == steps
    for t in losses:
        (own,) = [segment for segment in found if segment.start <= t < segment.stop]
        first = truncation.first(t, steps)
        assert own.start == first if own.learns else first > t


def test_a_window_over_losses_needs_more():
    """Each loss would need the state detached somewhere else."""
    assert segments(Window(2), 6, 0) is None
    assert segments(Chunked(3, 4), 6, 0) is None
