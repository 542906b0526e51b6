"""A property that is checked again fails as it did, and passes where the engine is right."""

import numpy as np
import pytest
from hypothesis import strategies as st

from tests.verification.properties.stub import Stub
from tests.verification.properties.test_of_function import square
from tests.verification.properties.test_pinned import BEYOND, ROWS, setting
from verification import Call, check, function


@pytest.mark.parametrize("name", ["form", "autograd", "cut", "bits", "integers"])
def test_an_engine_fails_as_the_property_did(name):
    """By an error that begins with its name, and the right one passes."""
    row = next(row for row in ROWS if row.property == name)
    given = setting(row.settings[0], "float64")
    with pytest.raises(AssertionError, match=f"^{name}( [a-zA-Z0-9_]+)?: "):
        check(Stub(given.case.model, given.claim, row.fault(given, BEYOND)), name, given.case)
    check(Stub(given.case.model, given.claim), name, given.case)


def test_a_call_of_a_function_is_run_again():
    """Though it has no model."""
    call = Call((np.arange(6.0),), (np.ones(6),))
    with pytest.raises(AssertionError, match=r"^autograd x: d_x\[5\]: got 5.0, want 10.0 within "):
        check(function(square, lambda x, d: x * d, st.nothing()), "autograd", call)
    check(function(square, lambda x, d: 2 * x * d, st.nothing()), "autograd", call)
