"""All calls of a judgement are seen, each with the conditions that it meets."""

import numpy as np
import pytest

from benchmarks.evidence.adversary.condition import CONDUCT
from benchmarks.evidence.adversary.published import CONDITIONS
from benchmarks.evidence.adversary.recording import Notes
from tests.benchmarks.evidence.adversary.calls import call
from tests.benchmarks.evidence.adversary.small import SOME, recording

NAMES = [condition.name for condition in SOME]


def test_notes_are_what_each_condition_says():
    """Of calls alike the history is looked at anew."""
    notes = Notes(CONDITIONS)
    some = [call(), call(T=2), call()]
    for each in some:
        assert notes(each) is False
    met = notes.taken()
    assert met.shape == (3, len(CONDITIONS))
    for row, each in zip(met, some, strict=True):
        np.testing.assert_array_equal(row, [condition.met(each) for condition in CONDITIONS])
    assert notes.taken().shape == (0, len(CONDITIONS))
    assert any(each.kind == CONDUCT for each in CONDITIONS)


@pytest.mark.slow
def test_a_recording_has_every_case_of_every_block():
    """Most are informative, and none has more records or steps than are claimed."""
    seen = [case for block in recording().cases for case in block]
    assert len(recording().blocks) == len(recording().cases)
    assert len(seen) == sum(block.size for block in recording().blocks)
    assert sum(case.informative for case in seen) > 0.9 * len(seen)
    met = np.concatenate([case.met for case in seen])
    assert len(met) > 10 * len(seen)
    for name, expected in (("T > 20", False), ("N == 3", False), ("T == 3", True), ("float64", True)):
        assert met[:, NAMES.index(name)].any() == expected, name
    assert met[:, NAMES.index("a call after five hundred")].any()
    assert met[:, NAMES.index("a second backward of one forward")].any()
