"""What is asked of an engine, by its claim and by the type of a case's numbers."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import find

from tests.layers import linear, lstm
from verification import Scope, layer, models
from verification.models.case import random_case
from verification.properties.engine import Unsupported
from verification.properties.exactness import ExactTruth
from verification.properties.findings import BY_NAME, PROPERTIES, asked_of, cases_in, findings, truth_of
from verification.properties.ragged import RaggedTruth
from verification.properties.truth import Truth

CASE = random_case(models.lstm, np.random.default_rng(0), {"H": 3, "D": 2}, 3, 4)


# What a layer, whose cotangents are given, cannot claim.
OF_WHOLE_PROBLEMS = ("identities", "recomputation", "workspace")

# What asks cases of its own, and what is found wherever an engine does not answer.
OF_THEIR_OWN = (
    *("exact", "integers", "larger", "own truncations", "form"),
    *("calls in a row", "partial gradients"),
)


def test_bits_and_padding_are_asked_of_who_claims_them():
    """All else of everybody."""
    engine = layer(lstm.forward, lstm.backward, model=models.lstm)
    asked = {*BY_NAME} - {*OF_THEIR_OWN, *OF_WHOLE_PROBLEMS}
    assert {each.name for each in asked_of(engine.claim)} == asked - {"bits", "padding"}
    engine = layer(lstm.forward, lstm.backward, model=models.lstm, scope=Scope(bits=True, lengths=True))
    assert {each.name for each in asked_of(engine.claim)} == asked


@pytest.mark.parametrize("name", ["interleaved calls", "second backward"])
def test_calls_that_are_declined_are_not_asked(name):
    """Of an engine that frees what it saved, or that keeps it in one place."""
    engine = layer(lstm.forward, lstm.backward, model=models.lstm, scope=Scope(declines=name))
    assert BY_NAME[name] not in asked_of(engine.claim)


def test_every_property_is_asked_and_holds_of_a_right_layer():
    """Each finds something, but those that it does not claim."""
    engine = layer(lstm.forward, lstm.backward, model=models.lstm)
    found = list(findings(engine, truth_of(CASE)))
    assert {each.property for each in found} == {each.name for each in asked_of(engine.claim)}
    assert not [each.wrong for each in found if each.wrong]


def test_a_truth_is_of_its_case_s_kind():
    """Numbers that round, records that end early, and Fractions."""
    assert type(truth_of(CASE)) is Truth
    assert type(truth_of(replace(CASE, lengths=(1, 2, 4)))) is RaggedTruth
    engine = layer(linear.forward, linear.backward, model=models.linear, scope=Scope(exact=True))
    case = find(cases_in("object", models.linear, engine.claim), lambda case: True)
    assert type(truth_of(case)) is ExactTruth
    for names in (None, ("forward",)):
        assert {each.property for each in findings(engine, truth_of(case), names)} == {"exact"}


def test_what_an_engine_does_not_do_is_declined():
    """Neither held nor refuted, whatever was asked before."""

    def declines(params, xs, state):
        raise Unsupported("an LSTM")

    engine = layer(declines, lstm.backward, model=models.lstm)
    (found,) = findings(engine, truth_of(CASE))
    assert (found.wrong, found.declined) == (None, "an LSTM")


def test_every_property_says_what_must_hold():
    """In words of its own, under a name of its own."""
    assert len({each.claim for each in PROPERTIES}) == len(BY_NAME) == len(PROPERTIES)
    assert all(each.claim for each in PROPERTIES)
