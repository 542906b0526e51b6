"""Where blocks are wrong that are right in small healthy cases: the circumstances, in words."""

from tests.layers import lstm, lstm_with
from tests.quick import first_quick
from tests.verification.diagnosis.wrong import doubled_where
from verification import layer, models
from verification.diagnosis import where
from verification.diagnosis.where import as_well, wrong_where

CONDITIONS = {
    "W.dtype == np.float32": "in float32",
    "not W.flags.writeable and not U.flags.writeable": "with all arrays in memory: read-only",
    "not d_state[0].any()": "where the final state has no cotangent",
}


@first_quick(("condition", "words"), CONDITIONS.items(), 2, ids=CONDITIONS)
def test_the_fact_that_tells_wrong_cases_from_right_ones(condition, words):
    """It is in all wrong ones, and in no right one."""
    found, *_ = wrong_where(doubled_where(condition))
    assert (found.words, found.blocks) == (words, ("U",))


def test_of_a_right_engine_and_of_one_that_is_wrong_anyway_there_is_nothing():
    """The plain case comes first."""
    assert wrong_where(layer(lstm.forward, lstm.backward, model=models.lstm)) == []
    assert wrong_where(doubled_where("True")) == []


def test_what_has_been_found_in_time_is_reported(monkeypatch):
    """And nothing else is tried."""
    monkeypatch.setattr(where, "SECONDS", float("-inf"))
    assert wrong_where(doubled_where("W.dtype == np.float32")) == []


def test_what_fails_under_circumstances_is_reported_as_that():
    """With how."""
    engine = lstm_with("params, tape = saved", "params, tape = saved; assert params['b'].any(), 'no bias'")
    (found,) = wrong_where(engine)
    assert [*as_well(engine, [found])] == [
        "Where b is 0, it does not answer in form: raised AssertionError: no bias."
    ]
