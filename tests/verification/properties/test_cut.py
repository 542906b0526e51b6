"""A sequence run in parts, chained, is that of one run."""

from dataclasses import replace

import numpy as np

from benchmarks.happened import bug
from tests.cases import a_case
from tests.layers import lstm, lstm_with, ragged, steps
from tests.layers.chunked import gated_linear_attention as chunked_gated_linear_attention
from verification import Scope, Standard, layer, models, step
from verification.diagnosis.probe import look
from verification.properties.cut import CUT, cut
from verification.properties.ragged import RaggedTruth
from verification.properties.trial import Trial
from verification.properties.truth import Truth

CASE = a_case(models.lstm, 3, 4)


def checked(engine, case, truth=Truth):
    """The parts that are looked at, and what is wrong."""
    found = [*cut(Trial(engine, truth(case)))]
    return {name for name, _, _ in found}, [str(wrong) for _, wrong, _ in found if wrong]


def cases(model, dtype=np.float64, steps=6, count=4):
    """Some, each cut before a step of its own."""
    return [a_case(model, 3, steps, dtype, seed) for seed in range(count)]


def test_the_arrays_are_those_that_were_returned():
    """Both ways; of a layer that declines parts of others' arrays they are copies."""
    for declines, handed in ((), True), (("views",), False):
        returned, given = [], []

        def forward(params, xs, state, given=given, returned=returned):
            given += state
            found = lstm.forward(params, xs, state)
            returned.extend(found[1])
            return found

        def backward(saved, d_outputs, d_state, given=given, returned=returned):
            given += d_state
            found = lstm.backward(saved, d_outputs, d_state)
            returned.extend(found[2])
            return found

        engine = layer(forward, backward, model=models.lstm, scope=Scope(declines=declines))
        assert checked(engine, CASE)[1] == []
        shared = [any(np.shares_memory(one, other) for other in returned) for one in given]
        assert shared == [False] * 4 + [handed] * 2 + [False] * 4 + [handed] * 2


def test_every_step_is_one_to_be_cut_at():
    """And what has one step is not."""
    engine, seen = lstm_with("dh, dc = da @ W, dc * f", "dh, dc = da @ W, dc"), set()
    for case in cases(models.lstm, steps=4, count=12):
        result = {wrong.partition(":")[0] for wrong in checked(engine, case)[1]}
        assert len(result) == 1
        seen |= result
    assert seen == {f"cut before step {s}" for s in range(1, 4)}
    assert checked(engine, cases(models.lstm, steps=1)[0]) == (set(), [])


def test_parts_are_no_shorter_than_what_is_claimed():
    """Of an engine that compiles they are of numbers of steps that it knows."""

    def parts_of(scope, steps, lengths=None):
        seen = []

        def forward(params, xs, state, *ends):
            seen.append(xs.shape[1])
            return ragged.forward(params, xs, state, *(ends or [np.array([xs.shape[1]] * len(xs))]))

        engine = layer(forward, ragged.backward, model=models.vanilla, scope=scope)
        for case in cases(models.vanilla, steps=steps):
            case = replace(case, lengths=lengths)
            assert checked(engine, case, RaggedTruth if lengths else Truth)[1] == []
        return {*seen}

    assert parts_of(Scope(steps=(3, 9)), 5) == set()
    assert parts_of(Scope(steps=(3, 9)), 6) == {3}
    assert parts_of(Scope(steps=(3, 9)), 7) == {3, 4}
    assert parts_of(Scope(compiled=True), 3) == {1}
    assert parts_of(Scope(compiled=True), 17) == {1}
    assert parts_of(Scope(compiled=True), 1) == set()
    assert parts_of(Scope(compiled=True, lengths=True), 3, (3, 2, 3)) == set()
    # All records have the steps of the first part.
    assert parts_of(Scope(lengths=True), 6, (2, 6, 3)) == {1, 5}
    assert parts_of(Scope(lengths=True, steps=(2, 6)), 6, (3, 6, 5)) == set()


def test_a_step_is_checked_as_a_layer_is():
    """Under the full gradient: a truncation counts from where a part begins."""

    engine = step(steps.scan, steps.scan_back, model=models.scan)
    (case,) = cases(models.scan, count=1)
    assert checked(engine, case) == ({"outputs", "final h0", "a", "x", "h0"}, [])
    assert checked(engine, replace(case, truncation=Standard("Window", (1,)))) == (set(), [])


def test_an_engine_without_a_state_to_hand_on_is_not_checked():
    """Or returns no gradient of it."""
    engine = layer(lstm.forward, lstm.backward, model=models.lstm, scope=Scope(blocks=("U", "h0")))
    assert CUT.applies(engine.claim)
    assert checked(engine, CASE) == (set(), [])
    engine = layer(lstm.forward, lstm.backward, model=models.lstm, scope=Scope(states="zero"))
    assert not CUT.applies(engine.claim)


def test_chunks_of_a_part_begin_where_it_does():
    """A right layer that computes in chunks, whose gates' gradient is made by suffix sums."""
    made = chunked_gated_linear_attention
    engine = layer(made.forward, made.backward, model=models.gated_linear_attention, forms=made.FORMS)
    for dtype in (np.float32, np.float64):
        for case in cases(models.gated_linear_attention, dtype, steps=8):
            assert checked(engine, case)[1] == []


def test_processes_that_hand_on_states_are_two_parts():
    """As in context parallelism; one that goes back by the first head's decays is right as the last alone."""
    wrong = bug("fla-781")
    (cut_,) = cases(wrong.model, steps=4, count=1)
    assert checked(wrong.engine(wrong=False), cut_)[1] == []
    last = replace(cut_, objective=replace(cut_.objective, state=tuple(0 * d for d in cut_.objective.state)))
    assert look(wrong.engine(), Truth(last)).blocks == ()
    found = checked(wrong.engine(), last)[1]
    assert found
    assert all(each.startswith("cut before step ") for each in found)
