"""A fault that does not fit is reported. That one is run, and leaves nothing, is shown in test_judging.py."""

import pytest

from benchmarks.evidence.mutants.compiled.planting import planted
from benchmarks.evidence.mutants.fault import Edit, Fault
from benchmarks.evidence.mutants.patch import StaleMutant


def test_a_line_that_does_not_stand_there_is_reported():
    """The text has changed, and the mutant with it."""
    missing = Fault("missing", "", "this test", (Edit("compiled.lstm", "no such line", ""),), None)
    with pytest.raises(StaleMutant, match=r"stands 0 times in rnn/compiled/lstm\.py"), planted(missing):
        pass
