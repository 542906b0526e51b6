"""What is asked of an engine, by its claim and by the type of a case's numbers."""

from dataclasses import replace

import numpy as np
from hypothesis import find

from tests.layers import linear, lstm
from verification import Scope, layer, models
from verification.models.case import random_case
from verification.properties.engine import Unsupported
from verification.properties.exactness import ExactTruth
from verification.properties.findings import BY_NAME, PROPERTIES, cases_in, findings, truth_of
from verification.properties.ragged import RaggedTruth
from verification.properties.truth import Truth

CASE = random_case(models.lstm, np.random.default_rng(0), {"H": 3, "D": 2}, 3, 4)


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
