"""What is drawn lies within the claim, and reaches its ends."""

import numpy as np
from hypothesis import find, given, settings
from hypothesis import strategies as st

from verification.adapters.layer import CAPABILITIES
from verification.models import complex_scan, lstm
from verification.sampling.draws import cases
from verification.sampling.resolving import resolved
from verification.sampling.scope import Scope

SCOPES = (
    Scope(),
    Scope(states="zero", records=(2, 2), steps=(3, 4), dtypes=("float32",)),
    Scope(records=(9, 70), steps=(40, 41)),
)


@given(st.data(), st.sampled_from(SCOPES))
@settings(max_examples=60)
def test_a_case_lies_within_the_claim(data, scope):
    """Sizes, type and state."""
    claim = resolved(scope, lstm, CAPABILITIES)
    case = data.draw(cases(lstm, claim))
    assert claim.records[0] <= case.records <= claim.records[1]
    assert claim.steps[0] <= case.steps <= claim.steps[1]
    assert case.dtype.name in claim.dtypes
    assert all(array.dtype == case.dtype for array in case.blocks.values())
    if claim.states == "zero":
        assert not any(array.any() for array in case.state)


def test_the_smallest_case_is_one_of_everything_in_quarters():
    """So that an example can be read."""
    case = find(cases(lstm, resolved(None, lstm, CAPABILITIES)), lambda case: True)
    assert case.sizes == {"N": 1, "T": 1, "D": 1, "H": 1}
    assert all((4 * array == np.round(4 * array)).all() for array in case.blocks.values())
    assert case.blocks["W"].all()


def test_complex_quarters():
    """In both parts."""
    case = find(cases(complex_scan, resolved(None, complex_scan, CAPABILITIES)), lambda case: True)
    a = case.blocks["a"]
    assert a.dtype == np.complex128
    assert (4 * a.real == np.round(4 * a.real)).all()
    assert (4 * a.imag == np.round(4 * a.imag)).all()
