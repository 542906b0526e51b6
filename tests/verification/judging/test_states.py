"""States that are always zero, and final ones that nobody returns: one by one, in every case."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import made_of
from tests.layers import lstm, planted
from verification import Scope, layer, models
from verification.diagnosis.circumstances import circumstances, large
from verification.diagnosis.diagnosis import diagnose
from verification.diagnosis.probe import healthy_case
from verification.judging.contract import contract
from verification.models.truncation import FULL
from verification.processes.invalid import InvalidAnswer
from verification.properties.calling import run_case
from verification.properties.cut import CUT
from verification.properties.findings import findings, truth_of
from verification.sampling.admitting import admits
from verification.sampling.resolving import narrowed

SMALL = {"records": (1, 3), "steps": (1, 6)}

NO_FINAL = Scope(finals=(), **SMALL)
FINAL_H = Scope(finals=("h0",), **SMALL)
C_ZERO = Scope(states={"c0": "zero"}, blocks=("U", "W", "b", "xs", "h0"), **SMALL)


def of(scope, module=lstm):
    """An LSTM that returns and takes what its scope says, and no more."""

    def forward(params, xs, state):
        h, c = state
        if scope is C_ZERO:
            c = 0 * h
        outputs, (h, c), saved = module.forward(params, xs, (h, c))
        final = (h, None) if scope is FINAL_H else (h, c)
        return outputs, None if scope is NO_FINAL else final, saved

    def backward(saved, d_outputs, d_state):
        dh, dc = d_state
        none = np.zeros_like(d_outputs[:, 0])
        dh, dc = none if scope is NO_FINAL else dh, none if scope in (NO_FINAL, FINAL_H) else dc
        d_params, d_xs, (dh, dc) = module.backward(saved, d_outputs, (dh, dc))
        return d_params, d_xs, (dh, None if scope is C_ZERO else dc)

    return layer(forward, backward, model=models.lstm, scope=scope)


SCOPES = {"no final state": NO_FINAL, "one final state": FINAL_H, "one initial state": C_ZERO}


@pytest.mark.parametrize("name", SCOPES)
def test_no_case_has_more_than_is_claimed(name):
    """And what is left is met: a state that is not zero, one that is large, a final state's cotangent."""
    engine = of(SCOPES[name])
    claim = engine.claim
    some = [*made_of(engine.model, claim), healthy_case(engine), *circumstances(engine), *large(engine)]
    for case in some:
        assert not any(case.blocks[each].any() for each in ("h0", "c0") if each not in claim.free)
        ends = zip(claim.states, case.objective.state, strict=True)
        assert not any(array.any() for each, array in ends if each not in claim.finals)
        assert case.layouts or case.truncation != FULL or admits(claim, case)
    for each in claim.free:
        assert any(np.abs(case.blocks[each]).max() == 6 for case in some)
    ends = zip(claim.states, zip(*(case.objective.state for case in some), strict=True), strict=True)
    assert {each for each, arrays in ends if any(array.any() for array in arrays)} == {*claim.finals}
    assert not admits(claim, healthy_case(of(None)))
    assert not CUT.applies(claim)
    assert ("loss by the final state alone" in {e.name for e in contract(claim)}) is bool(claim.finals)


@pytest.mark.parametrize("name", SCOPES)
def test_a_right_layer_holds(name):
    """In every property of a small case, of which no final state is looked at that is not returned."""
    engine = of(SCOPES[name])
    found = [*findings(engine, truth_of(healthy_case(engine, 3, 2)))]
    assert [each.wrong for each in found if each.wrong] == []
    finals = {each.part for each in found if each.property == "forward"} - {"outputs"}
    assert finals == {f"final {each}" for each in engine.claim.finals}


def test_more_that_is_returned_is_left_out():
    """Of an engine whose claim is narrowed; and what is claimed is missing where it is not returned."""
    whole = of(None)
    less = replace(whole, claim=narrowed(whole.claim, FINAL_H, models.lstm))
    assert set(run_case(less, healthy_case(less)).forward) == {"outputs", "final h0"}
    more = replace(of(FINAL_H), claim=whole.claim)
    with pytest.raises(InvalidAnswer, match=r"^final c0 is missing, needed an array"):
        run_case(more, healthy_case(more))
    none = replace(of(NO_FINAL), claim=whole.claim)
    with pytest.raises(InvalidAnswer, match=r"^forward's state is a NoneType, needed a tuple of 2"):
        run_case(none, healthy_case(none))


LAST = "da = np.concatenate([d_i, d_f, d_g, d_o], axis=1)"
FAULTS = [
    # What begins at the last step goes nowhere.
    (NO_FINAL, LAST, f"{LAST} * (t < len(tape) - 1)", "the derivative of one step"),
    (NO_FINAL, "d_f = dc * c_prev", "d_f = dc * c", "in f"),
    (FINAL_H, "dh, dc = d_state\n", "dh, dc = 0 * d_state[0], d_state[1]\n", "the final h0 had no cotangent"),
    (FINAL_H, "(h.copy(), c.copy())", "(1.001 * h, c)", "The bug is in the forward: final h0 is wrong"),
    (C_ZERO, "dh, dc = da @ W, dc * f", "dh, dc = da @ W, dc", "the factor of the direct path"),
    (C_ZERO, "d_f = dc * c_prev", "d_f = dc * c_prev * (t > 1)", "from T = 2 on"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("scope", "right", "wrong", "words"), FAULTS)
def test_a_wrong_layer_is_refuted(scope, right, wrong, words):
    """By a sentence that speaks of nothing that it does not return."""
    engine = of(scope, planted(lstm, right, wrong))
    case = healthy_case(engine, 4)
    found = next(each for each in findings(engine, truth_of(case)) if each.wrong)
    sentence = diagnose(engine, found, case).sentence
    assert words in sentence
    assert "c0 had" not in sentence
    assert "finals" not in str(engine.code(case)) or scope is not C_ZERO
