"""How far a run has come: milestones as they are met, of all samples together."""

import time

from tests.layers import scan
from verification import Scope, layer, models
from verification.judging.sampled import Sample
from verification.judging.standing import RunStanding
from verification.sampling.fractions import in_fractions
from verification.sampling.sample import in_floats

CLAIM = layer(scan.forward, scan.backward, model=models.scan, scope=Scope(records=(1, 2), steps=(1, 3))).claim


def samples():
    """One in floating point, one in Fractions."""
    return [Sample(designed, models.scan, CLAIM, 2) for designed in (in_floats, in_fractions)]


def rows(sample):
    """All of them, as a tally tells them."""
    return [(sample.design.of, number) for number in range(len(sample.rows))]


def test_a_milestone_is_met_when_every_sample_has_met_it():
    """Told once each, in order, with the cases by then."""
    reported = []
    floats, fractions = made = samples()
    standing = RunStanding(made, time.monotonic(), reported.append)
    assert standing.whole == ()
    standing.meet(rows(floats), 7)
    assert reported == []
    assert [share.strength for share in standing.shares] == [1, 2]
    assert 0 < standing.shares[0].met < standing.shares[0].of
    standing.meet(rows(fractions)[:1], 8)
    standing.meet(rows(fractions), 9)
    assert [(each.share.strength, each.cases) for each in reported] == [(1, 9), (2, 9)]
    assert standing.milestones == reported
    assert standing.whole == standing.shares
    standing.meet(rows(fractions), 10)
    assert len(reported) == 2
    alone = RunStanding(made, 0.0)
    alone.meet([], 11)
    assert [each.cases for each in alone.milestones] == [11, 11]
    assert str(reported[1]).startswith("pairs after ")
    assert str(reported[1]).endswith(" s, 9 cases")
