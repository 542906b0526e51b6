"""Where blocks are wrong that are right in small healthy cases: the circumstances, in words."""

from tests.layers import lstm, planted
from tests.quick import first_quick
from verification import layer, models
from verification.diagnosis import where
from verification.diagnosis.where import as_well, wrong_where

RETURN = 'return {"U": d_U, "W": d_W, "b": d_b}'


def engine_that(condition, block="d_b"):
    """A layer of which one gradient is doubled where a condition holds."""
    made = planted(lstm, RETURN, RETURN.replace(f"{block}", f"{block} * (1 + bool({condition}))", 1))
    return layer(made.forward, made.backward, model=models.lstm)


CONDITIONS = {
    "W.dtype == np.float32": "in float32",
    "not W.flags.writeable and not U.flags.writeable": "with all arrays in memory: read-only",
    "not d_state[0].any()": "where the final state has no cotangent",
}


@first_quick(("condition", "words"), CONDITIONS.items(), 2, ids=CONDITIONS)
def test_the_fact_that_tells_wrong_cases_from_right_ones(condition, words):
    """It is in all wrong ones, and in no right one."""
    found, *_ = wrong_where(engine_that(condition))
    assert (found.words, found.blocks) == (words, ("b",))


def test_of_a_right_engine_and_of_one_that_is_wrong_anyway_there_is_nothing():
    """The plain case comes first."""
    assert wrong_where(layer(lstm.forward, lstm.backward, model=models.lstm)) == []
    assert wrong_where(engine_that("True")) == []


def test_what_has_been_found_in_time_is_reported(monkeypatch):
    """And nothing else is tried."""
    monkeypatch.setattr(where, "SECONDS", float("-inf"))
    assert wrong_where(engine_that("W.dtype == np.float32")) == []


def test_what_fails_under_circumstances_is_reported_as_that():
    """With how."""
    made = planted(lstm, "params, tape = saved", "params, tape = saved; assert params['b'].any(), 'no bias'")
    engine = layer(made.forward, made.backward, model=models.lstm)
    (found,) = wrong_where(engine)
    assert [*as_well(engine, [found])] == [
        "Where b is 0, it does not answer in form: raised AssertionError: no bias."
    ]
