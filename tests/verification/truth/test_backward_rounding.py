"""Roundings on every way back: of draws, and never of the truth beside them."""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest

from tests.cases import a_case
from tests.quick import first_quick
from verification.models import SHIPPED, scan, vanilla
from verification.models.model import Use
from verification.models.tolerance import DRAWS
from verification.models.weighted import Weighted
from verification.truth.backward_rounding import keeps_apart, stays
from verification.truth.output_as_state import as_state
from verification.truth.perturbed_replays import _run
from verification.truth.rounding import Copies
from verification.truth.unroll import STEP, broadcasts


def test_what_cannot_be_gone_back_through_tells_no_copies():
    """However it fails."""

    def fails(f, p, x, h):
        raise ValueError("one copy alone")

    assert not stays(replace(scan, step=fails), STEP)
    assert stays(scan, STEP)


def one_copy_alone(model):
    """The model, its step written for one copy."""
    axes = 1 + len(model.of(Use.STATE)[0].axes)

    def step(f, p, x, *state):
        assert state[0].ndim == axes
        return model.step(f, p, x, *state)

    return replace(model, step=step)


def flattened(f, p, x, h):
    """The scan's step, in which copies and records are one axis on the way."""
    a, x, h_flat = (anp.reshape(each, (-1, h.shape[-1])) for each in (x.a, x.x, h))
    return anp.reshape(a * h_flat + x, h.shape)


# Of a model that puts out more than one vector there is no loss of its own.
JUDGED = [
    (model, losses)
    for model in SHIPPED
    for losses in ("cotangents", "every", "classes")
    if losses == "cotangents" or (model.of(Use.READOUT) and not (model.complex and losses == "classes"))
]


@pytest.mark.parametrize(("model", "losses"), JUDGED, ids=lambda each: getattr(each, "name", each))
@first_quick("form", [lambda model: model, one_copy_alone], ids=["copies", "one copy"])
def test_the_truth_beside_draws_is_the_truth_by_itself(model, losses, form):
    """In every model, whatever the loss, whether its step takes copies or not: no rounding reaches it."""
    case = a_case(model, dtype=np.float32, losses=losses.replace("classes", "every"))
    if losses == "classes":
        case = replace(case, objective=Weighted(case.objective.targets, classes=True))
    case = as_state(replace(case, model=form(model)))
    wide = np.result_type(case.dtype, np.float64)
    alone, beside = (_run(case, Copies(wide, True, draws)) for draws in (0, DRAWS))
    for name, truth in alone.grads.items():
        np.testing.assert_allclose(beside.grads[name][0], truth[0], rtol=0, atol=1e-13 * np.abs(truth).max())
        assert np.any(beside.grads[name][1:] != truth) == np.any(truth)


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.name)
def test_copies_of_every_shipped_model_are_found_by_the_first_axis(model):
    """So that one way back serves the truth and the draws."""
    assert keeps_apart(model)


def test_a_step_that_moves_copies_from_the_first_axis_is_seen():
    """It takes copies, and its truth is gone back to by itself."""
    moved = replace(scan, step=flattened)
    assert broadcasts(moved)
    assert not keeps_apart(moved)
    assert not keeps_apart(one_copy_alone(vanilla))
