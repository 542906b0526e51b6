"""Records: they add up, keep the smallest refutation, and come back from JSON as they were."""

import json
from collections import Counter

from verification.campaign.blocks import Place
from verification.campaign.form import check
from verification.campaign.record import FORM, Failing, Record, of_tally
from verification.judging.judgement import Row
from verification.judging.tally import Tally
from verification.properties.property import Finding


def record(size, number):
    """Of two cases, one of them refuted."""
    failing = Failing(size, Place(0, 1, number), Finding("lags", "W", "by 3"))
    rows = {("lags", "W", "Full"): Row("lags", "W", 2, 2, 1, "Full", 1, 1)}
    drawn, declined, left_out = Counter({"T": number}), Counter({"exact": 1}), Counter({"more calls": 1})
    met = frozenset({("r", number), ("r", 0)})
    return Record(
        rows,
        2,
        1,
        Counter({"T = 1": 1}),
        declined,
        left_out,
        drawn,
        rows_covered=met,
        refuted=1,
        failing=failing,
    )


def test_records_add_up_in_any_grouping():
    """Counts are sums, sizes the largest; the smallest refutation stays, of two the first drawn."""
    parts = [record(9, 4), record(3, 2), record(3, 1), Record()]
    left = ((parts[0] + parts[1]) + parts[2]) + parts[3]
    right = parts[0] + (parts[1] + (parts[2] + parts[3]))
    assert left.to_json() == right.to_json()
    assert (left.cases, left.informative, left.refuted, left.seen["T = 1"]) == (6, 3, 3, 3)
    assert left.failing.place == Place(0, 1, 1)
    assert left.rows["lags", "W", "Full"].failures == 3
    assert (left.declined["exact"], left.not_asked["more calls"], left.drawn["T"]) == (3, 3, 4)
    assert left.rows_covered == {("r", 0), ("r", 1), ("r", 2), ("r", 4)}


def test_a_record_comes_back_from_json():
    """With and without a refutation; in the form that a record has."""
    for each in (Record(), record(9, 4)):
        text = json.dumps(each.to_json())
        check(json.loads(text), FORM, "record")
        assert Record.from_json(json.loads(text)).to_json() == each.to_json()


def test_a_tally_is_a_record():
    """One that is refuted counts as one refuted case, one whose process was lost as a loss."""
    assert of_tally(Tally()).to_json() == Record().to_json()
    rows = {("form", "", ""): Row("form", "", 1, 0, 1)}
    lost = of_tally(Tally(rows, 1, lost="ended its process"))
    assert (lost.cases, lost.refuted, lost.lost) == (1, 1, 1)
