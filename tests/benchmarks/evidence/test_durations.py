"""What measuring is expected to take: every part of it has its share."""

import pytest

from benchmarks.evidence import durations
from verification.judging.profile import PROFILES


@pytest.mark.parametrize("name", PROFILES)
def test_a_run_is_as_long_as_its_parts(name):
    """Those of a thorough run have examples of the mutants among them."""
    parts = durations.of_evidence(PROFILES[name])
    assert ("their examples" in parts) == PROFILES[name].explained
    assert all(seconds > 0 for seconds in parts.values())
    assert durations.of_detection(20)["detection"] == pytest.approx(20 * durations.FAULT)
