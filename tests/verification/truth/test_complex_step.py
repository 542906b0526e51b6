"""The complex step beside autograd."""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest

from verification.models import complex_scan, gru, gru_reset_before, linear, lstm, scan, vanilla
from verification.models.case import random_case
from verification.models.functions import Function
from verification.models.truncation import Tabled
from verification.truth import complex_step, replay

SIZES = {"H": 2, "D": 2}


@pytest.mark.parametrize("first", [(0, 0, 0, 0), (0, 1, 1, 3), (0, 0, 3, 3)])
@pytest.mark.parametrize("model", [vanilla, lstm, gru, gru_reset_before, linear, scan], ids=lambda m: m.name)
def test_it_equals_autograd(model, first):
    """Under any truncation."""
    case = replace(random_case(model, np.random.default_rng(0), SIZES, steps=4), truncation=Tabled(first))
    truth = replay.gradient(case)
    for name, got in complex_step.gradient(case).items():
        np.testing.assert_allclose(got, truth[name], rtol=0, atol=1e-14)


def test_it_is_admitted_where_it_can_be_right():
    """Not through |a|, and not of complex numbers."""
    rng = np.random.default_rng(0)
    assert complex_step.admitted(random_case(lstm, rng, SIZES))
    rational = random_case(lstm, rng, SIZES, functions={"gate": "rational_gate"})
    assert not complex_step.admitted(rational)
    assert not complex_step.admitted(random_case(complex_scan, rng, SIZES, dtype=np.complex128))
    with pytest.raises(ValueError, match="functions: rational_gate, tanh, tanh, needed holomorphic ones"):
        complex_step.gradient(rational)


def test_departures_are_followed():
    """What is stopped, a surrogate, and a declared slope, as autograd has them."""

    def step(f, p, x, h):
        return f.own(x.a * f.stop(h) + h) + f.surrogate(h * h, 3 * x.x)

    model = replace(scan, step=step, functions={"own": (OWN,)})
    case = random_case(model, np.random.default_rng(0), SIZES)
    assert complex_step.admitted(case)
    truth = replay.gradient(case)
    for name, got in complex_step.gradient(case).items():
        np.testing.assert_allclose(got, truth[name], rtol=0, atol=1e-14)


OWN = Function("own", lambda a: abs(a), slope=lambda a: a * a)


def test_a_step_that_takes_no_complex_numbers_is_not_admitted():
    """Where NumPy has no complex version, where it has another one, and where a readout or a loss has."""
    rng = np.random.default_rng(0)
    for operation in (lambda a: anp.logaddexp(a, 1), anp.abs, anp.real, anp.sign, lambda a: anp.floor(4 * a)):
        model = replace(scan, step=lambda f, p, x, h, operation=operation: x.a * operation(h) + x.x)
        assert not complex_step.admitted(random_case(model, rng, SIZES))
    model = replace(vanilla, loss=lambda f, o, target: anp.sum(anp.abs(o - target), axis=-1))
    sizes = {**SIZES, "K": 1}
    assert complex_step.admitted(random_case(model, rng, sizes))
    assert not complex_step.admitted(random_case(model, rng, sizes, losses="every"))


def test_a_branch_that_only_large_numbers_take_is_tried():
    """What is |a| beyond 3 alone."""
    model = replace(scan, step=lambda f, p, x, h: x.a * anp.where(h > 3, anp.abs(h), h) + x.x)
    assert not complex_step.admitted(random_case(model, np.random.default_rng(0), SIZES))
