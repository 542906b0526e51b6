"""What a run is expected to take: every part of it has its share."""

import pytest
from verification.suite import PROFILES, THOROUGH, Profile

from verification import durations


@pytest.mark.parametrize("name", PROFILES)
def test_a_run_is_as_long_as_its_parts(name):
    """Those of a thorough run have examples of the mutants among them."""
    parts = durations.of_verify(PROFILES[name])
    assert ("their examples" in parts) == PROFILES[name].explained
    assert next(iter(parts)) == "cases"
    assert next(reversed(parts)) == "training"
    assert all(seconds > 0 for seconds in parts.values())


def test_twice_the_cases_take_twice_as_long():
    """Of exact cases there are two kinds, so that a thorough run has 100,000."""
    assert durations.of_verify(THOROUGH)["cases"] == pytest.approx(100_000 * durations.CASE)
    assert durations.of_verify(Profile("", 10, 0))["cases"] == pytest.approx(10 * durations.CASE)
    assert durations.of_detection(20)["detection"] == pytest.approx(20 * durations.FAULT)


@pytest.mark.parametrize(
    "parts",
    [
        durations.of_judge(THOROUGH),
        durations.of_mutants(),
        durations.of_article(),
        durations.of_a_diagnosis(),
    ],
)
def test_every_part_takes_its_time(parts):
    """None is expected to take none."""
    assert all(seconds > 0 for seconds in parts.values())
