"""An engine runs the sizes that it names alone, and of final states nothing that it declines."""

from dataclasses import replace

import pytest

from tests.cases import a_case, claimed, made_of
from tests.layers import gated_linear_attention, planted
from verification import Scope, layer, models
from verification.diagnosis.circumstances import circumstances, large
from verification.diagnosis.diagnosis import diagnose
from verification.diagnosis.probe import healthy_case
from verification.judging.contract import contract
from verification.models.truncation import FULL
from verification.properties.calling import is_large
from verification.properties.cut import CUT
from verification.properties.findings import findings, truth_of
from verification.properties.per_step import LAG_BY_LAG, views, widened
from verification.sampling.admitting import admits
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import exact_cases

MODEL = models.gated_linear_attention
SIZED = Scope(sizes={"K": (32, 16), "V": (16,)}, records=(1, 3), steps=(1, 9))
ENDLESS = Scope(declines="final cotangents", records=(1, 3), steps=(1, 9))
KNOWN = {(16, 16), (32, 16)}


def of(scope, module=gated_linear_attention):
    """A layer that takes no other size of keys and values."""

    def forward(params, xs, state):
        assert scope is not SIZED or state[0].shape[2:] in KNOWN
        return module.forward(params, xs, state)

    return layer(forward, module.backward, model=MODEL, scope=scope)


def test_no_other_size_is_run():
    """By whatever makes a case; one of the least is no large one."""
    some = [*made_of(MODEL, of(SIZED).claim)]
    assert {(case.sizes["K"], case.sizes["V"]) for case in some} == KNOWN
    assert len({case.sizes["A"] for case in some}) > 3
    small = [case for case in some if not is_large(case)]
    assert {case.sizes["K"] for case in small} == {16}
    assert all(admits(of(SIZED).claim, case) for case in some)
    assert not admits(of(Scope(sizes={"K": (8,)})).claim, some[0])


def test_small_cases_are_of_few_numbers():
    """Of a head of 64 a few records are, and many are a large case."""
    sizes, least = {"A": 1, "K": 64, "V": 64}, {"K": 64, "V": 64}
    for records, many in ((2, False), (3, True)):
        case = a_case(MODEL, records, sizes=sizes)
        assert is_large(case)
        assert is_large(replace(case, least=least)) is many


def test_a_right_layer_of_few_sizes_holds():
    engine = of(SIZED)
    found = [*findings(engine, truth_of(healthy_case(engine, 2, 2)))]
    assert {each.property for each in found} >= {"second call", "interleaved calls", "cut", "memory layout"}
    assert [each.wrong for each in found if each.wrong] == []


def test_a_diagnosis_runs_no_other_size():
    """Circumstances are of the least, and the largest is named where it is that."""
    engine = of(SIZED)
    assert {case.sizes["K"] for case in circumstances(engine)} == {16}
    assert {case.sizes["K"] for case in large(engine)} == {16, 32}
    wrong = planted(gated_linear_attention, "return {}, {", "d_k *= 1 + (d_k.shape[-1] == 32); return {}, {")
    engine = of(SIZED, wrong)
    case = healthy_case(engine, 3, 2, {"A": 2, "K": 32, "V": 16})
    finding = next(each for each in findings(engine, truth_of(case)) if each.wrong)
    diagnosis = diagnose(engine, finding, case)
    assert diagnosis.sentence == (
        "k is wrong (twice what it should be) at K = 32: small cases of healthy numbers are right."
    )


def test_a_dimension_that_is_named_is_not_widened():
    """To tell steps apart; and no step by itself is what a run must have seen then."""
    claim = claimed(models.lstm, Scope(sizes={"D": (4,)}))
    case = a_case(models.lstm, sizes={"D": 4})
    assert widened(case, claim.sizes)[0].sizes["D"] == 4
    assert widened(case)[0].sizes["D"] == 4 + case.steps
    assert views(models.lstm, claim)["U"] == "the sum of its steps"
    assert LAG_BY_LAG.evidence(claim) == ()


def test_it_is_said():
    claim = of(SIZED).claim
    assert "; K 16 or 32; V 16" in claim.in_words()
    assert {"other sizes of K", "other sizes of V"} <= {*claim.not_checked(MODEL)}
    claim = of(ENDLESS).claim
    assert "; full gradient by cotangents of outputs; " in claim.in_words()
    assert "a cotangent of the final state" in claim.not_checked(MODEL)


def test_no_final_state_has_a_cotangent_that_is_declined():
    """In any case; nor is it handed on, or waited for."""
    engine = of(ENDLESS)
    some = [*made_of(MODEL, engine.claim), healthy_case(engine), *circumstances(engine), *large(engine)]
    assert not any(array.any() for case in some for array in case.objective.state)
    # Of one that is drawn the last output alone may have one, and a step none.
    assert sum(not case.objective.outputs.any() for case in some) < 2
    assert all(admits(engine.claim, case) for case in some if case.truncation == FULL and not case.layouts)
    assert not admits(engine.claim, healthy_case(of(SIZED)))
    assert not CUT.applies(engine.claim)
    assert "loss by the final state alone" not in {entry.name for entry in contract(engine.claim)}


@pytest.mark.parametrize("scope", [None, ENDLESS], ids=["claimed", "declined"])
def test_who_ignores_it_is_right_where_that_is_declined(scope):
    engine = of(scope, planted(gated_linear_attention, "(dS,) = d_state", "dS = 0 * d_state[0]"))
    found = [each.wrong for each in findings(engine, truth_of(healthy_case(engine))) if each.wrong]
    assert bool(found) is (scope is None)


def test_an_exact_layer_may_decline_it():
    claim = claimed(models.scan, Scope(declines="final cotangents", exact=True))
    for case in all_drawn(exact_cases(models.scan, claim), "0", 6):
        assert not any(array.any() for array in case.objective.state)
