"""A campaign: the same outcome however it came about, and a program of what fails in each block."""

from dataclasses import replace
from functools import partial

import pytest

from rnn.console.files import Undelivered
from tests.campaigns import SCAN, SQUARE, WRONG_SQUARE, subject_in
from verification.cli.campaign import blocks as counting
from verification.cli.campaign import campaign as module
from verification.cli.campaign.campaign import (
    ENOUGH,
    FAILURES,
    Campaign,
    concluded,
    merged,
    sampled,
    taken_up,
)
from verification.cli.campaign.looking import on_processes
from verification.cli.campaign.record import Record
from verification.cli.campaign.store import opened
from verification.judging import shrinking
from verification.judging.tally import Tally
from verification.processes.timeout import MAX_LOST

# Cases of a block, of which one or two are refuted where the engine is wrong.
CASES = 25


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Campaigns of few cases have several; and little is searched for smaller examples."""
    for each in (counting, module):
        monkeypatch.setattr(each, "CASES", CASES)
    monkeypatch.setattr(shrinking, "SECONDS", 0.1)


def nothing(*given):
    """Nothing is reported."""


def campaign_in(folder, text, cases, processes=2):
    """A campaign of an engine with that text."""
    folder.mkdir(exist_ok=True)
    subject, _, identity = subject_in(folder, text)
    return Campaign(subject, identity, 0, cases, folder, partial(on_processes, subject, processes))


def run(campaign, progress=nothing):
    """From where it was left to its end."""
    with opened(campaign.folder, campaign.identity) as store:
        record, first = taken_up(campaign, store)
        sample = sampled(campaign, store, nothing)
        record = merged(campaign, store, record, first, progress)
        return concluded(campaign, sample, record, 0.0)


def known(outcome):
    """All of an outcome but seconds and the example, whose search ends by the clock."""
    judgement = outcome.judgement
    rows = [(row.property, row.part, row.cases, row.evidence, row.failures) for row in judgement.rows]
    return {
        "verdict": judgement.verdict,
        "cases": judgement.cases,
        "informative": judgement.informative,
        "rows": rows,
        "seen": judgement.seen,
        "coverage": [str(each) for each in judgement.coverage],
        "missing": judgement.missing,
        "refuted": outcome.refuted,
        "smallest": outcome.smallest,
    }


class Stopped(Exception):
    """Somebody has had enough."""


@pytest.mark.slow
def test_a_campaign_that_was_stopped_goes_on(tmp_path):
    """Where it was: no block is done twice, and the outcome is that of one that was not stopped."""
    whole = campaign_in(tmp_path / "whole", WRONG_SQUARE, 3 * CASES + 10, processes=1)
    want = known(run(whole))
    programs = sorted(path.name for path in (whole.folder / FAILURES).iterdir())
    assert f"{want['smallest']}.py" in programs
    text = (whole.folder / FAILURES / programs[0]).read_text("utf-8")
    _, block, number = programs[0].removesuffix(".py").split("-")
    assert text.startswith(f"# Case {number} of block {block}, seed 0.\n")

    def enough(done, total):
        if done >= 2 * CASES:
            raise Stopped

    stopped = campaign_in(tmp_path / "stopped", WRONG_SQUARE, 3 * CASES + 10)
    with pytest.raises(Stopped):
        run(stopped, enough)
    with opened(stopped.folder, stopped.identity) as store:
        assert len([*store.records(3 * CASES + 10)]) == 2
    left = []
    assert known(run(stopped, lambda done, total: left.append((done, total)))) == want
    assert left == [(CASES, CASES + 10), (CASES + 10, CASES + 10)]
    assert sorted(path.name for path in (stopped.folder / FAILURES).iterdir()) == programs
    assert known(run(stopped, lambda *_: pytest.fail("done twice"))) == want
    assert (want["cases"], want["refuted"] > 0) == (3 * CASES + 10, True)


@pytest.mark.slow
def test_more_cases_keep_what_is_there(tmp_path):
    """A campaign that is called with more goes on, and comes to what it would have come to at once."""
    few = campaign_in(tmp_path / "grown", SQUARE, CASES + 10)
    run(few)
    done = []
    more = replace(few, cases=3 * CASES)
    grown = known(run(more, lambda now, total: done.append((now, total))))
    assert done == [(CASES, 2 * CASES), (2 * CASES, 2 * CASES)]
    assert grown == known(run(campaign_in(tmp_path / "at_once", SQUARE, 3 * CASES)))


def looked_at(found, run):
    """A way to look at blocks that notes which it is given, and finds the same in each."""

    def look(blocks):
        for block in blocks:
            run.append(block.index)
            yield found

    return look


@pytest.mark.parametrize(
    ("found", "blocks"),
    [
        (Record(Tally(cases=CASES), refuted=ENOUGH // 4), 4),
        (Record(Tally(cases=1), refuted=1, lost=1), MAX_LOST),
        (Record(Tally(cases=CASES)), 9),
    ],
    ids=["refuted", "lost", "neither"],
)
def test_a_campaign_ends_at_the_same_block(tmp_path, found, blocks):
    """With enough refuted cases or lost processes, however it got there."""
    run = []
    campaign = Campaign(None, {"engine": "net"}, 0, 9 * CASES, tmp_path, looked_at(found, run))

    def until(most):
        with opened(tmp_path, campaign.identity) as store:
            record, first = taken_up(campaign, store)
            record = merged(campaign, store, record, first, lambda now, _: now < most or pytest.skip())
            return record.to_json()

    with pytest.raises(pytest.skip.Exception):
        until(2 * CASES)
    want = sum([found] * blocks, Record()).to_json()
    assert [until(10**9), until(10**9)] == [want, want]
    assert run == [*range(blocks)]


@pytest.mark.slow
def test_a_sample_is_stored_when_it_is_done_unless_it_is_refuted(tmp_path):
    """Its coverage as well; of a slow engine it is run as of any other."""
    right = campaign_in(tmp_path / "right", SCAN, 1)
    with opened(right.folder, right.identity) as store:
        first = sampled(right, store, nothing)
        assert store.sample() is not None
        again = sampled(replace(right, subject=None), store, nothing)
    assert vars(again.tally) == {**vars(first.tally), "pace": again.tally.pace, "rows": again.tally.rows}
    assert repr(again.tally.rows) == repr(first.tally.rows)
    assert again.coverage == first.coverage != ()
    assert first.tally.pace == 0

    wrong = campaign_in(tmp_path / "wrong", SCAN.replace("d_x[:, t] = dh", "d_x[:, t] = 2 * dh"), 1)
    with opened(wrong.folder, wrong.identity) as store:
        assert sampled(wrong, store, nothing).tally.refuted is not None
        assert store.sample() is None


def test_a_program_that_cannot_be_written_is_reported(tmp_path):
    """In a line with its path; what is stored stays."""
    campaign = campaign_in(tmp_path, WRONG_SQUARE, CASES)
    (tmp_path / FAILURES).touch()
    with opened(tmp_path, campaign.identity) as store:
        with pytest.raises(Undelivered, match=r"failures/0-0-\d+\.py: .*, could not be written"):
            merged(campaign, store, Record(), 0, nothing)
        assert len([*store.records(CASES)]) == 1
