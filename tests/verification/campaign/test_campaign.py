"""A campaign: the same outcome however it came about, and failures that are tried first the next time."""

from dataclasses import replace
from functools import partial

import pytest

from tests.campaigns import SQUARE, WRONG_SQUARE, subject_in
from verification.campaign import blocks as counting
from verification.campaign import failures
from verification.campaign.blocks import Block, Place, blocks
from verification.campaign.campaign import Campaign, concluded, merge, sampled, taken_up, tried_again
from verification.campaign.looking import looked_at
from verification.campaign.portions import Portions
from verification.campaign.processes import processes
from verification.campaign.store import opened
from verification.judging import shrinking

# Cases of a block, of which one or two are refuted where the engine is wrong.
CASES = 25


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Campaigns of few cases have several; and little is searched for smaller examples."""
    monkeypatch.setattr(counting, "CASES", CASES)
    monkeypatch.setattr(shrinking, "SECONDS", 0.1)


def nothing(*told):
    """Nobody is told."""


def campaign_in(folder, text, cases, name="mine"):
    """A campaign of an engine with that text."""
    folder.mkdir(exist_ok=True)
    subject, job, identity = subject_in(folder, text, name)
    return Campaign(subject, job, identity, 0, cases, folder)


def run(campaign, count=2, progress=nothing):
    """From where it was left to its end."""
    gather = partial(processes, campaign.job, campaign.identity, count)
    with opened(campaign.folder, campaign.identity, campaign.seed) as store:
        portions, merging = Portions(store), taken_up(campaign, store)
        again = tried_again(campaign, nothing)
        sample = sampled(campaign, portions, nothing)
        merge(campaign, store, merging, gather, progress)
        return concluded(campaign, sample, merging, again, 0.0)


def told(outcome):
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
    whole = campaign_in(tmp_path / "whole", WRONG_SQUARE, 3 * CASES + 10)
    want = told(run(whole, count=1))

    def enough(done, total):
        if done >= 2 * CASES:
            raise Stopped

    stopped = campaign_in(tmp_path / "stopped", WRONG_SQUARE, 3 * CASES + 10)
    with pytest.raises(Stopped):
        run(stopped, progress=enough)
    with opened(stopped.folder, stopped.identity, 0) as store:
        before = [block for block, _ in store.kept(3 * CASES + 10)]
    assert len(before) == 2
    left = []
    assert told(run(stopped, progress=lambda done, total: left.append(total))) == want
    assert left == [CASES + 10] * 2
    assert told(run(stopped, progress=lambda *_: pytest.fail("done twice"))) == want
    assert want["cases"] == sum(block.size for block in blocks(0, 3 * CASES + 10))
    assert want["refuted"] > 0


@pytest.mark.slow
def test_more_cases_keep_what_is_there(tmp_path):
    """A campaign that is called with more goes on, and comes to what it would have come to at once."""
    few = campaign_in(tmp_path / "grown", SQUARE, CASES + 10)
    run(few)
    done = []
    more = replace(few, cases=3 * CASES)
    grown = told(run(more, progress=lambda now, total: done.append(total)))
    assert done == [2 * CASES] * 2
    assert grown == told(run(campaign_in(tmp_path / "at_once", SQUARE, 3 * CASES)))


@pytest.mark.slow
def test_what_fails_is_kept_and_tried_first(tmp_path):
    """By its place and with its program; once the engine is right, it is told that it holds."""
    folder = tmp_path / "wrong"
    outcome = run(campaign_in(folder, WRONG_SQUARE, 2 * CASES))
    assert outcome.judgement.verdict == "refuted"
    places = list(failures.kept(folder))
    assert outcome.smallest in places
    assert len({place.block for place in places}) == len(places) == 2
    for place in places:
        program = (folder / failures.FOLDER / f"{place}.py").read_text("utf-8")
        assert program.startswith(f"# Case {place.number} of block {place.block}, seed 0.\n")

    again = []
    tried_again(campaign_in(folder, WRONG_SQUARE, 2 * CASES), again.append)
    assert again == [f"failures/{place}.py fails still: autograd x" for place in places]
    right = campaign_in(folder, SQUARE, 2 * CASES, "righted")
    held = []
    found = tried_again(right, held.append)
    assert held == [f"failures/{place}.py holds now" for place in places]
    assert [record.refuted for record in found.values()] == [0, 0]


@pytest.mark.slow
def test_a_failure_of_another_campaign_counts_where_it_fails(tmp_path):
    """Once, and not where it holds; one that is in a block has been counted there."""
    folder = tmp_path / "wrong"
    campaign = campaign_in(folder, WRONG_SQUARE, CASES)
    block = looked_at(campaign.subject, Block(0, 0, CASES))
    others = (looked_at(campaign.subject, Block(9, index, CASES)).failing for index in range(20))
    beyond = next(failing.place for failing in others if failing is not None)
    failures.keep(folder, beyond, "assert False\n")
    assert run(campaign).refuted == block.refuted + 1
    assert run(campaign).refuted == block.refuted + 1

    folder = tmp_path / "right"
    campaign = campaign_in(folder, SQUARE, CASES, "righted")
    want = told(run(campaign))
    failures.keep(folder, Place(9, 7, 0), "assert False\n")
    assert told(run(campaign)) == want
