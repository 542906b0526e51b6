"""Portions of the designed sample: what has come is kept, and only the rest is asked again."""

from types import SimpleNamespace

import pytest

from verification.campaign.identity import Identity
from verification.campaign.portions import Portions
from verification.campaign.record import Record
from verification.campaign.sampled import Sampled
from verification.campaign.store import opened
from verification.judging.judgement import Row
from verification.judging.tally import Tally
from verification.processes.workers import Lost

MINE = Identity("net", "a" * 64, {"numpy": "2.4.6"})


class Stopped(Exception):
    """Somebody has had enough."""


def portion(first, size=2):
    """A portion of rows by their numbers."""
    rows = tuple((number, None) for number in range(first, first + size))
    return SimpleNamespace(size=size, rows=rows)


def tally_of(asked):
    """What a portion comes to: every row of it is met."""
    return Tally(
        cases=asked.size, informative=asked.size, rows_covered=frozenset(("r", n) for n, _ in asked.rows)
    )


def spread_of(asked, outcome=tally_of, most=99):
    """A spread that notes what it is asked, and is stopped after so many portions."""

    def spread(work, portions):
        for each in portions:
            if len(asked) == most:
                raise Stopped
            asked.append(each.rows[0][0])
            yield outcome(each)

    return spread


def run(folder, calls, spread):
    """What the portions of each call came to, in their order."""
    with opened(folder, MINE, 0) as store:
        kept_or_spread = Portions(store).keeping(spread)
        return [(t.cases, sorted(t.rows_covered)) for call in calls for t in kept_or_spread(None, call)]


CALLS = [[portion(0), portion(2), portion(4)], [], [portion(6), portion(8, 1)]]
WHOLE = [(p.size, sorted(tally_of(p).rows_covered)) for call in CALLS for p in call]


@pytest.mark.parametrize("most", range(6))
def test_a_run_that_was_stopped_asks_the_rest(tmp_path, most):
    """Wherever it is stopped, in the first call or in a later one, no portion is asked twice."""
    first, second = [], []
    if most < 5:
        with pytest.raises(Stopped):
            run(tmp_path, CALLS, spread_of(first, most=most))
    else:
        assert run(tmp_path, CALLS, spread_of(first)) == WHOLE
    assert run(tmp_path, CALLS, spread_of(second)) == WHOLE
    assert first + second == [0, 2, 4, 6, 8]
    assert run(tmp_path, CALLS, spread_of(third := [])) == WHOLE
    assert third == []


def test_what_is_kept_is_known(tmp_path):
    """From the beginning of a run: nothing, portions, or the whole of a sample that is not refuted."""
    refuted = Sampled(Tally({("lags", "W", ""): Row("lags", "W", 1, 1, 1)}, 1), ())
    with opened(tmp_path, MINE, 0) as store:
        assert (str(Portions(store)), Portions(store).whole) == ("", None)
        list(Portions(store).keeping(spread_of([]))(None, CALLS[0]))
        assert (str(Portions(store)), Portions(store).whole) == ("3 portions of the designed sample", None)
        Portions(store).finish(refuted)
        assert Portions(store).whole is None
        Portions(store).finish(Sampled(Tally(cases=6), ()))
        assert (str(Portions(store)), Portions(store).whole.tally.cases) == ("the designed sample", 6)


@pytest.mark.parametrize(
    "outcome",
    [Lost("ended its process", "T 1"), Tally({("lags", "W", ""): Row("lags", "W", 1, 1, 1)}, 1)],
)
def test_what_is_refuted_is_asked_again(tmp_path, outcome):
    """Its example is needed; what came before it is kept."""
    told = []
    for want in ([0, 2], [2]):
        asked = []
        with opened(tmp_path, MINE, 0) as store:
            spread = spread_of(asked, lambda each: outcome if each.rows[0][0] == 2 else tally_of(each))
            told.append(list(Portions(store).keeping(spread)(None, CALLS[0][:2]))[1])
        assert asked == want
    assert told == [outcome, outcome]


@pytest.mark.parametrize("other", [portion(0, 3), portion(7)])
def test_a_portion_of_other_cases_is_asked(tmp_path, other):
    """As where the scope has changed in a module that the engine's file imports: of another size, or rows."""
    run(tmp_path, [[portion(0)]], spread_of([]))
    asked = []
    assert run(tmp_path, [[other]], spread_of(asked)) == [(other.size, sorted(tally_of(other).rows_covered))]
    assert asked == [other.rows[0][0]]


def test_damage_is_found_before_anything_is_asked(tmp_path):
    """When a run begins."""
    with opened(tmp_path, MINE, 0) as store:
        store.keep_portion(0, 2, Record(cases=2))
        store._connection.execute("UPDATE portions SET size = 3")
        with pytest.raises(ValueError, match="portion 0 does not match its checksum"):
            Portions(store)
