"""A slow engine, by a clock that its calls alone move on: what it is asked, when, and what is said of it."""

import time
from itertools import chain

import numpy as np
import pytest

from tests.layers import planted, vanilla
from tests.quick import first_quick
from verification import Scope, layer, models
from verification.judging.plan import EARLY, OPENING
from verification.judging.profile import QUICK
from verification.judging.run import Run, Watch, judgement_of, tallied
from verification.processes.channel import Channel
from verification.properties.findings import asked_of, turns
from verification.properties.property import About
from verification.sampling.chunks import borders
from verification.sampling.turns import in_turn

SCOPE = Scope(records=(1, 20), steps=(1, 20))

# Seconds of a call, of a kernel in an interpreter; and of one that is not slow.
CALL, QUICK_CALL = 0.25, 0.003


class Slow:
    """A layer whose calls move the clock on; ``first``: by how much more the first of each shape does."""

    def __init__(self, monkeypatch, seconds=CALL, first=0.0, module=vanilla):
        self.now, self.calls, self._shapes = 0.0, 0, {}
        self._seconds, self._first, self._module = seconds, first, module
        monkeypatch.setattr(time, "monotonic", lambda: self.now)

    def forward(self, params, xs, state):
        """Counted, and as long as it takes."""
        self.calls += 1
        self.now += self._seconds + (0.0 if xs.shape in self._shapes else self._first)
        self._shapes[xs.shape] = True
        return self._module.forward(params, xs, state)

    def subject(self, scope=SCOPE):
        """What is judged."""
        return layer(self.forward, self._module.backward, model=models.vanilla, scope=scope).subject()


def here(work, tasks):
    """Each in this process, whose clock is moved."""
    yield from (work(task, channel=Channel()) for task in tasks)


@pytest.mark.slow
def test_half_a_minute_says_what_was_met(monkeypatch):
    """All single levels and a part of the pairs, by every property, and by name what was not reached."""
    engine, told = Slow(monkeypatch), []
    subject = engine.subject()
    watch = Watch(lambda done, total: told.append(engine.now), until=30.0)
    seen = tallied(here, subject, QUICK, 0, watch)
    found = judgement_of(here, subject, seen, QUICK.strength, 0, 0.0)
    assert 28 < engine.now <= 30
    assert engine.calls == round(engine.now / CALL)
    _, pairs, triples = found.shares
    assert found.headline == f"verified to singles; {pairs}; {triples}"
    assert pairs.met > 0.5 * pairs.of
    assert (found.ended, len(found.least_met)) == ("no time was left", 5)
    assert "what takes further calls, but in turn beside each level (a call takes 0.25 s)" in found.not_asked
    assert {row.property for row in found.rows} >= {each.name for each in asked_of(subject.engine.claim)}
    # From the second second on, and never for long.
    assert told[0] <= 2
    assert max(np.diff(told)) <= 5


def test_what_has_shown_nothing_by_the_end_is_told(monkeypatch):
    """A property that no case has been asked yet."""
    engine = Slow(monkeypatch)
    subject = engine.subject()
    seen = tallied(here, subject, QUICK, 0, Watch(until=4.0))
    found = judgement_of(here, subject, seen, QUICK.strength, 0, 0.0)
    shown = {row.property for row in found.rows}
    left = [each.name for each in asked_of(subject.engine.claim) if each.name not in shown]
    assert left
    assert [each for each in found.least_met if each.endswith("(no case)")] == [
        f"{n} (no case)" for n in left
    ]


def test_a_wrong_one_is_refuted_at_once(monkeypatch):
    """By the first cases that it is wrong on, of one unit it is right."""
    wrong = planted(vanilla, "dh = da @ W", "dh = da @ W.T")
    engine = Slow(monkeypatch, module=wrong)
    seen = tallied(here, engine.subject(), QUICK, 0)
    assert seen.tally.is_refuted
    assert seen.tally.cases <= OPENING
    assert engine.calls <= 10


@pytest.mark.slow
def test_pairs_are_met_within_some_six_hundred_calls(monkeypatch):
    """With every property beside every level, in the default scope; but for those whose case was vacuous."""
    engine, calls = Slow(monkeypatch), []
    enough = Watch(reached=lambda milestone: calls.append(engine.calls), until=600 * CALL)
    seen = tallied(here, engine.subject(None), QUICK, 0, enough)
    assert calls[0] < 100
    assert engine.calls <= 600
    _, pairs, _ = seen.standing.shares
    assert pairs.met > 0.99 * pairs.of


@first_quick("model", [models.scan, models.lstm, models.vanilla], ids=lambda model: model.name)
def test_every_property_stands_beside_every_level(model):
    """In rows that are few; what one call tells is asked of all, and each step of small cases."""
    # Its calls are not run.
    subject = layer(vanilla.forward, vanilla.backward, model=model).subject()
    samples, claim = subject.samples(QUICK), subject.engine.claim
    blocks = subject.blocks(samples, QUICK, 0, CALL)
    rows = [row for block in blocks if block.designed is samples[0].designed for _, row in block.rows]
    assert len(rows) == len(samples[0].rows) - OPENING
    further = 0
    for each in asked_of(claim):
        mine = [row for row in rows if each.name in row.turns]
        have = rows if each.of_large else [row for row in rows if max(row.sizes.values()) <= 9]
        if each.about is About.CALL:
            assert len(mine) == len(have)
            continue
        levels = [{level for row in some for level in row.levels.items()} for some in (mine, have)]
        assert levels[0] == levels[1]
        further += len(mine)
    assert further < 0.75 * len(rows)


@pytest.mark.parametrize("chunks", [{"chunk": 4}, {"chunks": (4, 8)}], ids=["its own", "told"])
def test_rows_at_borders_of_chunks_come_first(chunks):
    """One of each, before all others but those of the opening; and each row is asked once."""
    scope = Scope(records=(1, 3), steps=(1, 20), **chunks)
    # Its calls are not run.
    engine = layer(vanilla.forward, vanilla.backward, model=models.gated_linear_attention, scope=scope)
    subject = engine.subject()
    samples = subject.samples(QUICK)
    blocks = [*subject.opening(samples), *subject.blocks(samples, QUICK, 0)]
    rows = [row for block in blocks if block.designed is samples[0].designed for row in block.rows]
    assert sorted(number for number, _ in rows) == [*range(len(samples[0].rows))]
    at = {(steps, chunk if "chunks" in chunks else None) for _, steps, chunk in borders(engine.claim)}
    assert len(at) > 3
    assert at <= {(row.sizes["T"], row.levels.get("chunk")) for _, row in rows[: OPENING + len(at)]}


def test_what_is_drawn_comes_last_and_is_asked_in_turn():
    """One thing more than a call tells; and few at a time, so that progress is told."""
    subject = layer(vanilla.forward, vanilla.backward, model=models.vanilla, scope=SCOPE).subject()
    samples, claim = subject.samples(QUICK), subject.engine.claim
    made = {pace: [*subject.blocks(samples, QUICK, 0, pace)] for pace in (CALL, QUICK_CALL)}
    for pace, blocks in made.items():
        rows = [i for i, block in enumerate(blocks) if block.designed is samples[0].designed and block.rows]
        drawn = [i for i, block in enumerate(blocks) if not (block.rows or block.fixed)]
        assert (max(rows) < min(drawn)) == (pace == CALL)
        assert sum(blocks[i].size for i in drawn) == QUICK.cases
    asked = [[*chain(*(block.turns for block in blocks if block.seed))] for blocks in made.values()]
    assert asked[1] == []
    every = [each.name for each in asked_of(claim)]
    assert len(asked[0]) == QUICK.cases
    assert {len(names) for names in asked[0]} == {len({*every} - {*chain(*asked[0])}) + 6}
    assert {*chain(*asked[0])} == {*every}
    assert [names for names in asked[0] if len({*names}) != len(names)] == []
    block = next(block for block in made[CALL] if block.seed)
    assert [case.turns for case in subject.cases(block)] == [*block.turns]
    quick = [row for block in made[QUICK_CALL] for _, row in block.rows]
    assert quick[:EARLY] == in_turn(samples[0].rows[OPENING:], turns(claim))[:EARLY]


@first_quick(("seconds", "first", "slow"), [(0.005, 0.0, True), (0.003, 0.0, False), (0.001, 1.0, False)], 2)
def test_slow_is_who_takes_long_for_a_call_again(monkeypatch, seconds, first, slow):
    """The quickest call counts: what is compiled at the first of a shape does not make an engine slow."""
    engine = Slow(monkeypatch, seconds, first)
    subject = engine.subject()
    samples = subject.samples(QUICK)
    run = Run(here, subject)
    run.look(subject.opening(samples))
    assert run.tally.pace == pytest.approx(seconds)
    assert run.tally.cases == OPENING
    asked = [block.turns for block in subject.blocks(samples, QUICK, 0, run.tally.pace) if block.seed]
    assert all(asked) == slow
    assert any("further calls" in each for each in subject.not_asked(run.tally.pace)) == slow
