"""The probe: what a small case shows of an engine."""

import pytest

from tests.layers import lstm, lstm_with
from verification import layer, models
from verification.diagnosis.probe import healthy_case, look
from verification.properties.truth import Truth


@pytest.mark.parametrize(("more", "wrong"), [("", False), (" + 1e-13", True), (" + 1e-3", True)])
def test_what_a_verdict_remarks_alone_is_not_wrong(more, wrong):
    """A sigmoid that is right to a rounding of 1, and none that is off by more."""
    slow = "    e = np.exp(-np.abs(a))\n    return np.where(a >= 0, 1 / (1 + e), e / (1 + e))"
    engine = lstm_with(slow, f"    return (1 + np.tanh(a / 2)) / 2{more}")
    case = healthy_case(engine, 2)
    case.blocks["b"] -= 12
    assert look(engine, Truth(case)).wrong is wrong


def test_of_two_arrays_for_a_block_the_wrong_one_is_kept():
    """Whichever it is."""

    def forward(params, xs, state):
        return lstm.forward({**params, "b": params["b1"] + params["b2"]}, xs, state)

    def backward(saved, d_outputs, d_state):
        d, *others = lstm.backward(saved, d_outputs, d_state)
        return {"U": d["U"], "W": d["W"], "b1": d["b"], "b2": 0 * d["b"]}, *others

    engine = layer(forward, backward, model=models.lstm, arrays={"b": ("b1", "b2")})
    seen = look(engine, Truth(healthy_case(engine, 2)))
    assert seen.blocks == ("b",)
    assert not seen.got["b"].any()
