"""Early stopping: when a training has learnt what it can."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn.learning.stopping import EarlyStopping

LOSSES = st.lists(st.floats(-100, 100) | st.integers(0, 3).map(float), min_size=1, max_size=20)


@given(LOSSES, st.integers(1, 21), st.sampled_from([0.0, 0.01, 0.5, 1.0, 3.0]))
def test_better_is_lower_by_more_than_a_share(losses, epochs, tol):
    """Of the lowest before those epochs; each of them by itself, and by default by anything at all."""
    before = [loss for epoch, loss in enumerate(losses) if epoch < len(losses) - epochs]
    better = [
        loss for loss in losses[len(before) :] if before and loss < min(before) - tol * abs(min(before))
    ]
    stopping = EarlyStopping(epochs, tol) if tol else EarlyStopping(epochs)
    assert stopping.ends(losses) == (bool(before) and not better)


def test_a_tolerance_counts_as_a_float():
    """In half precision the fraction of a loss of 1e6 would overflow."""
    assert not EarlyStopping(1, np.float16(0.5)).ends([1e6, 1e5])
