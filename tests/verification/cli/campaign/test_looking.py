"""Looking: what a block comes to, whatever the engine does to its process, and whoever runs it."""

import os

import pytest

from tests.campaigns import SCAN, SQUARE, WRONG_SQUARE, subject_in
from verification.cli.campaign.blocks import CaseId, SeededBlock
from verification.cli.campaign.looking import GaveUp, look_at, on_processes
from verification.cli.campaign.record import Record
from verification.processes.workers import Worker

ENDS = SCAN.replace(
    "    states = [h]\n",
    "    states = [h]\n    if a.shape[0] == 2 and a.shape[2] > 7:\n        __import__('os')._exit(7)\n",
)


def total(records):
    """As JSON values."""
    return sum(records, Record()).to_json()


@pytest.mark.slow
def test_any_number_of_processes_makes_the_same_records(tmp_path):
    """Those of this process, in order, for an engine that some cases refute."""
    subject, _, _ = subject_in(tmp_path, WRONG_SQUARE)
    blocks = [SeededBlock(0, index, 7) for index in range(3)]
    here = [look_at(subject, block, Worker()).to_json() for block in blocks]
    for processes in (1, 3):
        assert [record.to_json() for record in on_processes(subject, processes, iter(blocks))] == here
    assert 0 < sum(record["refuted"] for record in here) < 21


@pytest.mark.slow
def test_a_case_that_ends_its_process_is_refuted_and_the_last(tmp_path):
    """Those before it count."""
    subject, _, _ = subject_in(tmp_path, ENDS)
    (record,) = on_processes(subject, 1, [SeededBlock(0, 0, 80)])
    cases = [subject.at(CaseId(0, 0, number)).truth.case for number in range(80)]
    lost = next(n for n, case in enumerate(cases) if case.records == 2 and case.sizes["H"] > 7)
    assert (record.tally.cases, record.refuted, record.lost) == (lost + 1, 1, 1)
    assert record.failing.case == CaseId(0, 0, lost)
    assert "ended its process with exit code 7, at " in record.failing.finding.wrong


def test_a_forward_that_ends_the_process_in_which_cases_are_drawn_is_reported(tmp_path):
    """A function's own, before any call: in a line with the block."""
    home = os.getpid()
    ends = SQUARE.replace(
        "    return x * x, x\n",
        f"    import os\n    os.getpid() == {home} or os._exit(7)\n    return x * x, x\n",
    )
    subject, _, _ = subject_in(tmp_path, ends, "ends")
    with pytest.raises(GaveUp, match=r"^block 3: the work ended .* exit code 7, before the engine") as raised:
        list(on_processes(subject, 1, [SeededBlock(0, 3, 2)]))
    assert "\n" not in str(raised.value)
