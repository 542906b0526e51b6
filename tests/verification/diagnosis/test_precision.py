"""Fewer digits than the number type has."""

import pytest

from tests.layers import layer_with, lstm, scan
from verification import models
from verification.diagnosis.precision import narrow
from verification.diagnosis.probe import healthy_case, look
from verification.properties.truth import Truth

RETURN = 'return {"U": d_U, "W": d_W, "b": d_b}, d_xs, (dh, dc)'


def narrowed(right, wrong, model=models.lstm, module=lstm):
    """The type that a wrong layer is found to be rounded to."""
    engine = layer_with(model, module, right, wrong)
    return narrow(look(engine, Truth(healthy_case(engine))))


def test_what_passes_through_a_narrower_type_is_told():
    """A gradient, an output, a complex number."""
    assert narrowed(RETURN, f"d_U = d_U.astype(np.float32).astype(d_U.dtype); {RETURN}") == "float32"
    assert narrowed("outputs[:, t] = h", "outputs[:, t] = h.astype(np.float32)") == "float32"
    assert (
        narrowed(
            "return {}, ",
            "d_a = d_a.astype(np.complex64).astype(d_a.dtype); return {}, ",
            models.complex_scan,
            scan,
        )
        == "complex64"
    )


@pytest.mark.parametrize("factor", [1 + 1e-3, 1 + 1e-8, 2])
def test_what_is_wrong_otherwise_is_not(factor):
    """However little it is off."""
    assert narrowed(RETURN, f"d_U = {factor} * d_U; {RETURN}") is None
