"""What becomes of a block whose process is lost; what tallies add up to is in test_rules."""

import pytest

from verification.judging.tally import of_lost
from verification.processes.workers import Lost


def test_a_process_that_is_lost_refutes_by_its_form():
    """With how it ended, and where; before any case it is nobody's fault."""
    total = of_lost(Lost("ended its process", "N 1"))
    assert total.is_refuted
    assert total.lost == "ended its process, at N 1"
    with pytest.raises(RuntimeError, match="the work ended, before the engine was asked anything"):
        of_lost(Lost("ended"))
