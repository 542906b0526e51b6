"""Conditions on memory hold of arrays that lie so, and of none in C order."""

import numpy as np
import pytest

from tests.verification.evidence.adversary.calls import BY_NAME, call, met
from verification.evidence.adversary.condition import LAYOUTS
from verification.models.layouts import ONE_BUFFER, SHARED, arranged, laid_out

SOME = call().arrays
SAME = np.ones((3, 3))


def lies(name, how):
    """One array otherwise."""
    return {name: laid_out(SOME[name], how)}


HOLDING = {
    "xs is in Fortran order": lies("xs", "Fortran order"),
    "xs alone is in Fortran order": lies("xs", "Fortran order"),
    "xs is steps first": lies("xs", "steps first"),
    "xs has gaps": lies("xs", "a gap after each number"),
    "xs is backwards in time": lies("xs", "backwards"),
    "xs begins within another array": lies("xs", "columns of a wider array"),
    "W alone is read-only": lies("W", "read-only"),
    "d_h alone is read-only": lies("d_h", "read-only"),
    "b is backwards": lies("b", "backwards"),
    "h0 takes no step in memory along an axis": {"h0": laid_out(SAME, "repeated")},
    "U, W and b are in one buffer": dict(
        zip("UWb", arranged([SOME[name] for name in "UWb"], [ONE_BUFFER] * 3), strict=True)
    ),
    "h0 and c0 share memory": dict(zip(("h0", "c0"), arranged([SAME, SAME], [SHARED] * 2), strict=True)),
}


@pytest.mark.parametrize("name", HOLDING)
def test_a_condition_holds_of_arrays_that_lie_so(name):
    """And not in C order."""
    assert met(name, call(**HOLDING[name]))
    assert not met(name, call())


def test_arrays_of_their_own_in_c_order_meet_one_condition():
    """That they are so."""
    held = [
        each.name for each in BY_NAME.values() if each.kind == LAYOUTS and each.met(call(b=SOME["b"].copy()))
    ]
    assert "all arrays are contiguous and writeable" in held
    assert all("view" in name or "contiguous" in name for name in held)


def test_one_alone_is_one_and_no_other():
    """Two that lie so are not."""
    both = lies("xs", "Fortran order") | lies("U", "Fortran order")
    assert not met("xs alone is in Fortran order", call(**both))
