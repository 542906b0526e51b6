"""From draws and terms to what is expected."""

import numpy as np

from verification.asked.case import random_case
from verification.models import lstm
from verification.truth.expectation import expected_forward, final_of, fits, judged


def some():
    """A case in float32."""
    return random_case(lstm, np.random.default_rng(0), {"H": 3, "D": 2}, dtype=np.float32)


def test_the_truth_is_the_first_draw_and_the_spread_the_farthest_of_the_others():
    """Of all entries."""
    draws = np.array([[1.0, 2.0], [1.5, 2.0], [1.0, 1.0]])
    expected = judged(some(), draws, np.array([3.0, 7.0]), 0.25)
    np.testing.assert_array_equal(expected.truth, [1, 2])
    assert (expected.spread, expected.terms, expected.lost) == (1, 7, 0.25)
    assert expected.dtype == np.float32


def test_the_forward_s_parts_have_names():
    """Outputs, and a final state for every state."""
    arrays = [np.ones((3, 2, 3))] * 2
    told = expected_forward(some(), np.ones((3, 2, 4, 3)), arrays)
    assert list(told) == ["outputs", "final h0", "final c0"]
    assert final_of(lstm.block("c0")) == "final c0"


def test_what_the_type_does_not_hold_does_not_fit():
    """Of a wider type's numbers, infinities and what is none."""
    assert fits(some(), [np.array([1e38])])
    for number in (1e39, np.inf, np.nan):
        assert not fits(some(), [np.array([1.0]), np.array([number])])
