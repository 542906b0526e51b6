"""Products of shared weights: their gradients, terms, and what may be lost, gathered over steps."""

from dataclasses import replace

import numpy as np

from tests.verification.truth.test_perturbed_replays import some
from verification.models import gru_reset_before, lstm
from verification.models.tolerance import least_healthy
from verification.truth import replay_batch, weight_gradients
from verification.truth.perturbed_replays import replayed


def test_however_many_steps_are_gathered_the_sums_are_the_same(monkeypatch):
    """One at a time, or all; small steps would be played at once otherwise."""
    monkeypatch.setattr(replay_batch, "DENSE", 0)
    case = some(gru_reset_before, records=3, steps=9)
    # So small that some of it may be lost.
    case = replace(case, objective=case.objective.replaced(lambda a: a * least_healthy(case.dtype)))
    whole = replayed(case)
    monkeypatch.setattr(weight_gradients, "MOST", 0)
    by_step = replayed(case)
    for name in ("U", "W", "xs"):
        size = np.abs(whole.grads[name][0]).max()
        np.testing.assert_allclose(by_step.grads[name][0], whole.grads[name][0], rtol=0, atol=1e-14 * size)
        np.testing.assert_allclose(by_step.terms[name], whole.terms[name], rtol=1e-9)
        np.testing.assert_array_equal(by_step.lost[name], whole.lost[name])
        assert np.all(whole.lost[name] > 0)


def test_each_term_may_be_lost_if_it_is_a_denormal_number():
    """Of weights and of a bias, so many as there are steps and records."""
    case = some(lstm, records=3, steps=4)
    none = replace(case, objective=case.objective.replaced(lambda a: 0 * a))
    terms = replayed(none).terms
    for name in ("U", "W", "b"):
        np.testing.assert_allclose(terms[name], (1 + 3 * 4) * least_healthy(case.dtype))
