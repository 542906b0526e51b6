"""The case beside a sentence shows what the sentence says."""

import numpy as np

from tests.layers import lstm_that, lstm_with
from verification import models
from verification.diagnosis.diagnosis import diagnose
from verification.diagnosis.probe import healthy_case
from verification.diagnosis.shown import first_showing, is_shown, shown_in, wrong_in
from verification.models.case import random_case
from verification.properties.property import Finding


def one_record():
    return random_case(models.lstm, np.random.default_rng(0), {"H": 1, "D": 1}, 1, 1)


def test_a_mean_over_records_is_shown_by_several():
    """One record shows the other fault alone, of which the sentence is not."""
    engine = lstm_that("d_b = d_b / len(d_xs); dc = 0 * dc")
    diagnosis = diagnose(engine, Finding("autograd", "c0", "off"), one_record())
    assert diagnosis.blocks == ("b", "c0")
    assert wrong_in(engine, one_record()) == {"c0"}
    assert not is_shown(diagnosis, wrong_in(engine, one_record()))
    case, finding = first_showing(engine, diagnosis)
    assert case.records == 3
    assert (finding.property, finding.part) == ("autograd", "b")
    assert is_shown(diagnosis, wrong_in(engine, case))
    assert shown_in(engine, diagnosis, one_record()) is None


def test_a_wrong_forward_is_shown_by_one():
    """And by no case of which the answer is not in form."""
    engine = lstm_with("h = o * s", "h = o * s * s")
    diagnosis = diagnose(engine, Finding("forward", "outputs", "off"), healthy_case(engine))
    assert diagnosis.stage == "forward"
    assert not is_shown(diagnosis, frozenset())
    case, finding = first_showing(engine, diagnosis)
    assert (case.steps, finding.property) == (1, "forward")
