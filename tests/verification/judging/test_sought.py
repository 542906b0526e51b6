"""Cases for what a run has met too rarely."""

from collections import Counter

import pytest

from tests.layers import vanilla
from tests.quick import first_quick
from tests.verification.judging.test_rules import LAYER, PROBLEM, claimed
from tests.verification.properties.stub import Stub
from verification import Profile, Scope, layer, models, verify
from verification.adapters.rnn.manual import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.judging import sought as of_sought
from verification.judging.contract import Requirement, contract
from verification.judging.model_subject import OfModel
from verification.judging.plan import Plan
from verification.judging.sought import case_with, sought
from verification.judging.tally import Tally
from verification.properties.findings import truth_of

ENGINES = {
    "a layer": Stub(models.vanilla, claimed(LAYER)),
    "a problem": Stub(models.vanilla, claimed(PROBLEM)),
}


@first_quick("engine", ENGINES.values(), ids=ENGINES)
def test_every_entry_is_met_by_informative_cases_that_are_sought_for_it(engine):
    """As often as it is to be met."""
    entries = {entry.name: entry for entry in contract(engine.claim)}
    found = [*sought(engine, {})]
    assert len(found) == sum(entry.least for entry in entries.values())
    for each in found:
        case = each.make()
        assert entries[each.name.rpartition(",")[0]].met(case), each.name
        assert truth_of(case).informative(engine.claim.blocks)


def test_what_was_met_is_not_sought_and_what_is_lacking_is_another_case_each_time():
    """The same in every process."""
    engine = ENGINES["a layer"]
    seen = {entry.name: entry.least for entry in contract(engine.claim)}
    assert [*sought(engine, seen)] == []
    lacking = [*sought(engine, {**seen, "T = 1": 1, "T ≥ 33": 2})]
    assert [each.name for each in lacking] == ["T = 1, 1", "T = 1, 2"]
    first, second = (each.make().blocks["xs"] for each in lacking)
    assert not (first.shape == second.shape and (first == second).all())
    again = case_with(engine.model, engine.claim, "T = 1", 1).blocks["xs"]
    assert again.tobytes() == first.tobytes()


def test_what_is_not_to_be_had_is_given_up(monkeypatch):
    """After some hundred cases; the last one is run, and the entry stays missing."""
    engine, drawn = ENGINES["a layer"], []
    never = Requirement("never", lambda case: drawn.append(case) is not None)
    monkeypatch.setattr(of_sought, "contract", lambda claim: (never,))
    case = case_with(engine.model, engine.claim, "never", 0)
    assert 100 < len(drawn) < 1_000
    assert case is drawn[-1]


@pytest.mark.slow
def test_a_right_engine_of_which_little_is_run_is_exercised():
    """Nothing is drawn, and of the designed sample single levels are met."""
    scope = Scope(records=(1, 3), steps=(1, 6), dtypes=("float64",))
    engine = as_rnn(manual).subject(None, scope).engine
    whole = layer(vanilla.forward, vanilla.backward, model=models.vanilla)
    for each in (engine, whole):
        found = verify(each, Profile("few", 0, 0, strength=1))
        assert (found.verdict, found.missing) == ("verified to singles", ())


def test_nothing_is_sought_of_who_declines_every_case():
    """Of who declines some, or has been run on nothing yet, it is."""
    subject = OfModel(ENGINES["a layer"])

    def is_sought(**counts):
        return any(subject.sought(Tally(**counts)))

    assert not is_sought(cases=3, declined=Counter({"no Tuesdays": 2, "no Fridays": 1}))
    assert is_sought(cases=3, declined=Counter({"no Tuesdays": 2}))
    assert is_sought()


def test_a_slow_engine_checks_one_further_property_on_each():
    """In turn; any other all of them, and each case is run by a process of its own."""
    engine = ENGINES["a layer"]
    quick, slow = ([*Plan(engine, pace).sought({})] for pace in (0.0, 0.25))
    assert {block.size for block in quick + slow} == {1}
    assert {block.turns for block in quick} == {()}
    (first,), (second,) = slow[0].turns, slow[1].turns
    assert len(first) == len(second) < 9
    assert first != second
