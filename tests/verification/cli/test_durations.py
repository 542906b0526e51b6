"""What a run is expected to take: every part of it has its share."""

import pytest

from verification import judge
from verification.cli import durations
from verification.judging.profile import THOROUGH, Profile


def test_a_run_is_as_long_as_its_parts():
    """The cells, what is measured between them and the training, and that."""
    parts = durations.of_verify({"vanilla": THOROUGH, "lstm": THOROUGH}, {"mutants": 2.0})
    assert list(parts) == ["cases of vanilla", "cases of lstm", "mutants", "training"]
    assert all(seconds > 0 for seconds in parts.values())


def test_twice_the_cases_take_twice_as_long():
    """Beside those of the designed sample, which every run has."""
    cells = {"gru": THOROUGH, "lstm": Profile("", 10, 5)}
    parts = durations.of_verify(cells)
    most, some = (parts[durations.cases_of(name)] for name in cells)
    assert most - judge.CASE * judge.DESIGNED == pytest.approx(24_000 * judge.CASE)
    assert some - judge.CASE * judge.DESIGNED == pytest.approx(15 * judge.CASE)
