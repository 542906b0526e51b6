"""What is drawn lies within the claim, and reaches its ends."""

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from verification.asked.draws import LARGER, TIMES, cases, designed, larger
from verification.asked.resolving import resolved
from verification.asked.scope import Scope
from verification.doors.layer import OFFER
from verification.models import SHIPPED, complex_scan, lstm, scan

SCOPES = (
    Scope(),
    Scope(states="zero", records=(2, 2), steps=(3, 4), dtypes=("float32",)),
    Scope(records=(9, 70), steps=(40, 41)),
)


@given(st.data(), st.sampled_from(SCOPES))
@settings(max_examples=60)
def test_a_case_lies_within_the_claim(data, scope):
    """Sizes, type and state."""
    claim = resolved(scope, lstm, OFFER)
    case = data.draw(cases(lstm, claim))
    assert claim.records[0] <= case.records <= claim.records[1]
    assert claim.steps[0] <= case.steps <= claim.steps[1]
    assert case.dtype.name in claim.dtypes
    assert all(array.dtype == case.dtype for array in case.blocks.values())
    if claim.states == "zero":
        assert not any(array.any() for array in case.state)


def test_the_smallest_case_is_one_of_everything_in_quarters():
    """So that an example can be read."""
    case = find(cases(lstm, resolved(None, lstm, OFFER)), lambda case: True)
    assert case.sizes == {"N": 1, "T": 1, "D": 1, "H": 1}
    assert all((4 * array == np.round(4 * array)).all() for array in case.blocks.values())
    assert case.blocks["W"].all()


def test_complex_quarters():
    """In both parts."""
    case = find(cases(complex_scan, resolved(None, complex_scan, OFFER)), lambda case: True)
    a = case.blocks["a"]
    assert a.dtype == np.complex128
    assert (4 * a.real == np.round(4 * a.real)).all()
    assert (4 * a.imag == np.round(4 * a.imag)).all()


@pytest.mark.parametrize("scope", [Scope(), Scope(states="zero"), Scope(records=(2, 3), steps=(2, 2))])
def test_what_every_run_must_have_met_is_designed(scope):
    """Each thrice in each type, as far as the claim goes."""
    claim = resolved(scope, lstm, OFFER)
    for name in claim.dtypes:
        made = [case for case in designed(lstm, claim) if case.dtype.name == name]
        assert len(made) == 3 * TIMES
        assert sum(case.records == claim.records[0] for case in made) >= TIMES
        assert sum(case.steps == claim.steps[0] for case in made) >= TIMES
        assert sum(case.records >= 2 for case in made) == 2 * TIMES + TIMES * (claim.records[0] > 1)
        assert sum(not case.objective.outputs.any() for case in made) == TIMES
        still = sum(not any(array.any() for array in case.state) for case in made)
        assert still == (len(made) if claim.states == "zero" else TIMES)


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.name)
@pytest.mark.parametrize("scope", SCOPES[::2])
def test_larger_cases_lie_within_the_claim_as_well(model, scope):
    """However far they would go without it."""
    scope = Scope(records=scope.records, steps=scope.steps)
    claim = resolved(scope, model, OFFER)
    made = [make() for make in larger(model, claim)]
    assert len(made) == len(LARGER)
    assert {case.dtype.name for case in made} == set(claim.dtypes)
    for case in made:
        assert claim.records[0] <= case.records <= claim.records[1]
        assert claim.steps[0] <= case.steps <= claim.steps[1]


def test_larger_cases_reach_as_far_as_is_said():
    """65 records, 64 steps, 65 of a dimension; of a state of zero too."""
    made = [make() for make in larger(scan, resolved(None, scan, OFFER))]
    assert max(case.records for case in made) == 65
    assert max(case.steps for case in made) == 64
    assert max(case.sizes["H"] for case in made) == 65
    still = [make() for make in larger(scan, resolved(Scope(states="zero"), scan, OFFER))]
    assert not any(case.state[0].any() for case in still)
