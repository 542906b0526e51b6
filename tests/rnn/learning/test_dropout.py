"""Dropout: how masks are drawn, and which probabilities there are."""

from types import SimpleNamespace

import numpy as np
import pytest

from rnn.learning.dropout import dropout_masks


@pytest.mark.parametrize(("dropout", "dtype"), [(0.0, np.float64), (0.1, np.longdouble), (0.75, np.float32)])
def test_as_many_are_dropped_as_were_asked_for(dropout, dtype):
    """The others are divided by what is kept; no step, record or level as another."""
    xs = np.ones((40, 50, 3), dtype)
    first, second = dropout_masks(np.random.default_rng(0), dropout, [20, 7], xs)
    assert (first.shape, second.shape) == ((40, 50, 20), (40, 50, 7))
    assert first.dtype == second.dtype == dtype
    for mask in (first, second):
        assert {*mask.ravel().tolist()} == {dtype(1) / dtype(1 - dropout), *([0.0] if dropout else [])}
        assert (mask == 0).mean() == pytest.approx(dropout, abs=0.01)
    if dropout:
        assert (first[0] != first[1]).any()
        assert (first[:, 0] != first[:, 1]).any()
        assert (first[..., :7] != second).any()


def test_nothing_is_dropped_with_probability_zero():
    """Not even where the generator gives its least number."""
    (mask,) = dropout_masks(SimpleNamespace(random=np.zeros), 0.0, [3], np.ones((1, 2, 4)))
    assert (mask == 1).all()
