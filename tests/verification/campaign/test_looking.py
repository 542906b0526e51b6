"""Looking: what a block comes to, whatever the engine does to its process."""

import os

import pytest

from tests.campaigns import SCAN, WRONG_SQUARE, subject_in
from verification.campaign.blocks import Block, Place
from verification.campaign.looking import looked_at, looked_at_one
from verification.campaign.record import Record
from verification.processes.timeout import MAX_LOST

ENDS = SCAN.replace(
    "    states = [h]\n",
    "    states = [h]\n    if a.shape[0] == 2 and a.shape[2] > 7:\n        __import__('os')._exit(7)\n",
)


@pytest.mark.slow
def test_a_block_is_its_cases(tmp_path):
    """One by one they come to the same as together, for an engine that some of them refute."""
    subject, _, _ = subject_in(tmp_path, WRONG_SQUARE)
    block = Block(0, 0, 12)
    together, alone = looked_at(subject, block), Record()
    for number in range(12):
        alone += looked_at_one(subject, block.place(number))
    assert together.to_json() == alone.to_json()
    assert together.cases == 12
    assert 0 < together.refuted < 12
    assert looked_at_one(subject, together.failing.place).refuted == 1


@pytest.mark.slow
def test_no_case_is_lost_with_a_process(tmp_path):
    """One in which it ends is refuted, and those before and after it are looked at, up to so many such."""
    subject, _, _ = subject_in(tmp_path, ENDS)
    whole = looked_at(subject, Block(0, 0, 80))
    assert whole.lost == MAX_LOST
    cases = [subject.at(Place(0, 0, number)).truth.case for number in range(80)]
    lost = [number for number, case in enumerate(cases) if case.records == 2 and case.sizes["H"] > 7]
    until = lost[MAX_LOST - 1] + 1
    assert whole.cases == until
    assert whole.refuted == MAX_LOST
    assert whole.failing.place.number in lost
    assert "exit code 7" in whole.failing.finding.wrong
    assert looked_at_one(subject, whole.failing.place).lost == 1
    assert looked_at(subject, Block(0, 0, until)).to_json() == whole.to_json()


def test_a_fault_of_our_own_is_no_refutation():
    """Where the process is lost before the engine is asked, it is not the engine's doing."""

    class Broken:
        """A subject that ends the process before there is a case."""

        def guarded(self, channel):
            """Not the engine's code."""
            os._exit(9)

    with pytest.raises(RuntimeError, match="before the engine was asked anything"):
        looked_at(Broken(), Block(0, 0, 3))
