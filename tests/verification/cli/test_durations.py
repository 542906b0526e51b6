"""What a run is expected to take: every part of it has its share."""

import pytest

from verification import judge
from verification.cli import durations
from verification.judging.profile import PROFILES, THOROUGH, Profile


@pytest.mark.parametrize("name", PROFILES)
def test_a_run_is_as_long_as_its_parts(name):
    """Those of a thorough run have examples of the mutants among them."""
    cells = {"vanilla": PROFILES[name], "lstm": THOROUGH}
    parts = durations.of_verify(PROFILES[name], cells)
    assert ("their examples" in parts) == PROFILES[name].explained
    assert list(parts)[:2] == ["cases of vanilla", "cases of lstm"]
    assert next(reversed(parts)) == "training"
    assert all(seconds > 0 for seconds in parts.values())


def test_twice_the_cases_take_twice_as_long():
    """Beside those of the designed sample, which every run has."""
    cells = {"gru": THOROUGH, "lstm": Profile("", 10, 5)}
    parts = durations.of_verify(THOROUGH, cells)
    most, some = (parts[durations.cases_of(name)] for name in cells)
    assert most - judge.CASE * judge.DESIGNED == pytest.approx(24_000 * judge.CASE)
    assert some - judge.CASE * judge.DESIGNED == pytest.approx(15 * judge.CASE)
    assert durations.of_detection(20)["detection"] == pytest.approx(20 * durations.FAULT)
