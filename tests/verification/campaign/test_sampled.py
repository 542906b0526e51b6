"""A finished sample comes back from JSON as it was."""

import json
from collections import Counter

from verification.campaign.form import check
from verification.campaign.sampled import FORM, Sampled
from verification.judging.judgement import Row
from verification.judging.sampled import Coverage
from verification.judging.tally import Tally


def test_a_sample_comes_back_from_json():
    """Tally and coverage, with what was vacuous and what rules exclude; in the form that a sample has."""
    tally = Tally({("lags", "W", "Full"): Row("lags", "W", 2, 2, 0, "Full")}, 2, 1, Counter({"T = 1": 1}))
    coverage = (Coverage(2, 9, 7, {"a rule": 3}, ("T 1, N 2",)), Coverage(3, 20, 20, {}, of="with T 512"))
    for each in (Sampled(tally, coverage), Sampled(Tally(), ())):
        values = json.loads(json.dumps(each.to_json()))
        check(values, FORM, "sample")
        again = Sampled.from_json(values)
        assert again.coverage == each.coverage
        assert again.to_json() == each.to_json()
        assert list(again.tally.rows) == list(each.tally.rows)
