"""Fewer digits than the number type has."""

import pytest

from tests.layers import lstm, planted, scan
from verification import layer, models
from verification.diagnosis.precision import function_is_inaccurate, function_is_inaccurate_at_lags, narrow
from verification.diagnosis.probe import healthy_case, look
from verification.properties.truth import Truth

RETURN = 'return {"U": d_U, "W": d_W, "b": d_b}, d_xs, (dh, dc)'


def narrowed(right, wrong, model=models.lstm, module=lstm):
    """The type that a wrong layer is found to be rounded to."""
    made = planted(module, right, wrong)
    engine = layer(made.forward, made.backward, model=model)
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


def test_an_inaccurate_function_is_told_from_a_wrong_one():
    """Its values near 0 are exact to a rounding of 1 alone."""
    slow = "    e = np.exp(-np.abs(a))\n    return np.where(a >= 0, 1 / (1 + e), e / (1 + e))"
    for wrong, inaccurate in (
        ("    return (1 + np.tanh(a / 2)) / 2", True),
        ("    return 0 * a + 0.3", False),
    ):
        made = planted(lstm, slow, wrong)
        engine = layer(made.forward, made.backward, model=models.lstm)
        case = healthy_case(engine)
        case.blocks["b"] -= 12
        assert look(engine, Truth(case)).wrong
        assert function_is_inaccurate(engine, case) is inaccurate
        assert function_is_inaccurate_at_lags(engine, case) is inaccurate


def test_a_lag_that_is_wrong_by_itself_is_no_function_s():
    """And one that is right is none's."""
    step = "dh = dh + d_outputs[:, t]"
    made = planted(lstm, step, f"{step}; dh = dh * (1 + 1e-6 * (t == 0))")
    engine = layer(made.forward, made.backward, model=models.lstm)
    assert not function_is_inaccurate_at_lags(engine, healthy_case(engine))
    right = layer(lstm.forward, lstm.backward, model=models.lstm)
    assert not function_is_inaccurate_at_lags(right, healthy_case(right))


def test_a_model_without_functions_has_none_that_is_inaccurate():
    """Whatever is wrong with it."""
    engine = layer(scan.forward, scan.backward, model=models.scan)
    assert not function_is_inaccurate(engine, healthy_case(engine))
    assert not function_is_inaccurate_at_lags(engine, healthy_case(engine))
