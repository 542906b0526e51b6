"""What is wrong with an engine that is right in every small case of healthy numbers."""

from dataclasses import replace

import pytest

from tests.cases import a_case
from tests.layers import lstm, lstm_with
from tests.verification.diagnosis.wrong import doubled_where
from verification import layer, models
from verification.diagnosis.fallback import of_right_answers
from verification.diagnosis.where import Elsewhere
from verification.properties.property import Finding

RIGHT = layer(lstm.forward, lstm.backward, model=models.lstm)


def diagnosed(property_, engine=RIGHT, case=None):
    """The diagnosis of a layer that a property refuted."""
    finding = Finding(property_, "U", "d_U[0]: got 1, want 2")
    return of_right_answers(engine, finding, case or a_case(models.lstm, 3, 4), Elsewhere(engine))


BY_ITSELF = {
    "lag by lag": ("lags", "one lag is wrong, by less than the sums over lags show"),
    "exact": ("exact", "in exact arithmetic alone it shows, and no rounding explains it"),
}


@pytest.mark.parametrize(("property_", "given"), BY_ITSELF.items(), ids=BY_ITSELF)
def test_what_sees_more_than_a_gradient_s_sum_is_reported_by_itself(property_, given):
    """No case is run again."""
    stage, says = given
    found = diagnosed(property_)
    assert (found.stage, str(found)) == (stage, f"d_U[0]: got 1, want 2: {says}.")


@pytest.mark.slow
def test_what_a_part_of_a_sequence_shows_is_reported_by_the_call_that_shows_it_as_well():
    """One call by itself is not right, where others of another size are wrong."""
    engine = doubled_where("len(tape) > 16")
    assert str(diagnosed("cut", engine, a_case(models.lstm, 3, 9))) == (
        "U is wrong (twice what it should be) from T = 17 on: small cases of healthy numbers are right."
    )


def test_what_fails_for_it_writes_into_what_is_read_only_is_reported_as_that():
    """It is right where it may write."""
    case = replace(a_case(models.lstm, 3, 4), layouts={"d_outputs": "read-only"})
    right = "dh, dc = d_state"
    engine = lstm_with(right, f"d_outputs *= 2; d_outputs = d_outputs / 2; {right}")
    assert str(diagnosed("form", engine, case)) == (
        "d_outputs is changed in place: d_U[0]: got 1, want 2, with d_outputs in memory: read-only."
    )
