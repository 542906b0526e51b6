"""From draws and terms to what is expected."""

import numpy as np

from verification.models import lstm
from verification.models.case import random_case
from verification.models.model import Named
from verification.truth.expectation import expected_forward, fits, forward_parts, judged


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


def test_of_a_loss_the_forward_is_every_readout_and_its_value():
    """Summed over records."""
    case = random_case(lstm, np.random.default_rng(0), {"H": 3, "D": 2, "K": 1}, losses="last")
    states = [tuple(np.stack([array, array]) for array in case.state)] * 4
    drawn = Named({name: np.stack([case.blocks[name]] * 2) for name in "Vc"})
    target = {"target": np.stack([case.objective.targets[:, 0]] * 2)}
    parts = forward_parts(case, states, lambda t: (drawn, target))
    assert parts["outputs"].shape == (2, 2, 3, 1)
    off = parts["outputs"][0, :, -1] - case.objective.targets[:, 0]
    np.testing.assert_allclose(parts["value"], np.sum(off**2) / 2)
    expected = expected_forward(case, parts)["value"]
    assert expected.spread == 0
    assert expected.terms == abs(parts["value"][0])


def test_what_the_type_does_not_hold_does_not_fit():
    """Of a wider type's numbers, infinities and what is none."""
    assert fits(some(), [np.array([1e38])])
    for number in (1e39, np.inf, np.nan):
        assert not fits(some(), [np.array([1.0]), np.array([number])])
