"""The complex step beside autograd."""

from dataclasses import replace

import autograd.numpy as anp
import pytest

from tests.cases import a_case, assert_alike
from tests.verification.truth.departing import DEPARTING
from verification.models import (
    complex_scan,
    gated_linear_attention,
    gru,
    gru_reset_before,
    linear,
    lstm,
    rwkv6,
    scan,
    vanilla,
)
from verification.models.truncation import Tabled
from verification.truth import complex_step, replay

MODELS = (vanilla, lstm, gru, gru_reset_before, linear, scan, gated_linear_attention, rwkv6, DEPARTING)


@pytest.mark.parametrize("first", [(0, 0, 0, 0), (0, 1, 1, 3), (0, 0, 3, 3)])
@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_it_equals_autograd(model, first):
    """Under any truncation, of an output that is no state, and where the derivative is declared."""
    case = replace(a_case(model, steps=4), truncation=Tabled(first))
    assert_alike(complex_step.gradient(case), replay.gradient(case), 1e-14)


def test_it_is_admitted_where_it_can_be_right():
    """Not through |a|, and not of complex numbers."""
    assert complex_step.admitted(a_case(lstm))
    assert not complex_step.admitted(a_case(lstm, functions={"gate": "rational_gate"}))
    assert not complex_step.admitted(a_case(complex_scan))


def test_a_step_that_takes_no_complex_numbers_is_not_admitted():
    """Where NumPy has no complex version, where it has another one, and where a readout or a loss has."""
    for operation in (
        *(anp.abs, anp.real, anp.sign, lambda a: anp.logaddexp(a, 1), lambda a: anp.floor(4 * a)),
        # A branch that large numbers alone take.
        lambda a: anp.where(a > 3, anp.abs(a), a),
    ):
        model = replace(scan, step=lambda f, p, x, h, operation=operation: x.a * operation(h) + x.x)
        assert not complex_step.admitted(a_case(model))
    model = replace(vanilla, loss=lambda f, o, target: anp.sum(anp.abs(o - target), axis=-1))
    assert complex_step.admitted(a_case(model))
    assert not complex_step.admitted(a_case(model, losses="every"))
