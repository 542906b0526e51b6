"""Records: they add up, keep the smallest failure, and come back from JSON as they were."""

import json
from collections import Counter

from verification.cli.campaign.blocks import CaseId
from verification.cli.campaign.record import Failing, Record, of_tally
from verification.judging.judgement import PartResult
from verification.judging.tally import Tally
from verification.properties.property import Finding


def record(size, number):
    """Of two cases, one of them refuted."""
    finding = Finding("lags", "W", "by 3", remark=("tanh",), changed=("xs",))
    tally = Tally(
        {("lags", "W", "Full"): PartResult("lags", "W", 2, 2, 1, "Full", 1, 1)},
        2,
        1,
        Counter({"T = 1": 1}),
        frozenset({("r", number), ("r", 0)}),
        declined=Counter({"exact": 1}),
        not_checked=Counter({"more calls": 1}),
        remarks=Counter({"tanh: W": 1}),
        drawn=Counter({"T": number}),
        fixed=Counter({"zeros": 1}),
    )
    return Record(tally, 1, 0, Failing(size, CaseId(0, 1, number), finding))


def test_records_add_up_in_any_grouping():
    """Counts are sums, sizes the largest; the smallest failure stays, of two the first drawn."""
    parts = [record(9, 4), record(3, 2), record(3, 1), Record()]
    left = ((parts[0] + parts[1]) + parts[2]) + parts[3]
    right = parts[0] + (parts[1] + (parts[2] + parts[3]))
    assert left.to_json() == right.to_json()
    tally = left.tally
    assert (tally.cases, tally.informative, left.refuted, tally.seen["T = 1"]) == (6, 3, 3, 3)
    assert left.failing.case == CaseId(0, 1, 1)
    assert tally.rows["lags", "W", "Full"].failures == 3
    assert (tally.declined["exact"], tally.not_checked["more calls"], tally.drawn["T"]) == (3, 3, 4)
    assert tally.rows_covered == {("r", 0), ("r", 1), ("r", 2), ("r", 4)}


def test_a_record_comes_back_from_json():
    """With and without a failure; all that a tally counts is in it, but for calls of a training."""
    for each in (Record(), record(9, 4)):
        back = Record.from_json(json.loads(json.dumps(each.to_json())))
        assert back.to_json() == each.to_json()
        assert repr((back.failing, back.tally.rows)) == repr((each.failing, each.tally.rows))
        counts = {**vars(back.tally), "rows": None}
        assert counts == {**vars(each.tally), "rows": None}


def test_a_tally_is_a_record():
    """One that is refuted counts as one refuted case, one whose process was lost as a loss."""
    assert of_tally(Tally()).to_json() == Record().to_json()
    rows = {("form", "", ""): PartResult("form", "", 1, 0, 1)}
    lost = of_tally(Tally(rows, 1, lost="ended its process", refuted=("a case", None), pace=0.1))
    assert (lost.tally.cases, lost.refuted, lost.lost) == (1, 1, 1)
    assert (lost.tally.lost, lost.tally.refuted, lost.tally.pace) == ("", None, Tally().pace)
