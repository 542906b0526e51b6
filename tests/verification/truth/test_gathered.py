"""Products of shared weights: their gradients, terms, and what may be lost, gathered over steps."""

from dataclasses import replace

import numpy as np
import pytest

from rnn import Full, Window
from tests.verification.truth.test_replayed import some
from verification.models import gru_reset_before, lstm
from verification.models.tolerance import least_healthy
from verification.truth import gathered
from verification.truth.replayed import replayed
from verification.truth.table import grouped_table


@pytest.mark.parametrize("truncation", [Full(), Window(1)], ids=repr)
@pytest.mark.parametrize("model", [lstm, gru_reset_before], ids=lambda model: model.name)
def test_terms_are_those_of_the_lag_table(model, truncation):
    """Σ |terms| exactly, of a part of weights as well."""
    case = some(model, records=4, truncation=truncation)
    table, got = grouped_table(case).expected(), replayed(case).expected()
    for name in ("U", "W", "xs"):
        assert got[name].terms == pytest.approx(table[name].terms, rel=1e-9)


def test_however_many_steps_are_gathered_the_sums_are_the_same(monkeypatch):
    """One at a time, or all."""
    case = some(gru_reset_before, records=3, steps=9)
    # So small that some of it may be lost.
    case = replace(case, objective=case.objective.replaced(lambda a: a * least_healthy(case.dtype)))
    whole = replayed(case)
    monkeypatch.setattr(gathered, "MOST", 0)
    by_step = replayed(case)
    for name in ("U", "W", "xs"):
        size = np.abs(whole.grads[name][0]).max()
        np.testing.assert_allclose(by_step.grads[name][0], whole.grads[name][0], rtol=0, atol=1e-14 * size)
        np.testing.assert_allclose(by_step.terms[name], whole.terms[name], rtol=1e-9)
        np.testing.assert_array_equal(by_step.lost[name], whole.lost[name])
        assert np.all(whole.lost[name] > 0)


def test_what_may_be_lost_is_no_less_than_the_lag_table_s():
    """Of weights, of their inputs, and of a bias."""
    case = some(lstm, records=3, dtype=np.float32)
    case = replace(case, objective=case.objective.replaced(lambda a: a * np.float32(1e-33)))
    table, got = grouped_table(case).expected(), replayed(case).expected()
    for name in ("U", "W", "b", "xs", "h0", "c0"):
        assert 0.7 * table[name].lost <= got[name].lost <= 20 * table[name].lost, name


def test_each_term_may_be_lost_if_it_is_a_denormal_number():
    """Of weights and of a bias, so many as there are steps and records."""
    case = some(lstm, records=3, steps=4)
    none = replace(case, objective=case.objective.replaced(lambda a: 0 * a))
    terms = replayed(none).terms
    for name in ("U", "W", "b"):
        np.testing.assert_allclose(terms[name], (1 + 3 * 4) * least_healthy(case.dtype))
