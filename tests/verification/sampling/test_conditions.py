"""Conditions are filled in from a model and a claim, and can be declined by name."""

import pytest

from tests.cases import claimed
from verification.adapters import problem
from verification.models import gru, lstm, scan, vanilla
from verification.sampling.claim import DECLINABLE
from verification.sampling.conditions import conditions
from verification.sampling.resolving import narrowed
from verification.sampling.sample import in_floats
from verification.sampling.scope import Scope
from verification.sampling.zeros import RECORD, STEP


def found(model=lstm, **options):
    return conditions(model, claimed(model, **options))


def test_an_lstm_s_layer_has_all_of_them():
    """Every block by itself, of states as well where there are several."""
    made = found()
    assert made["T"] == ((512, 512),)
    assert made["zero"] == ("U", "W", "b", "xs", "h0", "c0", "a record", "a record's state", "a step")
    assert made["cotangents"] == ("not of a record", "not of a unit", "not of a step")
    assert len(made["pattern of weights"]) == 6
    assert made["vectors"] == made["inputs"] == ("one that overflows",)
    assert len(made["layout"]) == 6


def test_what_a_model_has_not_is_no_condition():
    """A single state of zeros is a level of its own; what no function bounds overflows in value."""
    assert "h0" not in found(gru)["zero"]
    assert set(found(scan)) == {"T", "zero", "cotangents", "pattern of inputs", "layout"}
    assert "in one buffer" not in found(scan)["layout"]
    readout = found(vanilla, adapter=problem)
    assert {"V", "c"} < set(readout["zero"])
    assert "cotangents" not in readout
    assert "in the same memory" not in readout["layout"]


def test_what_a_claim_has_not_is_no_condition():
    """Of one record, an initial state of zeros, fewer than 512 steps, or few shapes."""
    one = found(scope=Scope(records=(1, 1), states="zero"))
    assert one["zero"] == ("U", "W", "b", "xs", "a step")
    assert "not of a record" not in one["cotangents"]
    for scope in (Scope(steps=(1, 511)), Scope(compiled=True)):
        assert "T" not in found(scan, scope=scope)


# What is declined of calls, and of what is differentiated, which are no conditions of a case.
ELSEWHERE = ("final cotangents", "interleaved calls", "second backward", "another thread")


@pytest.mark.parametrize("name", DECLINABLE)
def test_what_is_declined_is_reported(name):
    claim = claimed(lstm, Scope(declines=name))
    assert claim.declines == (name,)
    assert DECLINABLE[name] in claim.not_checked(lstm)
    assert f"declined: {DECLINABLE[name]}" in claim.in_words()


@pytest.mark.parametrize("name", [name for name in DECLINABLE if name not in ELSEWHERE])
def test_what_is_declined_is_not_run(name):
    whole, left = found(), found(scope=Scope(declines=name))
    assert sum(map(len, left.values())) < sum(map(len, whole.values()))
    assert all(set(levels) <= set(whole[factor]) for factor, levels in left.items())


def test_an_engine_that_pads_with_zeros_is_given_no_step_of_them():
    """Nor a record, nor all inputs, by any row."""
    claim = claimed(scan, Scope(declines="zero steps"))
    for row in in_floats(scan, claim).rows(2):
        assert row.levels["zero"] not in (STEP, RECORD, "a", "x")


def test_a_narrower_scope_declines_more():
    """And never less: what either declines is not run."""
    claim = claimed(lstm, Scope(declines=("views",)))
    assert narrowed(claim, Scope(declines=("overflow",)), lstm).declines == ("overflow", "views")
    assert narrowed(claim, Scope(records=(1, 3)), lstm).declines == ("views",)
