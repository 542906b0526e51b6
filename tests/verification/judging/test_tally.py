"""Tallies add up, and the first refutation stays."""

import pytest

from verification.judging.judgement import Row
from verification.judging.tally import Tally, of_lost
from verification.processes.workers import Lost
from verification.properties.property import Finding


def one(part, failures=0, **options):
    """The tally of one case."""
    return Tally(
        {("lags", part, "Full"): Row("lags", part, 1, 1, failures)}, cases=1, informative=1, **options
    )


def test_the_first_refutation_stays():
    """That of the earlier cases."""
    first, second = (({}, Finding("lags", part, "wrong")) for part in "ax")
    total = one("a", 1, refuted=first) + one("x", 1, refuted=second)
    assert total.is_refuted
    assert total.refuted is first


def test_a_process_that_is_lost_refutes_by_its_form():
    """With how it ended, and where; before any case it is nobody's fault."""
    total = of_lost(Lost("ended its process", "N 1"))
    assert total.is_refuted
    assert total.lost == "ended its process, at N 1"
    with pytest.raises(RuntimeError, match="the work ended, before the engine was asked anything"):
        of_lost(Lost("ended"))
