"""A slow engine, by a clock that its calls alone move on: which cases it runs, when, and what is reported."""

import time
from dataclasses import replace
from itertools import chain, groupby
from math import inf

import numpy as np
import pytest

from tests.layers import planted, vanilla
from tests.quick import first_quick
from tests.verification.judging.test_rules import LAYER, claimed, of
from tests.verification.properties.stub import Stub
from verification import Scope, layer, models
from verification.judging.model_subject import OfModel
from verification.judging.plan import EARLY, OPENING, Plan
from verification.judging.profile import QUICK, Profile
from verification.judging.run import CaseRun, Watch, judgement_of, tallied
from verification.processes.workers import Worker
from verification.properties.conduct import SECOND_CALL
from verification.properties.engine import FixedCase
from verification.properties.findings import applicable, turns
from verification.properties.property import About
from verification.sampling.chunks import borders
from verification.sampling.gaps import between
from verification.sampling.products import of_products
from verification.sampling.sample import in_floats, with_nothing_else
from verification.sampling.switches import where_code_switches
from verification.sampling.turns import in_turn

SCOPE = Scope(records=(1, 20), steps=(1, 20))

# Seconds of a call, of a kernel in an interpreter; and of one that is not slow.
CALL, QUICK_CALL = 0.25, 0.003


class SlowEngine:
    """A layer whose calls move the clock on; ``first``: by how much more the first of each shape does.

    ``size``: by how much more a call does for each record and step. ``longest``: the seconds of a call.
    """

    def __init__(self, monkeypatch, seconds=CALL, first=0.0, module=vanilla, size=0.0):
        self.now, self.calls, self.longest, self._shapes = 0.0, 0, 0.0, {}
        self._seconds, self._first, self._module, self._size = seconds, first, module, size
        monkeypatch.setattr(time, "monotonic", lambda: self.now)

    def forward(self, params, xs, state):
        """Counted, and as long as it takes."""
        records, steps, _ = xs.shape
        seconds = self._seconds + (0.0 if xs.shape in self._shapes else self._first)
        seconds += self._size * records * steps
        self.calls += 1
        self.now += seconds
        self.longest = max(self.longest, seconds)
        self._shapes[xs.shape] = True
        return self._module.forward(params, xs, state)

    def subject(self, scope=SCOPE):
        """What is judged."""
        return layer(self.forward, self._module.backward, model=models.vanilla, scope=scope).subject()


def here(work, tasks):
    """Each in this process, whose clock is moved."""
    yield from (work(task, worker=Worker()) for task in tasks)


@pytest.mark.slow
def test_half_a_minute_says_what_was_met(monkeypatch):
    """All single levels and a part of the pairs, by every property, and by name what was not reached."""
    engine, reported = SlowEngine(monkeypatch), []
    subject = engine.subject()
    watch = Watch(lambda done, total: reported.append(engine.now), until=30.0)
    seen = tallied(here, subject, QUICK, 0, watch)
    found = judgement_of(here, subject, seen, QUICK.strength, 0, 0.0)
    assert 28 < engine.now <= 30
    assert engine.calls == round(engine.now / CALL)
    _, pairs, triples = found.shares
    assert found.headline == f"verified to singles; {pairs}; {triples}"
    assert pairs.met > 0.5 * pairs.of
    assert (found.ended, len(found.least_met)) == ("no time was left", 5)
    assert (
        "what takes further calls, but in turn beside each level (a call takes 0.25 s)" in found.not_checked
    )
    assert {row.property for row in found.rows} >= {each.name for each in applicable(subject.engine.claim)}
    # From the second second on, and never for long.
    assert reported[0] <= 2
    assert max(np.diff(reported)) <= 5


def test_time_is_over_within_a_call(monkeypatch):
    """However long a call of a large case takes beside those before it: no other of that case is made."""
    engine = SlowEngine(monkeypatch, 0.01, size=0.02)
    seen = tallied(here, engine.subject(), QUICK, 0, Watch(until=6.0))
    assert 6 <= engine.now < 6 + engine.longest
    assert engine.longest > 100 * seen.pace
    assert seen.ended == "no time was left"
    assert seen.tally.cases > 0


def test_what_has_shown_nothing_by_the_end_is_reported(monkeypatch):
    """A property that was checked on no case yet."""
    engine = SlowEngine(monkeypatch)
    subject = engine.subject()
    seen = tallied(here, subject, QUICK, 0, Watch(until=4.0))
    found = judgement_of(here, subject, seen, QUICK.strength, 0, 0.0)
    shown = {row.property for row in found.rows}
    left = [each.name for each in applicable(subject.engine.claim) if each.name not in shown]
    assert left
    assert [each for each in found.least_met if each.endswith("(no case)")] == [
        f"{n} (no case)" for n in left
    ]


def test_a_wrong_one_is_refuted_at_once(monkeypatch):
    """By the first cases that it is wrong on, of one unit it is right."""
    wrong = planted(vanilla, "dh = da @ W", "dh = da @ W.T")
    engine = SlowEngine(monkeypatch, module=wrong)
    seen = tallied(here, engine.subject(), QUICK, 0)
    assert seen.tally.is_refuted
    assert seen.tally.cases <= OPENING
    assert engine.calls <= 10


@pytest.mark.slow
def test_pairs_are_met_within_some_six_hundred_calls(monkeypatch):
    """With every property beside every level, in the default scope; but for those whose case was vacuous."""
    engine, calls = SlowEngine(monkeypatch), []
    enough = Watch(reached=lambda milestone: calls.append(engine.calls), until=600 * CALL)
    seen = tallied(here, engine.subject(None), QUICK, 0, enough)
    assert calls[0] < 100
    assert engine.calls <= 600
    _, pairs, _ = seen.standing.shares
    assert pairs.met > 0.99 * pairs.of


@first_quick("model", [models.scan, models.lstm, models.vanilla], ids=lambda model: model.name)
def test_every_property_stands_beside_every_level(model):
    """In rows that are few; what one call shows is checked on all, and each step of small cases."""
    # Its calls are not run.
    subject = layer(vanilla.forward, vanilla.backward, model=model).subject()
    samples, claim = subject.samples(QUICK), subject.engine.claim
    blocks = subject.blocks(samples, QUICK, 0, CALL)
    rows = [row for block in blocks if block.designed is samples[0].designed for _, row in block.rows]
    assert len(rows) == len(samples[0].rows) - OPENING
    further = 0
    for each in applicable(claim):
        mine = [row for row in rows if each.name in row.turns]
        have = rows if each.of_large else [row for row in rows if max(row.sizes.values()) <= 9]
        if each.about is About.CALL:
            assert len(mine) == len(have)
            continue
        levels = [{level for row in some for level in row.levels.items()} for some in (mine, have)]
        assert levels[0] == levels[1]
        further += len(mine)
    assert further < 0.75 * len(rows)


@pytest.mark.parametrize(
    ("chunks", "strength"),
    [({"chunk": 4}, 3), ({"chunks": (4, 8)}, 3), ({"chunks": (4, 8)}, 1)],
    ids=["its own", "told", "some have no row"],
)
def test_rows_at_borders_of_chunks_come_first(chunks, strength):
    """One of each, before all others but those of the opening; and each row is run once."""
    profile = replace(QUICK, strength=strength)
    scope = Scope(records=(1, 3), steps=(1, 20), **chunks)
    # Its calls are not run.
    engine = layer(vanilla.forward, vanilla.backward, model=models.gated_linear_attention, scope=scope)
    subject = engine.subject()
    samples = subject.samples(profile)
    opening, blocks = [*subject.opening(samples)], subject.blocks(samples, profile, 0)
    # Nothing beside its level hides what a row of the opening shows.
    assert {block.designed for block in opening} == {with_nothing_else}
    sampled = (block for block in blocks if block.designed is samples[0].designed)
    rows = [row for block in chain(opening, sampled) for row in block.rows]
    assert sorted(number for number, _ in rows) == [*range(len(samples[0].rows))]
    at = {(steps, chunk if "chunks" in chunks else None) for _, steps, chunk in borders(engine.claim)}
    assert len(at) > 3
    places = [(row.sizes["T"], row.levels.get("chunk")) for _, row in rows]
    assert (at <= {*places}) == (strength == 3)
    assert at & {*places} <= {*places[: OPENING + len(at)]}


def test_drawn_cases_are_checked_in_turn():
    """By a slow engine one thing more than a call tells, and by another all."""
    subject = layer(vanilla.forward, vanilla.backward, model=models.vanilla, scope=SCOPE).subject()
    samples, claim = subject.samples(QUICK), subject.engine.claim
    made = {pace: [*subject.blocks(samples, QUICK, 0, pace)] for pace in (CALL, QUICK_CALL)}
    turns_of = [[*chain(*(block.turns for block in blocks if block.seed))] for blocks in made.values()]
    assert turns_of[1] == []
    every = [each.name for each in applicable(claim)]
    assert len(turns_of[0]) == QUICK.cases
    assert {len(names) for names in turns_of[0]} == {len({*every} - {*chain(*turns_of[0])}) + 7}
    assert {*chain(*turns_of[0])} == {*every}
    assert [names for names in turns_of[0] if len({*names}) != len(names)] == []
    block = next(block for block in made[CALL] if block.seed)
    assert [case.turns for case in subject.cases(block)] == [*block.turns]
    quick = [row for block in made[QUICK_CALL] for _, row in block.rows]
    assert quick[:EARLY] == in_turn(samples[0].rows[OPENING:], turns(claim))[:EARLY]


@first_quick(("seconds", "first", "slow"), [(0.005, 0.0, True), (0.003, 0.0, False), (0.001, 1.0, False)], 2)
def test_slow_is_who_takes_long_for_a_call_again(monkeypatch, seconds, first, slow):
    """The quickest call counts: what is compiled at the first of a shape does not make an engine slow."""
    engine = SlowEngine(monkeypatch, seconds, first)
    subject = engine.subject()
    samples = subject.samples(QUICK)
    run = CaseRun(here, subject)
    run.look(subject.opening(samples))
    assert run.tally.pace == pytest.approx(seconds)
    assert run.tally.cases == OPENING
    turns_of = [block.turns for block in subject.blocks(samples, QUICK, 0, run.tally.pace) if block.seed]
    assert all(turns_of) == slow
    assert any("further calls" in each for each in subject.not_checked(run.tally.pace)) == slow


# By which design the rows of a block are.
DESIGNED = {in_floats: "rows", where_code_switches: "switches", of_products: "products", between: "between"}


def kind_of_block(block):
    """Of what cases it is."""
    return "fixed" if block.fixed else "drawn" if block.seed else DESIGNED[block.designed]


# What comes when, with the sizes of the first blocks, but for those of rows, which tell by their work.
PLANS = {
    QUICK_CALL: {"fixed": [8, 4], "drawn": [30, 1]},
    CALL: {"fixed": [3, 3, 3, 3], "drawn": [3] * 10 + [1]},
}
ORDERS = {
    QUICK_CALL: ["rows", "between", "switches", "products", "fixed", "drawn", "between", "rows"],
    CALL: ["rows", "fixed", "rows", "switches", "products", "drawn", "between"],
}


@pytest.mark.parametrize("pace", PLANS)
def test_a_plan_is_of_who_is_slow_or_not(pace):
    """In its order, and how many cases a process is given."""
    brought = tuple(FixedCase(None, f"{n}", lambda: of()("cotangents")) for n in range(9))
    engine = Stub(models.vanilla, claimed(LAYER, records=(1, 12), steps=(1, 12)), fixed=brought)
    few = Profile("few", 31, 0, strength=2)
    plan, samples = Plan(engine, pace), OfModel(engine).samples(few)
    blocks = [*plan.blocks(samples, few, 0)]
    assert [kind for kind, _ in groupby(blocks, kind_of_block)] == ORDERS[pace]
    by_kind = {kind: [b for b in blocks if kind_of_block(b) == kind] for kind in ORDERS[pace]}
    for kind, sizes in PLANS[pace].items():
        assert [block.size for block in by_kind[kind]] == sizes
    shapes = [len({str(row.sizes) for _, row in block.rows}) for block in by_kind["products"]]
    first, *others = [each for block in by_kind["between"] for each in block.rows]
    assert len({number for number, _ in (first, *others)}) == 1 + len(others)
    if pace == QUICK_CALL:
        assert first[1].sizes["T"] == max(row.sizes["T"] for _, row in others)
        assert (plan.left_out, max(shapes)) == ((), 3)
        return
    assert {*shapes} == {1}
    assert plan.left_out == ("what takes further calls, but in turn beside each level (a call takes 0.25 s)",)
    # Of who has not answered once nothing is known.
    assert Plan(engine, inf).left_out == ()


@pytest.mark.parametrize("strength", [1, 2, 3])
def test_sizes_are_large_together_where_pairs_are_met(strength):
    """Where levels are met one at a time, no two sizes are large."""
    engine = Stub(models.vanilla, claimed(LAYER, records=(1, 12), steps=(1, 12)))
    few = Profile("few", 1, 0, strength=strength)
    blocks = Plan(engine).blocks(OfModel(engine).samples(few), few, 0)
    assert any(kind_of_block(block) == "products" for block in blocks) == (strength > 1)


@pytest.mark.parametrize(("least", "second"), [(1, True), (12, False)])
def test_an_opening_makes_second_calls_on_small_rows_alone(least, second):
    """Of large ones one call, in which an engine compiles as well."""
    engine = Stub(models.vanilla, claimed(LAYER, records=(least, 40), steps=(1, 3)))
    blocks = Plan(engine).opening(OfModel(engine).samples(Profile("few", 1, 0, strength=1)))
    assert {SECOND_CALL.name in row.turns for block in blocks for _, row in block.rows} == {second}
