"""Early stopping: when a training has learnt what it can."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.learning.stopping import EarlyStopping

LOSSES = st.lists(st.floats(-100, 100) | st.integers(0, 3).map(float), min_size=1, max_size=20)


@given(LOSSES, st.integers(1, 21))
def test_it_counts_epochs_since_the_best(losses, epochs):
    """Without a tolerance the training ends so many epochs after the first with the lowest loss."""
    since = len(losses) - 1 - losses.index(min(losses))
    assert EarlyStopping(epochs).ends(losses) == (since >= epochs)


@given(LOSSES, st.integers(1, 21), st.sampled_from([0.0, 0.01, 0.5, 1.0, 3.0]))
def test_better_is_lower_by_more_than_a_share(losses, epochs, tol):
    """Of the lowest before those epochs; asked of each of them by itself."""
    before = [loss for epoch, loss in enumerate(losses) if epoch < len(losses) - epochs]
    better = [
        loss for loss in losses[len(before) :] if before and loss < min(before) - tol * abs(min(before))
    ]
    assert EarlyStopping(epochs, tol).ends(losses) == (bool(before) and not better)


@given(LOSSES, st.integers(1, 21), st.sampled_from([0.0, 0.25, 1.0]), st.integers(-20, 20))
def test_the_size_of_a_loss_is_of_no_consequence(losses, epochs, tol, power):
    """A sum over more records, or in other units, ends in the same epoch."""
    stopping = EarlyStopping(epochs, tol)
    assert stopping.ends([loss * 2.0**power for loss in losses]) == stopping.ends(losses)


@pytest.mark.parametrize("tol", [0.0, 0.1, 1.0])
def test_better_than_a_negative_loss_is_lower_too(tol):
    """By a share of its size, as a loss of somebody else may be below 0; what is higher is no better."""
    stopping = EarlyStopping(1, tol)
    assert stopping.ends([-5.0, -5.0])
    assert stopping.ends([-5.0, -4.75])
    assert stopping.ends([-5.0, -5.0 - 5 * tol])
    assert not stopping.ends([-5.0, -5.5 - 5 * tol])
    assert stopping.ends([0.0, 0.0])
    assert not stopping.ends([0.0, -1e-300])


def test_slow_progress_is_progress():
    """What falls a little with each epoch has fallen enough over several."""
    losses = [0.99**epoch for epoch in range(40)]
    assert not EarlyStopping(10, tol=0.05).ends(losses)
    assert EarlyStopping(4, tol=0.05).ends(losses)


def test_numbers_are_kept_as_pythons_own():
    """Those that were checked."""
    kept = EarlyStopping(np.uint8(3), np.float32(0.5))
    assert (type(kept.n_iter_no_change), type(kept.tol)) == (int, float)
    assert EarlyStopping() == EarlyStopping(15, 0.0)
