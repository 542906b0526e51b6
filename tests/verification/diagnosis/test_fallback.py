"""What is wrong with an engine that is right in every small case of healthy numbers."""

from dataclasses import replace

import numpy as np
import pytest

from tests.layers import lstm, planted
from verification import layer, models
from verification.diagnosis.fallback import of_right_answers
from verification.diagnosis.where import Elsewhere
from verification.models.case import random_case
from verification.properties.property import Finding

SIZES = {"H": 2, "D": 3}


def diagnosed(property_, case=None, right=None, wrong=None, **options):
    """The diagnosis of a layer with a line replaced, that a property refuted."""
    module = planted(lstm, right, wrong) if right else lstm
    engine = layer(module.forward, module.backward, model=models.lstm, **options)
    case = case or random_case(models.lstm, np.random.default_rng(0), SIZES, 3, 4)
    finding = Finding(property_, "U", "d_U[0]: got 1, want 2")
    return of_right_answers(engine, finding, case, Elsewhere(engine))


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
    case = random_case(models.lstm, np.random.default_rng(0), SIZES, 3, 9)
    found = diagnosed("cut", case, "d_U += da.T @ x", "d_U += da.T @ x * (1 + (len(tape) > 16))")
    assert str(found) == (
        "U is wrong (twice what it should be) from T = 17 on: small cases of healthy numbers are right."
    )


def test_what_fails_for_it_writes_into_what_is_read_only_is_reported_as_that():
    """It is right where it may write."""
    case = replace(
        random_case(models.lstm, np.random.default_rng(0), SIZES, 3, 4), layouts={"d_outputs": "read-only"}
    )
    right = "dh, dc = d_state"
    found = diagnosed("form", case, right, f"d_outputs *= 2; d_outputs = d_outputs / 2; {right}")
    assert str(found) == (
        "d_outputs is changed in place: d_U[0]: got 1, want 2, with d_outputs in memory: read-only."
    )
