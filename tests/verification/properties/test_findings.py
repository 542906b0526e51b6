"""What is asked of an engine, by its claim and by the type of a case's numbers."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import find

from tests.layers import linear
from verification import Scope, layer, models
from verification.models.case import random_case
from verification.properties.exactness import ExactTruth
from verification.properties.findings import BY_NAME, PROPERTIES, cases_in, findings, truth_for, truth_of
from verification.properties.fixed import FixedTruth
from verification.properties.ragged import RaggedTruth
from verification.properties.truth import Truth

CASE = random_case(models.lstm, np.random.default_rng(0), {"H": 3, "D": 2}, 3, 4)


def test_a_truth_is_of_its_case_s_kind():
    """Numbers that round, records that end early, and Fractions."""
    assert type(truth_of(CASE)) is Truth
    assert type(truth_of(replace(CASE, lengths=(1, 2, 4)))) is RaggedTruth
    engine = layer(linear.forward, linear.backward, model=models.linear, scope=Scope(exact=True))
    case, other = (find(cases_in(of, models.linear, engine.claim), bool) for of in ("object", "float32"))
    assert type(truth_of(case)) is ExactTruth
    assert {type(number) for number in case.blocks["lam"].flat} == {Fraction}
    assert other.dtype == np.float32
    kinds = {"exact": ExactTruth, "integers": FixedTruth, "calls in a row": Truth}
    for name, kind in kinds.items():
        assert type(truth_for(BY_NAME[name], case if name == "exact" else CASE)) is kind
    for names in (None, ("forward",)):
        assert {each.property for each in findings(engine, truth_of(case), names)} == {"exact"}


def test_every_property_says_what_must_hold():
    """In words of its own, under a name of its own."""
    assert len({each.claim for each in PROPERTIES}) == len(BY_NAME) == len(PROPERTIES)
    assert all(each.claim for each in PROPERTIES)
